"""JSON Schemas of the project files, for editors and for the reference."""
