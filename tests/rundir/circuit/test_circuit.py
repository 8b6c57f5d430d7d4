"""A run is one circuit: its inputs are copied into it or held by their hash, and a changed one is refused."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.errors import InputsChanged, TemplateError
from simorc.launch.build import build_run
from simorc.launch.start import check_inputs, start_runner
from simorc.results.open_run import OpenRun
from simorc.rundir.circuit.circuits import circuits_of
from simorc.rundir.circuit.freezing import freeze_hooks
from simorc.rundir.circuit.input_changes import HeldFiles, changes_of, refuse_changed
from simorc.rundir.circuit.record import ACCEPT, FILES, KEEP, Circuit, CopiedFiles, UnrecordedFile
from simorc.rundir.layout import RunLayout
from simorc.rundir.lock import runner_alive
from simorc.rundir.manifest import load_manifest
from simorc.rundir.run_settings import RunSettings
from simorc.rundir.store.reader import RunReader
from simorc.rundir.summary import summarise
from simorc.runner.accepting import accept_changes
from simorc.runner.preparation import Preparation
from tests.divider_projects import MakeProject
from tests.waiting import until

DECK = """* divider with {{ parameters.r }} ohms
.include "{{ dut.netlist }}"
V1 in 0 1
X1 in out divider r={{ parameters.r }}
.tran 1u 2u
.meas tran y find v(out) at=1u
.end
"""
DIVIDER = ".subckt divider a b r=1\nR1 a b {r}\nR2 b 0 1k\n.ends\n"
TWO = "parameters: {r: [1k, 3k]}\n"

Through = Callable[..., RunLayout]


def divider(make_project: MakeProject, template: str = DECK, **options: str) -> Path:
    project = make_project(template, **{"sweep": TWO, **options})
    (project.root / "dut.spice").write_text(DIVIDER)
    return project.root


def built(root: Path) -> RunLayout:
    from simorc.config.project import Project

    return build_run(Project.load(root), "s")


def changed(layout: RunLayout, simulator: str = "") -> list[str]:
    return [str(change) for change in changes_of(layout, load_manifest(layout), simulator)]


def values(layout: RunLayout) -> list[float]:
    with RunReader(layout) as view:
        return [round(row["m_y"], 6) for row in view.page(0, 10)]


def test_an_edited_circuit_is_refused_kept_or_accepted_and_marked(
    make_project: MakeProject, run_through: Through, start: Through
) -> None:
    root = divider(make_project)
    from simorc.config.project import Project

    layout = run_through(Project.load(root))
    assert values(layout) == [0.5, 0.25]
    (root / "dut.spice").write_text(DIVIDER.replace("1k", "9k"))
    with pytest.raises(InputsChanged) as refused:
        start_runner(layout, cases=[1])
    assert "dut.spice has changed" in refused.value.message and refused.value.exit_code == 2
    assert "--keep-inputs" in str(refused.value.remedy)
    start(layout, cases=[1], inputs=KEEP)
    until(lambda: not runner_alive(layout))
    assert values(layout) == [0.5, 0.25] and not summarise(layout).mixed
    start(layout, cases=[1], inputs=ACCEPT)
    until(lambda: not runner_alive(layout))
    assert values(layout) == [0.9, 0.25]
    run = OpenRun(layout)
    assert run.circuits == {1: 2} and "case 1 (1)" in run.mixture and "dut.spice" in run.mixture
    assert summarise(layout).mixed == run.mixture
    assert json.loads(layout.trace.read_text().splitlines()[-1])["circuit"] == 2
    check_inputs(layout, load_manifest(layout))  # nothing has changed since
    start(layout, cases=[1, 2])
    until(lambda: not runner_alive(layout))
    assert values(layout) == [0.9, 0.75] and OpenRun(layout).circuits == {1: 2, 2: 2}


def test_editing_the_project_changes_no_case_of_a_run_under_way(make_project: MakeProject) -> None:
    root = divider(make_project)
    layout = built(root)
    preparation = Preparation(layout, load_manifest(layout), RunSettings())
    before = preparation.deck(preparation.plan.case(2))
    (root / "dut.spice").unlink()
    (root / "tb" / "tb.spice.j2").write_text("* nothing\n.end\n")
    assert preparation.deck(preparation.plan.case(2)) == before
    named = before.split('"')[1]
    assert (layout.case_dir(2) / ".." / ".." / Path(*Path(named).parts[2:])).resolve().read_text() == DIVIDER


def test_what_an_included_file_includes_is_copied_and_found_from_its_copy(make_project: MakeProject) -> None:
    root = divider(make_project)
    outside = root.parent / "kit"
    outside.mkdir()
    (outside / "models.inc").write_text(".include deep.inc\n")
    (outside / "deep.inc").write_text(".param q=1\n")
    (root / "parts").mkdir()
    (root / "parts" / "a.inc").write_text("* \xe9\n.include b.inc\n", encoding="latin-1")
    (root / "parts" / "b.inc").write_text(f".param z=1\n.include {root}/parts/c.inc\n")
    (root / "parts" / "c.inc").write_text(".param zz=1\n")
    (root / "dut.spice").write_text(f'.include "parts/a.inc"\n.include ../kit/models.inc\n{DIVIDER}')
    layout = built(root)
    copies = layout.inputs / FILES
    assert (copies / "parts" / "a.inc").read_bytes() == (root / "parts" / "a.inc").read_bytes()
    assert (copies / "parts" / "b.inc").read_text() == ".param z=1\n.include c.inc\n"
    assert f".include {outside}/models.inc\n" in (copies / "dut.spice").read_text()
    circuit = circuits_of(layout, load_manifest(layout))[0]
    held = set(circuit.inputs) - set(circuit.copies) - {"~/.spiceinit"}
    assert held == {str(outside / "models.inc"), str(outside / "deep.inc")}
    assert changed(layout) == []
    (outside / "deep.inc").write_text(".param q=2\n")
    assert changed(layout) == [f"{outside}/deep.inc has changed"]
    with pytest.raises(InputsChanged) as refused:
        check_inputs(layout, load_manifest(layout), answer=KEEP)
    assert "--keep-inputs" not in str(refused.value.remedy), "there is no copy to keep to"


@pytest.mark.parametrize(
    ("what", "printed"),
    [
        ("edit", "dut.spice has changed"),
        ("delete", "dut.spice is missing"),
        ("retarget", "dut.spice has changed"),
        ("template", "tb/tb.spice.j2 has changed"),
        ("included template", "tb/part.j2 has changed"),
        ("spiceinit", "init has changed"),
        ("home", "~/.spiceinit is new"),
    ],
)
def test_every_kind_of_change_is_named(
    make_project: MakeProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, printed: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    root = divider(make_project, '{% include "part.j2" %}' if what == "included template" else DECK)
    (root / "tb" / "part.j2").write_text(DECK)
    (root / "other.spice").write_text(DIVIDER.replace("1k", "2k"))
    if what == "retarget":
        (root / "dut.spice").rename(root / "first.spice")
        (root / "dut.spice").symlink_to("first.spice")
    if what == "spiceinit":
        (root / "init").write_text("set ngbehavior=hsa\n")
        with (root / "sim_setup.yaml").open("a") as stream:
            stream.write("simulator: {spiceinit: init}\n")
    layout = built(root)
    assert changed(layout) == []
    if what == "edit":
        (root / "dut.spice").write_text(DIVIDER.replace("1k", "2k"))
    elif what == "delete":
        (root / "dut.spice").unlink()
    elif what == "retarget":
        (root / "dut.spice").unlink()
        (root / "dut.spice").symlink_to("other.spice")
    elif what == "home":
        (home / ".spiceinit").write_text("set ngbehavior=ps\n")
    else:
        name = {"template": "tb/tb.spice.j2", "included template": "tb/part.j2", "spiceinit": "init"}[what]
        (root / name).write_text("* another\n")
    assert changed(layout) == [printed]


def test_a_spiceinit_of_home_is_copied_too(
    make_project: MakeProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".spiceinit").write_text("set ngbehavior=hsa\n")
    layout = built(divider(make_project))
    assert (layout.inputs / "spiceinit").read_text() == "set ngbehavior=hsa\n"
    (tmp_path / ".spiceinit").write_text("set ngbehavior=ps\n")
    assert changed(layout) == ["~/.spiceinit has changed"]
    check_inputs(layout, load_manifest(layout), answer=KEEP)


def test_another_simulator_or_place_of_its_files_is_a_change(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPICE_LIB_DIR", raising=False)
    layout = built(divider(make_project))
    then = load_manifest(layout).tools.simulator
    assert changed(layout, then) == []
    assert changed(layout, "99") == [f"the simulator was version {then} and is version 99"]
    monkeypatch.setenv("SPICE_LIB_DIR", "/elsewhere")
    assert changed(layout) == ["the variable SPICE_LIB_DIR was not set and is /elsewhere"]


def test_a_new_time_stamp_is_no_change(make_project: MakeProject) -> None:
    root = divider(make_project)
    layout = built(root)
    for name in ("dut.spice", "tb/tb.spice.j2"):
        os.utime(root / name, (1e9, 1e9))
    assert changed(layout) == []


def test_a_copy_that_was_edited_is_never_simulated(make_project: MakeProject) -> None:
    layout = built(divider(make_project))
    copy = layout.inputs / FILES / "dut.spice"
    copy.write_text(DIVIDER.replace("1k", "2k"))
    for answer in (KEEP, ACCEPT):
        with pytest.raises(InputsChanged, match="inputs/files/dut"):
            check_inputs(layout, load_manifest(layout), answer=answer)


def test_a_run_far_from_its_project_has_its_copies(make_project: MakeProject, tmp_path: Path) -> None:
    root = divider(make_project)
    layout = built(root)
    far = tmp_path / "far" / "simulations" / layout.name
    far.parent.mkdir(parents=True)
    layout.path.rename(far)
    root.rename(tmp_path / "gone")
    assert changed(RunLayout(far)) == []
    moved = RunLayout(tmp_path / "gone" / "simulations" / layout.name)
    moved.path.parent.mkdir(exist_ok=True)
    far.rename(moved.path)
    assert changed(moved) == [], "project and run moved together"


def test_held_files_are_looked_at_while_the_run_is_under_way(make_project: MakeProject) -> None:
    root = divider(make_project)
    kit = root.parent / "kit.inc"
    kit.write_text(".param q=1\n")
    (root / "dut.spice").write_text(f".include {kit}\n{DIVIDER}")
    layout = built(root)
    held = HeldFiles(layout, load_manifest(layout))
    assert held.look() == []
    os.utime(kit, (1e9, 1e9))
    assert held.look() == []
    kit.write_text(".param q=2\n")
    assert [str(change) for change in held.look()] == [f"{kit} has changed"]
    (root / "dut.spice").write_text("* no longer the circuit, but the run has a copy\n")
    kit.write_text(".param q=1\n")
    assert held.look() == []


def test_a_kit_changed_under_a_living_runner_ends_the_run_and_takes_back_what_is_unproved(
    make_project: MakeProject, start: Through
) -> None:
    root = divider(make_project, sweep="parameters: {r: {start: 1, stop: 4000, num: 4000}}\n")
    kit = root.parent / "kit.inc"
    kit.write_text(".param q=1\n")
    (root / "dut.spice").write_text(f".include {kit}\n{DIVIDER}")
    layout = start(built(root), jobs=1, warm="off")

    def completed() -> int:
        with RunReader(layout) as view:
            return view.counts()["completed"]

    until(lambda: completed() >= 3)
    kit.write_text(".param q=2\n")
    until(lambda: not runner_alive(layout))
    with RunReader(layout) as view:
        assert view.meta()["state"] == "cancelled"
        assert any("kit.inc has changed" in row["message"] for row in view.events_of("warning"))
    with pytest.raises(InputsChanged, match="has changed"):
        start_runner(layout)


def test_accepting_where_nothing_has_changed_makes_no_circuit(make_project: MakeProject) -> None:
    layout = built(divider(make_project))
    assert accept_changes(layout, load_manifest(layout)) is None
    assert [circuit.number for circuit in circuits_of(layout, load_manifest(layout))] == [1]


def test_a_broken_off_accepting_leaves_the_circuit_as_it_was(make_project: MakeProject) -> None:
    layout = built(divider(make_project))
    (layout.inputs / "circuit-2").mkdir()
    (layout.inputs / "circuit-2" / "tb.spice.j2").write_text("* half\n")
    assert [circuit.number for circuit in circuits_of(layout, load_manifest(layout))] == [1]
    (layout.root / "dut.spice").write_text(DIVIDER.replace("1k", "2k"))
    made = accept_changes(layout, load_manifest(layout))
    assert made is not None and made.number == 2
    assert (layout.inputs / "circuit-2" / "tb.spice.j2").read_text() == DECK


def test_hooks_measure_from_their_copies_and_cannot_be_mixed(make_project: MakeProject) -> None:
    root = divider(make_project)
    (root / "tb" / "hook.py").write_text("def gain(waves, parameters):\n    return 1.0\n")
    with (root / "tb" / "config.yaml").open("a") as stream:
        stream.write('measurements: {g: {python: "tb/hook.py:gain"}}\n')
    layout = built(root)
    manifest = load_manifest(layout)
    assert (layout.inputs / "hooks" / "tb" / "hook.py").is_file() and changed(layout) == []
    (root / "tb" / "hook.py").write_text("def gain(waves, parameters):\n    return 2.0\n")
    changes = changes_of(layout, manifest)
    refuse_changed(layout, changes, KEEP)
    for answer in ("refuse", ACCEPT):
        with pytest.raises(InputsChanged) as refused:
            refuse_changed(layout, changes, answer)
        assert "simorc measure" in str(refused.value.remedy)


def test_a_hook_is_copied_with_what_stands_beside_it(tmp_path: Path) -> None:
    root, place = tmp_path / "project", tmp_path / "copies"
    (root / "m").mkdir(parents=True)
    for name, size in (("hook.py", 10), ("other.py", 10), ("table.csv", 10), ("huge.bin", 2 << 20)):
        (root / "m" / name).write_bytes(b"#" * size)
    found = freeze_hooks(place, root, ["m/hook.py", "m/absent.py"])
    assert set(found) == {"m/hook.py", "m/other.py"}
    assert sorted(path.name for path in (place / "m").iterdir()) == ["hook.py", "other.py", "table.csv"]


def test_a_run_of_an_older_version_is_held_by_its_hashes(make_project: MakeProject) -> None:
    root = divider(make_project)
    layout = built(root)
    manifest = json.loads(layout.manifest.read_text())
    del manifest["circuit"], manifest["hooks"]
    layout.manifest.write_text(json.dumps(manifest))
    assert changed(layout) == []
    preparation = Preparation(layout, load_manifest(layout), RunSettings())
    assert "inputs/files" not in preparation.deck(preparation.plan.case(1))
    (root / "dut.spice").write_text(DIVIDER.replace("1k", "2k"))
    assert changed(layout) == ["dut.spice has changed"]
    with pytest.raises(InputsChanged):
        check_inputs(layout, load_manifest(layout), answer=KEEP)


@pytest.mark.parametrize(
    "bad", [{"copies": {"a": "../../etc/passwd"}}, {"inputs": 3}, {"directory": "/etc"}, 7]
)
def test_a_manifest_with_a_strange_circuit_is_refused(make_project: MakeProject, bad: object) -> None:
    from simorc.errors import StoreError

    layout = built(divider(make_project))
    manifest = json.loads(layout.manifest.read_text())
    manifest["circuit"] = {**manifest["circuit"], **bad} if isinstance(bad, dict) else bad
    layout.manifest.write_text(json.dumps(manifest))
    with pytest.raises(StoreError):
        circuits_of(layout, load_manifest(layout))


def test_data_files_have_a_copy_in_lower_case(make_project: MakeProject) -> None:
    """ngspice 39 turns a whole .model line to lower case, the name of its file too."""
    model = '.model src filesource (file="{{ project.root }}/Data/Wave.TXT" amploffset=[0])\n'
    root = divider(make_project, DECK.replace("V1 in", model + "V1 in"))
    (root / "Data").mkdir()
    (root / "Data" / "Wave.TXT").write_text("0 1\n")
    layout = built(root)
    deck = Preparation(layout, load_manifest(layout), RunSettings())
    text = deck.deck(deck.plan.case(1))
    assert 'file="../../inputs/files/data/wave.txt"' in text
    assert (layout.inputs / FILES / "data" / "wave.txt").read_text() == "0 1\n"
    assert changed(layout) == []


def test_relative_names_of_a_template_read_the_copies_also_when_the_project_is_gone(
    make_project: MakeProject,
) -> None:
    root = divider(make_project, DECK.replace("{{ dut.netlist }}", "../parts/dut.inc"))
    (root / "parts").mkdir()
    (root / "parts" / "dut.inc").write_text(DIVIDER)
    layout = built(root)
    for _ in range(2):
        made = Preparation(layout, load_manifest(layout), RunSettings())
        assert '"../../inputs/files/parts/dut.inc"' in made.deck(made.plan.case(1))
        (root / "parts" / "dut.inc").unlink(missing_ok=True)


NAMED = DECK.replace("{{ dut.netlist }}", "{{ project.root }}/dut_{{ NAME }}.spice")


@pytest.mark.parametrize("name", ["case_id", "parameters.r", "'%d' % (2 * case_id / 2)"])
def test_files_named_by_each_case_are_copied_into_the_run(make_project: MakeProject, name: str) -> None:
    root = divider(make_project, NAMED.replace("NAME", name))
    for each in ("1", "2", "1k", "3k"):
        (root / f"dut_{each}.spice").write_text(DIVIDER)
    layout = built(root)
    (root / "dut_2.spice").write_text(DIVIDER.replace("0 1k", "0 9k"))
    (root / "dut_3k.spice").write_text(DIVIDER.replace("0 1k", "0 9k"))
    preparation = Preparation(layout, load_manifest(layout), RunSettings())
    deck = preparation.deck(preparation.plan.case(2))
    (named,) = [line.split('"')[1] for line in deck.splitlines() if line.startswith(".include")]
    assert "R2 b 0 1k" in (layout.case_dir(2) / named).resolve().read_text()
    assert len(changed(layout)) == 1


@pytest.mark.parametrize("when", ["not looked at", "created since"])
@pytest.mark.parametrize("outside", [False, True])
def test_a_case_that_reads_a_file_nobody_recorded_is_refused(
    make_project: MakeProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str, outside: bool
) -> None:
    monkeypatch.setattr("simorc.netlist.deck.worked_out_names.MOST_PLACES", 1)
    folder = str(tmp_path) if outside else "{{ project.root }}"
    root = divider(make_project, NAMED.replace("{{ project.root }}", folder).replace("NAME", "parameters.r"))
    files = [(tmp_path if outside else root) / f"dut_{each}.spice" for each in ("1k", "3k")]
    for file in files[: 2 if when == "not looked at" else 1]:
        file.write_text(DIVIDER)
    layout = built(root)
    files[1].write_text(DIVIDER)
    preparation = Preparation(layout, load_manifest(layout), RunSettings())
    preparation.deck(preparation.plan.case(1))
    with pytest.raises(
        TemplateError, match=r"deck line 2 reads \S+dut_3k.spice, which the run has not recorded"
    ):
        preparation.deck(preparation.plan.case(2))


def test_files_of_the_run_itself_need_no_record(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path / "simulations" / "s_1")
    made = layout.case_dir(1)
    made.mkdir(parents=True)
    for path in (made / "own.inc", tmp_path / "other.inc", tmp_path / "known.inc"):
        path.write_text("* made by case 1\n")
    files = CopiedFiles(layout, Circuit(inputs={"known.inc": "0"}), tmp_path, tmp_path)
    for name in ("own.inc", "../1/own.inc", str(made / "own.inc"), "known.inc", "missing.inc", "$other.inc"):
        assert files.mapped(f"* t\n.include {name}\n", made) == f"* t\n.include {name}\n"
    with pytest.raises(UnrecordedFile, match=r"line 2 reads \.\./1/\.\./\.\./\.\./\.\./other.inc"):
        files.mapped("* t\n.include ../1/../../../../other.inc\n", made)
