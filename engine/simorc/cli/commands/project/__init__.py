"""Commands of the section Project: create, check and describe a project."""
