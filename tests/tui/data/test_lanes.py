"""What lanes show of a simulation's dump and of a counterexample."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simorc.errors import WaveformError
from simorc_tui.data.lanes import cycle_text, read_counterexample

FOUND: dict[str, Any] = {
    "module": "toggle",
    "ticks": [False, True, True],
    "inputs": {"rst_n": ["0", "1", "1"], "din": ["00000000", "11110000", "11110000"]},
    "outputs": {
        "q": {
            "expected": [["00000000", None], ["00000000", "00001111"], ["00001111", "00001111"]],
            "got": [["xxxxxxxx", None], ["00000000", "00001110"], ["00001110", "00001111"]],
        }
    },
    "first": {"row": 1, "phase": "after", "port": "q", "got": "00001110", "expected": "00001111"},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "counterexample.json"
    path.write_text(json.dumps(FOUND))
    return path


def test_inputs_then_expected_and_given_outputs_up_to_the_failure(file: Path) -> None:
    found = read_counterexample(file)
    assert found.shown == ("rst_n", "din", "q expected", "q got")
    rst_n, din, expected, got = found.lanes
    assert (list(rst_n.times), rst_n.values) == ([0, 1], ("0", "1"))
    assert (din.width, din.values) == (8, ("0", "f0"))
    assert (list(expected.times), expected.values) == ([0, 0.5, 1, 1.5], ("0", "", "0", "f"))
    assert (list(got.times), got.values) == ([0, 0.5, 1, 1.5], ("xxxxxxxx", "x", "0", "e"))
    assert found.end == 2 and found.unit == "cycle" and found.names == ()


def test_wrong_parts_and_the_first_one_in_words(file: Path) -> None:
    found = read_counterexample(file)
    assert found.lanes[3].alarms == ((0.0, 0.5), (1.5, 2.0))
    assert found.note == "q is e, expected f: cycle 1, after the clock edge" and found.start_at == 1.5


def test_a_failure_that_does_not_repeat(file: Path) -> None:
    file.write_text(json.dumps(FOUND | {"first": None}))
    assert "does not fail again" in read_counterexample(file).note


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"first": 3}', json.dumps(FOUND | {"inputs": {"a": []}})]
)
def test_another_file_is_refused(file: Path, content: str) -> None:
    file.write_text(content)
    with pytest.raises(WaveformError, match="not a counterexample"):
        read_counterexample(file)


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(WaveformError, match="cannot be read"):
        read_counterexample(tmp_path / "none.json")


def test_a_cycle_in_words() -> None:
    assert cycle_text(6.0) == "cycle 6, before the clock edge"
    assert cycle_text(6.5) == "cycle 6, after the clock edge"
