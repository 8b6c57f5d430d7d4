"""Commands of the section Running: create, run, control and remove runs."""
