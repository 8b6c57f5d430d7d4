"""The probability that a limit is violated: searches for worst-case points, sampling around them."""
