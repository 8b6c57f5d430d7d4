"""Twelve runs of every kind, and every place that counts their cases: the counts are the same everywhere.

What is right is counted here, from the rows, without the engine.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from simorc.cli import main as cli
from simorc.cli.output.across_table import verdict_lines
from simorc.cli.output.spec_table import spec_results, spec_table, violated
from simorc.measurements.yield_interval import yield_of
from simorc.reports.datasheet import datasheet
from simorc.reports.html import page_of
from simorc.reports.junit import junit
from simorc.results.baseline import write_baseline
from simorc.results.open_run import OpenRun
from simorc.rundir.layout import RunLayout
from simorc.rundir.store import connection as database
from simorc.rundir.summary import summarise
from simorc.sweeps.plan import Plan
from simorc_tui.data.group_specs import specs_by
from simorc_tui.data.run_results import read_results
from simorc_tui.data.spec_violations import read_violations
from tests.made_runs import MakeRun, Row

SPECS: dict[str, Any] = {"gain": {"min": 40, "max": 60}, "bw": {"max": 5}}


@dataclass(frozen=True)
class Made:
    """A run to make. `plan` is its sweep; a case without a row is pending."""

    rows: Sequence[Row]
    plan: Mapping[str, Any]
    specs: Mapping[str, Any] = field(default_factory=lambda: SPECS)
    accepted: Sequence[int] = ()

    @property
    def total(self) -> int:
        return len(self.expanded)

    @property
    def expanded(self) -> Plan:
        return Plan.expand(dict(self.plan), defaults=dict.fromkeys(("r", "temp", "corner"), 0.0))


def cases(outcomes: str, plan: Mapping[str, Any]) -> list[Row]:
    """A row per letter: good, low gain, high bandwidth, both wrong, missing, failed, running, pending."""
    measured = {
        "g": {"gain": 50.0, "bw": 1.0},
        "l": {"gain": 30.0, "bw": 1.0},
        "h": {"gain": 50.0, "bw": 9.0},
        "b": {"gain": 70.0, "bw": 9.0},
        "m": {"gain": 50.0},
    }
    status = {"f": "failed", "r": "in_progress", "p": "pending"}
    swept = Made((), plan).expanded
    return [
        (status.get(letter, "completed"), dict(swept.case(number).scope()), measured.get(letter, {}))
        for number, letter in enumerate(outcomes, 1)
    ]


GRID = {"parameters": {"r": [1, 2, 3], "temp": [-40, 125]}}
SAMPLES = {"parameters": {"temp": [-40, 125]}, "monte_carlo": {"samples": 4, "seed": 1}}
DRAWN = SAMPLES | {
    "monte_carlo": {"samples": 4, "seed": 1, "distributions": {"r": {"normal": {"mean": 1, "sigma": 0.1}}}}
}
CORNERS = {
    "parameters": {"r": [1, 2]},
    "corners": {"ss": {"temp": -40}, "tt": {"temp": 27}, "ff": {"temp": 125}},
}
OWN_LIMITS = {"gain": {"min": 40, "corners": {"ss": {"min": 20}}}, "bw": {"max": 5}}
RUNS = {
    "all_good": Made(cases("gggggg", GRID), GRID),
    "violated": Made(cases("glhbgg", GRID), GRID),
    "everything": Made(cases("glhmff", GRID), GRID),
    "cancelled": Made(cases("glr", GRID), GRID),
    "cancelled_good": Made(cases("gg", GRID), GRID),
    "pending_rows": Made(cases("gfppfl", GRID), GRID),
    "nothing_ran": Made([], GRID),
    "no_specs": Made(cases("ggfggg", GRID), GRID, specs={}),
    "samples": Made(cases("glgggfgg", SAMPLES), SAMPLES),
    "samples_drawn": Made(cases("glmgghgg", DRAWN), DRAWN),
    "samples_cancelled": Made(cases("glgggf", SAMPLES), SAMPLES),
    "corners": Made(cases("lllggl", CORNERS), CORNERS, specs=OWN_LIMITS),
    "accepted": Made(cases("glgggf", GRID), GRID, accepted=(2, 6)),
}


@dataclass(frozen=True)
class Counted:
    """What is right: cases by status, by verdict over all specs and of each; good and complete samples."""

    status: Mapping[str, int]
    met: int
    violating: int
    missing: int
    by_spec: Mapping[str, tuple[int, int, int]]
    samples: tuple[int, int] | None

    @property
    def failed(self) -> int:
        return self.status["failed"]

    @property
    def ran(self) -> int:
        return self.status["completed"] + self.failed

    @property
    def pending(self) -> int:
        return self.status["pending"] + self.status["in_progress"]

    @property
    def summary(self) -> str:
        named = (
            (self.violating, "violate a spec"),
            (self.missing, "without a value"),
            (self.failed, "failed"),
        )
        return _first_of(self.ran, named)

    def of_spec(self, name: str) -> str:
        _, violating, missing = self.by_spec[name]
        return _first_of(
            self.ran, ((violating, "violate"), (missing, "without a value"), (self.failed, "failed"))
        )


def _first_of(ran: int, named: Sequence[tuple[int, str]]) -> str:
    parts = [(count, word) for count, word in named if count]
    return ", ".join(f"{n} of {ran} {word}" if not i else f"{n} {word}" for i, (n, word) in enumerate(parts))


def _verdict(made: Made, number: int, name: str) -> str:
    status, parameters, measured = made.rows[number - 1]
    if status != "completed":
        return status
    spec, value = made.specs[name], measured.get(name, math.nan)
    limits = spec | spec.get("corners", {}).get(parameters.get("corner"), {})
    if math.isnan(value):
        return "missing"
    return "met" if limits.get("min", -math.inf) <= value <= limits.get("max", math.inf) else "violating"


def counted(made: Made) -> Counted:
    """Counted from the rows."""
    numbers = range(1, len(made.rows) + 1)
    status = dict.fromkeys(("pending", "in_progress", "completed", "failed"), 0)
    for row in made.rows:
        status[row[0]] += 1
    status["pending"] += made.total - len(made.rows)
    verdicts = {name: [_verdict(made, number, name) for number in numbers] for name in made.specs}
    together = [{verdicts[name][number - 1] for name in made.specs} for number in numbers]
    completed = [row[0] == "completed" for row in made.rows]
    violating = sum("violating" in each for each in together)
    missing = sum("missing" in each and "violating" not in each for each in together)
    by_spec = {
        name: (each.count("met"), each.count("violating"), each.count("missing"))
        for name, each in verdicts.items()
    }
    met = sum(completed) - violating - missing
    return Counted(status, met, violating, missing, by_spec, _samples(made, together))


def _samples(made: Made, together: Sequence[set[str]]) -> tuple[int, int] | None:
    if "monte_carlo" not in made.plan:
        return None
    of_sample: dict[int, list[bool | None]] = {}
    for number in range(1, made.total + 1):
        here = together[number - 1] if number <= len(together) else {"pending"}
        good = None if here & {"pending", "in_progress"} else here == {"met"}
        of_sample.setdefault(made.expanded.case(number).sample or 0, []).append(good)
    complete = [each for each in of_sample.values() if None not in each]
    return sum(all(each) for each in complete), len(complete)


@pytest.fixture(params=list(RUNS))
def run(request: pytest.FixtureRequest, make_run: MakeRun, tmp_path: Path) -> tuple[RunLayout, Counted]:
    """A run, and what is right for it."""
    made = RUNS[request.param]
    (tmp_path / "sim_setup.yaml").write_text("name: p\n")
    layout = make_run(
        made.rows, specs=made.specs, total=made.total, plan=json.loads(json.dumps(made.expanded.to_json()))
    )
    right = counted(made)
    db = database.open_for_writing(layout.database)
    db.execute("UPDATE meta SET value = ? WHERE key = 'total'", (str(made.total),))
    for status, number in right.status.items():
        db.execute("INSERT OR REPLACE INTO counts VALUES (?, ?)", (status, number))
    for case_id in range(1, len(made.rows) + 1):
        db.execute("UPDATE cases SET fingerprint = ? WHERE id = ?", (case_id, case_id))
        db.execute(
            "INSERT INTO attempts (seq, case_id, attempt, status) VALUES (?, ?, 1, ?)",
            (case_id, case_id, made.rows[case_id - 1][0]),
        )
    for case_id in made.accepted:
        db.execute("INSERT INTO accepted (seq, case_id, circuit) VALUES (?, ?, 2)", (case_id, case_id))
    db.close()
    return layout, right


def numbers_in(text: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"(?<![\d.])\d+(?![\d.])", text)]


def test_states_of_cases(
    run: tuple[RunLayout, Counted], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    layout, right = run
    monkeypatch.chdir(layout.root)
    assert summarise(layout).counts == right.status
    cli.run(["status", layout.name, "--json"])
    assert json.loads(capfd.readouterr().out)["runs"][0]["counts"] == right.status
    cli.run(["results", layout.name, "--json"])
    rows = json.loads(capfd.readouterr().out)
    for status in ("completed", "failed"):
        assert sum(row["status"] == status for row in rows) == right.status[status]
    cli.run(["results", layout.name])
    (tally,) = (line for line in capfd.readouterr().err.splitlines() if line.startswith(f"{layout.name}: "))
    named = [f"{n} {status.replace('_', ' ')}" for status, n in right.status.items() if n]
    assert tally.endswith(": " + ", ".join(named))
    page = page_of(OpenRun(layout))
    counts = {"completed": right.status["completed"], "failed": right.failed, "waiting": right.pending}
    assert (page["counts"], page["total"]) == (counts, right.ran + right.pending)
    assert f"{right.ran} of {right.ran + right.pending} cases" in read_results(layout).head


def test_verdicts_over_all_specs(run: tuple[RunLayout, Counted]) -> None:
    layout, right = run
    opened = OpenRun(layout)
    found = opened.case_counts
    assert (found.meeting, found.violating, found.missing, found.failed, found.pending) == (
        *(right.met, right.violating, right.missing, right.failed, right.pending),
    )
    lines = list(verdict_lines(opened))
    assert [line for line in lines if line.startswith("cases: ")] == [f"cases: {right.summary}"] * bool(
        right.summary
    )
    shown = read_violations(layout)
    if opened.specs:
        assert shown.counts == found
        assert shown.text == (right.summary if right.violating or right.missing else "")
    for verdict in (datasheet(opened), page_of(opened)["verdict"]):
        assert (f"{right.violating} of {right.ran} cases violate a spec" in verdict) == bool(right.violating)
        assert (f"{right.failed} simulations failed" in verdict) == bool(right.failed and right.ran)
        assert (f"{right.pending} cases not run" in verdict) == bool(right.pending and right.ran)
    by_value = specs_by(opened, "temp").values() if opened.specs else [(right.met, right.ran)]
    assert tuple(map(sum, zip(*by_value, strict=True))) in [(right.met, right.ran), ()]
    summary = read_results(layout).summary
    if right.samples is None and right.ran and opened.specs:
        assert summary.startswith(f"{right.met} of {right.ran} cases meet every spec")


def test_verdicts_of_each_spec(run: tuple[RunLayout, Counted]) -> None:
    layout, right = run
    opened = OpenRun(layout)
    page = {row["name"]: row for row in page_of(opened)["specs"]}
    shown = {line.name: line for line in read_results(layout).specs}
    junit_cases = {case.get("name"): case for case in ElementTree.fromstring(junit(opened)).iter("testcase")}
    table = dict(zip(right.by_spec, list(spec_table(opened))[1:], strict=False))
    for name, (met, violating, missing) in right.by_spec.items():
        against = right.of_spec(name)
        assert shown[name].counts.against == against
        assert shown[name].passing == (f"{met}/{right.ran}" if right.ran else "")
        assert not against or f"({against.replace(' violate', '')})" in table[name]
        why = [right.ran, *filter(None, (violating, missing, right.failed))] if against else []
        assert numbers_in(page[name]["why"]) == why
        problem = next(iter(junit_cases[name]), None)
        assert numbers_in((problem.get("message") or "") if problem is not None else "") == why
        if right.samples is None and right.ran:
            assert page[name]["yield_text"] == f"{met} of {right.ran} meet"


def test_yields(run: tuple[RunLayout, Counted]) -> None:
    layout, right = run
    opened = OpenRun(layout)
    texts = ["\n".join(verdict_lines(opened)), datasheet(opened), page_of(opened)["yield_text"]]
    texts.append(read_results(layout).summary)
    if right.samples is None:
        assert opened.yields is None
        assert not any("samples meet" in text for text in texts)
        return
    good, complete = right.samples
    assert opened.yields is not None
    assert opened.yields.total == yield_of(good, complete)
    assert all(f"{good} of {complete} samples meet every spec" in text for text in texts)


def test_verdict_of_the_run(run: tuple[RunLayout, Counted]) -> None:
    layout, right = run
    opened = OpenRun(layout)
    suite = ElementTree.fromstring(junit(opened))
    red = len(list(suite.iter("failure"))) + len(list(suite.iter("error")))
    assert (red > 0) == bool(
        right.violating or right.missing or right.failed or (right.pending and right.ran)
    )
    assert violated(spec_results(layout)) == bool(
        opened.specs and (right.violating or right.missing or right.failed)
    )
    assert opened.unfinished == bool(right.pending)
    good = not (right.violating or right.missing or right.failed)
    assert (page_of(opened)["colour"] == "good") == (good and not right.pending and right.ran > 0)


def overall(counts: tuple[int, int, int], failed: int) -> str:
    """The verdict on a spec: how failed simulations count is decided here as everywhere."""
    met, violating, missing = counts
    if violating:
        return "fail"
    return "missing" if missing or failed else "pass" if met else "empty"


COMPARED = [name for name, made in RUNS.items() if made.plan is GRID and made.specs is SPECS]


@pytest.mark.parametrize("new", COMPARED)
@pytest.mark.parametrize("old", ["all_good", "everything", "accepted"])
def test_a_comparison_counts_as_the_runs_do(
    make_run: MakeRun,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    old: str,
    new: str,
) -> None:
    """`compare` and `baseline check`: verdicts of specs, changes of status, values, and the exit code."""
    (tmp_path / "sim_setup.yaml").write_text("name: p\n")
    monkeypatch.chdir(tmp_path)
    layouts = [
        make_run(RUNS[name].rows, name=f"{side}_20260101000000", specs=SPECS, total=RUNS[name].total)
        for side, name in (("old", old), ("new", new))
    ]
    before, after = counted(RUNS[old]), counted(RUNS[new])
    changes = [
        {"spec": name, "old": was, "new": now}
        for name in SPECS
        if (was := overall(before.by_spec[name], before.failed))
        != (now := overall(after.by_spec[name], after.failed))
    ]
    pairs = list(zip(RUNS[old].rows, RUNS[new].rows, strict=False))
    statuses = [(a[0], b[0]) for a, b in pairs if a[0] != b[0]]
    names = ("gain", "bw") if any(row[2] for row in RUNS[new].rows) else ()
    moved = [name for a, b in pairs for name in names if a[2].get(name) != b[2].get(name)]
    gone = len(RUNS[old].rows) - len(pairs)
    same = not (statuses or moved or gone or [each for each in changes if each["new"] != "pass"])
    same = same and not [each for each in changes if each["old"] != "none"]
    worse = any(each["new"] in ("fail", "missing") for each in changes)
    for command in (["compare", layouts[0].name], ["baseline", "check"]):
        if command[0] == "baseline":
            write_baseline(OpenRun(layouts[0]), tmp_path / "b.json")
            command = [*command, "--file", "b.json"]
        code = cli.run([*command, layouts[1].name, "--json"])
        found = json.loads(capfd.readouterr().out)
        assert found["specs"] == changes
        assert sorted((each["old"], each["new"]) for each in found["status"]) == sorted(statuses)
        assert sorted(each["measurement"] for each in found["moved"]) == sorted(moved)
        assert (len(found["only_old"]), found["same"]) == (gone, same)
        assert code == (0 if same else 3 if worse and command[0] == "baseline" else 1)
