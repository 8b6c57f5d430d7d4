"""A sizing as text: a line per step, margins as strips, and what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from simorc.cli.output.tables import note, table
from simorc.text import plain

if TYPE_CHECKING:
    from rich.live import Live

    from simorc.analysis.sizing.cures import Cures
    from simorc.analysis.sizing.linear_search import Step
    from simorc.analysis.sizing.problem import Key
    from simorc.analysis.sizing.run import Found
    from simorc.analysis.sizing.task import Task

_HALF = 12
_FULL_STRIP = 0.5
"""The margin at which a strip is full."""
_CURES_SHOWN = 4


class SizingLines:
    """A line on stderr for each step: for a log file or a pipe."""

    def __enter__(self) -> SizingLines:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to leave as it was."""

    def step(self, task: Task, step: Step) -> None:
        """One step of the search."""
        note(step_line(task, step))


class SizingScreen(SizingLines):
    """The margins of the current place as strips, redrawn in a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._live: Live = Live(console=Console(stderr=True), transient=True, auto_refresh=False)

    def __enter__(self) -> SizingScreen:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def step(self, task: Task, step: Step) -> None:
        from rich.text import Text

        lines = [step_line(task, step), *strips(task, step)]
        self._live.update(Text("\n".join(lines)), refresh=True)


def step_line(task: Task, step: Step) -> str:
    """``  87 simulations, 2 corners: gbw -3.1 % at ss 125; idd 60.1 µA (step)``."""
    problem = task.problem(task.wishes[0] if task.wishes else None)
    worst = min(range(len(step.judged)), key=lambda at: float(step.judged[at].margins.min()), default=0)
    parts = []
    if problem.rows:
        judged = step.judged[worst]
        row = problem.rows[judged.worst] if judged.worst < len(problem.rows) else problem.rows[-1]
        corner = task.corners[step.active[worst]].label
        parts.append(f"{row.spec.measurement} {percent(float(judged.margins[judged.worst]))} at {corner}")
    if task.wishes and len(task.wishes) == 1:
        wish = task.wishes[0]
        goal = max(each.goal for each in step.judged)
        parts.append(f"{wish.key[1]} {task.shown[wish.key].text(problem.shown(goal))}")
    counted = (
        f"{step.simulations:5} simulations, {len(step.active)} corner{'s' if len(step.active) > 1 else ''}"
    )
    return plain(f"{counted}: {'; '.join(parts)} ({step.what})")


def strips(task: Task, step: Step) -> Iterator[str]:
    """The smallest margin of every spec over the active corners, as a strip to the right (met) or left."""
    problem = task.problem()
    for number, row in enumerate(problem.rows):
        margin = min(float(each.margins[number]) for each in step.judged)
        side = "max" if row.upper else "min"
        yield f"{plain(row.spec.measurement):>16} {side} {strip(margin)} {percent(margin)}"


def strip(margin: float) -> str:
    """``░░░░░░▓▓▓▓▓▓│············``: a margin; the line in the middle is the limit."""
    filled = round(_HALF * min(1.0, abs(margin) / _FULL_STRIP))
    if margin < 0:
        return "·" * (_HALF - filled) + "▒" * filled + "│" + "·" * _HALF
    return "·" * _HALF + "│" + "█" * filled + "·" * (_HALF - filled)


def percent(margin: float) -> str:
    """A relative margin: ``+3.1 %``."""
    return f"{100 * margin:+.1f} %" if abs(margin) < 10 else f"{100 * margin:+.0f} %"


def found_lines(task: Task, found: Found, name: str) -> Iterator[str]:
    """What a sizing found, as text."""
    yield plain(f"{name}: {_verdict(task, found)}")
    yield ""
    yield from table(
        ("spec", "testbench", "limit", "worst", "margin", "corner"),
        _spec_rows(task, found),
        right=frozenset({3, 4}),
    )
    yield ""
    yield from table(("variable", "from", "to"), _variable_rows(task, found), right=frozenset({1, 2}))
    for cures in found.cures:
        yield ""
        yield from cure_lines(task, cures, found.wish.key if found.wish is not None else None)


def _verdict(task: Task, found: Found) -> str:
    many = f"{len(task.corners)} corner{'s' if len(task.corners) > 1 else ''}"
    counted = f"{found.simulations} simulations"
    if not found.met:
        return f"not all specs are met at {many}{', budget spent' if found.budget_spent else ''}; {counted}"
    text = f"all specs are met at {many}; {counted}, the first such values after {found.met_after}"
    if found.wish is None or found.goal is None:
        return text
    return f"{text}; {found.wish.key[1]} {task.shown[found.wish.key].text(found.goal)} at its worst corner"


def _spec_rows(task: Task, found: Found) -> Iterator[Sequence[str]]:
    for each in found.reached:
        bench, measurement = each.key
        value = "missing" if each.value is None else _text(task, each.key, each.value)
        limit = f"{'<=' if each.upper else '>='} {_text(task, each.key, each.limit)}"
        verdict = percent(each.margin) if each.met else f"{percent(each.margin)} violated"
        yield tuple(plain(cell) for cell in (measurement, bench, limit, value, verdict, each.corner))


def _variable_rows(task: Task, found: Found) -> Iterator[Sequence[str]]:
    before, after = task.started_from, task.space.parameters(found.place)
    for name, value in after.items():
        yield plain(name), str(before.get(name, "")), str(value)


def cure_lines(task: Task, cures: Cures, goal: Key | None) -> Iterator[str]:
    """``gbw at ss 125 is 19.75 MHz, limit 20 MHz:`` and what changes it."""
    limit, value = (_text(task, cures.key, each) for each in (cures.limit, cures.value))
    yield plain(f"{cures.key[1]} at {cures.corner} is {value}, its limit is {limit}; what would cure it:")
    for each in cures.cures[:_CURES_SHOWN]:
        cost = ""
        if goal is not None and each.cost == each.cost and goal != cures.key:
            cost = f", {goal[1]} {_signed(task, goal, each.cost)}"
        gain = f"{cures.key[1]} {_signed(task, cures.key, each.gain)}"
        yield plain(f"  {100 * each.change:+.0f} % {each.variable}: {gain}{cost}")


def _signed(task: Task, key: Key, change: float) -> str:
    return f"{'-' if change < 0 else '+'}{_text(task, key, abs(change), 3)}"


def _text(task: Task, key: Key, value: float, digits: int = 4) -> str:
    from simorc.units import ShownAs

    return task.shown.get(key, ShownAs()).text(value, digits)
