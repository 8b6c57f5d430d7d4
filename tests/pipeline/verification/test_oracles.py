"""Oracles and stimulus: expected outputs of every row, without a simulator."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.config.contracts.resolved import ResolvedContract
from simorc.config.validate.contract_checks import load_contract
from simorc.pipeline.verification.oracles import Expectation, OracleError, expectations, oracle_of
from simorc.pipeline.verification.stimulus import Row, rows_of
from simorc.pipeline.verification.vectors import word, word_bits

RULES = """
module: m
parameters: {W: 2}
clock: clk
reset: {port: rst, active: high, kind: KIND}
ports:
  en: input
  q: {direction: output, width: W, valid_when: en}
rules: {state: {q: 1}, next: {q: q + en}}
"""


def contract(tmp_path: Path, text: str) -> ResolvedContract:
    path = tmp_path / "contract.yaml"
    path.write_text(text)
    return load_contract(path)


def row(en: int, *, reset: bool = False, tick: bool = True) -> Row:
    return Row((en,), reset, tick)


def values(found: list[Expectation]) -> list[tuple[int | None, int | None]]:
    return [(each.before[0], each.after[0]) for each in found]


def test_an_asynchronous_reset_acts_before_the_edge(tmp_path: Path) -> None:
    rules = contract(tmp_path, RULES.replace("KIND", "async"))
    rows = [row(1, reset=True), row(1), row(1), row(1, reset=True, tick=False), row(0), row(1)]
    found = expectations(rules, oracle_of(rules, tmp_path), rows)
    assert values(found) == [(1, 1), (1, 2), (2, 3), (1, None), (None, None), (1, 2)]


def test_a_synchronous_reset_acts_at_the_edge_and_nothing_is_known_before(tmp_path: Path) -> None:
    rules = contract(tmp_path, RULES.replace("KIND", "sync"))
    rows = [row(1), row(1, reset=True), row(1), row(1, reset=True, tick=False), row(1, reset=True)]
    found = expectations(rules, oracle_of(rules, tmp_path), rows)
    assert values(found) == [(None, None), (None, 1), (1, 2), (2, None), (2, 1)]


def test_steps_compare_what_they_name(tmp_path: Path) -> None:
    text = RULES.split("rules:")[0].replace("KIND", "async")
    steps = contract(
        tmp_path,
        text
        + "steps: [{set: {en: 1}, cycles: 2, expect: {q: 3}}, {set: {rst: 1}, cycles: 0, expect: {q: 1}}]\n",
    )
    rows = rows_of(steps, 1)
    assert [(each.inputs, each.reset, each.tick) for each in rows] == [
        *[((0,), True, True)] * 2,
        *[((1,), False, True)] * 2,
        ((1,), True, False),
    ]
    found = values(expectations(steps, None, rows))
    assert found == [(None, None), (None, None), (None, None), (None, 3), (1, None)]


def test_rows_are_those_of_their_seed(tmp_path: Path) -> None:
    rules = contract(tmp_path, RULES.replace("KIND", "async"))
    assert rows_of(rules, 3) == rows_of(rules, 3) != rows_of(rules, 4)
    assert any(not each.tick for each in rows_of(rules, 3))
    assert len(rows_of(rules, 3, times=4)) > 3 * len(rows_of(rules, 3))


def test_a_word_has_values_and_masks(tmp_path: Path) -> None:
    rules = contract(tmp_path, RULES.replace("KIND", "async"))
    text = word(rules, row(1), Expectation((None,), (2,)))
    assert text == "1_0_1_00_00_10_11"
    assert len(text.replace("_", "")) == word_bits(rules)


MODEL = """
class Model:
    def __init__(self, W): self.q = 0
    def reset(self): self.q = 1
    def outputs(self, inputs): return OUTPUTS
    def clock(self, inputs): self.q = (self.q + inputs["en"]) % 4
"""


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (MODEL.replace("OUTPUTS", "{'q': 4}"), "outputs() gave 4 for q, which has 2 bits"),
        (MODEL.replace("OUTPUTS", "{'q': -1}"), "gave -1 for q"),
        (MODEL.replace("OUTPUTS", "{'q': 1.5}"), "gave 1.5 for q"),
        (MODEL.replace("OUTPUTS", "{}"), "misses q"),
        (MODEL.replace("OUTPUTS", "{'q': 1, 'p': 1}"), "has p, which the contract does not"),
        (MODEL.replace("OUTPUTS", "7"), "outputs() returned int, not a dict"),
        ("x = 1\n", "model.py has 0 classes with outputs, clock, reset"),
    ],
)
def test_a_wrong_model_is_named(tmp_path: Path, source: str, message: str) -> None:
    (tmp_path / "model.py").write_text(source)
    text = RULES.split("rules:")[0].replace("KIND", "async") + "model: model.py\n"
    resolved = contract(tmp_path, text)
    with pytest.raises(OracleError) as caught:
        expectations(resolved, oracle_of(resolved, tmp_path), [row(1)])
    assert message in str(caught.value)


def test_model_and_rules_agree(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(MODEL.replace("OUTPUTS", "{'q': self.q}"))
    rules = contract(tmp_path, RULES.replace("KIND", "async"))
    rows = rows_of(rules, 1)
    by_rules = expectations(rules, oracle_of(rules, tmp_path), rows)
    text = RULES.split("rules:")[0].replace("KIND", "async") + "model: model.py\n"
    model = contract(tmp_path, text)
    assert expectations(model, oracle_of(model, tmp_path), rows) == by_rules
