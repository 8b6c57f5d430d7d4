from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Region

from simorc.expressions.case_sql import CaseFilter
from simorc.rundir.layout import RunLayout
from simorc.rundir.store.reader import RunReader
from simorc_tui.data.case_order import Arrangement, OrderQuery
from simorc_tui.data.case_pages import PAGE_ROWS, PAGES_KEPT
from simorc_tui.theme.glyphs import ASCII, UNICODE, Glyphs
from simorc_tui.widgets.case_table.columns import CellWriter, TableColumn
from simorc_tui.widgets.case_table.painting import CasePainter, CasePalette
from simorc_tui.widgets.case_table.table import CaseTable

MILLION = 1_000_000


class TableApp(App[None]):
    """Just the table."""

    CSS = "CaseTable { height: 1fr; }"

    def __init__(self, layout: RunLayout | None, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self._layout = layout
        self.table = CaseTable(glyphs)

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.attach(self._layout)
        self.table.focus()


def lines(table: CaseTable) -> list[str]:
    return [table.render_line(y).text.rstrip() for y in range(table.scrollable_content_region.height)]


@pytest.mark.drawn
async def test_a_row_says_all_of_a_case(make_run: Callable[..., Any]) -> None:
    app = TableApp(make_run(45).layout)
    async with app.run_test(size=(120, 12)):
        header, first, *_ = lines(app.table)
        assert header.split() == ["case", "vdd", "corner", "status", "time", "gain", "dB", "message"]
        assert first.split() == ["▸", "0001", "1.8", "V", "ss", "✓", "done", "0.25s", "79.90"]
        assert "✗ failed" in lines(app.table)[7]
        assert "no convergence" in lines(app.table)[7]


async def test_status_is_never_by_colour_alone(make_run: Callable[..., Any]) -> None:
    run = make_run(4, filled=2)
    run.set_case(1, status="in_progress")
    run.set_case(2, status="failed")
    app = TableApp(run.layout, ASCII)
    async with app.run_test(size=(100, 8)):
        words = [line[20:40] for line in lines(app.table)[1:5]]
        assert ["> running" in words[0], "x failed" in words[1], ". pending" in words[2]] == [True] * 3
        assert "\n".join(lines(app.table)).isascii()


async def test_cases_whose_row_is_not_written_yet_are_pending(make_run: Callable[..., Any]) -> None:
    app = TableApp(make_run(1000, filled=3).layout)
    async with app.run_test(size=(100, 10)) as pilot:
        await pilot.press("G")
        assert app.table.row_count == 1000
        assert lines(app.table)[-1].split() == ["▸", "1000", "·", "pending"]


async def test_keys_move_mark_and_scroll(make_run: Callable[..., Any]) -> None:
    app = TableApp(make_run(45).layout)
    async with app.run_test(size=(40, 11)) as pilot:
        await pilot.press("j", "j", "k", "space", "pagedown")
        assert app.table.cursor == 2 + 8
        assert app.table.marks == {2}
        await pilot.press("G")
        assert (app.table.cursor, app.table.scroll_offset.y) == (44, 36)
        await pilot.press("l", "l")
        assert lines(app.table)[1].startswith("  0037"), "the case's number stays when scrolling sideways"
        assert "corner" not in lines(app.table)[0]
        await pilot.press("g", "a")
        assert len(app.table.marks) == 45
        await pilot.press("a")
        assert app.table.marks == set()


async def test_only_the_changed_cells_are_painted(
    make_run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(1000)
    app = TableApp(run.layout)
    async with app.run_test(size=(120, 20)) as pilot:
        await pilot.pause()
        painted: list[Region] = []
        monkeypatch.setattr(app.table, "refresh", lambda *regions, **_: painted.extend(regions))
        run.set_case(5, status="failed")
        app.table.cases_changed([5, 900], {})
        assert len(painted) == 1
        assert (painted[0].y, painted[0].height) == (5, 1)
        assert painted[0].width <= 12
        painted.clear()
        app.table.cases_changed([], {3: 0.43})
        assert painted == [], "progress of a case that is not running shows nowhere"


async def test_progress_of_a_running_case(make_run: Callable[..., Any]) -> None:
    run = make_run(10)
    run.set_case(2, status="in_progress")
    app = TableApp(run.layout)
    async with app.run_test(size=(100, 12)):
        app.table.cases_changed([2], {2: 0.43})
        assert "▶ 43%" in lines(app.table)[2]


async def test_sorted_and_filtered_rows_keep_the_case_under_the_cursor(make_run: Callable[..., Any]) -> None:
    run = make_run(45)
    app = TableApp(run.layout)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("j", "j")
        arrangement = Arrangement("m_gain", False, CaseFilter("p_corner = ?", ("tt",)), "corner=tt")
        order = OrderQuery(run.layout, arrangement).run()
        assert order is not None
        app.table.set_order(order, arrangement)
        assert app.table.row_count == 15
        assert app.table.current is not None
        assert app.table.current.case_id == 3
        assert "gain↑ dB" in lines(app.table)[0]
        failed = [line for line in lines(app.table)[1:16] if "failed" in line]
        assert lines(app.table)[14:16] == failed, "cases without a value come last"


async def test_messages_cannot_write_on_the_terminal(make_run: Callable[..., Any]) -> None:
    run = make_run(3)
    run.set_case(1, status="failed", message="bad \x1b[2J deck\nsecond line")
    app = TableApp(run.layout)
    async with app.run_test(size=(120, 6)):
        assert "\x1b" not in lines(app.table)[1]
        assert "second" not in lines(app.table)[1]


def million_cases(run: Any) -> None:
    run.db.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) "
        "INSERT INTO cases (id, status, seconds, p_vdd, p_corner, m_gain) "
        "SELECT i, 'completed', 0.01, i % 7, 'tt', (i * 7919) % 1000003 FROM n"
    )


