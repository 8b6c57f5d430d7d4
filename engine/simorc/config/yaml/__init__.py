"""YAML files with line and column of every value, and edits that keep every other byte."""
