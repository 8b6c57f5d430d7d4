"""Tuned cases: their numbers are those of a run, the newest values win, sessions stay loaded."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from simorc.analysis.points import Evaluation
from simorc.analysis.tuning.client import Answer, CaseMeasured, ParametersUnused, RequestOver, TunerClient
from simorc.analysis.tuning.tuner import TunedCase, Tuner, values_of_json, values_to_json
from simorc.results.frame import load_frame
from simorc.rundir.layout import find_run
from simorc.rundir.manifest import load_manifest
from simorc.units import Number, Value
from tests.analysis.projects import divider_project

SWEEP = "parameters: {vdda: [2, 3.1]}\nmonte_carlo: {samples: 2, seed: 7}"


class Heard:
    """What a tuner measured, by the place of the case."""

    def __init__(self) -> None:
        self.found: dict[int, Evaluation] = {}
        self.raws: dict[int, Path | None] = {}

    def __call__(self, place: int, evaluation: Evaluation, raw: Path | None) -> None:
        self.found[place] = evaluation
        self.raws[place] = raw


def test_values_keep_every_digit_and_their_kind_on_their_way() -> None:
    values: dict[str, Value] = {"w": Number("42.50u"), "on": True, "corner": "ss", "x": 0.1 + 0.2, "n": 3}
    found = values_of_json(values_to_json(values))
    assert found == values
    assert (str(found["w"]), found["on"]) == ("42.50u", True)


@pytest.mark.ngspice
async def test_the_numbers_of_a_tuner_are_those_of_a_run_to_the_bit(tmp_path: Path) -> None:
    project = divider_project(tmp_path / "project", sweep=SWEEP)
    command = [sys.executable, "-m", "simorc", "--project", str(project.root), "run", "s"]
    await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False, timeout=120)
    layout = find_run(project.root, "s")
    frame, plan = load_frame(layout), load_manifest(layout).plan
    cases = [plan.case(number) for number in frame.ids.tolist()]
    tuned = [TunedCase(str(case.id), case.parameters, case.corner, case.seed) for case in cases]
    heard = Heard()
    (tmp_path / "waves").mkdir()
    tuner = Tuner(project, "s", tmp_path / "waves")
    try:
        # Sliders that were moved and are back again leave no trace in the sessions.
        assert await tuner.simulate(1, {"vdda": Number("2.7")}, tuned, Heard())
        assert await tuner.simulate(2, {}, tuned, heard)
    finally:
        await tuner.close()
    for name in ("vout", "squared"):
        values = [heard.found[place].measurements[name] for place in range(len(tuned))]
        assert len(set(values)) == 4, "every sample is another one"
        assert values == frame.values(name).tolist()


@pytest.mark.ngspice
async def test_unused_parameters_are_told_and_waveforms_are_forgotten(tmp_path: Path) -> None:
    config = (
        "template: tb.spice.j2\nparameters: {vdda: 2, corner: nom, spare: 4u}\n"
        "measurements: {vout: {expr: v(out)}}\n"
    )
    project = divider_project(tmp_path / "project", config=config)
    waves = tmp_path / "waves"
    waves.mkdir()
    tuner, heard = Tuner(project, "tb", waves), Heard()
    case = TunedCase("nominal")
    try:
        assert tuner.unused(case) == {"spare": "the template does not use it"}
        for number in range(1, 12):
            assert await tuner.simulate(number, {"vdda": Number(f"{number}")}, [case], heard)
            tuner.forget({2})
            assert heard.found[0].measurements["vout"] == pytest.approx(number / 2)
        assert {int(each.name) for each in waves.iterdir()} == {2, *range(4, 12)}
        assert not await tuner.simulate(12, {}, [case], heard, wanted=lambda: False)
        assert not tuner.has_moved_on(case)
        template = project.root / "tb" / "cells.spice"
        template.write_text(template.read_text() + "* more\n")
        assert tuner.has_moved_on(case)
    finally:
        await tuner.close()


class Conversation:
    """Asks a tuner's process, and waits for its answers."""

    def __init__(self) -> None:
        self.answers: asyncio.Queue[Answer] = asyncio.Queue()

    async def over(self, number: int) -> tuple[RequestOver, Sequence[Answer]]:
        """The end of a request, and all answers up to it."""
        found: list[Answer] = []
        while True:
            answer = await asyncio.wait_for(self.answers.get(), 60)
            if isinstance(answer, RequestOver) and answer.number == number:
                return answer, found
            found.append(answer)


@pytest.mark.ngspice
async def test_the_process_answers_the_newest_request_and_follows_the_files(tmp_path: Path) -> None:
    project = divider_project(tmp_path)
    talk, case = Conversation(), TunedCase("nom", {"corner": "nom"})
    async with TunerClient(project.root, "s", talk.answers.put_nowait) as client:
        client.ask({"vdda": Number("3")}, [case])
        newest = client.ask({"vdda": Number("4")}, [case])
        end, before = await talk.over(newest)
        assert end.complete and ParametersUnused({}) in before
        measured = [each for each in before if isinstance(each, CaseMeasured)][-1]
        assert (measured.number, measured.failure) == (newest, "")
        assert measured.measurements["vout"] == pytest.approx(2.0)
        assert measured.raw is not None and measured.raw.is_file()
        end, _ = await talk.over(client.ask({"vdaa": Number("4")}, [case]))
        assert not end.complete and "'vdaa' is no parameter of testbench 'tb'" in end.error
        kit = tmp_path / "tb" / "cells.spice"
        kit.write_text(kit.read_text().replace("{r*(", "{2*r*("))
        template = tmp_path / "tb" / "tb.spice.j2"
        template.write_text(template.read_text().replace("Xc in 0", "Xd out 0 rpoly s=0\nXc in 0"))
        end, answers = await talk.over(client.ask({"vdda": Number("3")}, [case]))
        (measured,) = (each for each in answers if isinstance(each, CaseMeasured))
        assert measured.measurements["vout"] == pytest.approx(1.0), "two legs in parallel"
        directory = measured.raw
    assert directory is not None and not directory.exists(), "the files of the tuner are gone"
