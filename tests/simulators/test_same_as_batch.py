"""A case gives what ``ngspice -b`` gives on its deck: every vector to the bit, every printed digit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulators.batch_reference import as_ngspice_does, cold, same_vectors, to_its_digits

pytestmark = pytest.mark.ngspice

RC = (
    "* a diode behind a resistor\n.param x=0.3\nV1 in 0 dc 1 ac 1 pulse(0 1 0 1n 1n 5u 10u)\n"
    "R1 in out 1k\nC1 out 0 1n\n"
    "D1 out 0 dm\n.model dm d(is=1e-14 cjo=1p)\n"
)
TRAN, DC, AC = ".tran 10n 5u\n", ".dc v1 0 1 0.25\n", ".ac dec 5 1 1meg\n"
MAX = ".meas tran peak max v(out)\n"

CARDS = {
    "sens first": f".sens v(out)\n{DC}.meas dc m find v(out) at=1\n.op\n",
    "tran before dc": f"{TRAN}{DC}{MAX}.meas tran cross when v(out)=0.2 rise=1\n",
    "every kind": f".noise v(out) v1 dec 5 1 1k\n.tf v(out) v1\n.pz in 0 out 0 vol pol\n.op\n"
    ".sens v(out) ac dec 2 1 100\n"
    f".disto dec 3 1k 100k\n{TRAN}{AC}{DC}",
    "two transients": f"{TRAN}.tran 20n 3u\n{MAX}",
    "three dc sweeps": f"{DC}.dc v1 0 2 0.5\n.dc v1 1 0 -0.5\n.meas dc m find v(out) at=0.75\n",
    "noise of one frequency before sens": ".noise v(out) v1 lin 1 1k 1k\n.sens v(out)\n",
    "operating point kept": f".option keepopinfo\n{AC}.meas ac low find vdb(out) at=10\n",
    "measured node not saved": f".save v(in)\n{TRAN}{MAX}.meas tran current min i(v1)\n",
    "measured parameter of a device": f".save v(out) @d1[id]\n{TRAN}.meas tran p max @d1[id]\n",
    "all saved": f".save all @d1[id]\n{TRAN}{MAX}",
    "parameters in a measurement": f"{TRAN}.meas tran a when v(out)='x/2' rise=1\n"
    ".meas tran b param='a*1e6'\n",
    "conditional analysis": f".if (x > 0.1)\n{TRAN}.else\n.op\n.endif\n{MAX}",
    "printed only": f".save v(in)\n{TRAN}.print tran v(out)\n.four 100k v(out)\n",
    "a single vector": ".save v(out)\n.op\n.pz in 0 out 0 vol pol\n.save all\n",
    "signs in names of nodes": f"R7 out n-1 1k\nR8 n-1 m+2 1k\nR9 m+2 0 1k\n.op\n{TRAN}",
    "cards after the end": f"{DC}.end\n{TRAN}R8 out 0 5k\n",
    "mixing products": "V5 p 0 0.6 distof1 0.01 distof2 0.01\nR5 p q 1k\nD5 q 0 dm\n"
    ".disto dec 2 1k 10k 0.9\n",
    "nested sweep": ".dc v1 0 1 0.5 temp 0 50 25\n.meas dc m max v(out)\n",
    "uic": f".ic v(out)=0.1\n.tran 10n 1u 0 5n uic\n{MAX}",
}


@pytest.mark.parametrize("cards", CARDS.values(), ids=CARDS.keys())
def test_analysis_cards(cards: str, tmp_path: Path) -> None:
    deck = f"{RC}{cards}.end\n"
    reference = as_ngspice_does(deck, tmp_path / "ngspice")
    outcome, plots = cold(deck, tmp_path / "case")
    assert (outcome.status, outcome.message) == ("completed", "")
    assert [plot.name for plot in plots] == [plot.name for plot in reference.plots]
    assert all(same_vectors(mine, theirs) for mine, theirs in zip(plots, reference.plots, strict=True))
    assert {
        name: to_its_digits(outcome.measurements[name], text) for name, text in reference.printed.items()
    } == (reference.printed)


CONTROL = {
    "operating point, then the card": (
        f"{TRAN}{MAX}",
        "op\nprint v(out)",
        ["Operating Point", "Transient Analysis"],
    ),
    "altered after the run": (f"{TRAN}{MAX}", "run\nalter r1=5k", ["Transient Analysis"] * 2),
    "altered before the run": (f"{TRAN}{MAX}", "alter r1=5k\nrun", ["Transient Analysis"]),
    "altered without a run": (f"{TRAN}{MAX}", "alter r1=2k", ["Transient Analysis"]),
    "a run that never happens": (f"{TRAN}{MAX}", "if 0\nrun\nend", ["Transient Analysis"]),
    "a temperature set after the run": (f"{TRAN}{MAX}", "run\nset temp=100", ["Transient Analysis"] * 2),
    "two blocks": (
        f"{TRAN}{MAX}",
        "op\n.endc\n.control\nac dec 5 1 10",
        ["Operating Point", "AC Analysis", "Transient Analysis"],
    ),
    "own file, then the card": (
        f"{TRAN}{MAX}",
        "ac dec 5 1 10\nwrite ac.raw",
        ["AC Analysis", "Transient Analysis"],
    ),
    "own results.raw, then the card": (
        f"{TRAN}{MAX}",
        "op\nwrite results.raw",
        ["Operating Point", "Transient Analysis"],
    ),
    "a quit keeps the card from running": (TRAN, "op\nquit", ["Operating Point"]),
    "a quit in the first block": (TRAN, "op\nquit\n.endc\n.control\nac dec 5 1 10", ["Operating Point"]),
    "a loop": (
        "",
        "foreach r 1k 2k\nalter r1=$r\ntran 10n 2u\nmeas tran m max v(out)\nend",
        ["Transient Analysis"] * 2,
    ),
    "a spectrum": (
        "",
        "tran 10n 5u\nlinearize v(out)\nfft v(out)",
        ["Transient Analysis", "Transient Analysis (linearized)", "Spectrum"],
    ),
    "several files": (
        "",
        "tran 10n 2u\nwrite t.raw\nac dec 5 1 10\nwrite a.raw",
        ["Transient Analysis", "AC Analysis"],
    ),
    "a name worked out": ("", "set f = out.raw\ntran 10n 2u\nwrite $f", ["Transient Analysis"]),
    "names worked out in a loop": (
        "",
        "foreach r 1k 2k\nalter r1=$r\ntran 10n 2u\nwrite z_{$r}.raw\nend",
        ["Transient Analysis"] * 2,
    ),
    "text, appended": (
        "",
        "set filetype=ascii\nset appendwrite\nop\nwrite a.raw\ntran 10n 2u\nwrite a.raw",
        ["Operating Point", "Transient Analysis"],
    ),
    "a file in a branch that is not taken": (
        "",
        "op\nif v(out) > 9\nwrite high.raw\nend",
        ["Operating Point"],
    ),
    "a file in a branch that is not taken, then the card": (
        f"{TRAN}{MAX}",
        "op\nif v(out) > 9\nwrite high.raw\nend",
        ["Operating Point", "Transient Analysis"],
    ),
    "a file in the branch that is taken": (
        "",
        "op\nac dec 5 1 10\nif 1\nwrite ac.raw\nelse\nwrite results.raw op1.all\nend",
        ["AC Analysis"],
    ),
    "a file of a loop over nothing": (
        "",
        "tran 10n 2u\nset none = ( )\nforeach f $none\nwrite z_$f.raw\nend",
        ["Transient Analysis"],
    ),
    "a file with quotes in its name": ("", 'tran 10n 2u\nwrite "my tb.raw"', ["Transient Analysis"]),
    "some vectors only": (
        "",
        "tran 10n 2u\nmeas tran m max v(out)\nwrite some.raw v(out)",
        ["Transient Analysis"],
    ),
    "a run into a file": (TRAN, "run streamed.raw", ["Transient Analysis"]),
}


@pytest.mark.parametrize(("cards", "commands", "plots"), CONTROL.values(), ids=CONTROL.keys())
def test_control_blocks(cards: str, commands: str, plots: list[str], tmp_path: Path) -> None:
    deck = f"{RC}{cards}.control\n{commands}\n.endc\n.end\n"
    reference = as_ngspice_does(deck, tmp_path / "ngspice")
    outcome, found = cold(deck, tmp_path / "case")
    assert (outcome.status, outcome.message) == ("completed", "")
    assert [plot.name for plot in found] == plots and all(plot.complete for plot in found)
    assert {
        name: to_its_digits(outcome.measurements[name], text) for name, text in reference.printed.items()
    } == (reference.printed)


@pytest.mark.parametrize(
    ("cards", "values"),
    [
        (
            f"{DC}{TRAN}{MAX}.meas dc high find V(out) AT = 1\n.meas dc rise when v(out)=0.4\n",
            {"high", "rise", "peak"},
        ),
        (f"{DC}{AC}.meas dc high find v(out) at=1\n.meas ac low find vdb(out) at=10\n", {"high", "low"}),
        (
            f"{DC}{TRAN}.meas dc a find v(out) at={{x}}\n.meas dc b find v(out) at='x*2'\n"
            ".meas dc c param='a+b'\n",
            set("abc"),
        ),
        (f"{DC}{DC}{TRAN}.sens v(out)\n.meas dc high find v(out) at=1\n{MAX}", {"high", "peak"}),
    ],
)
def test_measurements_that_ngspice_leaves_out(cards: str, values: set[str], tmp_path: Path) -> None:
    """ngspice prints those of the last analysis only; the others are what it prints of that card alone."""
    outcome, _ = cold(f"{RC}{cards}.end\n", tmp_path / "case")
    assert (outcome.status, outcome.measurements.keys()) == ("completed", values)
    printed: dict[str, str] = {}
    for kind in ("dc", "ac", "tran"):
        lines = [line for line in cards.splitlines() if line.startswith((f".{kind} ", f".meas {kind} "))]
        alone = (
            f"{RC}{chr(10).join(lines[:1] + [line for line in lines if line.startswith('.meas')])}\n.end\n"
        )
        if any(line.startswith(".meas") for line in lines):
            printed |= as_ngspice_does(alone, tmp_path / kind).printed
    assert {
        name: to_its_digits(outcome.measurements[name], text) for name, text in printed.items()
    } == printed


def test_one_name_for_two_analyses_is_the_one_that_ngspice_prints(tmp_path: Path) -> None:
    deck = f"{RC}{DC}{TRAN}.meas dc m find v(in) at=0.25\n.meas tran m max v(out)\n.end\n"
    reference = as_ngspice_does(deck, tmp_path / "ngspice")
    outcome, _ = cold(deck, tmp_path / "case")
    assert to_its_digits(outcome.measurements["m"], reference.printed["m"]) == reference.printed["m"]


def test_full_precision_comes_from_the_plot_that_was_measured(tmp_path: Path) -> None:
    """Two transients that agree in every printed digit: only the last one is what ngspice has measured."""
    deck = f"{RC}.tran 10n 5u\n.tran 10n 5.0000001u\n.meas tran top max v(out)\n.end\n"
    outcome, plots = cold(deck, tmp_path / "case")
    assert len(plots) == 2 and outcome.measurements["top"] == plots[-1].trace("v(out)").max()


@pytest.mark.parametrize("commands", ["quit", "set filetype=ascii\nquit 1"])
def test_a_block_that_quits_before_anything_runs(commands: str, tmp_path: Path) -> None:
    outcome, _ = cold(f"{RC}{TRAN}.control\n{commands}\n.endc\n.end\n", tmp_path / "case")
    assert outcome.status == "failed" and "quits (deck line" in outcome.message


def test_a_file_outside_the_case_is_refused(tmp_path: Path) -> None:
    outcome, _ = cold(f"{RC}.control\nop\nwrite ../shared.raw\n.endc\n.end\n", tmp_path / "case")
    assert outcome.status == "failed" and "outside the case's directory" in outcome.message


def test_an_included_file_may_bring_the_analyses(tmp_path: Path) -> None:
    (tmp_path / "more.inc").write_text(f"{DC}.op\n", encoding="utf-8")
    _, plots = cold(f"{RC}.include {tmp_path}/more.inc\n{TRAN}.end\n", tmp_path / "case")
    assert [plot.name for plot in plots] == [
        "DC transfer characteristic",
        "Operating Point",
        "Transient Analysis",
    ]


@pytest.mark.parametrize(
    "form", ["avg v(out)", "integ v(out)", "max v(out)", "min v(out)", "pp v(out)", "rms v(out)"]
)
@pytest.mark.parametrize("window", ["from=20u to=30u", "from={x*1e-4} to=1", "FROM = 6u"])
def test_a_window_beyond_the_end_has_no_value(form: str, window: str, tmp_path: Path) -> None:
    """ngspice prints zero for it."""
    deck = (
        f"{RC}.param late=20u\n{TRAN}{MAX}.meas tran m {form} {window.replace('{x*1e-4}', '{late}')}\n.end\n"
    )
    outcome, _ = cold(deck, tmp_path / "case")
    assert outcome.measurements.keys() == {"peak"} and outcome.kind == "measurement_missing"
    assert "beyond the last point" in outcome.message or "out of interval" in outcome.message


def test_a_window_of_a_command_beyond_the_end_has_no_value(tmp_path: Path) -> None:
    commands = "tran 10n 5u\nmeas tran m avg v(out) from=20u to=30u\nmeas tran n avg v(out) from=1u to=9u"
    outcome, _ = cold(f"{RC}.control\n{commands}\n.endc\n.end\n", tmp_path / "case")
    assert outcome.measurements.keys() == {"n"} and outcome.status == "failed"


@pytest.mark.parametrize(
    ("cards", "reason"),
    [
        (f"{TRAN}.meas dc m max v(out)\n", "m (no dc analysis"),
        (f"{TRAN}.meas noise m max v(out)\n", "m (unrecognized analysis type 'noise')"),
        (f"{TRAN}{MAX}.control\nop\nquit\n.endc\n", "peak (the quit on deck line 12 keeps the tran card"),
        (f"R8 z 0 1\n{AC}.meas ac m max vdb(z)\n", "m (it is -inf)"),
        (f"{TRAN}.meas tran m when v(out)=7\n", "m (its .meas failed: when(WHEN): out of interval"),
    ],
)
def test_why_a_measurement_is_missing(cards: str, reason: str, tmp_path: Path) -> None:
    outcome, _ = cold(f"{RC}{cards}.end\n", tmp_path / "case")
    assert outcome.kind == "measurement_missing" and reason in outcome.message
