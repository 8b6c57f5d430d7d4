"""cicsim testbenches."""
