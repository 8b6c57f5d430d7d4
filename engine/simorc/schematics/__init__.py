"""Schematics and their netlists: xschem, dependencies, lock files, staleness."""
