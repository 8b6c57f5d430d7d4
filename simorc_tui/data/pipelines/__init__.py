"""Reads pipeline runs and the files of their attempts."""
