"""Output of commands: tables, rows, progress, files."""