async def test_a_million_cases_cost_pages_only(
    make_run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(MILLION, filled=0)
    million_cases(run)
    asked: list[int] = []
    page = RunReader.page

    def counted(self: RunReader, offset: int, limit: int, **rest: Any) -> Sequence[Any]:
        rows = page(self, offset, limit, **rest)
        asked.append(len(rows))
        return rows

    monkeypatch.setattr(RunReader, "page", counted)
    app = TableApp(run.layout)
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("G")
        assert "1000000" in lines(app.table)[-1]
        for start in range(0, MILLION, MILLION // 50):
            app.table.go_to(start + 1)
            assert f"{start + 1:07d}" in "\n".join(lines(app.table))
        assert app.table._pages is not None
        assert len(app.table._pages._pages) <= PAGES_KEPT
        assert max(asked) <= PAGE_ROWS
        assert len(asked) <= 2 * 52
        arrangement = Arrangement("m_gain", True)
        order = OrderQuery(run.layout, arrangement).run()
        assert order is not None
        assert order.case_ids.itemsize * len(order) <= 8 * MILLION
        app.table.set_order(order, arrangement)
        await pilot.press("g")
        assert max(asked) <= PAGE_ROWS
        assert len(app.table._pages._pages) <= PAGES_KEPT


@pytest.mark.parametrize("width", range(7, 18))
def test_a_number_is_never_cut_by_the_edge(width: int) -> None:
    """Half of a number reads as another number."""
    columns = [
        TableColumn("id", "case", "id", width=4),
        TableColumn("m_gain", "gain", "measurement", width=8),
    ]
    palette = CasePalette(Style, lambda _: Style())
    writer = CellWriter(UNICODE, 4, {}, set())
    painter = CasePainter(columns, writer, palette, width, 0, 1, lambda *_: None)
    shown = painter._line([("0001", Style()), ("   48.92", Style())], Style()).text[6:]
    assert shown.strip() == ("48.92" if width >= 14 else "")
    assert painter.header(Arrangement()).text[6:].strip() == ("gain" if width >= 14 else "▸")
