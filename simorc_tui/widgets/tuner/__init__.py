"""The widgets of the tuner."""
