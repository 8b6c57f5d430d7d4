"""Commands of the section Machine: serve the interface, check this machine and its files."""
