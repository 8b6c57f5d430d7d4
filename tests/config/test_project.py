# ruff: noqa: E501 - whole messages are compared, each on its line
from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simorc.config.project import Project
from simorc.config.root import find_root
from simorc.errors import ConfigError, UsageError
from simorc.units import Number

SETUP = """\
name: ota
dut: {netlist: ota.spice}
testbenches:
  dc: testbenches/dc
sweeps:
  pvt: sweeps/pvt.yaml
execution:
  jobs: 3
environments:
  farm:
    simulator: {executable: "${FARM_NGSPICE}"}
    execution: {jobs: 64, executor: slurm, cluster: {partition: long}}
    parameters: {vdda: 1.8}
"""
CONFIG = """\
parameters:
  vdda: 3.3
  temp: 27
  corner: tt
  w: 1u
  l: 0.5u
measurements: [offset, idd]
specs:
  offset: {max: 5m}
execution: {timeout: 2m, convergence: {loosen: true}}
"""
SWEEP = """\
testbench: dc
parameters:
  vdda: [3.0, 3.30]
  temp: {start: -40, stop: 125, num: 4}
zip: {w: [1u, 2u], l: [0.5u, 1u]}
corners:
  slow: {corner: ss}
execution: {nice: 5}
"""


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SIMORC_ENV", "SIMORC_JOBS", "SIMORC_EXECUTION_JOBS", "FARM_NGSPICE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "testbenches" / "dc").mkdir(parents=True)
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "sim_setup.yaml").write_text(SETUP)
    (tmp_path / "ota.spice").write_text("* ota\n")
    (tmp_path / "testbenches" / "dc" / "config.yaml").write_text(CONFIG)
    (tmp_path / "testbenches" / "dc" / "tb_dc.spice.j2").write_text("* t\n.meas dc vmax MAX v(out)\n.end\n")
    (tmp_path / "sweeps" / "pvt.yaml").write_text(SWEEP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def problems(root: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        Project.load(root)
    return [str(problem) for problem in caught.value.problems]


def write(root: Path, name: str, text: str) -> None:
    (root / name).write_text(text)


def replace(root: Path, name: str, old: str, new: str) -> None:
    text = (root / name).read_text()
    assert old in text
    write(root, name, text.replace(old, new))


def test_a_project_as_written(root: Path) -> None:
    project = Project.load(root / "sweeps")
    testbench, sweep = project.testbenches["dc"], project.sweeps["pvt"]
    assert (project.root, project.name, project.simulations) == (root, "ota", root / "simulations")
    assert project.dut_netlist == root / "ota.spice"
    assert testbench.template == root / "testbenches/dc/tb_dc.spice.j2"
    assert testbench.parameters["w"] == 1e-6
    assert str(testbench.parameters["vdda"]) == "3.3"
    assert [str(value) for value in sweep.definition.parameters["vdda"]] == ["3.0", "3.30"]
    assert sweep.definition.testbench == "dc"


def test_finding_the_root(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert find_root() == find_root(root / "testbenches" / "dc") == find_root(root / "sim_setup.yaml") == root
    assert Project.find(root) == root
    with pytest.raises(UsageError, match=r"no sim_setup\.yaml") as caught:
        find_root(tmp_path_factory.mktemp("empty"))
    assert "simorc init" in (caught.value.remedy or "")
    with pytest.raises(UsageError, match="no such directory"):
        find_root(root / "nowhere")


def test_precedence(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARM_NGSPICE", "/opt/ngspice")
    plain = Project.load(root)
    assert (plain.settings().jobs, plain.settings().execution.timeout) == (3, None)
    assert plain.settings("dc").execution.timeout == 120
    assert plain.settings(sweep="pvt").execution.nice == 5
    assert plain.settings(sweep="pvt").execution.convergence.loosen
    farm = Project.load(root, environment="farm")
    assert (farm.settings("dc").jobs, farm.settings().simulator.executable) == (64, "/opt/ngspice")
    assert farm.settings().execution.cluster.partition == "long"
    assert farm.testbenches["dc"].parameters["vdda"] == 1.8
    monkeypatch.setenv("SIMORC_ENV", "farm")
    monkeypatch.setenv("SIMORC_JOBS", "7")
    assert Project.load(root).settings("dc").jobs == 7
    monkeypatch.setenv("SIMORC_EXECUTION_JOBS", "8")
    assert Project.load(root).settings("dc").jobs == 8
    assert Project.load(root, overrides={"execution.jobs": 9}).settings("dc").jobs == 9
    assert Project.load(root, overrides={"execution.jobs": None}).settings("dc").jobs == 8


def test_where_each_setting_comes_from(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARM_NGSPICE", "ngspice-farm")
    monkeypatch.setenv("SIMORC_RETRIES", "1")
    project = Project.load(root, environment="farm", overrides={"execution.warm": "off"})
    origins = {each.key: each for each in project.origins("dc")}
    assert origins["execution.jobs"].origin == "environment farm, sim_setup.yaml:12:23"
    assert origins["execution.timeout"].origin == "testbenches/dc/config.yaml:10:22"
    assert (origins["execution.retries"].origin, origins["execution.retries"].value) == ("SIMORC_RETRIES", 1)
    assert (origins["execution.warm"].origin, origins["execution.warm"].value) == ("command line", "off")
    assert origins["execution.cluster.partition"].value == "long"
    assert origins["netlister.name"].origin == "default"


def test_jobs_default_to_the_usable_cpus(root: Path) -> None:
    replace(root, "sim_setup.yaml", "execution:\n  jobs: 3\n", "")
    project = Project.load(root)
    setting = next(each for each in project.origins() if each.key == "execution.jobs")
    assert project.settings().jobs == setting.value >= 1
    assert setting.origin.startswith("default")


def test_every_problem_at_once_with_its_place(root: Path) -> None:
    replace(root, "sweeps/pvt.yaml", "vdda: [", "vdaa: [")
    replace(root, "sweeps/pvt.yaml", "corners:", "cornres: 1\ncorners:")
    replace(root, "sim_setup.yaml", "dut: {netlist: ota.spice}", "dut: {netlist: ota2.spice}\nexecutoin: {}")
    replace(root, "testbenches/dc/config.yaml", "{max: 5m}", "{max: tiny}")
    replace(root, "testbenches/dc/config.yaml", "timeout: 2m", "timeout: 2m, jobs: 0")
    assert problems(root) == [
        "sim_setup.yaml:2:16: dut.netlist: no such file: ota2.spice",
        "sim_setup.yaml:3:1: executoin: unknown key (did you mean 'execution'?); known: analyses,"
        " description, dut, environments, execution, name, netlister, pipelines, plans, simulator, sweeps, testbenches",
        "sweeps/pvt.yaml:3:9: parameters.vdaa: not a parameter of testbench 'dc' (did you mean 'vdda'?)",
        "sweeps/pvt.yaml:6:1: cornres: unknown key (did you mean 'corners'?); known: after, corner_set, corners, description,"
        " exclude, execution, include, measurements, monte_carlo, parameters, plot_specs, sensitivity, simulator, specs,"
        " testbench, zip",
        "testbenches/dc/config.yaml:9:17: specs.offset.max: expected a number, not 'tiny'",
        "testbenches/dc/config.yaml:10:32: execution.jobs: must be greater than or equal to 1, not '0'",
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (
            "sim_setup.yaml",
            "dc: testbenches/dc",
            "dc: testbenches/ac",
            "sim_setup.yaml:4:7: testbenches.dc: no such directory: testbenches/ac",
        ),
        (
            "sim_setup.yaml",
            "dc: testbenches/dc",
            "dc: sweeps",
            "sim_setup.yaml:4:7: testbenches.dc: no config.yaml in sweeps",
        ),
        (
            "sim_setup.yaml",
            "sweeps/pvt.yaml",
            "sweeps/ptv.yaml",
            "sim_setup.yaml:6:8: sweeps.pvt: no such file: sweeps/ptv.yaml",
        ),
        (
            "sim_setup.yaml",
            "sweeps/pvt.yaml",
            "${NO_SUCH_DIR}/p.yaml",
            "sim_setup.yaml:6:8: sweeps.pvt: ${NO_SUCH_DIR} is not set",
        ),
        (
            "sim_setup.yaml",
            "vdda: 1.8",
            "vdad: 1.8",
            "sim_setup.yaml:13:24: environments.farm.parameters.vdad: not a parameter of any testbench (did you mean 'vdda'?)",
        ),
        (
            "sim_setup.yaml",
            "jobs: 3",
            "jobs: 3\n  jobs: 4",
            "sim_setup.yaml:9:3: execution.jobs: duplicate key",
        ),
        (
            "sim_setup.yaml",
            "jobs: 3",
            "jobs: 3\nsimulator: {spiceinit: .spiceinit}",
            "sim_setup.yaml:9:24: simulator.spiceinit: no such file: .spiceinit",
        ),
        (
            "sweeps/pvt.yaml",
            "testbench: dc",
            "testbench: dcc",
            "sweeps/pvt.yaml:1:12: testbench: no testbench 'dcc' (did you mean 'dc'?); known: dc",
        ),
        ("sweeps/pvt.yaml", "testbench: dc", "", "sweeps/pvt.yaml:1:1: testbench: required, but missing"),
        (
            "sweeps/pvt.yaml",
            "[3.0, 3.30]",
            "[]",
            "sweeps/pvt.yaml:3:9: parameters.vdda: the list of values is empty",
        ),
        (
            "sweeps/pvt.yaml",
            "num: 4",
            "num: 0",
            "sweeps/pvt.yaml:4:38: parameters.temp.num: must be greater than or equal to 1, not '0'",
        ),
        (
            "sweeps/pvt.yaml",
            ", num: 4",
            "",
            "sweeps/pvt.yaml:4:9: parameters.temp: a range needs step or num",
        ),
        (
            "sweeps/pvt.yaml",
            "{corner: ss}",
            "{vdda: 3.6}",
            "sweeps/pvt.yaml:7:16: corners.slow.vdda: also varied under parameters: set it in one place only",
        ),
        (
            "sweeps/pvt.yaml",
            "zip: {w",
            "zip: {wx",
            "sweeps/pvt.yaml:5:11: zip.wx: not a parameter of testbench 'dc' (did you mean 'w'?)",
        ),
        (
            "sweeps/pvt.yaml",
            "execution: {nice: 5}",
            "after: pv passed",
            "sweeps/pvt.yaml:8:8: after: no sweep 'pv' (did you mean 'pvt'?)",
        ),
        (
            "sweeps/pvt.yaml",
            "execution: {nice: 5}",
            "specs: {ofset: {max: 1}}",
            "sweeps/pvt.yaml:8:16: specs.ofset: not a measurement (did you mean 'offset'?); known: idd, offset, vmax",
        ),
        (
            "sweeps/pvt.yaml",
            "execution: {nice: 5}",
            "specs: {Offset: {max: 1}}",
            "sweeps/pvt.yaml:8:17: specs.Offset: not a measurement (did you mean 'offset'?); known: idd, offset, vmax",
        ),
        (
            "testbenches/dc/config.yaml",
            "offset: {max: 5m}",
            "VMAX: {max: 5m}",
            "testbenches/dc/config.yaml:9:9: specs.VMAX: not a measurement (did you mean 'vmax'?); known: idd, offset, vmax",
        ),
        (
            "testbenches/dc/config.yaml",
            "measurements: [offset, idd]",
            "measurements: {offset: , idd: , d: {across: {reduce: max, over: temp, of: Idd}}}",
            "testbenches/dc/config.yaml:7:75: measurements.d.across.of: 'Idd' is not a measurement (did you mean 'idd'?)",
        ),
        (
            "sweeps/pvt.yaml",
            "execution: {nice: 5}",
            "monte_carlo: {samples: 5, distributions: {vth: {normal: {mean: 0, sigma: 1m}}}}",
            "sweeps/pvt.yaml:8:48: monte_carlo.distributions.vth: not a parameter of testbench 'dc'",
        ),
        (
            "testbenches/dc/config.yaml",
            "measurements: [offset, idd]",
            "template: tb.spice\nmeasurements: [offset, idd]",
            "testbenches/dc/config.yaml:7:11: template: no such file: tb.spice",
        ),
        (
            "testbenches/dc/config.yaml",
            "measurements: [offset, idd]",
            "on_change: rerun ptv\nmeasurements: [offset, idd]",
            "testbenches/dc/config.yaml:7:12: on_change: no sweep 'ptv' (did you mean 'pvt'?)",
        ),
        (
            "testbenches/dc/config.yaml",
            "[offset, idd]",
            "{offset: {python: hook.py:offset}}",
            "testbenches/dc/config.yaml:7:33: measurements.offset.python: no such file: hook.py",
        ),
        (
            "testbenches/dc/config.yaml",
            "[offset, idd]",
            "{offset: , d: {across: {reduce: max, over: tmp, of: offset}}}",
            "testbenches/dc/config.yaml:7:58: measurements.d.across.over: 'tmp' is not a parameter (did you mean 'temp'?)",
        ),
    ],
)
def test_each_mistake_is_named(root: Path, file: str, old: str, new: str, problem: str) -> None:
    replace(root, file, old, new)
    assert problems(root) == [problem]


def test_a_testbench_that_cannot_be_read_is_one_problem(root: Path) -> None:
    write(root, "testbenches/dc/config.yaml", "parameters: [\n")
    (problem,) = problems(root)
    assert problem.startswith("testbenches/dc/config.yaml:2:1: not valid YAML")


def test_a_bad_default_is_not_reported_as_an_unknown_parameter_too(root: Path) -> None:
    replace(root, "testbenches/dc/config.yaml", "vdda: 3.3", "vdda: [3.3]")
    assert problems(root) == [
        "testbenches/dc/config.yaml:2:9: parameters.vdda: expected one value, not a list"
    ]


def test_the_template_may_be_named_or_alone_or_made_from_a_schematic(root: Path) -> None:
    folder = root / "testbenches" / "dc"
    (folder / "second.spice").write_text("* t\n.end\n")
    (problem,) = problems(root)
    assert "second.spice, tb_dc.spice.j2" in problem
    for template in folder.glob("*.spice*"):
        template.unlink()
    (folder / "tb.sch").write_text("v {}")
    write(root, "testbenches/dc/config.yaml", "schematic: tb.sch\n" + CONFIG)
    assert Project.load(root).testbenches["dc"].template == folder / "tb.spice.j2"
    assert Project.load(root).testbenches["dc"].schematic == folder / "tb.sch"


def test_variables_of_other_environments_may_be_unset(root: Path) -> None:
    assert Project.load(root).environment is None
    with pytest.raises(
        ConfigError, match=r"environments.farm.simulator.executable: \$\{FARM_NGSPICE\} is not set"
    ):
        Project.load(root, environment="farm")
    with pytest.raises(ConfigError, match=r"no environment 'fram' \(did you mean 'farm'\?\); known: farm"):
        Project.load(root, environment="fram")


def test_settings_from_outside_are_checked_too(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMORC_EXECUTION_JOBBS", "2")
    monkeypatch.setenv("SIMORC_TIMEOUT", "soon")
    with pytest.raises(ConfigError) as caught:
        Project.load(root, overrides={"execution.jobs": 0, "execution.wram": "off"})
    assert [str(problem) for problem in caught.value.problems] == [
        "SIMORC_EXECUTION_JOBBS: unknown setting (did you mean 'SIMORC_EXECUTION_JOBS'?)",
        "SIMORC_TIMEOUT: execution.timeout: 'soon' is not a duration (such as 90s, 10m or 1h30m)",
        "command line: execution.jobs: must be greater than or equal to 1, not '0'",
        "command line: execution.wram: unknown setting (did you mean 'execution.warm'?)",
    ]


def test_files_are_named_from_the_project(root: Path) -> None:
    (root / "plots").mkdir()
    (root / "plots" / "dc.yaml").write_text("title: dc\n")
    (root / "testbenches" / "dc" / "hook.py").write_text("")
    replace(
        root,
        "testbenches/dc/config.yaml",
        "[offset, idd]",
        "{offset: {python: hook.py:offset, args: {n: 1}}}",
    )
    write(
        root,
        "testbenches/dc/config.yaml",
        (root / "testbenches/dc/config.yaml").read_text() + "plot_specs: [../../plots/dc.yaml, {title: x}]\n",
    )
    config = Project.load(root).testbenches["dc"].config
    assert config.measurements["offset"].python == "testbenches/dc/hook.py:offset"
    assert config.plot_specs == ("plots/dc.yaml", {"title": "x"})


def test_a_hook_stays_inside_the_project(root: Path) -> None:
    (root.parent / "evil.py").write_text("")
    replace(root, "testbenches/dc/config.yaml", "[offset, idd]", "{offset: {python: ../../../evil.py:f}}")
    (problem,) = problems(root)
    assert problem.endswith("outside the project: ../../../evil.py")


def test_an_unsaved_sweep(root: Path) -> None:
    project = Project.load(root)
    write(root, "draft.yaml", "testbench: dc\nparameters: {temp: [0]}\n")
    sweep = project.sweep_from(root / "draft.yaml", "pvt")
    assert (sweep.name, sweep.definition.parameters["temp"]) == ("pvt", (Number("0"),))
    write(root, "draft.yaml", "testbench: dc\nparameters: {tmep: [0]}\n")
    with pytest.raises(ConfigError, match="did you mean 'temp'"):
        project.sweep_from(root / "draft.yaml")


def test_unknown_names_of_testbenches_and_sweeps(root: Path) -> None:
    project = Project.load(root)
    with pytest.raises(UsageError, match=r"no testbench 'dcx' \(did you mean 'dc'\?\)"):
        project.settings("dcx")
    with pytest.raises(UsageError, match="no sweep 'ptv'"):
        project.origins(sweep="ptv")


SNIPPETS = st.sampled_from(
    [
        "testbench: dc\n",
        "parameters:\n",
        "  vdda: ",
        "[1, 2]",
        "{start: 1, stop: ",
        "zip: ",
        "corners: ",
        "- ",
        "\n",
        "null",
        "monte_carlo: ",
        "specs: ",
        "measurements: ",
        "[",
        "]",
        "{",
        "}",
        "a: ",
        "'",
        "&a ",
        "*a",
        "execution: ",
        "${X}",
        "exclude: ",
        "-1",
        "~",
    ]
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["sim_setup.yaml", "sweeps/pvt.yaml", "testbenches/dc/config.yaml"]),
    st.lists(SNIPPETS, max_size=12).map("".join),
)
def test_whatever_is_written_only_a_config_error_comes(root: Path, file: str, text: str) -> None:
    original = (root / file).read_text()
    try:
        write(root, file, text)
        Project.load(root)
    except ConfigError as error:
        assert error.problems
    finally:
        write(root, file, original)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["sim_setup.yaml", "sweeps/pvt.yaml", "testbenches/dc/config.yaml"]), st.data())
def test_mutilated_files_give_a_config_error_or_a_project(root: Path, file: str, data: st.DataObject) -> None:
    original = (root / file).read_text()
    begin = data.draw(st.integers(0, len(original)))
    end = data.draw(st.integers(begin, min(len(original), begin + 12)))
    put = data.draw(st.text(alphabet="[]{}:-,&*!|'\"# \n1ax", max_size=4))
    try:
        write(root, file, original[:begin] + put + original[end:])
        Project.load(root)
    except ConfigError as error:
        assert error.problems
    finally:
        write(root, file, original)
