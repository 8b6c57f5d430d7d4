"""What the user wrote: YAML -> frozen models, every mistake named by file, line, column and key."""
