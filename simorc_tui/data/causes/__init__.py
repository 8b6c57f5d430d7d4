"""What the screen of causes shows, without widgets."""
