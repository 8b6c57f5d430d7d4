"""The loop of a pipeline run: runs stage after stage, with a decision after each."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simorc.config.models.pipeline_stages import PluginStage, Sweep
from simorc.config.validate.contract_checks import load_contract
from simorc.durability import sync_file_system
from simorc.errors import SimorcError, TemplateError, ToolMissing
from simorc.pipeline.outcome import Fault, StageFailed, StageOutcome
from simorc.pipeline.remediations import budgets_of, decision_manager
from simorc.pipeline.rundir.attempt_log import append_line, mend_trace
from simorc.pipeline.rundir.manifest import PipelineRun
from simorc.pipeline.rundir.progress import Progress
from simorc.pipeline.rundir.results import write_result
from simorc.pipeline.stages.command_gate import pass_command
from simorc.pipeline.stages.generate import generate
from simorc.pipeline.stages.lint import lint
from simorc.pipeline.stages.qualify import qualify
from simorc.pipeline.stages.simulation import simulate
from simorc.pipeline.stages.style import restyle
from simorc.pipeline.stages.sweep_gate import NOTE, pass_sweep
from simorc.pipeline.stages.testbench import make_testbench
from simorc.pipeline.tools import Watch, read_log
from simorc.pipeline.verification.contract_file import interface_text
from simorc.pipeline.workplace import Request, StageRunner, Workplace, set_up
from simorc.plugin_loading import plugin_called
from simorc.runner.retry_policy import Action, Tried

STAGES_GROUP = "simorc.stages"
LOOP: dict[str, StageRunner] = {
    "a1": generate,
    "a5": restyle,
    "a4": lint,
    "a7": make_testbench,
    "simulation": simulate,
    "qualify": qualify,
}
"""The loop's stages by name."""
_FAILURE_TEXTS = ("counterexample", "survivors", "findings", "simulation_log", "command_log")
_LONGEST_FAILURE_TEXT = 4000


def conduct(run: PipelineRun, watch: Watch) -> Progress:
    """Continue a run from the end of its attempt log to its end or until a stop request; writes
    result.json.
    """
    mend_trace(run.layout.trace)
    progress = run.progress()
    if progress.next is not None:
        run.layout.result.unlink(missing_ok=True)  # it would describe a run that was stopped
    while progress.next is not None:
        line = _attempt(run, progress, watch)
        sync_file_system(run.layout.path)  # the files of the stage before the line that names them
        append_line(run.layout.trace, line)
        progress.advance(line)
        if line["stage"] == "a7":
            _keep_verification(run, progress)
        if progress.state == "cancelled":
            break
    _keep_verification(run, progress)
    write_result(run, progress)
    return progress


def _attempt(run: PipelineRun, progress: Progress, watch: Watch) -> dict[str, Any]:
    """One attempt at the next stage, as a line of the trace."""
    stage, seq, started = progress.next or "", progress.seq + 1, time.time()
    directory = run.layout.attempt_dir(seq, stage)
    request = _request(run, progress, _fresh(directory))
    place = Workplace(run.layout, directory, run.definition, run.layout.root, watch, request)
    outcome = StageOutcome("cancelled", Fault.CANCELLED, "cancelled") if watch.asked else execute(place)
    outcome = StageOutcome.from_json({**outcome.as_json(), "stage": stage})
    budgets = budgets_of(run.definition, run.layout.path)
    action = decision_manager().decide([*progress.history, Tried(seq, outcome)], budgets)
    following, state = progress.after(outcome, action)
    line = {"seq": seq, "attempt": request.attempt, **outcome.as_json()}
    line["artefacts"] = _in_run(run, directory, outcome.artefacts)
    line["details"] = "" if outcome.status == "passed" else _details(directory, outcome.artefacts)
    line |= {"started": round(started, 3), "seconds": round(time.time() - started, 3)}
    line["decision"] = {"action": _name(action), "reason": action.reason, "next": following, "state": state}
    return line


