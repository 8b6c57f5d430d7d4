"""The screen of one run of a design pipeline."""
