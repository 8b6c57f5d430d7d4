"""What a run came to, kept until its files change."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from simorc.dashboard import digests
from simorc.dashboard.digests import digest, report
from simorc.dashboard.projects import WatchedProject
from simorc.dashboard.trends import trend_figures
from tests.made_runs import MakeRun, Row


@pytest.fixture
def run(watched: WatchedProject) -> str:
    return str(watched.root / "simulations" / "pvt_20260102000000")


def test_a_digest_has_the_judged_specs_and_the_failures(run: str, tmp_path: Path) -> None:
    found = digest(run, str(tmp_path / "cache"))
    assert found["verdict"] == "1 of 1 specs not met; 1 simulations failed; 1 of 3 cases violate a spec"
    assert [(each["name"], each["status"], each["case"]) for each in found["specs"]] == [("gain", "fail", 1)]
    assert found["values"]["gain"] == {
        "unit": "dB",
        "least": 40.0,
        "mean": 42.0,
        "most": 44.0,
        "limits": [[41.0, "min 41 dB", "below"]],
    }
    assert [(each["kind"], each["count"], each["first"]) for each in found["failures"]] == [
        ("no_convergence", 1, 3)
    ]
    assert found["commit"] == "2abcdef012"


def test_a_digest_is_read_from_the_cache_until_the_store_changes(
    run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = str(tmp_path / "cache")
    first = digest(run, cache)
    with monkeypatch.context() as patched:
        patched.setattr(digests, "_digest", lambda _: pytest.fail("computed again"))
        assert digest(run, cache) == json.loads(json.dumps(first))
    Path(run, "run.sqlite").touch()
    monkeypatch.setattr(digests, "_digest", lambda _: {"error": "computed again"})
    assert digest(run, cache)["error"] == "computed again"


def test_a_run_that_cannot_be_read_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    assert "error" in digest(str(tmp_path), str(tmp_path / "cache"))
    assert digest(str(tmp_path), str(tmp_path / "cache"))["error"]


def test_the_report_is_the_one_of_simorc_report(run: str) -> None:
    assert "1 of 1 specs not met" in report(run)


def test_a_trend_shows_each_measurement_over_the_runs_with_the_newest_limits(
    run: str, tmp_path: Path
) -> None:
    found = digest(run, str(tmp_path / "cache"))
    other = {**found, "values": {"gain": {**found["values"]["gain"], "mean": 30.0, "limits": []}}}
    (figure,) = trend_figures([("then", other), ("failed", {"error": "x"}), ("now", found)])
    assert figure.x.categories == ("then", "failed", "now")
    mean = next(curve for curve in figure.strips[0].curves if curve.label == "mean")
    assert mean.y[[0, 2]].tolist() == [30.0, 42.0]
    assert mean.y[1] != mean.y[1], "a run without the measurement leaves a gap"
    assert [(limit.value, limit.label) for limit in figure.strips[0].limits] == [(41.0, "min 41 dB")]


def test_a_digest_of_a_run_that_is_written_to_is_not_taken_from_the_cache(
    run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The values are in the journal then, and the stamp of the store says nothing about them."""
    cache = str(tmp_path / "cache")
    digest(run, cache)
    Path(run, "run.sqlite-wal").write_bytes(b"x" * 100)
    monkeypatch.setattr(digests, "_digest", lambda _: {"error": "computed again"})
    assert digest(run, cache)["error"] == "computed again"
    Path(run, "run.sqlite-wal").unlink()
    assert digest(run, cache)["error"] == "", "nor was it kept"


def test_a_negative_scale_turns_the_limits_and_infinities_hide_nothing(
    make_run: MakeRun, tmp_path: Path
) -> None:
    rows: list[Row] = [
        ("completed", {"r": 1.0}, {"loss": 3.0, "other": 1.0}),
        ("completed", {"r": 2.0}, {"loss": 5.0, "other": math.inf}),
    ]
    specs = {"loss": {"min": 2.0, "unit": "dB"}}
    layout = make_run(rows, specs=specs, measurements={"loss": {"scale": -1, "unit": "dB"}, "other": {}})
    values = digest(str(layout.path), str(tmp_path / "cache"))["values"]
    assert (values["loss"]["least"], values["loss"]["most"]) == (-5.0, -3.0)
    assert [(value, side) for value, _, side in values["loss"]["limits"]] == [(-2.0, "above")]
    assert (values["other"]["least"], values["other"]["most"]) == (1.0, 1.0)
