"""Reads the project for the tree and the sweep builder, and watches its files and netlists."""
