"""ngspice: cold runs, sessions, outputs, verdicts; log/ and cut/ (cut decks)."""
