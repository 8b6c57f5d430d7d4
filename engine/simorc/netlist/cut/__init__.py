"""Decks without what they cannot reach: other sections of a kit, unused subcircuits, model bins."""
