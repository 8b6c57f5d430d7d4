"""Templates and decks: rendering, parsing, and checks."""
