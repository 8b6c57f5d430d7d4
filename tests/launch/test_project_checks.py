"""What `simorc validate` refuses, `simorc build` and `simorc run` refuse in the same words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.cli.main import run as simorc
from simorc.config.project import Project
from simorc.launch import build as building
from simorc.launch.build import build_run
from tests.divider_projects import MakeProject

Spoil = Callable[[Path], object]
DECK = "* divider\nV1 in 0 {{ parameters.r }}\n.op\n.end\n"


def template(text: str) -> Spoil:
    return lambda root: next(root.rglob("*.spice.j2")).write_text(text)


def sweep(text: str) -> Spoil:
    return lambda root: next(root.glob("**/s.yaml")).write_text(f"testbench: tb\n{text}\n")


def setup(text: str) -> Spoil:
    path = "sim_setup.yaml"
    return lambda root: (root / path).write_text(f"{(root / path).read_text()}{text}\n")


def without_dut(text: str) -> Spoil:
    def spoil(root: Path) -> None:
        template(text)(root)
        path = root / "sim_setup.yaml"
        path.write_text(path.read_text().partition("\n")[2])

    return spoil


def config(text: str, files: dict[str, str] | None = None) -> Spoil:
    """More of the testbench's config.yaml, with `files` beside it."""

    def spoil(root: Path) -> None:
        path = next(root.glob("*/config.yaml"))
        path.write_text(f"{path.read_text()}measurements: {{i: {{meas: i}}}}\n{text}\n")
        for name, content in (files or {}).items():
            (path.parent / name).write_text(content)

    return spoil


def hook(code: str, more: str = "") -> Spoil:
    def spoil(root: Path) -> None:
        path = next(root.glob("*/config.yaml"))
        (path.parent / "m.py").write_text(f"{code}\n")
        measured = f"{{python: m.py:m{', ' + more if more else ''}}}"
        path.write_text(f"{path.read_text()}measurements: {{h: {measured}}}\n")

    return spoil


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (template(DECK.replace(".r }}", ".rr }}")), "parameters.rr: not a parameter of the testbench"),
        (template(DECK.replace(".op", ".include nowhere.lib\n.op")), "no such file"),
        (template(f".include x.lib\n{DECK}"), "the first line as the title"),
        (setup("simulator: {name: xyze}"), "unknown simulator 'xyze'; simulator.name is one of: ngspice"),
        (sweep("parameters: {r: [1, 1]}"), "r=1 is listed twice"),
        (without_dut(DECK.replace(".op", ".include {{ dut.netlist }}\n.op")), "names no circuit under test"),
        (config("plot_specs: [{kind: wavez, y: [{measurement: v}]}]"), "kind: must be one of waves"),
        (config("plot_specs: [{kind: histogram, y: [{measurement: v}]}]"), "no measurement 'v'"),
        (
            config("plot_specs: [{kind: measurement, x: {parameter: rr}, y: [{measurement: i}]}]"),
            "x: no parameter 'rr' (did you mean 'r'?)",
        ),
        (config("plot_specs: [{y: [{signals: {a: v(out}}]}]"), "plot_specs[0]: y[0]"),
        (config("plot_specs: p.yaml", {"p.yaml": "y: [{signals: v(in)}]\nz: 1\n"}), "z: not part of a plot"),
        (hook("def m(:"), "measurements.h: m.py: invalid syntax"),
        (hook("def f(w, p): ..."), "m.py has no function m"),
        (hook("def m(w): ..."), "m must take two arguments: waves, parameters"),
        (hook("def m(w, p, *, slope): ..."), "m needs args: slope"),
        (hook("def m(w, p): ...", "args: {slop: 1}"), "m has no argument slop"),
        (sweep("parameters: {r: [1]}\nexclude: [r > 0]"), "no cases"),
    ],
)
def test_what_is_refused_is_refused_by_both(
    make_project: MakeProject, capfd: pytest.CaptureFixture[str], spoil: Spoil, reason: str
) -> None:
    root = make_project(DECK, sweep="parameters: {r: [1, 2]}\n").root
    spoil(root)
    for command in (["validate"], ["build", "s"]):
        assert simorc([*command, "--project", str(root)]) == 2
        assert reason in capfd.readouterr().err
    assert not any((root / "simulations").glob("*"))


def test_a_template_that_can_do_without_a_dut_needs_none(make_project: MakeProject) -> None:
    root = make_project(DECK).root
    without_dut(DECK.replace(".op", "{% if dut.netlist %}.include {{ dut.netlist }}\n{% endif %}.op"))(root)
    assert simorc(["validate", "--project", str(root)]) == 0


def test_an_error_names_the_run_and_not_the_directory_it_is_built_in(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    project: Project = make_project(DECK, sweep="parameters: {r: [1, 2]}\n")

    def full(layout: object, *rest: object) -> None:
        raise OSError(28, "No space left on device", str(layout.manifest))  # type: ignore[attr-defined]

    monkeypatch.setattr(building, "_make_store", full)
    with pytest.raises(OSError) as reported:
        build_run(project, "s")
    assert reported.value.filename.endswith("/manifest.json") and ".building" not in str(reported.value)
    assert "/simulations/s_" in reported.value.filename
