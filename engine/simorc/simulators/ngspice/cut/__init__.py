"""Cut decks: whether a deck is replaced by its cut form; plans and proofs that are kept between runs."""
