from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simorc.cli.commands.results.compare import lines_of
from simorc.results.compare import Comparison
from simorc.rundir.layout import RunLayout
from simorc.sweeps.plan import Plan
from simorc.units import ShownAs
from tests.waiting import PATIENCE

Simorc = Callable[..., Any]


def test_table_is_for_people(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    printed = simorc("results", "--project", project)
    lines = printed.out.splitlines()
    assert lines[0].split() == ["case", "vdda", "corner", "gain", "status", "time", "message"]
    assert lines[1].split() == ["1", "3.0", "tt", "41", "dB", "completed", "10", "ms"]
    assert "timestep too small at ^[[31mt=3us" in lines[4]
    assert printed.err.strip() == f"{finished_run.name}: 6 cases: 1 pending, 4 completed, 1 failed"


def test_specs_stand_below_the_table(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    manifest = json.loads(finished_run.manifest.read_text())
    manifest |= {"measurements": {"gain": {"unit": "dB"}}, "specs": {"gain": {"min": 42}}}
    finished_run.manifest.write_text(json.dumps(manifest))
    lines = simorc("results", "--project", project).out.splitlines()
    head, gain, counts = lines[-3:]
    assert head.split()[:2] == ["spec", "min"]
    assert "fail (1 of 5, 1 failed)" in gain
    assert gain.endswith("1: vdda=3.0 corner=tt")
    assert counts.startswith("cases: 1 of 5 violate")


def test_json_has_the_promised_shape(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    cases = json.loads(simorc("results", finished_run.name, "--json", "--project", project).out)
    assert [case["case_id"] for case in cases] == [1, 2, 3, 4, 5, 6]
    assert cases[0] == {
        "case_id": 1,
        "status": "completed",
        "kind": None,
        "parameters": {"vdda": 3.0, "corner": "tt"},
        "measurements": {"gain": 41.0},
        "error_message": None,
        "attempts": 1,
        "warm": False,
    }
    assert cases[3]["kind"] == "no_convergence"
    assert cases[3]["measurements"] == {"gain": None}
    assert cases[5]["warm"] is None


def test_jsonl_is_a_case_per_line(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    lines = simorc("results", "--format", "jsonl", "--failed", "--project", project).out.splitlines()
    assert [json.loads(line)["case_id"] for line in lines] == [4]


def test_csv_reads_back(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    rows = list(csv.DictReader(io.StringIO(simorc("results", "--format", "csv", "--project", project).out)))
    assert [float(row["gain"]) for row in rows if row["gain"]] == [41.0, 42.0, 43.0, 45.0]
    assert rows[3]["error_message"].startswith("timestep too small")


def test_filter_sort_and_failed_go_together(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    def ids(*options: str) -> list[int]:
        printed = simorc("results", "--json", *options, "--project", project)
        assert printed.code == 0, printed.err
        return [case["case_id"] for case in json.loads(printed.out)]

    assert ids("--filter", "vdda>3.1 status:completed", "--sort", "-gain") == [5]
    assert ids("--sort", "-gain", "--filter", "corner=tt or corner=ss") == [5, 2, 1, 4]
    assert ids("--failed", "--filter", "corner=tt or corner=ss") == [4]
    assert ids("--failed", "--filter", "corner=ss") == []


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--sort", "gian"], "unknown sort column 'gian'"), (["--filter", "gian>3"], "did you mean 'gain'")],
)
def test_unknown_columns(
    simorc: Simorc, project: Path, finished_run: RunLayout, options: list[str], words: str
) -> None:
    printed = simorc("results", *options, "--project", project)
    assert printed.code == 2
    assert words in printed.err


def test_a_reader_that_stops_reading_is_no_error(project: Path, finished_run: RunLayout) -> None:
    read, write = os.pipe()
    os.close(read)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-m", "simorc", "results", "--format", "csv", "--project", str(project)]
    done = subprocess.run(
        command, stdout=write, stderr=subprocess.PIPE, env=environment, timeout=PATIENCE, check=False
    )
    os.close(write)
    assert done.returncode == 0
    assert done.stderr == b""


def test_log_is_made_safe(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    printed = simorc("log", "pvt", "4", "--project", project)
    assert printed.out == "Circuit: ota\nTimestep too small^[]0;title^G\n"
    assert simorc("log", "pvt", "4", "--follow", "--project", project).out == printed.out


@pytest.mark.parametrize(("case", "words"), [(6, "no log of case 6"), (7, "its cases are 1 to 6")])
def test_no_log(simorc: Simorc, project: Path, finished_run: RunLayout, case: int, words: str) -> None:
    printed = simorc("log", "pvt", case, "--project", project)
    assert printed.code == 1
    assert words in printed.err


def test_show_tells_verdict_attempt_and_rerun(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    out = simorc("show", "pvt", "4", "--project", project).out
    assert "failed (no_convergence): timestep too small at ^[[31mt=3us" in out
    place = finished_run.path.parent / f"by_hand_{finished_run.name}" / "results" / "4"
    assert f"cd {place} && OMP_THREAD_LIMIT=1 ngspice -b netlist.spice" in out
    reported = json.loads(simorc("show", "pvt", "4", "--json", "--project", project).out)
    assert reported["attempts_made"][0]["action"] == "done"
    assert reported["parameters"] == {"vdda": 3.3, "corner": "tt"}


def test_the_seed_of_a_sample_is_shown(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    manifest = json.loads(finished_run.manifest.read_text())
    plan = Plan.expand({"monte_carlo": {"samples": 6, "seed": 3}}, defaults={})
    finished_run.manifest.write_text(json.dumps({**manifest, "plan": plan.to_json()}))
    seed = plan.case(5).seed
    assert f"seed  {seed}" in " ".join(simorc("show", "pvt", "5", "--project", project).out.split("  "))
    assert json.loads(simorc("show", "pvt", "5", "--json", "--project", project).out)["seed"] == seed


def test_show_of_a_case_that_is_not_there(simorc: Simorc, project: Path, finished_run: RunLayout) -> None:
    assert "its cases are 1 to 6" in simorc("show", "pvt", "99", "--project", project).err


def test_of_a_digest_the_first_digits_are_told() -> None:
    found = Comparison(1, [], [], [], [], inputs=[("dut.spice", "a" * 64, "b" * 64), ("seed", "1", "2")])
    lines = list(lines_of(found, lambda _: ShownAs()))
    assert f"  dut.spice: {'a' * 12} → {'b' * 12}" in lines
    assert "  seed: 1 → 2" in lines


@pytest.mark.ngspice
def test_across_values_without_a_spec_and_the_yield_are_told(simorc: Simorc, project: Path) -> None:
    config = project / "testbenches/ac/config.yaml"
    across = "  wide: {across: {reduce: spread, over: temp, of: f_3db}, unit: Hz}\n"
    config.write_text(config.read_text().replace("measurements:\n", f"measurements:\n{across}"))
    assert simorc("run", "corners", "--project", project).code == 0
    printed = simorc("results", "--project", project).out.splitlines()
    at = next(place for place, line in enumerate(printed) if line.startswith("across cases"))
    assert printed[at + 1].split()[0] == "wide" and "Hz" in printed[at + 1]
    assert not [line for line in printed if line.startswith("yield")]
    config.write_text(config.read_text().replace(across, ""))
    (project / "sweeps/spread.yaml").write_text(
        "testbench: ac\nmonte_carlo: {samples: 4, distributions: {r: {normal: {mean: 10k, sigma: 100}}}}\n"
    )
    assert simorc("run", "spread", "--project", project).code == 0
    printed = simorc("results", "--project", project).out.splitlines()
    (reported,) = [line for line in printed if line.startswith("yield: ")]
    assert "samples meet every spec in all their cases: " in reported and "…" in reported