def _name(action: Action) -> str:
    return "abort" if action.name == "give_up" else action.name


def execute(place: Workplace) -> StageOutcome:
    """Run one stage in its place; whatever it may meet becomes an outcome."""
    try:
        return stage_of(place)(place)
    except StageFailed as error:
        return error.outcome
    except ToolMissing as error:
        remedy = f" ({error.remedy})" if error.remedy else ""
        return StageOutcome.failed(Fault.TOOL_MISSING, f"{error.message}{remedy}")
    except TemplateError as error:
        return StageOutcome.failed(Fault.TEMPLATE_ERROR, error.message)
    except SimorcError as error:
        return StageOutcome.failed(Fault.GATE_FAILED, error.message)
    except KeyboardInterrupt:
        return StageOutcome("cancelled", Fault.CANCELLED, "cancelled")


def stage_of(place: Workplace) -> StageRunner:
    """The function of the place's stage."""
    name = place.request.stage
    if name in LOOP:
        return LOOP[name]
    gate = place.definition.stages[name]
    if isinstance(gate, PluginStage):
        return _plugin_stage(gate.stage)
    return pass_sweep if isinstance(gate, Sweep) else pass_command


def _plugin_stage(name: str) -> StageRunner:
    found: StageRunner | None = plugin_called(STAGES_GROUP, name)
    if found is None:
        raise ToolMissing(
            (f"no installed package provides a pipeline stage {name!r}"),
            remedy="install its package in the environment of simorc",
        )
    return found


def _fresh(directory: Path) -> Path:
    """An empty place for the attempt; of one that was killed only the sweep it had begun is remembered."""
    note = directory / NOTE
    begun = note.read_text(encoding="utf-8") if note.is_file() else None
    if directory.exists():
        shutil.rmtree(directory)
    directory.mkdir(parents=True)
    if begun is not None:
        note.write_text(begun, encoding="utf-8")
    return directory


def _request(run: PipelineRun, progress: Progress, directory: Path) -> Request:
    stage = progress.next or ""
    request = Request(
        seq=progress.seq + 1,
        stage=stage,
        attempt=progress.attempts[stage] + 1,
        top=run.definition.top,
        files={},
        failure=progress.failure,
        fixing=progress.fixing and stage == "a4",
    )
    sources = {name: run.layout.path / path for name, path in progress.files.items()}
    complete = set_up(directory, request, sources)
    if stage == "a7" and run.definition.contract is not None and "rtl" in complete.files:
        # Whoever writes expected outputs must not copy them from the RTL.
        contract = load_contract(run.layout.path / run.definition.contract)
        (directory / complete.files["rtl"]).write_text(interface_text(contract), encoding="utf-8")
    return complete


def _in_run(run: PipelineRun, directory: Path, artefacts: Mapping[str, str]) -> dict[str, str]:
    """Artefacts by their paths in the run."""
    base = directory.relative_to(run.layout.path).as_posix()
    return {name: f"{base}/{path}" for name, path in artefacts.items()}


def _details(directory: Path, artefacts: Mapping[str, str]) -> str:
    """What the next attempt gets to read about a failure: the end of the log or of the findings."""
    for name in _FAILURE_TEXTS:
        path = directory / artefacts[name] if name in artefacts else None
        if path is not None and path.is_file():
            return read_log(path)[-_LONGEST_FAILURE_TEXT:]
    return ""


def _keep_verification(run: PipelineRun, progress: Progress) -> None:
    """verification/: the testbench in force, its prompt and the retrieval context."""
    if "testbench" not in progress.files:
        return
    folder, testbench = run.layout.verification, run.layout.path / progress.files["testbench"]
    (folder / "context").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(testbench, folder / "testbench.sv")
    prompt = testbench.parent.parent / "prompt.txt"
    if prompt.is_file():
        shutil.copyfile(prompt, folder / "prompt.txt")
    for path in run.definition.context:
        shutil.copyfile(run.layout.path / path, folder / "context" / Path(path).name)
