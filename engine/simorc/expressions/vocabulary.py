"""The names allowed in conditions: parameters of a sweep, columns of a run, fields of a result."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from simorc.config.names import did_you_mean
from simorc.errors import ExpressionError


@dataclass(frozen=True)
class Vocabulary:
    """`names` maps what a user may write to the name that is meant.

    Names in `texts` are compared with texts only. `words` gives, for a name, the words it may be and their
    other spellings. With `searched`, a single word is searched for in these texts, and a single whole number
    is the number of a `case`. An `open` vocabulary accepts every other name as well.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    unknown: str = "{} is not a parameter"
    texts: frozenset[str] = frozenset()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    searched: tuple[str, ...] = ()
    case: str = ""
    warnings: str = ""
    """The name of the set of warnings, '' where there is none."""
    open: bool = False

    def meant(self, name: str, column: int) -> str:
        """The name that is meant. Raises ExpressionError for an unknown one, with the nearest known name."""
        for candidate in (name, name.lower()):
            if candidate in self.names:
                return self.names[candidate]
        if self.open:
            return name
        message = self.unknown.format(name) + did_you_mean(name, self.names)
        raise ExpressionError(message, column=column)

    @functools.cached_property
    def known(self) -> re.Pattern[str] | None:
        """Matches a known name, the longest first; None if there is none."""
        longest = sorted(self.names, key=len, reverse=True)
        return re.compile(f"(?:{'|'.join(map(re.escape, longest))})(?![\\w.])") if longest else None


def parameters(names: Iterable[str]) -> Vocabulary:
    """The vocabulary of conditions over the parameters of a sweep."""
    return Vocabulary({name: name for name in names})
