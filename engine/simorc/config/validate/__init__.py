"""What is wrong in a project, found in all its files at once."""
