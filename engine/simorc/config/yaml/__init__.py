"""YAML files with line and column of every value, and edits that change no other byte."""
