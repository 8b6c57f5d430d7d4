"""The table that compares variants: values, measurements and margins, side by side."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from simorc.reports.spec_sheet import SpecRow
from simorc.text import plain
from simorc_tui.data.tuning.model import TunerModel, same
from simorc_tui.data.tuning.readings import Judge, Reading
from simorc_tui.theme.glyphs import VERDICT_STYLES, Glyphs, verdict_glyph

NOW, NOMINAL = "now", "nominal"


def comparison(model: TunerModel, judge: Judge, glyphs: Glyphs) -> Table:
    """A column for the nominal values, for each variant, and for the present values if they are none."""
    columns = _columns(model)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("", no_wrap=True)
    for name, _, _ in columns:
        table.add_column(name, justify="right", no_wrap=True)
    moved = list(dict.fromkeys(name for _, values, _ in columns for name in values))
    nominal = {knob.name: knob.nominal for knob in model.knobs}
    for name in moved:
        cells = [str(values.get(name, nominal.get(name, ""))) for _, values, _ in columns]
        table.add_row(Text(plain(name), "bold"), *(Text(plain(cell)) for cell in cells))
    table.add_section()
    rows = [
        {} if reading is None else {row.name: row for row in judge.rows(model.cases, reading)}
        for _, _, reading in columns
    ]
    for name in dict.fromkeys(name for each in rows for name in each):
        table.add_row(Text(plain(name), "bold"), *(_cell(each.get(name), glyphs) for each in rows))
    return table


def _columns(model: TunerModel) -> list[tuple[str, dict[str, object], Reading | None]]:
    columns: list[tuple[str, dict[str, object], Reading | None]] = [(NOMINAL, {}, model.nominal)]
    columns += [(each.name, dict(each.values), each.reading) for each in model.variants]
    values = model.values
    if values and not any(same(each.values, values) for each in model.variants):
        reading = model.shown if not model.stale else None
        columns.append((NOW, dict(values), reading))
    return columns


def _cell(row: SpecRow | None, glyphs: Glyphs) -> Text:
    """``✓ 48.8 dB  +6.05 %``."""
    if row is None:
        return Text("?")
    style = VERDICT_STYLES.get(row.status, "")
    cell = Text(f"{verdict_glyph(glyphs, row.status)} ", style)
    cell.append(plain(row.worst), style if row.status == "fail" else "not bold")
    return cell.append(f"  {row.margin_text}" if row.margin_text else "", "not bold")
