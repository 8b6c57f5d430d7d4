"""Projects of other tools carried over, with a list of what could not be."""
