"""The error of a deck whose random calls cannot be named."""

from __future__ import annotations


class NotHoisted(Exception):
    """A deck of which a random call, or a file it includes, is not understood; the message gives the place
    and the reason.
    """
