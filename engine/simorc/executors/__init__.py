"""Where cases execute."""
