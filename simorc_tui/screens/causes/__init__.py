"""The screen of causes."""
