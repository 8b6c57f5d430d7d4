"""The sections of a form as blocks of its table; specs with the strip of the run that is shown."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from simorc.reports.spec_sheet import SpecRow
from simorc.text import plain
from simorc_tui.data.setup_form.form import SetupForm
from simorc_tui.data.setup_form.sections import SPECS, FormRow, FormSection
from simorc_tui.theme.glyphs import VERDICT_STYLES, Glyphs, verdict_glyph
from simorc_tui.widgets.form.columns import GridBlock, GridRow
from simorc_tui.widgets.spec_sheet.strip import append_strip

STRIP = 18


def blocks_of(form: SetupForm, judged: Mapping[str, SpecRow], glyphs: Glyphs) -> list[GridBlock]:
    """Every section of the form. `judged`: the specs over the run that is shown."""
    return [_block(section, form.rows(section), judged, glyphs) for section in form.sections()]


def _block(
    section: FormSection, rows: list[FormRow], judged: Mapping[str, SpecRow], glyphs: Glyphs
) -> GridBlock:
    def row_of(row: FormRow) -> GridRow:
        extra = Text(plain(row.remark), "not bold dim")
        if section.kind == SPECS and row.name in judged:
            extra = _verdict(judged[row.name], glyphs)
        cells = tuple(row.cells.get(column.key, "") for column in section.columns)
        return GridRow(row.name, cells, extra)

    columns = [(column.key, column.right) for column in section.columns]
    has_verdict = section.kind == SPECS and any(row.name in judged for row in rows)
    return GridBlock(
        section.title, columns, tuple(map(row_of, rows)), "run that is shown" if has_verdict else ""
    )


def _verdict(row: SpecRow, glyphs: Glyphs) -> Text:
    """``├──[══●══]──┤ ⚠ 42/45``."""
    line = Text()
    append_strip(line, row.strip, STRIP, glyphs)
    style = VERDICT_STYLES.get(row.status, "")
    return line.append(f" {verdict_glyph(glyphs, row.status)} {plain(row.passing)}", style)
