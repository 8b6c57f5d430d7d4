"""The backends that write the files of a stage: template, program, language model."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from simorc.config.models.pipeline_stages import Llm
from simorc.files import write_json
from simorc.pipeline.generation.answers import extract_verilog
from simorc.pipeline.generation.llm_environment import STAGES
from simorc.pipeline.generation.prompts import SYSTEM, failure_text, write_prompt
from simorc.pipeline.generation.rendering import render
from simorc.pipeline.outcome import Fault, failure
from simorc.pipeline.tools import Limits, read_log
from simorc.pipeline.workplace import Workplace

SLACK = 10.0
"""Seconds a model's process may take on top of its answer's time: Python has to start."""
_MOST_MADE = 4 * 1024**2


class Recipe(Protocol):
    """The configuration of what generates a file."""

    @property
    def backend(self) -> str: ...
    @property
    def command(self) -> Sequence[str]: ...
    @property
    def llm(self) -> Llm: ...
    @property
    def timeout(self) -> float: ...


@dataclass(frozen=True)
class Order:
    """One file to generate: its path, its recipe, and the path of its template (None: no template).

    `module` is the module the file has to define, None for any. `values` are for the template.
    """

    target: Path
    recipe: Recipe
    template: Path | None = None
    module: str | None = None
    values: Mapping[str, Any] | None = None


Backend = Callable[[Workplace, Order], Mapping[str, str]]
"""Makes the file; returns further artefacts by name. Raises StageFailed."""


def make(place: Workplace, order: Order) -> dict[str, str]:
    """Have the file made by the backend its recipe names; returns the artefacts besides it."""
    artefacts = BACKENDS[order.recipe.backend](place, order)
    if not order.target.is_file():
        raise failure(
            Fault.BACKEND_FAILED, (f"the {order.recipe.backend} backend did not write {order.target.name}")
        )
    if order.target.stat().st_size > _MOST_MADE:
        raise failure(Fault.ANSWER_TOO_LARGE, f"{order.target.name} is larger than {_MOST_MADE} bytes")
    return dict(artefacts)


def make_from_template(place: Workplace, order: Order) -> Mapping[str, str]:
    """Jinja2; deterministic."""
    assert order.template is not None
    order.target.write_text(render(order.template, order.values or {}), encoding="utf-8")
    return {}


def make_by_command(place: Workplace, order: Order) -> Mapping[str, str]:
    """A program of the user's: paths go in as arguments, files come out."""
    log = place.directory / "command.log"
    command = words(place, order.recipe.command, order.target)
    ended = place.run(command, log.name, Limits(order.recipe.timeout))
    kept = {"command_log": place.made(log)}
    if ended.timed_out:
        raise failure(
            Fault.BACKEND_TIMEOUT,
            f"{command[0]} did not end within {order.recipe.timeout:g} s",
            artefacts=kept,
        )
    if ended.code:
        output = " ".join(read_log(log, 4096).split())[-300:] or "no output"
        raise failure(Fault.BACKEND_FAILED, f"{command[0]}: {ended.how()}: {output}", artefacts=kept)
    return kept


def words(place: Workplace, command: Sequence[str], output: Path) -> list[str]:
    """A command line with its placeholders filled in; a program named by a path is relative to the
    project.
    """
    failure_file = place.directory / "in" / "failure.txt"
    request = place.request
    failure_file.write_text(failure_text(request.failure) if request.failure else "", encoding="utf-8")
    given = {name: str(place.given(name) or "") for name in ("spec", "rtl", "testbench")}
    places = {**given, "failure": str(failure_file), "output": str(output), "top": request.top}
    places |= {"project": str(place.project), "findings": str(place.directory / "findings.json")}
    filled = [_filled(word, places) for word in command]
    if "/" in filled[0]:
        filled[0] = str(place.project / filled[0])
    elif shutil.which(filled[0]) is None:
        raise failure(Fault.TOOL_MISSING, f"{filled[0]} is not installed")
    return filled


def _filled(word: str, places: Mapping[str, str]) -> str:
    for name, value in places.items():
        word = word.replace("{" + name + "}", value)
    return word


def make_by_model(place: Workplace, order: Order) -> Mapping[str, str]:
    """A language model; its whole answer is saved, and only the Verilog in it is used."""
    model, prompt = order.recipe.llm, place.directory / "prompt.txt"
    prompt.write_text(write_prompt(place), encoding="utf-8")
    kept = {"prompt": place.made(prompt), "model": "call.json"}
    response = _ask(place, model, prompt.read_text(encoding="utf-8"))
    if response.get("said"):
        kept["response"] = "answer.json"
    if "answer" not in response:
        raise failure(Fault(response["fault"]), response["message"], artefacts=kept)
    if len(response["answer"].encode()) > model.answer_limit:
        message = f"the answer is larger than {model.answer_limit} bytes"
        raise failure(Fault.ANSWER_TOO_LARGE, message, artefacts=kept)
    answer = place.directory / "answer.txt"
    answer.write_text(response["answer"], encoding="utf-8")
    order.target.write_text(extract_verilog(response["answer"], order.module), encoding="utf-8")
    return {**kept, "answer": place.made(answer)}


def _ask(place: Workplace, model: Llm, prompt: str) -> dict[str, str]:
    """The answer, or why there is none, from the process that sends the request."""
    call, answer, log = (place.directory / name for name in ("call.json", "answer.json", "model.log"))
    stage = place.request.stage.upper()
    variables = f"{stage}_LLM" if stage in STAGES else ""
    asked = {**model.model_dump(mode="json"), "system": SYSTEM, "prompt": prompt, "variables": variables}
    write_json(call, asked)
    asking = [sys.executable, "-m", "simorc.pipeline.generation.ask_model", str(call), str(answer)]
    waits = model.busy_wait if model.endpoint else 0.0
    ended = place.run(asking, log.name, Limits(model.timeout + waits + SLACK))
    if ended.timed_out:
        return {"fault": Fault.BACKEND_TIMEOUT, "message": f"no answer within {model.timeout:g} s"}
    if ended.code or not answer.is_file():
        output = " ".join(read_log(log, 4096).split())[-300:]
        return {"fault": Fault.BACKEND_FAILED, "message": f"the model's process: {ended.how()}: {output}"}
    answered: dict[str, str] = json.loads(answer.read_text(encoding="utf-8"))
    return answered


BACKENDS: dict[str, Backend] = {
    "template": make_from_template,
    "command": make_by_command,
    "llm": make_by_model,
}
"""Every backend by the name the configuration uses."""
