"""simorc pipeline: run design pipelines, from a written spec to verified RTL."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simorc.cli.completion import PIPELINE_RUNS, PIPELINES
from simorc.cli.context import Scope, scoped
from simorc.cli.output.tables import note, table, write
from simorc.config.names import stage_word
from simorc.errors import RunError
from simorc.regular_files import read_regular
from simorc.text import plain, plain_lines

if TYPE_CHECKING:
    from simorc.pipeline.rundir.layout import PipelineLayout

HEADER = ("run", "state", "stage", "attempts", "seconds", "message")


@click.group("pipeline")
def command() -> None:
    """Run design pipelines: generate RTL from a specification, format, lint, simulate and verify it."""


@command.command("run")
@click.argument("name", shell_complete=PIPELINES)
@click.option(
    "--spec",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Specification file (default: the one of the pipeline).",
)
@click.option("--detach", is_flag=True, help="Start the run, print its id and return.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per stage, then the result.")
@scoped
def run_pipeline(scope: Scope, name: str, spec: Path | None, detach: bool, as_json: bool) -> int:
    """Run the pipeline NAME of sim_setup.yaml and show its progress. Ctrl-C stops it; resume continues it."""
    from simorc.pipeline.build import build_pipeline_run
    from simorc.pipeline.generation.llm_environment import unknown_variables

    for warning in unknown_variables(os.environ):
        note(f"warning: {plain(warning)}")
    return _start(build_pipeline_run(scope.load(), name, spec=spec), detach, as_json)


@command.command("resume")
@click.argument("run", default="last", shell_complete=PIPELINE_RUNS)
@click.option("--detach", is_flag=True, help="Start the run, print its id and return.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per stage, then the result.")
@scoped
def resume_pipeline(scope: Scope, run: str, detach: bool, as_json: bool) -> int:
    """Resume a RUN that was stopped or whose runner died."""
    from simorc.pipeline.control import OVER, summarise_pipeline

    layout = _found(scope, run)
    summary = summarise_pipeline(layout)
    if summary.state == "broken":
        raise RunError(summary.message)
    if summary.state in OVER and layout.result.is_file():
        note(f"{plain(layout.name)} has ended: {summary.state}")
        return _exit_code(layout)
    return _start(layout, detach, as_json)


@command.command("cancel")
@click.argument("run", default="last", shell_complete=PIPELINE_RUNS)
@scoped
def cancel_pipeline(scope: Scope, run: str) -> None:
    """Stop a running RUN; resume continues it."""
    from simorc.pipeline.control import stop_pipeline

    layout = _found(scope, run)
    if not stop_pipeline(layout):
        raise RunError(f"{layout.name} has no runner on this machine")
    note(f"cancellation of {plain(layout.name)} requested")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@scoped
def list_pipelines(scope: Scope, as_json: bool) -> None:
    """List the pipelines of sim_setup.yaml and their stages."""
    pipelines = scope.load().setup.pipelines
    if as_json:
        listed = [
            {"pipeline": name, "top": each.top, "stages": each.order(), "description": each.description}
            for name, each in pipelines.items()
        ]
        click.echo(json.dumps(listed))
    elif not pipelines:
        note("no pipelines in sim_setup.yaml")
    else:
        rows = [
            (name, each.top, " ".join(map(stage_word, each.order())), plain(each.description))
            for name, each in pipelines.items()
        ]
        write(table(("pipeline", "top", "stages", "description"), rows))


@command.command("status")
@click.argument("run", required=False, shell_complete=PIPELINE_RUNS)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@scoped
def show_status(scope: Scope, run: str | None, as_json: bool) -> None:
    """Show all pipeline runs, or one RUN."""
    from simorc.pipeline.control import summarise_pipeline
    from simorc.pipeline.rundir.layout import find_pipeline_runs

    layouts = [_found(scope, run)] if run else find_pipeline_runs(scope.root())
    summaries = [summarise_pipeline(layout) for layout in layouts]
    if as_json:
        click.echo(json.dumps({"runs": [each.as_json() for each in summaries]}))
    elif not summaries:
        note("no pipeline runs yet; start one: simorc pipeline run NAME")
    else:
        rows = [
            (
                *(each.run, each.state, stage_word(each.stage), str(each.attempts)),
                *(f"{each.seconds:.2f}", each.message),
            )
            for each in summaries
        ]
        write(table(HEADER, [tuple(map(plain, row)) for row in rows], right=frozenset({3, 4})))


@command.command("show")
@click.argument("run", default="last", shell_complete=PIPELINE_RUNS)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@scoped
def show_run(scope: Scope, run: str, as_json: bool) -> None:
    """Show every attempt of a RUN: stage, verdict, decision, files."""
    from simorc.cli.output.pipeline_lines import LINE_HEADER, line_cells, result_lines
    from simorc.pipeline.rundir.attempt_log import read_trace
    from simorc.pipeline.rundir.manifest import open_pipeline_run
    from simorc.pipeline.rundir.results import result_of

    layout = _found(scope, run)
    opened = open_pipeline_run(layout)
    result = result_of(opened, opened.progress())
    lines = read_trace(layout.trace)
    if as_json:
        click.echo(json.dumps({**result, "trace": lines}))
        return
    write(table(LINE_HEADER, map(line_cells, lines), right=frozenset({0, 2, 5})))
    write(result_lines(result, layout))


@command.command("replay")
@click.argument("run", default="last", shell_complete=PIPELINE_RUNS)
@click.option(
    "--stage",
    metavar="S",
    help="Replay the last attempt of this stage, such as lint (default: the last failure).",
)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@scoped
def replay_stage(scope: Scope, run: str, stage: str | None, as_json: bool) -> int:
    """Repeat one attempt of a RUN with its exact inputs. Exit code 1: the verdict differs."""
    from simorc.pipeline.replay import replay
    from simorc.pipeline.rundir.manifest import open_pipeline_run
    from simorc.pipeline.tools import Unwatched

    replayed = replay(open_pipeline_run(_found(scope, run)), Unwatched(), stage)
    line, now = replayed.line, replayed.outcome
    if as_json:
        result = {"seq": line["seq"], "same": replayed.same, "directory": str(replayed.directory)}
        click.echo(json.dumps({**now.as_json(), "stage": line["stage"], **result}))
    else:
        before, after = (f"{status} {kind or ''}".strip() for status, kind in _verdicts(replayed))
        attempt = f"attempt {line['seq']} {stage_word(line['stage'])}"
        click.echo(f"{attempt}: was {before}, is {after} {plain(now.message)}".rstrip())
        note(f"in {plain(str(replayed.directory))}")
    return 0 if replayed.same else 1


def _verdicts(replayed: object) -> list[tuple[str, str | None]]:
    from simorc.pipeline.replay import Replay

    assert isinstance(replayed, Replay)
    line, now = replayed.line, replayed.outcome
    return [(line["status"], line["kind"]), (now.status, now.kind)]


@command.command("dataset")
@click.option(
    "--where", default="", metavar="EXPR", help="Condition on the runs, such as 'simulation.status==passed'."
)
@click.option("--unverified", is_flag=True, help="Also runs whose RTL is not verified.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Output file (default: standard output).",
)
@scoped
def make_dataset(scope: Scope, where: str, unverified: bool, output: Path | None) -> None:
    """Write the verified runs as JSON lines: specification, RTL, testbench, logs and verdicts."""
    from simorc.files import write_whole
    from simorc.pipeline.rundir.dataset import records
    from simorc.pipeline.rundir.layout import find_pipeline_runs

    found = (
        json.dumps(record, ensure_ascii=False)
        for record in records(find_pipeline_runs(scope.root()), where, unverified=unverified)
    )
    if output is None:
        write(found)
    else:
        write_whole(output, (f"{line}\n" for line in found))


def _found(scope: Scope, name: str) -> PipelineLayout:
    from simorc.pipeline.rundir.layout import PipelineLayout, find_pipeline_run

    direct = PipelineLayout(Path(name).resolve())
    return direct if direct.exists() else find_pipeline_run(scope.root(), name)


def _start(layout: PipelineLayout, detach: bool, as_json: bool) -> int:
    from simorc.cli.output.pipeline_lines import follow
    from simorc.pipeline.control import start_pipeline
    from simorc.pipeline.rundir.attempt_log import read_trace

    seen = len(read_trace(layout.trace))
    start_pipeline(layout)
    if detach:
        click.echo(layout.name)
        return 0
    if not as_json:
        note(f"run {plain(layout.name)}")
    follow(layout, seen, as_json)
    return _exit_code(layout)


def _exit_code(layout: PipelineLayout) -> int:
    from simorc.pipeline.rundir.results import exit_code

    if not layout.result.is_file():
        for line in plain_lines(read_regular(layout.runner_log).decode("utf-8", "replace")[-2000:]):
            note(line)
        raise RunError(
            f"the runner of {layout.name} has ended", remedy=f"simorc pipeline resume {layout.name}"
        )
    return exit_code(json.loads(read_regular(layout.result)))
