"""Questions, lists and texts shown over the main screen."""
