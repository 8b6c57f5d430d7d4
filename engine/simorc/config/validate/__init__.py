"""Finds all problems in the files of a project at once."""
