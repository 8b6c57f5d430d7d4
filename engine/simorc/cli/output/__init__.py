"""What commands print: tables, rows, progress, files."""
