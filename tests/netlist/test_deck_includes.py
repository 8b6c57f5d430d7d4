"""Files that decks include, looked up before anything is simulated."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.config.project import Project
from simorc.errors import ConfigError
from simorc.launch.build import build_run
from simorc.netlist.deck.includes import lint_includes, unread_includes

SAMPLE = Path(__file__).parents[2] / "sample_project"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A testbench whose corner chooses the file of its models, and a sweep over two corners."""
    (tmp_path / "models").mkdir()
    (tmp_path / "tb").mkdir()
    (tmp_path / "sim_setup.yaml").write_text("testbenches: {tb: tb}\nsweeps: {s: s.yaml}\n")
    (tmp_path / "s.yaml").write_text("testbench: tb\nparameters: {corner: [tt, ss]}\n")
    (tmp_path / "tb/config.yaml").write_text("parameters: {corner: tt}\n")
    (tmp_path / "tb/tb.spice.j2").write_text(
        "* t\nv1 a 0 1\n.include {{ project.root }}/models/{{ parameters.corner }}.spice\n.op\n.end\n"
    )
    for corner in ("tt", "ss"):
        (tmp_path / f"models/{corner}.spice").write_text("r1 a 0 1k\n")
    return tmp_path


def reported(root: Path) -> list[str]:
    return [str(finding).replace(f"{root}/", "") for finding in lint_includes(Project.load(root))]


def test_what_is_there_is_not_mentioned(root: Path) -> None:
    assert reported(root) == []
    assert lint_includes(Project.load(SAMPLE)) == ()


def test_a_file_only_one_corner_reads(root: Path) -> None:
    (root / "models/ss.spice").unlink()
    (printed,) = reported(root)
    assert printed.startswith("tb/tb.spice.j2:3:1: no such file: models/ss.spice")


def test_every_value_of_an_axis_that_names_files_is_looked_at(root: Path) -> None:
    names = [f"c{number}" for number in range(80)]
    for corner in names[:-1]:
        (root / f"models/{corner}.spice").write_text("r1 a 0 1k\n")
    (root / "s.yaml").write_text(f"testbench: tb\nparameters: {{corner: [{', '.join(names)}]}}\n")
    (printed,) = reported(root)
    assert printed.startswith("tb/tb.spice.j2:3:1: no such file: models/c79.spice")


def test_a_name_of_two_parameters_is_looked_at_in_every_combination(root: Path) -> None:
    template = root / "tb/tb.spice.j2"
    text = template.read_text()
    template.write_text(text.replace("{{ parameters.corner }}", "{{ parameters.corner }}_{{ parameters.k }}"))
    config = root / "tb/config.yaml"
    config.write_text(config.read_text().replace("parameters: {", "parameters: {k: a, "))
    for name in ("tt_a", "tt_b", "ss_a"):
        (root / f"models/{name}.spice").write_text("r1 a 0 1k\n")
    sweep = "testbench: tb\nparameters: {corner: [tt, ss], k: [a, b]}\n"
    for more in ("", "monte_carlo: {samples: 3, seed: 1}\n"):
        (root / "s.yaml").write_text(sweep + more)
        found = [str(each) for each in lint_includes(Project.load(root))]
        assert len(found) == 1
        assert "no such file: " in found[0]
        assert "models/ss_b.spice" in found[0]


def test_values_that_are_not_looked_at_are_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("includes", "worked_out_names"):
        monkeypatch.setattr(f"simorc.netlist.deck.{module}.MOST_PLACES", 1)
    (printed,) = reported(root)
    assert "s.yaml:1:1: warning: corner: the files of the first 1 of its 2 values are checked" in printed


def test_a_combination_that_may_be_left_out_is_a_warning(root: Path) -> None:
    (root / "models/ss.spice").unlink()
    (root / "s.yaml").write_text(
        "testbench: tb\nparameters: {corner: [tt, ss]}\nexclude: [\"corner == 'ss'\"]\n"
    )
    assert all(finding.warning for finding in lint_includes(Project.load(root)))


