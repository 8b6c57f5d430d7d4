"""Schematics and the netlists made from them: xschem, dependencies, lock files, staleness."""
