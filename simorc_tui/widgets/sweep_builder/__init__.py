"""The sweep builder."""
