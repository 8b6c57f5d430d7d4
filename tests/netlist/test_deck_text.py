"""Templates as editors of all times and countries write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.deck_text import decoded, encoded, read_leniently, shown
from simorc.errors import TemplateError
from simorc.netlist.template import Template

TEXT = "* Meßverstärker 5µ\n.param r={{ parameters.r }}\nR1 a 0 {r}\n"


def rendered(data: bytes, directory: Path) -> str:
    (directory / "t.spice.j2").write_bytes(data)
    template = Template.load(directory / "t.spice.j2")
    return template.render({"r": 5}, case_id=1, dut_netlist="", project_root="")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_form_of_unicode_is_the_same_deck(encoding: str, tmp_path: Path) -> None:
    assert rendered(TEXT.encode(encoding), tmp_path) == TEXT.replace("{{ parameters.r }}", "5")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "cp437"])
def test_bytes_that_are_not_utf8_reach_the_simulator_unchanged(encoding: str, tmp_path: Path) -> None:
    text = "* Größe §\nR1 a 0 {{ parameters.r }}\n".encode(encoding, "replace")
    assert encoded(rendered(text, tmp_path)) == text.replace(b"{{ parameters.r }}", b"5")


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_ends_of_other_systems(ending: str, tmp_path: Path) -> None:
    text = rendered(TEXT.replace("\n", ending).encode(), tmp_path)
    assert text == TEXT.replace("{{ parameters.r }}", "5")


def test_latin1_in_an_included_piece(tmp_path: Path) -> None:
    (tmp_path / "piece.j2").write_bytes(b"* Gr\xf6\xdfe {{ parameters.r }}\n")
    assert encoded(rendered(b"* t\n{% include 'piece.j2' %}", tmp_path)).endswith(b"* Gr\xf6\xdfe 5\n")


@pytest.mark.parametrize(
    ("data", "line", "word"),
    [
        (b"* t\r\nR1 a\0 0 1\n", 2, "NUL"),
        ("* t\nR1 a\0 0 1\n".encode("utf-16"), 2, "NUL"),
        ("* t\nR1 a 0 1\n".encode("utf-16-le"), 1, "iconv"),
        (b"* t\n{{ parameters.r \nR1\n", 3, "end of print statement"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(
    data: bytes, line: int, word: str, tmp_path: Path
) -> None:
    with pytest.raises(TemplateError, match=word) as caught:
        rendered(data, tmp_path)
    assert caught.value.file == tmp_path / "t.spice.j2" and caught.value.line == line
    assert not caught.value.reason.startswith(str(tmp_path))


def test_a_nul_in_an_included_piece_is_named_there(tmp_path: Path) -> None:
    (tmp_path / "piece.j2").write_bytes(b"* a\n\n\0\n")
    with pytest.raises(TemplateError, match=r"piece\.j2:3: has a NUL"):
        rendered(b"* t\n{% include 'piece.j2' %}", tmp_path)


def test_text_for_messages_has_no_stray_bytes(tmp_path: Path) -> None:
    assert shown(decoded(b"a\xe4b", Path("x"))) == "a\ufffdb"
    (tmp_path / "x").write_bytes("R1 ä".encode("utf-16"))
    assert read_leniently(tmp_path / "x") == "R1 ä"
    (tmp_path / "x").write_bytes(b"a\0\xe4")
    assert read_leniently(tmp_path / "x") == "a\0\ufffd"
