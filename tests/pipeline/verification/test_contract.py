"""Contracts: widths, values and rules become numbers, and every error has its place in the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simorc.config.contracts.expression import parse_expression
from simorc.config.contracts.resolved import ResolvedContract
from simorc.config.project import Project
from simorc.config.validate.contract_checks import load_contract, read_contract
from simorc.errors import ConfigError, ExpressionError

HEAD = "module: m\nparameters: {W: 4}\nclock: clk\nreset: {port: rst_n}\nports:\n"
PORTS = "  en: input\n  q: {direction: output, width: W}\n"


def problems(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "contract.yaml"
    path.write_text(text)
    read = read_contract(path)
    assert (read.contract is None) == bool(read.problems)
    return [f"{each.line}:{each.column}:{each.key}: {each.message}" for each in read.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  q: outptu\n", ":ports.q: expected 'input', 'output' or 'inout', not 'outptu'"),
        ("  en: input\n", "5:1:ports: the design has no output"),
        ("  q: {direction: output, width: WW}\n", "6:33:ports.q.width: no 'WW' here (did you mean 'W'?)"),
        ("  q: {direction: output, width: 0}\n", "ports.q.width: '0' is 0: must be at least 1"),
        (f"{PORTS}  clk: output\n", "8:8:ports.clk: the clock is an input of one bit"),
        (f"{PORTS}  W: input\n", "8:6:ports.W: also the name of a parameter"),
        (f"{PORTS}rules: {{state: {{q: 16}}}}\n", "rules.state.q.reset: 16 does not fit into 4 bits"),
        (f"{PORTS}rules: {{out: {{q: en +}}}}\n", "8:18:rules.out.q: invalid syntax"),
        (f"{PORTS}rules: {{out: {{q: enn}}}}\n", "no 'enn' here (did you mean 'en'?)"),
        (f"{PORTS}rules: {{out: {{q: __import__('os')}}}}\n", "no function '__import__'"),
        (f"{PORTS}rules: {{out: {{q: en.real}}}}\n", "not allowed in a rule"),
        (f"{PORTS}rules: {{state: {{s: 0}}}}\n", "rules.state.s: give the width of s"),
        (f"{PORTS}rules: {{state: {{s: {{width: 2}}}}}}\n", "rules.out: no rule for the output q"),
        (f"{PORTS}rules: {{state: {{q: 0}}, next: {{p: 1}}}}\n", "rules.next.p: not a register"),
        (f"{PORTS}model: none.py\n", "8:8:model: no such file: none.py"),
        (f"{PORTS}model: ../model.py\n", "../model.py is outside the directory of the contract"),
        (
            f"{PORTS}rules: {{state: {{q: 0}}}}\nsteps: [{{cycles: 1}}]\n",
            "the oracle is either rules or steps",
        ),
        (f"{PORTS}steps: [{{set: {{e: 1}}}}]\n", "steps[0].set.e: not an input (did you mean 'en'?)"),
        (f"{PORTS}steps: [{{expect: {{q: 16}}}}]\n", "steps[0].expect.q: 16 does not fit into 4 bits"),
        (f"{PORTS}steps: [{{expct: {{q: 1}}}}]\n", "steps[0].expct: unknown key (did you mean 'expect'?)"),
        (
            f"{PORTS}rules: {{state: {{q: 0}}}}\nstimulus: {{phases: [{{inputs: {{en: 2}}}}]}}\n",
            "stimulus.phases[0].inputs.en: expected a probability from 0 to 1",
        ),
        (f"{PORTS}require: {{mutation: 2}}\n", "require.mutation: must be"),
    ],
)
def test_every_error_has_its_place(tmp_path: Path, text: str, expected: str) -> None:
    found = problems(tmp_path, HEAD + text)
    assert any(expected in each for each in found), found


def test_numbers_of_all_spellings(tmp_path: Path) -> None:
    path = tmp_path / "contract.yaml"
    path.write_text(
        "module: m\nparameters: {DEPTH: 5}\nclock: {port: ck, edge: negedge}\n"
        "ports:\n  a: {direction: input, width: 64}\n  q: {direction: output, width: clog2(DEPTH) + 1}\n"
        'steps:\n  - {set: {a: 18446744073709551615}, cycles: 2, expect: {q: "4\'hA"}}\n'
        "  - {set: {a: 0xFF}, expect: {q: DEPTH}}\n"
    )
    contract = load_contract(path)
    assert contract.widths == {"ck": 1, "a": 64, "q": 4}
    assert [dict(step.set) for step in contract.steps] == [{"a": 2**64 - 1}, {"a": 255}]
    assert [dict(step.expect) for step in contract.steps] == [{"q": 10}, {"q": 5}]
    assert ResolvedContract.from_json(json.loads(json.dumps(contract.as_json()))) == contract


def test_a_pipeline_and_its_contract_must_agree(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text(HEAD + PORTS + "rules: {state: {q: 0}, out: {p: 1}}\n")
    (tmp_path / "sim_setup.yaml").write_text(
        "pipelines:\n  p:\n    top: n\n    contract: contract.yaml\n"
        "    stages: {generate: {backend: rules}}\n"
    )
    with pytest.raises(ConfigError) as caught:
        Project.load(tmp_path)
    assert "contract.yaml:8:33: rules.out.p: not an output" in str(caught.value)
    (tmp_path / "contract.yaml").write_text(HEAD + PORTS)
    with pytest.raises(ConfigError) as caught:
        Project.load(tmp_path)
    told = str(caught.value)
    assert "the contract is of module m, the pipeline of n" in told
    assert "sim_setup.yaml:5:34: pipelines.p.stages.generate.backend: backend: rules needs rules" in told
    assert "the contract has no oracle" in told


@pytest.mark.parametrize("stage", ["generate", "a1"])
def test_both_names_of_a_stage_and_their_places(tmp_path: Path, stage: str) -> None:
    (tmp_path / "sim_setup.yaml").write_text(
        f"pipelines:\n  p:\n    top: n\n    stages:\n      {stage}: {{template: no.j2}}\n"
    )
    with pytest.raises(ConfigError) as caught:
        Project.load(tmp_path)
    assert f"pipelines.p.stages.{stage}.template: no such file: no.j2" in str(caught.value)
    assert "sim_setup.yaml:5:" in str(caught.value)


def test_a_stage_is_written_once(tmp_path: Path) -> None:
    (tmp_path / "sim_setup.yaml").write_text(
        "pipelines:\n  p:\n    top: n\n    rtl: a.sv\n    stages: {a4: {}, lint: {}}\n"
    )
    with pytest.raises(ConfigError, match="lint and a4 are the same stage; write one"):
        Project.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a + b * 2", 23),
        ("a - b", -7),
        ("~a", 12),
        ("cat(a, b[1:0])", 14),
        ("a[1] and b > 9", 1),
        ("0 < a < b", 1),
        ("b if a == 3 else 0", 10),
        ("parity(b) ^ 1", 1),
        ("(b >> 1) % a", 2),
        ("min(a, b) + max(a, b) + clog2(b)", 17),
        ("2 ** a", 8),
        ("not a", 0),
    ],
)
def test_values_of_expressions(text: str, value: int) -> None:
    assert parse_expression(text, {"a", "b"})({"a": 3, "b": 10}, {"a": 4, "b": 4}) == value


@pytest.mark.parametrize("text", ["a / b", "a @ b", "[a]", "lambda: 1", "a if b", "", "'x'", "f(a)", "1.5"])
def test_what_is_no_expression_has_a_column(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text, {"a", "b"})
    assert caught.value.column is not None


def test_an_endless_value_is_refused() -> None:
    with pytest.raises(ExpressionError, match="more than 4096 bits"):
        parse_expression("(2 ** 4000) * (2 ** 4000)", ())({})
