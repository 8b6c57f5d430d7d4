"""The spec sheet as lines of a table that fits the width; the columns that say least are left out first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.text import Text

from simorc.reports.spec_sheet import SpecRow
from simorc.results.case_counts import CaseCounts
from simorc.text import plain
from simorc_tui.theme.glyphs import ASCII, VERDICT_STYLES, Glyphs, verdict_glyph
from simorc_tui.widgets.spec_sheet.strip import append_strip

GAP, SIGN = 2, "  "
STRIP, WHERE = "strip", "at"
LEAST_STRIP, USUAL_STRIP, MOST_STRIP = 16, 28, 44
LEAST_WHERE = 14
WHEN_ROOMY = 6
"""Columns of this weight give way to a strip of the usual width and to the place of the worst case."""
PLAIN_CELL = "not bold not reverse"


@dataclass(frozen=True)
class SheetColumn:
    """A column of the sheet; `weight` 0 is always shown, the greatest is left out first."""

    title: str
    text: Callable[[SpecRow], str]
    weight: int
    right: bool = True
    style: str = PLAIN_CELL


def _why(counts: CaseCounts) -> str:
    """What a count of violations does not say: values that are missing and simulations that failed."""
    return counts.against if counts.missing or counts.failed else ""


COLUMNS = (
    SheetColumn("spec", lambda row: row.name, 0, right=False, style="bold not reverse"),
    SheetColumn("min", lambda row: row.low, 0),
    SheetColumn(STRIP, lambda row: "", 0),
    SheetColumn("max", lambda row: row.high, 0, right=False),
    SheetColumn("lowest", lambda row: row.least, 6),
    SheetColumn("mean", lambda row: row.mean, 7),
    SheetColumn("highest", lambda row: row.most, 6),
    SheetColumn("worst", lambda row: row.worst, 0),
    SheetColumn("margin", lambda row: row.margin_text, 3),
    SheetColumn("met", lambda row: row.passing, 0),
    SheetColumn("yield (95 %)", lambda row: row.yield_text, 1),
    SheetColumn("Cpk", lambda row: row.cpk, 1),
    SheetColumn("case", lambda row: "" if row.worst_case is None else str(row.worst_case), 2),
    SheetColumn(WHERE, lambda row: row.where, 4, right=False),
    SheetColumn("why", lambda row: _why(row.counts), 8, right=False),
)


class SheetTable:
    """The lines of some specs in a width; `heading` and `line` have the same columns."""

    def __init__(
        self,
        rows: Sequence[SpecRow],
        width: int,
        glyphs: Glyphs,
        columns: Sequence[SheetColumn] = COLUMNS,
    ) -> None:
        self._glyphs = glyphs
        self._columns = [c for c in columns if c.title == STRIP or any(c.text(row) for row in rows)]
        self._widths = {
            c.title: max(len(c.title), *(len(plain(c.text(row))) for row in rows)) for c in self._columns
        }
        self._fit(width)

    def _fit(self, width: int) -> None:
        """Leave out columns until the rest fits; the strip and the place of the worst case share the rest."""
        wanted = self._widths.get(WHERE, 0)
        for weight in sorted({column.weight for column in self._columns if column.weight}, reverse=True):
            roomy = weight >= WHEN_ROOMY
            self._widths[STRIP] = USUAL_STRIP if roomy else LEAST_STRIP
            self._widths[WHERE] = wanted if roomy else min(LEAST_WHERE, wanted)
            if self._needed > width:
                self._columns = [column for column in self._columns if column.weight != weight]
        self._widths |= {STRIP: LEAST_STRIP, WHERE: min(LEAST_WHERE, wanted)}
        for name, most in ((STRIP, USUAL_STRIP), (WHERE, wanted), (STRIP, MOST_STRIP)):
            spare = max(0, width - self._needed)
            self._widths[name] = max(self._widths[name], min(most, self._widths[name] + spare))

    @property
    def _needed(self) -> int:
        return len(SIGN) + sum(GAP + self._widths[column.title] for column in self._columns) - GAP

    def heading(self) -> Text:
        """The titles of the columns; the one of the strip explains its signs."""
        line = Text(SIGN, no_wrap=True, overflow="ellipsis")
        for column in self._columns:
            title = self._legend() if column.title == STRIP else column.title
            line.append(self._padded(title, column, centred=column.title == STRIP), "dim")
        return line

    def line(self, row: SpecRow) -> Text:
        """One spec."""
        style = VERDICT_STYLES.get(row.status, "")
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(f"{verdict_glyph(self._glyphs, row.status)} ", style)
        for column in self._columns:
            if column.title == STRIP:
                self._append_strip(line, row)
                continue
            bad = column.title in ("worst", "margin") and row.counts.violating
            text = self._padded(plain(column.text(row)), column)
            line.append(text, VERDICT_STYLES["fail"] if bad else column.style)
        return line

    def _append_strip(self, line: Text, row: SpecRow) -> None:
        append_strip(line, row.strip, self._widths[STRIP], self._glyphs)
        line.append(" " * GAP)

    def _legend(self) -> str:
        mean = "o" if self._glyphs is ASCII else "●"
        words = f"[ lowest  {mean} mean  ] highest"
        return words if len(words) <= self._widths[STRIP] else ""

    def _padded(self, text: str, column: SheetColumn, *, centred: bool = False) -> str:
        width = self._widths[column.title]
        text = text if len(text) <= width else f"{text[: width - 1]}~"
        cell = text.center(width) if centred else text.rjust(width) if column.right else text.ljust(width)
        return cell + " " * GAP
