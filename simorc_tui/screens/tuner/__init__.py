"""The screen of live tuning."""
