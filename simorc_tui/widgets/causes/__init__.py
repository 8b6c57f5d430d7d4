"""Pictures and lists of causes."""
