"""What the runner sends to a worker that runs whole cases, and what it answers.

A message is its length in four bytes and a marshalled value. Both ends are forks of one process.
"""

from __future__ import annotations

import marshal
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from simorc.simulators.case_warnings import CaseWarning
from simorc.simulators.ngspice.deck_split import DeckSplit
from simorc.simulators.outcome import FailureKind, Outcome

RANGE = b"simorc-range"
"""The command line that announces a `RangeOrder` of so many bytes."""
_LENGTH = struct.Struct("<I")


@dataclass(frozen=True)
class RangeOrder:
    """Cases to run one after the other. They are run only while their deck is that of the session: it has
    this `key` and these `commands`, and changes only settings that are `covered` by a proof. `loaded` is what
    the session was loaded with, `values` what is set in it now, `loading` what it printed then.
    """

    case_ids: Sequence[int]
    key: str
    commands: str
    covered: frozenset[str]
    loaded: DeckSplit
    values: dict[str, str]
    loading: bytes

    def packed(self) -> bytes:
        """The order as a command line and its bytes."""
        loaded = (self.loaded.settings, self.loaded.temperature, self.loaded.seed)
        whole = (tuple(self.case_ids), self.key, self.commands, tuple(self.covered), loaded)
        text = marshal.dumps((*whole, self.values, self.loading))
        return b"%b %d\n%b" % (RANGE, len(text), text)

    @classmethod
    def unpacked(cls, text: bytes) -> RangeOrder:
        case_ids, key, commands, covered, loaded, values, loading = marshal.loads(text)
        form = DeckSplit("", key, *loaded)
        return cls(case_ids, key, commands, frozenset(covered), form, values, loading)


class CaseRecord(NamedTuple):
    """One case that the worker has run: when it began (wall clock, s) and its outcome."""

    case_id: int
    started: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class RangeEnd:
    """The worker has ended a range: the cases that it has not run, what is set in the session now, and
    whether the session can still be used. `other` is whether the first case left has another deck, or cannot
    be prepared, so that it is not one for a range. `cpu` is the CPU time (s) of the range.
    """

    left: Sequence[int]
    values: dict[str, str]
    usable: bool
    other: bool
    cpu: float


def packed(message: CaseRecord | RangeEnd) -> bytes:
    """A message of the worker as bytes."""
    text = marshal.dumps(_plain(message))
    return _LENGTH.pack(len(text)) + text


def _plain(message: CaseRecord | RangeEnd) -> tuple[Any, ...]:
    if isinstance(message, RangeEnd):
        return (0, tuple(message.left), message.values, message.usable, message.other, message.cpu)
    outcome = message.outcome
    warnings = tuple((str(each.kind), each.message, each.count) for each in outcome.warnings)
    measurements = {name: float(value) for name, value in outcome.measurements.items()}
    return (
        *(message.case_id, message.started, outcome.status, outcome.kind and str(outcome.kind)),
        *(outcome.message, measurements, outcome.seconds, outcome.warm, outcome.exit_code),
        *(warnings, outcome.fingerprint, outcome.errno),
    )


def unpacked(buffer: bytearray) -> Iterator[CaseRecord | RangeEnd]:
    """Take the complete messages from the front of `buffer`."""
    start = 0
    while len(buffer) - start >= _LENGTH.size:
        (length,) = _LENGTH.unpack_from(buffer, start)
        end = start + _LENGTH.size + length
        if len(buffer) < end:
            break
        yield _message(marshal.loads(buffer[start + _LENGTH.size : end]))
        start = end
    del buffer[:start]


def _message(plain: tuple[Any, ...]) -> CaseRecord | RangeEnd:
    if plain[0] == 0:
        return RangeEnd(*plain[1:])
    case_id, started, status, kind, message, measurements, seconds, warm, code, listed, mark, errno = plain
    reason = None if kind is None else FailureKind(kind)
    warnings = tuple([CaseWarning(*each) for each in listed]) if listed else ()
    # By position: a keyword costs more than its value.
    outcome = Outcome(
        status, reason, message, measurements, seconds, warm, None, code, None, warnings, mark, errno
    )
    return CaseRecord(case_id, started, outcome)
