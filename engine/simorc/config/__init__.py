"""YAML files of the project -> frozen models. Every error has file, line, column and key."""
