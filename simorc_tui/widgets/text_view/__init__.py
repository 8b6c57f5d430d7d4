"""Files of any size on screen."""
