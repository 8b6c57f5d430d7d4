"""Texts in the colour of a state."""

from __future__ import annotations

from rich.text import Text


def coloured(words: str, style: str, *, no_wrap: bool | None = None) -> Text:
    """A text in a style such as ``bold red``, whose colour is that of the theme.

    The style is a span: Textual takes a colour in the style of a whole text for one of the web (``red`` is
    then #ff0000 in every theme).
    """
    return Text(no_wrap=no_wrap).append(words, style)
