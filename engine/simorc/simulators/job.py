"""A case ready to simulate: its deck, its directory, its limits, and who hears of it while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from simorc.config.models import defaults


@dataclass(frozen=True, slots=True)
class Limits:
    """What one case may take; None: no limit.

    `timeout`, `grace` (how much longer a case may take that progresses) and `stuck` (no progress for that
    long) are seconds of wall clock, `memory`, `raw` and `log` bytes. `nice` is added to the simulator's
    niceness.
    """

    timeout: float | None = None
    memory: int | None = None
    raw: int | None = None
    log: int = defaults.LOG_LIMIT
    nice: int = 0
    stuck: float | None = None
    grace: float | None = None

    @property
    def timed(self) -> bool:
        """Whether a case may be ended for the time it takes."""
        return self.timeout is not None or self.stuck is not None


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt of one case.

    `directory` exists and is empty. `deck` is the text rendered from the user's template; the simulator adds
    what a batch run needs. `marked` is the same deck with the swept values marked (see `split_deck`).
    `siblings` is the estimated number of cases of the run that share its deck, `decks` the estimated number
    of different decks in the run (None: not estimated). `partners` renders a few other cases that probably
    share the deck and have different values, each as its deck and its marked deck. In addition to every
    ``.meas`` of the deck, the measurements named in `requested` are required; those named in `optional` are
    not. `operating_point` asks for the operating point of the case: the parameters of devices to store beside
    the usual ones (None: it is not stored).
    """

    case_id: int
    directory: Path
    deck: str
    limits: Limits = field(default_factory=Limits)
    requested: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()
    forced_cold: bool = False
    marked: str | None = None
    siblings: int = 1
    decks: int | None = None
    partners: Callable[[], Iterable[tuple[str, str | None]]] | None = field(default=None, compare=False)
    operating_point: frozenset[str] | None = None

    @property
    def netlist(self) -> Path:
        """The deck file that the simulator reads."""
        return self.directory / "netlist.spice"

    @property
    def raw(self) -> Path:
        return self.directory / "results.raw"

    @property
    def log(self) -> Path:
        return self.directory / "simulator.log"


@dataclass(frozen=True)
class Callbacks:
    """Callbacks while a case runs: process groups that start and end, and progress from 0 to 1."""

    on_spawn: Callable[[int], None]
    on_exit: Callable[[int], None]
    on_progress: Callable[[float], None]
    on_mismatch: Callable[[list[int], str], None]
    """Called with the cases whose deck gave warm results that differ from a cold run, and with the
    difference.
    """


def make_case_directory(directory: Path) -> None:
    """Create a directory two levels below a run directory, but never the run directory itself: if that is
    missing, the run was moved or removed. Raises OSError, for example FileExistsError.
    """
    try:
        directory.mkdir()
    except FileNotFoundError:
        directory.parent.mkdir(exist_ok=True)
        directory.mkdir()
