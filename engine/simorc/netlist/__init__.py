"""From schematic to the deck of one case: netlisting, staleness, templates, decks."""
