"""Finds Monte Carlo sweeps of decks in which nothing is random.

The check reads the deck, the files it includes and the sections of libraries it selects. What cannot be read
(a missing file, compiled models) may be random and gives no warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.deck_text import read_leniently
from simorc.errors import TemplateError
from simorc.netlist.finding import Finding
from simorc.netlist.template import Template
from simorc.sweeps.axes import Samples
from simorc.sweeps.plan import Plan

if TYPE_CHECKING:
    from simorc.config.project import Project, Sweep, Testbench
    from simorc.sweeps.cases import Case

_RANDOM = re.compile(
    r"(?<![\w.])(?:[as]?gauss|[as]?unif|limit|rnd|random|poisson|exponential|trnoise|trrandom)\s*\("
    r"|(?<![\w.])(?:trnoise|trrandom|pre_osdi|osdi|\$random|\$rdist\w*)\b",
    re.IGNORECASE,
)
_SEED = re.compile(r"(\b(?:rnd)?seed\s*=\s*|\bsetseed\s+)\d+", re.IGNORECASE)
_COMMENT = re.compile(r"^[ \t]*\*.*$", re.MULTILINE)
_NAMES_FILE = re.compile(
    r"^[ \t]*\.(?:inc\w*|lib)[ \t]+(?P<quote>[\"']?)(?P<path>[^\"'\n]+?)(?P=quote)"
    r"(?:[ \t]+(?P<section>[^\s$;]+))?[ \t]*(?:[$;].*)?$",
    re.IGNORECASE | re.MULTILINE,
)
_SAMPLES = re.compile(r"^\s*[\"']?monte_carlo[\"']?\s*:", re.MULTILINE)
_MOST_FILES = 5_000
MESSAGE = (
    "the deck of testbench '{name}' does not depend on the sample: it, the files it includes and the "
    "sections it chooses have no agauss, gauss, aunif, unif, limit or noise source; all samples would be the "
    "same. Use models with mismatch or variation, or give distributions"
)


class _Unknown(Exception):
    """A file that cannot be read may be random."""


def lint_random(project: Project) -> tuple[Finding, ...]:
    """Each Monte Carlo sweep whose samples would all be the same."""
    return tuple(
        sorted(finding for sweep in project.sweeps.values() for finding in _of_sweep(project, sweep))
    )


def _of_sweep(project: Project, sweep: Sweep) -> Iterator[Finding]:
    testbench = project.testbenches[sweep.definition.testbench]
    plan = Plan.expand(sweep.definition, defaults=testbench.parameters)
    if not _is_of_the_models(plan) or project.settings(testbench.name).simulator.name != "ngspice":
        return
    text = read_leniently(sweep.path)
    place = _SAMPLES.search(text)
    line = 1 + text.count("\n", 0, place.end()) if place else 1
    if _is_the_same(project, testbench, plan):
        yield Finding(sweep.path, line, 1, MESSAGE.format(name=testbench.name), True)


def _is_of_the_models(plan: Plan) -> bool:
    """Whether the samples are to differ by what the models draw alone."""
    return len(plan) > 1 and any(isinstance(axis, Samples) and not axis.names for axis in plan.axes)


def _is_the_same(project: Project, testbench: Testbench, plan: Plan) -> bool:
    """Whether the first two samples are the same deck, their seeds aside, and nothing in it is random."""
    spiceinit = project.settings(testbench.name).simulator.spiceinit
    try:
        first, second = (_deck(project, testbench, plan.case(number)) for number in (1, 2))
        texts = [first, *([read_leniently(Path(spiceinit))] if spiceinit else [])]
        directory = project.root / "simulations" / "run" / "results" / "1"
        return first == second and not any(
            map(_is_random, _read_by(texts, testbench.template.parent, directory))
        )
    except (_Unknown, TemplateError, OSError):
        return False


def _deck(project: Project, testbench: Testbench, case: Case) -> str:
    """The deck of a case, without the number that its random functions start from."""
    text = Template.load(testbench.template).render(
        {**testbench.parameters, **case.parameters},
        case_id=1,
        dut_netlist=str(project.dut_netlist or ""),
        project_root=str(project.root),
        seed=case.seed,
        corner=case.corner,
    )
    return _SEED.sub(r"\1", text)


def _is_random(text: str) -> bool:
    return _RANDOM.search(text) is not None


def _read_by(texts: list[str], *places: Path) -> Iterator[str]:
    """These texts and, section by section, what they include; comments are left out. Raises `_Unknown`."""
    waiting = [(text, places) for text in texts]
    seen: set[tuple[Path, str]] = set()
    while waiting:
        text, beside = waiting.pop()
        text = _COMMENT.sub("", text)
        yield text
        for match in _NAMES_FILE.finditer(text):
            path = _place(match["path"].strip(), beside)
            section = (match["section"] or "").lower()
            if (path, section) not in seen:
                seen.add((path, section))
                waiting.append((_section(path, section), (path.parent, *places)))
        if len(seen) > _MOST_FILES:
            raise _Unknown


def _place(written: str, beside: tuple[Path, ...]) -> Path:
    for place in beside:
        path = (place / Path(written).expanduser()).resolve()
        if path.is_file():
            return path
    raise _Unknown


def _section(path: Path, section: str) -> str:
    """The text of a file, or of one section of a library."""
    text = read_leniently(path)
    if not section:
        return text
    head = re.compile(rf"^[ \t]*\.lib[ \t]+{re.escape(section)}[ \t]*(?:[$;*].*)?$", re.I | re.M)
    begin = head.search(text)
    if begin is None:
        raise _Unknown
    end = re.compile(r"^[ \t]*\.endl\b", re.I | re.M).search(text, begin.end())
    return text[begin.end() : end.start() if end else len(text)]
