"""Decks whose value was another than ngspice's, or whose failure was not named, in projects of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conformance.made_projects import DIVIDER, measured, results, write_made

pytestmark = pytest.mark.ngspice

AC = """* low-pass
.param r={{ parameters.r }}
V1 in 0 dc 2 ac 1 sin(0 0.1 1k)
R1 in b {r}
C1 b 0 1n
R2 b 0 1k
CARDS
.end
"""


@pytest.mark.parametrize(
    ("template", "files"),
    [
        (
            DIVIDER.replace("V1", ".include a/one.inc\nV1"),
            {"a/one.inc": ".include two.inc\n", "a/two.inc": ".param R=3k\n"},
        ),
        (DIVIDER.replace("V1", ".lib k.lib TT\nV1"), {"k.lib": ".lib tt\n.param r = 3k\n.endl\n"}),
        (DIVIDER.replace("V1", ".param one=1\n.if (one == 1)\n.param r=3k\n.endif\nV1"), {}),
        (DIVIDER.replace("V1", ".param q=7 R='3000'\nV1"), {}),
    ],
)
def test_a_name_that_is_set_again_gives_the_same_warm_and_cold(
    tmp_path: Path, template: str, files: dict[str, str]
) -> None:
    root = write_made(tmp_path / "p", template, files=files, sweep="parameters: {r: [1k, 2k, 4k, 5k, 6k]}")
    assert measured(root, "y", "off") == pytest.approx([0.25] * 5, rel=1e-6)
    assert measured(root, "y", "auto") == measured(root, "y", "off")


@pytest.mark.parametrize(
    ("card", "word"),
    [
        (".noise v(b) Vnone dec 2 1k 10k", "vnone"),
        (".tf v(b) Vnone", "vnone"),
        (".dc Inone 0 1 0.1", "inone"),
    ],
)
def test_an_analysis_of_an_unknown_source_fails_once_and_names_it(
    tmp_path: Path, card: str, word: str
) -> None:
    root = write_made(tmp_path / "p", AC.replace("CARDS", card), sweep="parameters: {r: [1k]}")
    (result,) = results(root, "off")
    assert (result.status, result.kind) == ("failed", "bad_netlist")
    assert word in result.message.lower()
    assert attempts(result.directory) == 1


def test_a_line_that_is_no_card_fails_once(tmp_path: Path) -> None:
    template = DIVIDER.replace("V1 a", "this was meant to be a comment\nV1 a").replace("this", "measured")
    (result,) = results(write_made(tmp_path / "p", template, sweep="parameters: {r: [1k]}"), "off")
    assert (result.status, attempts(result.directory)) == ("failed", 1)
    assert result.kind in {"bad_netlist", "missing_model"}


def attempts(case: Path) -> int:
    """How many lines the attempt log has for a case."""
    log = case.parent.parent / "trace.jsonl"
    return sum(json.loads(line)["case_id"] == int(case.name) for line in log.read_text().splitlines())


@pytest.mark.parametrize("warm", ["auto", "off"])
def test_a_value_that_is_refused_harms_no_other(tmp_path: Path, warm: str) -> None:
    template = AC.replace("CARDS", ".tran 10u 3m {r}\n.meas tran m avg v(in)").replace(
        "R1 in b {r}", "R1 in b 1k"
    )
    root = write_made(tmp_path / "p", template, sweep="parameters: {r: [0, 5m, 1m, 2m, 0.5m, 1.5m, 2.5m]}")
    found = results(root, warm)
    assert [result.status for result in found] == ["completed", "failed", *["completed"] * 5]
    alone = results(
        write_made(tmp_path / "q", template, sweep="parameters: {r: [0, 1m, 2m, 0.5m, 1.5m, 2.5m]}"), "off"
    )
    good = [result.measurements["m"] for result in found if result.status == "completed"]
    assert good == [result.measurements["m"] for result in alone]


@pytest.mark.parametrize("warm", ["auto", "off"])
def test_a_value_without_an_analysis_fails_alone(tmp_path: Path, warm: str) -> None:
    cards = "{% if parameters.r > 1 %}.dc V1 0 {{ parameters.r }} 1{% endif %}"
    root = write_made(tmp_path / "p", AC.replace("CARDS", cards), sweep="parameters: {r: [1, 2, 3, 4, 0.5]}")
    assert [r.status for r in results(root, warm)] == [
        "failed",
        "completed",
        "completed",
        "completed",
        "failed",
    ]


def test_the_name_of_an_analysis_is_that_analysis(tmp_path: Path) -> None:
    cards = ".ac dec 2 1k 10k\n.tran 10u 3m\n.dc V1 0 10 5\n.op\n.noise v(b) V1 dec 2 1k 10k"
    config = "\n".join(
        (
            "parameters: {r: 1k}\nmeasurements:",
            "  dc_top: max(dc.v(b))",
            "  tran_top: max(tran.v(b))",
            "  ac_top: max(mag(ac.v(b)))",
            "  op_value: op.v(b)",
        )
    )
    root = write_made(
        tmp_path / "p", AC.replace("CARDS", cards), config=config, sweep="parameters: {r: [1k]}"
    )
    (result,) = results(root)
    assert result.measurements["dc_top"] == pytest.approx(5)
    assert result.measurements["tran_top"] == pytest.approx(0.05, rel=0.02)
    assert result.measurements["ac_top"] == pytest.approx(0.5, rel=0.01)
    assert result.measurements["op_value"] == pytest.approx(1)


def test_a_measurement_may_have_another_name_than_a_command_of_a_control_block(tmp_path: Path) -> None:
    block = ".control\ntran 1u 3m\nmeas tran PEAK max v(b)\nwrite other.raw\n.endc"
    config = "parameters: {r: 1k}\nmeasurements: {height: {meas: peak}}"
    root = write_made(tmp_path / "p", AC.replace("CARDS", block), config=config)
    found = results(root)
    assert [result.status for result in found] == ["completed"] * 3
    assert all("height" in result.measurements for result in found)


def test_a_runner_that_ends_leaves_the_whole_store_in_one_file(tmp_path: Path) -> None:
    found = results(write_made(tmp_path / "p"))
    run = found[0].directory.parent.parent
    left = [path for path in run.glob("run.sqlite-*") if path.stat().st_size]
    assert left == []


@pytest.mark.parametrize("warm", ["auto", "off"])
@pytest.mark.parametrize(("measure", "status"), [("v(b)=0.04 rise=1", "completed"), ("v(b)=7", "failed")])
def test_a_transient_may_end_once_its_measurements_are_made(
    tmp_path: Path, warm: str, measure: str, status: str
) -> None:
    cards = f".option autostop\n.tran 1u 3m\n.meas tran t when {measure}"
    root = write_made(
        tmp_path / "p", AC.replace("CARDS", cards), sweep="parameters: {r: [0.8k, 0.9k, 1k, 1.1k]}"
    )
    found = results(root, warm)
    assert [result.status for result in found] == [status] * 4
    assert all(("t" in result.measurements) == (status == "completed") for result in found)
