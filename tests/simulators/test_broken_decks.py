"""Decks that are wrong in every way we know: the kind of failure, the first cause in the simulator's words,
what was ignored, and one attempt where another cannot help.

`NGSPICE_UNDER_TEST` names another ngspice than the one on the path.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import anyio
import pytest
from ruamel.yaml import YAML

from simorc.runner.retry_policy import Attempt, Budgets, decide
from simorc.simulators.job import Job, Limits
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.outcome import FailureKind, Outcome

HERE = Path(__file__).parent
DECKS: list[dict[str, Any]] = YAML(typ="safe").load((HERE / "broken_decks.yaml").read_text(encoding="utf-8"))
LADDER = Budgets(ladder=[("gear", [".option method=gear"])])
AGAIN = {FailureKind.TIMESTEP_TOO_SMALL, FailureKind.CRASHED}
"""Kinds of the decks below for which another attempt makes sense."""


@cache
def simulator() -> Ngspice:
    return Ngspice(os.environ.get("NGSPICE_UNDER_TEST", "ngspice"))


def simulate(deck: str, directory: Path) -> Outcome:
    (directory / "a.lib").write_text("* l\n.lib tt\n.param a=1\n.endl\n")
    (directory / "b.lib").write_text("* l\n.lib tt\n.param a=1\n")
    return anyio.run(simulator().run_cold, Job(1, directory, deck, Limits(timeout=None)))


@pytest.mark.ngspice
@pytest.mark.parametrize("wrong", DECKS, ids=lambda wrong: f"{wrong['name']}{wrong.get('ngspice', '')}")
def test_what_is_said_of_it(wrong: dict[str, Any], tmp_path: Path) -> None:
    if not simulator().version().startswith(wrong.get("ngspice", "")):
        pytest.skip(f"of ngspice {wrong['ngspice']}")
    outcome = simulate(wrong["deck"], tmp_path)
    assert str(outcome.kind or outcome.status) == wrong["kind"]
    assert wrong.get("message", "") in outcome.message
    kinds = {str(warning.kind) for warning in outcome.warnings}
    assert kinds >= set(wrong["warnings"])
    assert wrong["warnings"] or not kinds or wrong["kind"] != "completed"
    again = decide([Attempt(1, outcome)], LADDER).again
    assert again == (outcome.kind in AGAIN)


def test_there_are_many() -> None:
    assert len({wrong["name"] for wrong in DECKS}) > 100
