"""Preferences of the user, and state stored between two starts."""
