"""Kinds of decks and of trouble on the real ngspice: a case runs warm as alone, or is known not to."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.simulators.ngspice import warm_cases
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.worker import NgspiceWorker
from simorc.simulators.outcome import Outcome
from simorc.simulators.warm_check import disagreement
from simorc.waveforms.sections import same_data
from tests.simulators.warm_runs import RC, Make, Told, job

pytestmark = pytest.mark.ngspice

CONTROL = "* own\n.param r={r}\nV1 In 0 dc 1 ac 1\nR1 In Out {{r}}\nR2 Out 0 1k\n.control\n%s\n.endc\n.end\n"


async def ran(
    bench: NgspiceWorker, root: Path, told: Told, decks: list[str], **known: object
) -> list[Outcome]:
    """The outcomes of cases with these decks; each knows the others."""
    outcomes = []
    for number, deck in enumerate(decks, 1):
        others = [(other, None) for other in decks if other != deck]
        here = {"partners": lambda others=others: iter(others), **known}
        outcomes.append(await bench.run(job(root, number, deck, **here), told.callbacks))
    await bench.close()
    return outcomes


async def both_ways(root: Path, told: Told, bench: NgspiceWorker, decks: list[str]) -> list[str]:
    """Run cases in a session and alone; what differs in those that ran warm. All but the first must."""
    outcomes, found = await ran(bench, root, told, decks), []
    assert [outcome.warm for outcome in outcomes] == [False] + [True] * (len(decks) - 1), told.mismatches
    for number, (deck, warm) in enumerate(zip(decks, outcomes, strict=True), 1):
        alone = job(root / "cold", number, deck)
        cold = await Ngspice().run_cold(alone)
        found.append(disagreement(alone, cold, warm, root / "results" / str(number)))
    return [text for text in found if text]


@pytest.mark.parametrize(
    "control",
    [
        "op\nwrite tb_rc.raw",
        "OP\nAC dec 3 1k 1meg\nwrite Dc.raw op1.all\nwrite Ac.raw ac1.all",
        "op\nlet vdc = v(out)\nac dec 3 1k 1meg\nlet dcv = op1.vdc\nprint dcv",
        "DC V1 0 1 0.5\nmeas dc half FIND V(Out) at=0.5",
        "alter @R2[resistance]=3k\nop",
        "op\nalter R2=7k\nop\nwrite results.raw op1.all op2.all",
        "foreach load 1k 2k\nalter r2=$load\nop\nend\nwrite a.raw op1.all\nwrite b.raw op2.all",
        "let n = 0\nrepeat 3\nlet n = n + 1\nend\nop\nlet z = n",
        "set filetype=ascii\nop\nwrdata table v(out)",
        "ac dec 3 1k 1meg\nsetplot ac1\nlet m = vm(out)",
    ],
)
async def test_control_blocks_run_warm_as_alone(
    tmp_path: Path, make_bench: Make, told: Told, control: str
) -> None:
    decks = [(CONTROL % control).format(r=r) for r in ("1k", "2k", "470", "3.3k")]
    assert await both_ways(tmp_path, told, make_bench(), decks) == []
    assert told.mismatches == []


async def test_several_kinds_of_analysis_in_cards_run_warm_as_alone(
    tmp_path: Path, make_bench: Make, told: Told
) -> None:
    cards = ".noise v(out) V1 dec 3 1k 1meg\n.tran 1u 10u\n.DC V1 0 1 0.5\n.op\n.ac dec 3 1k 1meg"
    deck = "* t\n.param r={r}\nV1 in 0 dc 1 ac 1\nR1 in out {{r}}\nR2 out 0 1k\n" + cards + "\n.end\n"
    decks = [deck.format(r=r) for r in ("1k", "2k", "470")]
    assert await both_ways(tmp_path, told, make_bench(), decks) == []


@pytest.mark.parametrize(
    "again",
    [
        ".param r=10k",
        ".PARAM R = 10k",
        ".param other=1 r=10k",
        ".if (1)\n.param r=10k\n.endif",
        ".include again.inc",
        ".lib again.lib typ",
    ],
)
async def test_a_name_that_is_defined_again_is_not_swept_warm(
    tmp_path: Path, make_bench: Make, told: Told, again: str
) -> None:
    (tmp_path / "again.inc").write_text("* again\n.Param R=10k\n")
    (tmp_path / "again.lib").write_text("* lib\n.lib typ\n.param r=10k\n.endl\n")
    again = again.replace("again.", f"{tmp_path}/again.")
    deck = f"* t\n.param r={{r}}\n{again}\nV1 in 0 1\nR1 in out {{{{r}}}}\nR2 out 0 1k\n.op\n.end\n"
    decks = [deck.format(r=r) for r in ("1k", "2k", "10k", "3k")]
    outcomes = await ran(make_bench(), tmp_path, told, decks)
    raws = [tmp_path / "results" / str(number) / "results.raw" for number in range(1, 5)]
    assert [outcome.warm for outcome in outcomes] == [False] * 4
    assert all(same_data(raws[0], raw) for raw in raws)
    assert told.mismatches == []


async def test_what_differs_is_named_and_the_cases_run_again(
    tmp_path: Path, make_bench: Make, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = warm_cases.commands_for
    monkeypatch.setattr(
        warm_cases,
        "commands_for",
        lambda case, values: [line.replace("r=2k", "r=3k") for line in real(case, values)],
    )
    decks = [(CONTROL % "op").format(r=r) for r in ("1k", "2k", "4k")]
    (first, second, third) = await ran(make_bench("verify"), tmp_path, told, decks)
    assert first.cold_reason == "run cold to verify the warm session"
    reason = (
        "a warm session of this deck gives different results: v(out) of 'Operating Point' at point 0 is 0.333"
    )
    assert str(second.cold_reason).startswith(reason)
    assert str(second.cold_reason).endswith("in a separate process and 0.25 in the session")
    assert third.cold_reason == second.cold_reason
    assert [why for _, why in told.mismatches] == [f"case 2: {second.cold_reason}"]


async def test_a_session_that_remembers_is_found_by_running_twice(
    tmp_path: Path, make_bench: Make, told: Told
) -> None:
    control = "op\nlet dice = sunif(vector(3))"
    decks = [(CONTROL % control).format(r=r) for r in ("1k", "2k", "4k")]
    outcomes = await ran(make_bench(), tmp_path, told, decks)
    assert [outcome.warm for outcome in outcomes] == [False] * 3
    assert len(told.mismatches) == 1


STOP = (
    "* t\n.param stop={stop}\nV1 in 0 pulse(0 1 0 1n 1n 5u 10u)\nR1 in out 1k\nC1 out 0 1n\n"
    ".tran 10n {{stop}}\n.end\n"
)


@pytest.mark.parametrize("stops", [["20u", "0", "10u", "5u", "15u"], ["20u", "10u", "0", "0", "5u", "0"]])
async def test_a_refused_value_leaves_the_other_cases_warm(
    tmp_path: Path, make_bench: Make, told: Told, stops: list[str]
) -> None:
    decks = [STOP.format(stop=stop) for stop in stops]
    outcomes = await ran(make_bench(), tmp_path, told, decks)
    wanted = ["failed" if stop == "0" else "completed" for stop in stops]
    assert [outcome.status for outcome in outcomes] == wanted
    good = [outcome.warm for outcome, stop in zip(outcomes, stops, strict=True) if stop != "0"]
    assert good == [False] + [True] * (len(good) - 1)
    for number, stop in enumerate(stops, 1):
        if stop != "0":
            alone = job(tmp_path / "cold", number, decks[number - 1])
            await Ngspice().run_cold(alone)
            assert same_data(alone.raw, tmp_path / "results" / str(number) / "results.raw")


async def test_another_setting_is_proved_before_it_is_trusted(
    tmp_path: Path, make_bench: Make, told: Told
) -> None:
    values = [("1k", 27), ("2k", 27), ("3k", 27), ("3k", 80), ("1k", 80), ("2k", -40)]
    decks = [RC.format(r=r, temp=temp) for r, temp in values]
    outcomes = await ran(make_bench(), tmp_path, told, decks, partners=None)
    # The first loads the session, the second proves r, the fourth the temperature.
    assert [outcome.warm for outcome in outcomes] == [False, False, True, False, True, True]
