"""Style sheets that are parsed once per theme.

Textual parses all styles of an application again on each change of the theme, and does that three times while
the application starts: a sixth of the CPU time until the first screen.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.cache import LRUCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_Parsed = LRUCache[tuple[object, ...], list[RuleSet]]

_THEMES_KEPT = 4
_SOURCES_KEPT = 256
_parsed: LRUCache[frozenset[tuple[str, str]], _Parsed] = LRUCache(_THEMES_KEPT)
"""What was parsed, by the variables of the theme it was parsed with."""


class ParsedOnce(Stylesheet):
    """A style sheet whose sources are parsed once for each set of variables, in all its copies."""

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._parse_cache = _parsed_with(self._variables)

    def copy(self) -> ParsedOnce:
        """A style sheet with the same sources and variables."""
        copied = ParsedOnce(variables=self._variables.copy())
        copied.source = self.source.copy()
        return copied

    def set_variables(self, variables: dict[str, str]) -> None:
        """Use the variables of another theme."""
        self._parse_cache = LRUCache(1)  # Textual clears it
        super().set_variables(variables)
        self._parse_cache = _parsed_with(variables)

    def reparse(self) -> None:
        """Parse what has not been parsed with these variables yet; on an error the rules stay as they are."""
        self.parse()


def _parsed_with(variables: Mapping[str, str]) -> _Parsed:
    theme = frozenset(variables.items())
    if theme not in _parsed:
        _parsed[theme] = LRUCache(_SOURCES_KEPT)
    return _parsed[theme]
