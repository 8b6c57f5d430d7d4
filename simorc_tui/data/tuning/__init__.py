"""What the tuner shows, without widgets."""
