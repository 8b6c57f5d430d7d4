"""``simorc size``: a project's sizing file, its record, and the change of config.yaml."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from simorc.analysis.evaluation import Evaluator
from simorc.analysis.points import Evaluation, Point
from simorc.analysis.sizing.acceptance import accept, changed_files, elsewhere
from simorc.analysis.sizing.project_run import open_sizing
from simorc.analysis.sizing.record import SizingRecord, find_sizing
from simorc.analysis.sizing.task import task_of
from simorc.config.project import Project
from simorc.config.sizing_files import read_sizing
from simorc.errors import ConfigError, InputsChanged, RunBusy, RunError, RunNotFound, SimorcError, UsageError
from tests.low_pass import CONFIG, SIZING, TEMPLATE


def low_pass(root: Path, sizing: str = SIZING) -> Project:
    (root / "tb").mkdir()
    (root / "tb" / "tb.spice.j2").write_text(TEMPLATE)
    (root / "tb" / "config.yaml").write_text(CONFIG)
    (root / "sizing").mkdir()
    (root / "sizing" / "lp.yaml").write_text(sizing)
    (root / "sim_setup.yaml").write_text("testbenches: {tb: tb}\n")
    return Project.load(root)


class FormulaEvaluator(Evaluator):
    """Evaluates the low-pass by its formula; ends with an error after `most` points."""

    most = 10**9

    def run(self, points: Sequence[Point], heard: object = None) -> list[Evaluation]:
        found = []
        for point in points:
            if self.simulations >= self.most:
                raise KeyboardInterrupt
            self.simulations += 1
            r, c = (float(point.parameters[name]) for name in ("r", "c"))
            found.append(Evaluation(point, {"f3": 1 / (6.283185307 * r * c), "power": 1 / r}))
        return found


@pytest.fixture(autouse=True)
def formulas(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "ngspice" not in request.keywords:
        monkeypatch.setattr("simorc.analysis.sizing.project_run.Evaluator", FormulaEvaluator)


def test_an_interrupted_sizing_resumes_to_the_same_trajectory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = low_pass(tmp_path)
    with open_sizing(project, "lp", resume=None) as whole:
        found = whole.run()
    assert found.met and found.goal is not None and found.goal < 0.4e-3 < 1e-3
    for most in (1, 4, 11, whole.simulated - 1):
        monkeypatch.setattr(FormulaEvaluator, "most", most)
        with pytest.raises(KeyboardInterrupt), open_sizing(project, "lp", resume=None) as killed:
            killed.run()
        record = SizingRecord(killed.record.path)
        with record.evaluations.open("a") as stream:
            stream.write('{"key": "torn')
        monkeypatch.setattr(FormulaEvaluator, "most", 10**9)
        with open_sizing(project, "", resume=record) as resumed:
            again = resumed.run()
            assert resumed.simulated < whole.simulated
        assert again == found
        assert record.steps.read_text() == whole.record.steps.read_text()
        assert json.loads(record.result.read_text()) == json.loads(whole.record.result.read_text())
    with open_sizing(project, "", resume=find_sizing(tmp_path, "last")) as finished:
        assert finished.run() == found and finished.simulated == 0


def test_a_changed_input_is_refused(tmp_path: Path) -> None:
    project = low_pass(tmp_path)
    with open_sizing(project, "lp", resume=None) as sizing:
        sizing.run()
    (tmp_path / "tb" / "tb.spice.j2").write_text(TEMPLATE.replace("dec 20", "dec 30"))
    with pytest.raises(InputsChanged, match=r"tb/tb\.spice\.j2 changed since the sizing began"):
        open_sizing(project, "", resume=sizing.record).__enter__()


def test_simulations_that_do_not_count_are_refused_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = low_pass(tmp_path)

    def distrusted(self: object, points: object) -> None:
        raise RunError("results of earlier simulations do not count: made up")

    monkeypatch.setattr(FormulaEvaluator, "run", distrusted)
    with pytest.raises(RunError, match="made up"), open_sizing(project, "lp", resume=None) as sizing:
        sizing.run()
    record = SizingRecord(sizing.record.path)
    with (
        pytest.raises(RunError, match="do not count: results of earlier"),
        open_sizing(project, "", resume=record) as resumed,
    ):
        resumed.run()


def test_one_process_at_a_time_sizes(tmp_path: Path) -> None:
    project = low_pass(tmp_path)
    with open_sizing(project, "lp", resume=None) as sizing:
        assert sizing.record.runner_lock.exists()
    assert find_sizing(tmp_path, sizing.record.name) is not None
    assert find_sizing(tmp_path, "lp") is None
    with pytest.raises(RunNotFound, match="no sizing 'lp_20200101000000'"):
        find_sizing(tmp_path, "lp_20200101000000")
    assert issubclass(RunBusy, SimorcError)


def test_accepted_values_change_config_yaml_and_keep_its_comments(tmp_path: Path) -> None:
    project = low_pass(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "tb.spice.j2").write_text(TEMPLATE)
    (tmp_path / "other" / "config.yaml").write_text(
        "template: tb.spice.j2\nparameters: {r: 1k, c: 1n, temp: 27}\n"
    )
    (tmp_path / "sim_setup.yaml").write_text("testbenches: {tb: tb, other: other}\n")
    project = Project.load(tmp_path)
    with open_sizing(project, "lp", resume=None) as sizing:
        found = sizing.run()
        parameters = sizing.parameters(found)
        (changed,) = changed_files(sizing.task, parameters)
        assert (tmp_path / "tb" / "config.yaml").read_text() == CONFIG
        diff = changed.diff(tmp_path)
        assert f"\n+  r: {parameters['r']}        # the resistor\n" in diff
        assert elsewhere(sizing.task, parameters) == [
            "testbench 'other' is not part of the sizing and keeps r: 1k, c: 1n"
        ]
        accept(sizing.task, parameters)
    loaded = Project.load(tmp_path).testbenches["tb"]
    assert loaded.parameters["r"] == parameters["r"] and loaded.parameters["temp"] == 27
    assert "# the capacitor" in (tmp_path / "tb" / "config.yaml").read_text()


def test_values_that_an_environment_hides_are_not_written(tmp_path: Path) -> None:
    low_pass(tmp_path)
    (tmp_path / "sim_setup.yaml").write_text(
        "testbenches: {tb: tb}\nenvironments: {bench: {parameters: {r: 2k}}}\n"
    )
    project = Project.load(tmp_path, environment="bench")
    task = task_of(project, read_sizing(project, "lp"))
    with pytest.raises(UsageError, match="environment bench sets r"):
        accept(task, task.space.parameters(task.space.start))
    assert (tmp_path / "tb" / "config.yaml").read_text() == CONFIG


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("testbenches: tb", "testbenches: [tb, tbx]", "1:14: testbenches: no testbench 'tbx'"),
        ("  r: {", "  rr: {", "3:3: variables.rr: 'rr' is no parameter of testbench tb (did you mean 'r'?)"),
        ("low: 10,", "low: 10k,", "3:3: variables.r: its value 1k is outside low ... high; add start"),
        (
            "minimize: power",
            "minimize: powr",
            "6:11: minimize: no measurement 'powr' (did you mean 'power'?)",
        ),
        ("temp: [27", "tmp: [27", "5:11: corners.tmp: 'tmp' is no parameter of testbench tb"),
        ("temp: [27", "r: [27", "corners.r: 'r' is a variable of the sizing"),
        ("high: 100k", "hihg: 100k", "unknown key (did you mean 'high'?)"),
        ("high: 10n", "high: 10p", "4:6: variables.c: low 100p is not below high 10p"),
        ("{temp: [27, 125]}", "pvt", "5:10: corners: no sweep 'pvt'"),
        ("scale: log}", "scale: log, ratios: {c: 2}}", "c is set by r and by c"),
        ("minimize: power", "minimize: power\nmaximize: f3", "only one of minimize, maximize and wishes"),
    ],
)
def test_mistakes_in_a_sizing_file_are_reported_with_their_place(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    project = low_pass(tmp_path, SIZING.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        read_sizing(project, "lp")
    assert message in caught.value.message


def test_corners_are_combinations_bundles_or_the_cases_of_a_sweep(tmp_path: Path) -> None:
    project = low_pass(tmp_path)
    (tmp_path / "s.yaml").write_text("testbench: tb\nparameters: {temp: [0, 50, 100]}\n")
    (tmp_path / "sim_setup.yaml").write_text("testbenches: {tb: tb}\nsweeps: {s: s.yaml}\n")
    labels = {
        "{temp: [27, 125]}": ["temp=27", "temp=125"],
        "{cold: {temp: -40}, hot: {temp: 125}}": ["cold", "hot"],
        "s": ["temp=0", "temp=50", "temp=100"],
        "": ["nominal"],
    }
    for written, expected in labels.items():
        (tmp_path / "sizing" / "lp.yaml").write_text(SIZING.replace("{temp: [27, 125]}", written))
        project = Project.load(tmp_path)
        task = task_of(project, read_sizing(project, "lp"))
        assert [corner.label for corner in task.corners] == expected
    with pytest.raises(UsageError, match="no sizing 'lq'; known: lp"):
        read_sizing(project, "lq")


@pytest.mark.ngspice
def test_a_real_circuit_is_sized_and_resumed(tmp_path: Path) -> None:
    project = low_pass(tmp_path)
    with open_sizing(project, "lp", resume=None, jobs=2) as sizing:
        found = sizing.run()
    assert found.met and found.goal is not None and found.goal < 0.4e-3
    lines = sizing.record.evaluations.read_text().splitlines(keepends=True)
    steps = sizing.record.steps.read_text()
    sizing.record.evaluations.write_text("".join(lines[: len(lines) // 2]) + lines[-1][:20])
    with open_sizing(project, "", resume=SizingRecord(sizing.record.path), jobs=1) as resumed:
        assert resumed.run() == found
        assert resumed.simulated == len(lines) - len(lines) // 2
    assert sizing.record.steps.read_text() == steps
