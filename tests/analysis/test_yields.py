"""What the yield of an analysis counts: by the one judge, with all names of a condition."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from simorc.analysis import yields
from simorc.analysis.circuit import limits_of
from simorc.analysis.conditions import Condition
from simorc.analysis.yields import TOTAL, summarize
from simorc.config.definitions import Spec
from simorc.config.models.analysis import Samples
from simorc.units import Number

LOOSE = Spec("offset", max=5.0, corners={"ss": (None, 7.0), "slow_hot": (None, 9.0)})


@pytest.mark.parametrize(
    ("parameters", "bundle", "limit"),
    [
        ({"corner": "tt"}, None, 5.0),
        ({"corner": "ss"}, None, 7.0),
        ({"corner": "ss"}, "slow_hot", 9.0),
        ({"temp": Number("125")}, "slow_hot", 9.0),
        ({"corner": "ss"}, "other", 7.0),
    ],
)
def test_the_limits_are_those_that_a_run_has_at_this_corner(
    parameters: dict[str, Any], bundle: str | None, limit: float
) -> None:
    (found,) = limits_of(LOOSE, Condition("c", parameters, bundle))
    assert found.value == limit


class FakeCircuit:
    """Both measurements are its first variable; `lost` samples have no value of the first measurement."""

    def __init__(self, condition: Condition, variables: list[str], lost: tuple[int, ...] = ()) -> None:
        self.condition, self.measurements, self.lost = condition, ("a", "b"), lost
        self.variables = [SimpleNamespace(name=name) for name in variables]
        self.seen: np.ndarray[Any, Any] = np.zeros(0)

    def values(self, samples: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The measurements of samples."""
        self.seen = samples
        found = np.stack([samples[:, 0], samples[:, 0]], axis=1)
        found[list(self.lost), 0] = np.nan
        return found


def summary(
    circuits: list[FakeCircuit], specs: dict[str, Spec], monkeypatch: pytest.MonkeyPatch, samples: int = 40
) -> dict[tuple[str, str], yields.YieldRow]:
    monkeypatch.setattr(yields, "distances", lambda *_, **__: [])
    given = iter(circuits)
    subject: Any = SimpleNamespace(
        conditions=[each.condition for each in circuits], specs=specs, circuit=lambda *_: next(given)
    )
    drawn = Samples.model_construct(samples=samples, seed=3)
    found = summarize(subject, None, ["a", "b"], drawn)  # type: ignore[arg-type]
    return {(row.condition, row.measurement): row for row in found.rows}


ANY = {"a": Spec("a"), "b": Spec("b")}


def test_a_sample_is_one_circuit_although_the_variables_of_conditions_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = FakeCircuit(Condition("tt"), ["x", "y"])
    other = FakeCircuit(Condition("ss"), ["y", "x", "z"])
    summary([one, other], ANY, monkeypatch)
    assert np.array_equal(one.seen, other.seen[:, [1, 0]])
    assert other.seen.shape == (40, 3)


def test_a_sample_without_a_value_is_counted_in_every_row_that_it_belongs_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    circuits = [
        FakeCircuit(Condition("tt"), ["x"], lost=(0, 1)),
        FakeCircuit(Condition("ss"), ["x"], lost=(1, 2)),
    ]
    rows = summary(circuits, ANY, monkeypatch)
    assert {key: row.failed_simulations for key, row in rows.items()} == {
        ("tt", "a"): 2,
        ("tt", "b"): 0,
        ("ss", "a"): 2,
        ("ss", "b"): 0,
        ("tt", TOTAL): 2,
        ("ss", TOTAL): 2,
        (TOTAL, TOTAL): 3,
    }
    assert rows[TOTAL, TOTAL].sampled.passed == 37


def test_a_value_on_its_limit_passes_as_it_does_in_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    circuit = FakeCircuit(Condition("tt"), ["x"])
    summary([circuit], ANY, monkeypatch, samples=5)
    least = float(circuit.seen[:, 0].min())
    rounded = least + 5e-13 * abs(least)
    assert rounded > least
    again = [FakeCircuit(Condition("tt"), ["x"])]
    rows = summary(again, {**ANY, "a": Spec("a", min=rounded)}, monkeypatch, samples=5)
    assert rows["tt", "a"].sampled.passed == 5
