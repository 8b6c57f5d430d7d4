"""``pipelines:`` in sim_setup.yaml: read, checked and resolved like everything else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simorc.config.project import Project
from simorc.errors import ConfigError, UsageError
from simorc.pipeline.build import build_pipeline_run
from simorc.pipeline.generation.llm_environment import with_environment


def problems(root: Path, pipeline: str) -> list[str]:
    (root / "sim_setup.yaml").write_text(f"pipelines:\n  p:\n{pipeline}")
    with pytest.raises(ConfigError) as caught:
        Project.load(root)
    return [f"{each.line}:{each.key}: {each.message}" for each in caught.value.problems]


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        ("    rtl: a.sv\n", "2:pipelines.p.top: required, but missing"),
        ("    top: a b\n    rtl: a.sv\n", "3:pipelines.p.top: invalid module name 'a b'"),
        (
            "    top: a\n",
            "pipelines.p.stages.a1: generate (a1) needs a template, a command, backend: llm, or",
        ),
        (
            "    top: a\n    stages: {a1: {enable: false}}\n",
            "generate (a1) is disabled: set the design with rtl: FILE",
        ),
        (
            "    top: a\n    stages:\n      a1: {template: no.j2}\n",
            "5:pipelines.p.stages.a1.template: no such file: no.j2",
        ),
        (
            "    top: a\n    stages:\n      a1: {backend: comand}\n",
            "5:pipelines.p.stages.a1.backend: expected 'template', 'command', 'llm' or 'rules', not 'comand'",
        ),
        ("    top: a\n    stages:\n      a1: {backend: command}\n", "backend: command needs a command"),
        (
            "    top: a\n    stages:\n      a5: {strickt: true}\n",
            "5:pipelines.p.stages.a5.strickt: unknown key (did you mean 'strict'?)",
        ),
        ("    top: a\n    stages:\n      synth: {x: 1}\n", "synth needs kind: sweep or command"),
        ("    top: a\n    stages:\n      a5: {kind: lint}\n", "a5 needs kind: style"),
        ("    top: a\n    stages:\n      a4: 7\n", "a4: expected a mapping, not '7'"),
        (
            "    top: a\n    stages:\n      g: {kind: sweep, sweep: pvt}\n",
            "5:pipelines.p.stages.g.sweep: no sweep 'pvt'; known: none",
        ),
        ("    top: a\n    stages:\n      a4: {waive: [width]}\n", "invalid warning code 'width'"),
        (
            "    top: a\n    stages:\n      a7: {enable: false}\n",
            "testbench (a7) is disabled: set a testbench with testbench: FILE",
        ),
        (
            "    top: a\n    stages:\n      a7:\n        parameters:\n          steps:\n"
            "            - {set: {en: 1}, expct: {q: 1}}\n",
            "8:pipelines.p.stages.a7.parameters.steps[0].expct: not a key of a step (did you mean",
        ),
        (
            "    top: a\n    stages:\n      a7:\n        parameters: {stepps: []}\n",
            (
                "6:pipelines.p.stages.a7.parameters.stepps: not a parameter of the "
                "built-in testbench (did you mean"
            ),
        ),
        (
            "    top: a\n    stages:\n      a7:\n        parameters: {steps: [5]}\n",
            "expected a mapping of set, cycles, expect, note, not '5'",
        ),
        (
            "    top: a\n    stages:\n      a7:\n        parameters: {steps: [{expect: 1}]}\n",
            "expected port: value, not '1'",
        ),
        (
            "    top: a\n    stages:\n      simulation: {sources: [x/a.sv]}\n",
            "5:pipelines.p.stages.simulation.sources[0]: a.sv is also the name of the RTL",
        ),
        *(
            (
                f"    top: a\n    stages:\n      {stage}llm: {{adapter: x, endpoint: http://a}}{end}\n",
                "llm.adapter: an adapter is for a model on this machine",
            )
            for stage, end in (("a1: {", "}"), ("a7: {", "}"), ("a4: {fix: {", "}}"))
        ),
        ("    top: a\n    budgets: {a1: -1}\n", "pipelines.p.budgets.a1: must be"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, pipeline: str, expected: str) -> None:
    found = problems(tmp_path, pipeline)
    assert any(expected in each for each in found), found


def test_one_mistake_is_one_problem(tmp_path: Path) -> None:
    found = problems(tmp_path, "    top: a\n    stages:\n      a1: {backend: comand, template: no.j2}\n")
    assert len([each for each in found if "a1.backend" in each]) == 1
    assert not any("needs a template" in each for each in found)


def write(root: Path, **pipeline: Any) -> Project:
    (root / "a.sv").write_text("module a (input logic clk);\nendmodule\n")
    (root / "tb.sv").write_text("module tb; endmodule\n")
    own = {"top": "a", "rtl": "a.sv", "stages": {"a1": {"enable": False}}, **pipeline}
    (root / "sim_setup.yaml").write_text(json.dumps({"pipelines": {"p": own}}))
    return Project.load(root)


def test_defaults_and_order(tmp_path: Path) -> None:
    stages = {
        "lay": {"kind": "command", "command": "make"},
        "a1": {"enable": False},
        "synth": {"kind": "command", "command": ["true"]},
    }
    definition = write(tmp_path, stages=stages).setup.pipelines["p"]
    assert definition.order() == ("a5", "a4", "a7", "simulation", "qualify", "lay", "synth")
    assert (definition.budgets.a4, definition.budgets.a1, definition.budgets.a7) == (1, 1, 1)
    assert definition.simulation.pass_marker == "TEST PASSED"


def test_numbers_of_parameters_are_ordinary(tmp_path: Path) -> None:
    (tmp_path / "sim_setup.yaml").write_text(
        "pipelines:\n  p:\n    top: a\n    rtl: a.sv\n    stages:\n      a1: {enable: false}\n"
        "      a7:\n        template: a.sv\n"
        "        parameters: {width: 4, ratio: 0.50, big: 1k, names: [a, 2], deep: {x: 3}}\n"
    )
    (tmp_path / "a.sv").write_text("module a; endmodule\n")
    parameters = Project.load(tmp_path).setup.pipelines["p"].a7.parameters
    assert parameters == {"width": 4, "ratio": 0.5, "big": 1000, "names": ["a", 2], "deep": {"x": 3}}
    assert [type(parameters[name]) for name in ("width", "ratio", "big")] == [int, float, int]


def test_a_run_holds_copies_of_everything_it_names(tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere" / "spec.md"
    outside.parent.mkdir()
    outside.write_text("given on the command line\n")
    root = tmp_path / "project"
    root.mkdir()
    stages = {
        "a1": {"enable": False},
        "a7": {"enable": False},
        "a5": {"enable": False},
        "a4": {"enable": False},
    }
    stages["simulation"] = {"enable": False}
    stages["g"] = {"kind": "command", "command": ["true"]}  # type: ignore[dict-item]
    project = write(root, stages=stages, context=["tb.sv"])
    layout = build_pipeline_run(project, "p", spec=outside)
    manifest = json.loads(layout.manifest.read_text())
    assert manifest["kind"] == "pipeline" and layout.pipeline == "p"
    spec = layout.path / manifest["files"]["spec"]
    assert spec.read_text() == "given on the command line\n"
    assert (layout.path / manifest["definition"]["context"][0]).read_text() == "module tb; endmodule\n"
    assert set(manifest["inputs"]) == {
        manifest["files"]["spec"],
        manifest["files"]["rtl"],
        "inputs/tb.sv",
    }
    assert str(root) not in json.dumps(manifest["definition"])
    again = build_pipeline_run(project, "p")
    assert again.name != layout.name


def test_an_unknown_pipeline_and_a_missing_spec(tmp_path: Path) -> None:
    project = write(tmp_path)
    with pytest.raises(UsageError, match="no pipeline 'q'"):
        build_pipeline_run(project, "q")
    with pytest.raises(UsageError, match="no such file"):
        build_pipeline_run(project, "p", spec=tmp_path / "none.md")
    assert not (tmp_path / "pipeline_runs").exists()


def test_a_definition_survives_its_manifest(tmp_path: Path) -> None:
    definition = write(tmp_path, context=["tb.sv"]).setup.pipelines["p"]
    again = type(definition).model_validate(json.loads(json.dumps(definition.model_dump(mode="json"))))
    assert with_environment(again, {}) == with_environment(definition, {})