def test_a_file_included_by_a_file(root: Path) -> None:
    (root / "models/tt.spice").write_text(".include 'lost.spice'\n")
    (printed,) = reported(root)
    assert printed.startswith(
        "tb/tb.spice.j2:3:1: no such file: models/lost.spice, included by models/tt.spice"
    )


def test_files_in_a_circle_are_refused_before_a_run_is_made(root: Path) -> None:
    (root / "models/tt.spice").write_text(".include other.spice\n")
    (root / "models/other.spice").write_text(".INC tt.spice\n")
    (printed,) = reported(root)
    assert printed == (
        "tb/tb.spice.j2:3:1: circular include: models/tt.spice → models/other.spice → models/tt.spice"
    )
    with pytest.raises(ConfigError, match="circular include"):
        build_run(Project.load(root), "s")
    assert not (root / "simulations").exists()


def test_a_deck_looks_beside_itself_and_nested_files_beside_theirs(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/a.spice").write_text(".include b.spice\n.include c.spice\n")
    (tmp_path / "deep/b.spice").write_text("* b\n")
    (tmp_path / "c.spice").write_text("* c\n")
    assert list(unread_includes("* t\n.include deep/a.spice\n.end\n", tmp_path, tmp_path)) == []
    (tmp_path / "b.spice").write_text(".include lost.spice\n")
    (unread,) = unread_includes("* t\n.include deep/a.spice\n.end\n", tmp_path, tmp_path)
    assert unread.chain == (tmp_path / "deep/a.spice", tmp_path / "b.spice", tmp_path / "lost.spice")


@pytest.mark.parametrize(
    "card", [".include $MODELS/a.spice", ".lib tt", ".include {path}", "* .include lost.spice"]
)
def test_what_names_no_plain_file_is_left_to_the_simulator(tmp_path: Path, card: str) -> None:
    assert list(unread_includes(f"* t\n{card}\n.end\n", tmp_path, tmp_path)) == []


def test_sections_of_a_library_are_not_looked_into(tmp_path: Path) -> None:
    (tmp_path / "m.lib").write_text(".lib tt\n.include lost.spice\n.endl\n")
    assert list(unread_includes("* t\n.lib m.lib tt\n.include m.lib\n.end\n", tmp_path, tmp_path)) == []
    (printed,) = unread_includes("* t\n\n.lib lost.lib tt\n.end\n", tmp_path, tmp_path)
    assert printed.at == 3 and printed.chain == (tmp_path / "lost.lib",)


@pytest.mark.parametrize(
    ("data", "printed"),
    [
        ("R1 a 0 1\n".encode("utf-16"), "m.inc:1: is UTF-16"),
        (b"\xef\xbb\xbfR1 a 0 1\n", "m.inc:1: begins with a byte order mark"),
        (b"R1 a 0 1\rR2 a 0 1\r", "m.inc:1: its lines end with CR, which ngspice reads as one line"),
        (b"* a\nR1 a 0 1\0\n", "m.inc:2: has a NUL"),
    ],
)
@pytest.mark.parametrize("card", [".include m.inc", ".lib m.inc tt", ".include outer.inc"])
def test_encodings_that_ngspice_cannot_read(tmp_path: Path, data: bytes, printed: str, card: str) -> None:
    (tmp_path / "m.inc").write_bytes(data)
    (tmp_path / "outer.inc").write_text("* o\n.include m.inc\n")
    (unread,) = unread_includes(f"* t\n\n{card}\n.end\n", tmp_path, tmp_path)
    assert unread.at == 3 and printed in str(unread)


@pytest.mark.parametrize("data", [b"* Gr\xf6\xdfe\r\nR1 a 0 1\r\n", "* Größe\n".encode(), b""])
def test_encodings_that_ngspice_reads(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "m.inc").write_bytes(data)
    assert not list(unread_includes("* t\n.include m.inc\n.end\n", tmp_path, tmp_path))


def test_a_run_is_refused_where_a_model_file_is_utf16(root: Path) -> None:
    (root / "models/tt.spice").write_bytes("* t\n".encode("utf-16"))
    with pytest.raises(ConfigError, match=r"tb/tb\.spice\.j2:3:1: .*tt\.spice:1: is UTF-16.*iconv"):
        build_run(Project.load(root), "s")
    assert not (root / "simulations").exists()
