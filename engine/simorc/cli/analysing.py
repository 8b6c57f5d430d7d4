"""What the commands of analyses share: their options, the evaluator, the count of simulations."""

from __future__ import annotations

import functools
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from simorc.cli.completion import ANALYSES_AND_SWEEPS
from simorc.cli.number_options import CountOption
from simorc.cli.output.analysis_tables import remarks_of
from simorc.cli.output.tables import note

if TYPE_CHECKING:
    from simorc.analysis.evaluation import Evaluator
    from simorc.analysis.subject import Subject
    from simorc.config.project import Project

Command = TypeVar("Command", bound=Callable[..., Any])
_PROGRESS = "simorc.analysing.progress"


progress_option = click.option(
    "--progress",
    "progress_lines",
    is_flag=True,
    expose_value=False,
    callback=lambda context, _option, value: context.meta.__setitem__(_PROGRESS, value),
    help="Print each number of simulations on a line of its own, for programs.",
)
"""How a command shows its progress; `Counter` asks for it."""


def analysis_options(function: Command) -> Command:
    """Give a command NAME, ``--spec``, ``--corner``, ``--jobs``, ``--progress`` and ``--json``."""

    @click.argument("name", shell_complete=ANALYSES_AND_SWEEPS)
    @click.option("--spec", "specs", multiple=True, metavar="MEASUREMENT", help="Only this one; repeatable.")
    @click.option(
        "--corner", "corners", multiple=True, metavar="CORNER", help="Only this corner; repeatable."
    )
    @click.option("--jobs", type=CountOption(min=1), help="Simulations at once.")
    @progress_option
    @click.option("--json", "json_form", is_flag=True, help="Print JSON.")
    @functools.wraps(function)
    def with_options(*args: Any, **options: Any) -> Any:
        return function(*args, **options)

    return with_options  # type: ignore[return-value]


class Counter:
    """Shows how many simulations were made: on a terminal, or as lines for a program."""

    def __init__(self) -> None:
        context = click.get_current_context(silent=True)
        self.count = 0
        self._lines = context is not None and bool(context.meta.get(_PROGRESS))
        self._shown = sys.stderr.isatty() and not self._lines

    def __call__(self, simulations: int) -> None:
        self.count += simulations
        if self._lines:
            click.echo(f"{self.count} simulations", err=True)
        elif self._shown and self.count % 5 == 0:
            click.echo(f"\r{self.count} simulations", err=True, nl=False)

    def end(self) -> None:
        """Remove the count from the terminal."""
        if self._shown and self.count >= 5:
            click.echo("\r\x1b[K", err=True, nl=False)


@contextmanager
def analysed(
    project: Project, name: str, corners: Sequence[str], jobs: int | None
) -> Iterator[tuple[Subject, Evaluator, Counter]]:
    """The subject called `name`, an evaluator for it, and a counter. What is remarkable about the random
    variables of its first condition is printed.
    """
    from simorc.analysis.subject import subject_of

    subject = subject_of(project, name, corners)
    with evaluating(project, subject, jobs) as (evaluator, counter):
        yield subject, evaluator, counter


@contextmanager
def evaluating(
    project: Project, subject: Subject, jobs: int | None, *, dimensions: bool = False
) -> Iterator[tuple[Evaluator, Counter]]:
    """An evaluator for a subject, with `dimensions` of devices, and a counter; remarks are printed as by
    `analysed`.
    """
    from simorc.analysis.evaluation import Evaluator
    from simorc.analysis.points import Point

    counter = Counter()
    with (
        _interrupted_by_sigterm(),
        Evaluator(project, jobs=jobs, measurements=subject.measurements, dimensions=dimensions) as evaluator,
    ):
        first = subject.conditions[0]
        for line in remarks_of(evaluator.deck_of(Point(subject.testbench, first.parameters, first.corner))):
            note(line)
        try:
            yield evaluator, counter
        finally:
            counter.end()


@contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    """SIGTERM does what ctrl-c does: every session ends, and its files are removed."""

    def interrupt(_number: int, _frame: object) -> None:
        if signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, None):
            raise KeyboardInterrupt
        signal.raise_signal(signal.SIGINT)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def unit_of(subject: Subject, project: Project, measurement: str) -> str:
    """The unit of a measurement; empty if it has none."""
    declared = project.testbenches[subject.testbench].config.measurements
    if measurement in subject.measurements:
        return subject.measurements[measurement].unit
    return declared[measurement].definition().unit if measurement in declared else ""
