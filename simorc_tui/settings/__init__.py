"""What a user prefers and what is remembered from one start to the next."""
