"""Decks: cards, control blocks, includes."""
