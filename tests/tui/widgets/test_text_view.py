"""The file view: lines of any file, growing, replaced, searched, made harmless."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from simorc_tui.widgets.text_view import line_index as textview_index
from simorc_tui.widgets.text_view.colour import of_log, of_netlist
from simorc_tui.widgets.text_view.file_view import FileView
from simorc_tui.widgets.text_view.line_index import LONGEST_SHOWN, LineIndex
from tests.waiting import screen_text, until_shown


def indexed(path: Path) -> LineIndex:
    """An index that has read all there is."""
    index = LineIndex(path)
    while index.extend():
        pass
    return index


def all_lines(index: LineIndex) -> list[bytes]:
    return [index.line(number) for number in range(len(index))]


def test_lines_of_a_small_file(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"one\ntwo\r\nthree\rfour\n\nsix")
    with indexed(path) as index:
        assert all_lines(index) == [b"one", b"two", b"three", b"four", b"", b"six"]
        assert index.line(6) == b""
        assert [index.offset_of(n) for n in range(6)] == [0, 4, 9, 15, 20, 21]
        assert [index.line_at(offset) for offset in (0, 3, 4, 9, 15, 21, 23)] == [0, 0, 1, 2, 3, 5, 5]


@given(
    st.lists(st.sampled_from([b"a", b"bb\n", b"\r\n", b"\r", b"\n", b"ccc"]), max_size=60), st.integers(1, 9)
)
@settings(max_examples=60)
def test_lines_are_those_of_the_text_whatever_the_chunks(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], chunk: int
) -> None:
    text = b"".join(pieces).rstrip(b"\r")
    path = tmp_path_factory.mktemp("lines") / "x.log"
    path.write_bytes(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(textview_index, "CHUNK", chunk)
        patch.setattr(textview_index, "STRIDE", 3)
        with indexed(path) as index:
            expected = re.split(rb"\r\n|\n|\r", text)
            expected = expected[:-1] if expected[-1] == b"" else expected
            assert all_lines(index) == expected
            for number in range(len(index)):
                assert index.line_at(index.offset_of(number)) == number


def test_a_long_file_is_found_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "long.log"
    path.write_text("".join(f"line {number} {'x' * (number % 97)}\n" for number in range(120_000)))
    with indexed(path) as index:
        assert len(index) == 120_000
        for number in (0, 1, 255, 256, 257, 70_001, 119_999):
            assert index.line(number).split()[1] == str(number).encode()
        assert index.line_at(index.offset_of(99_999)) == 99_999


def test_a_line_of_many_megabytes_is_cut_and_the_next_one_found(tmp_path: Path) -> None:
    path = tmp_path / "wide.log"
    path.write_bytes(b"short\n" + b"w" * (3 << 20) + b"\nafter\n")
    with indexed(path) as index:
        assert len(index) == 3
        assert len(index.line(1)) == LONGEST_SHOWN
        assert index.line(2) == b"after"


def test_search_in_both_directions(tmp_path: Path) -> None:
    path = tmp_path / "s.log"
    path.write_text("Alpha\nbeta\nalpha\ngamma\n")
    with indexed(path) as index:
        assert index.find(b"alpha", 0) == 11
        assert index.find(b"alpha", 0, any_case=True) == 0
        assert index.find(b"alpha", 11, backwards=True, any_case=True) == 0
        assert index.find(b"delta", 0) is None
        assert index.find(b"", 0) is None


def test_a_match_across_two_chunks_is_found(tmp_path: Path) -> None:
    path = tmp_path / "edge.log"
    path.write_bytes(b"x" * (textview_index.CHUNK - 3) + b"needle" + b"x" * 10)
    with indexed(path) as index:
        assert index.find(b"needle", 0) == textview_index.CHUNK - 3
        assert index.find(b"needle", index.scanned, backwards=True) == textview_index.CHUNK - 3


def test_a_replaced_and_a_shortened_file_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "r.log"
    path.write_text("one\ntwo\n")
    with indexed(path) as index:
        assert not index.replaced()
        path.write_text("one\n")
        assert index.replaced()
    with indexed(path) as index:
        other = tmp_path / "other"
        other.write_text("completely new\n")
        other.rename(path)
        assert index.replaced()
        path.unlink()
        assert index.replaced()


@pytest.mark.parametrize(
    ("line", "look"),
    [("* comment", "comment"), (".tran 1n 1u", "card"), ("r1 a b 1k", ""), ("", ""), ("  $ note", "comment")],
)
def test_looks_of_a_netlist(line: str, look: str) -> None:
    assert of_netlist(line) == look


@pytest.mark.parametrize(
    ("line", "look"),
    [("Error: no such vector", "error"), ("Warning: foo", "warning"), ("No. of Data Rows : 12", "")],
)
def test_looks_of_a_log(line: str, look: str) -> None:
    assert of_log(line) == look


class FileApp(App[None]):
    """A file view and nothing else."""

    def __init__(self, follow: bool = False) -> None:
        super().__init__()
        self.follow = follow

    def compose(self) -> ComposeResult:
        yield FileView(follow=self.follow)

    @property
    def view(self) -> FileView:
        return self.query_one(FileView)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_a_file_is_shown_and_scrolled(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "netlist.spice"
    path.write_text("* title\n" + "".join(f"r{n} a b {n}k\n" for n in range(1, 500)) + ".end\n")
    app = FileApp()
    async with app.run_test(size=size) as pilot:
        app.view.show_file(path)
        await until_shown(pilot, lambda: "* title" in screen_text(app))
        app.view.lines.focus()
        await pilot.press("G")
        await until_shown(pilot, lambda: ".end" in screen_text(app))
        await pilot.press("g")
        await until_shown(pilot, lambda: "* title" in screen_text(app))
        await pilot.press("j")
        await until_shown(pilot, lambda: "* title" not in screen_text(app))


async def test_a_log_is_followed_until_one_scrolls_away(tmp_path: Path) -> None:
    path = tmp_path / "simulator.log"
    path.write_text("".join(f"line {n}\n" for n in range(100)))
    app = FileApp(follow=True)
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.show_file(path)
        await until_shown(pilot, lambda: "line 99" in screen_text(app))
        with path.open("a") as log:
            log.write("line 100\n")
        await until_shown(pilot, lambda: "line 100" in screen_text(app))
        app.view.lines.focus()
        await pilot.press("g")
        await until_shown(pilot, lambda: "line 0" in screen_text(app))
        with path.open("a") as log:
            log.write("line 101\n")
        await until_shown(pilot, lambda: app.view.index is not None and len(app.view.index) == 102)
        await pilot.pause(0.2)
        assert "line 0" in screen_text(app)
        await pilot.press("G")
        await until_shown(pilot, lambda: "line 101" in screen_text(app))
        with path.open("a") as log:
            log.write("line 102\n")
        await until_shown(pilot, lambda: "line 102" in screen_text(app))


async def test_a_file_that_is_not_there_yet_appears_when_it_is(tmp_path: Path) -> None:
    path = tmp_path / "simulator.log"
    app = FileApp(follow=True)
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.show_file(path)
        await until_shown(pilot, lambda: "simulator.log does not exist yet" in screen_text(app))
        path.write_text("first words\n")
        await until_shown(pilot, lambda: "first words" in screen_text(app))
        path.write_text("")
        await until_shown(pilot, lambda: "first words" not in screen_text(app))
        path.unlink()
        await until_shown(pilot, lambda: "does not exist yet" in screen_text(app))
        app.view.show_file(None)
        await until_shown(pilot, lambda: "No file selected." in screen_text(app))


async def test_control_characters_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "evil.log"
    path.write_bytes(b"\x1b[2J\x1b]0;owned\x07 caf\xc3\xa9 \xff\n")
    app = FileApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.show_file(path)
        await until_shown(pilot, lambda: "^[[2J^[]0;owned^G" in screen_text(app))
        assert "\x1b" not in screen_text(app) and "café" in screen_text(app)


async def test_searching_goes_from_match_to_match(tmp_path: Path) -> None:
    path = tmp_path / "simulator.log"
    path.write_text("".join(f"line {n} {'Singular' if n in (40, 300) else ''}\n" for n in range(500)))
    app = FileApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.view.show_file(path)
        await until_shown(pilot, lambda: "line 0" in screen_text(app))
        app.view.lines.focus()
        await pilot.press("slash", *"singular", "enter")
        await until_shown(pilot, lambda: "line 40 Singular" in screen_text(app))
        await pilot.press("n")
        await until_shown(pilot, lambda: "line 300 Singular" in screen_text(app))
        await pilot.press("N")
        await until_shown(pilot, lambda: "line 40 Singular" in screen_text(app))
        await pilot.press("N")
        await until_shown(pilot, lambda: "no further match of 'singular'" in screen_text(app))
        await pilot.press("slash", *"XM5", "enter")
        await until_shown(pilot, lambda: "no match of 'XM5'" in screen_text(app))
        await pilot.press("escape")
        assert app.view.needle == ""


async def test_long_lines_scroll_sideways(tmp_path: Path) -> None:
    path = tmp_path / "wide.log"
    path.write_text("start" + "." * 200 + "finish\n")
    app = FileApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.show_file(path)
        await until_shown(pilot, lambda: "start" in screen_text(app))
        app.view.lines.focus()
        await pilot.press(*["l"] * 20)
        await until_shown(pilot, lambda: "finish" in screen_text(app))


async def test_another_file_takes_the_place_of_the_first(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.log").write_text(f"this is {name}\n")
    app = FileApp()
    async with app.run_test(size=(80, 24)) as pilot:
        for name in "ababab":
            app.view.show_file(tmp_path / f"{name}.log")
        await until_shown(pilot, lambda: "this is b" in screen_text(app))
        assert "this is a" not in screen_text(app)
