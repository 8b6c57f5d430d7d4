"""What is known about one spec in a few lines: the largest cause of each kind."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from simorc.text import plain
from simorc_tui.data.causes.model import Causes, SpecCauses
from simorc_tui.theme.glyphs import VERDICT_STYLES, Glyphs, verdict_glyph
from simorc_tui.widgets.spec_sheet.strip import strip_line

_WORDS = {"pass": "met", "near": "met, near the limit", "fail": "violated", "missing": "a value is missing"}
LEAST_STRIP = 12


def summary(causes: Causes, spec: SpecCauses, width: int, glyphs: Glyphs) -> Text:
    """The verdict with its strip, then a paragraph for each kind of cause."""
    row, text = spec.row, Text()
    style = VERDICT_STYLES.get(row.status, "")
    text.append(f"{plain(row.name)} ", "bold")
    text.append(f"{verdict_glyph(glyphs, row.status)} {_WORDS.get(row.status, row.status)}", style)
    text.append("\n")
    ends = len(row.low) + len(row.high) + 2
    if width - ends >= LEAST_STRIP:
        text.append(f"{plain(row.low)} ").append_text(strip_line(row.strip, width - ends, glyphs))
        text.append(f" {plain(row.high)}\n")
    for title, words in _paragraphs(spec):
        text.append(f"\n{title}\n", "dim").append(f"{plain(words)}\n")
    return text


def _paragraphs(spec: SpecCauses) -> Iterator[tuple[str, str]]:
    row = spec.row
    if row.worst:
        margin = f", margin {row.margin_text}" if row.margin_text else ""
        yield "worst case", f"{row.worst}{margin}, case {row.worst_case}: {row.where or 'nominal'}"
    if spec.spreads:
        spread = spec.spreads[0]
        devices: dict[str, float] = {}
        for each in spread.shares:
            devices[each.device] = devices.get(each.device, 0.0) + each.share
        first = sorted(devices.items(), key=lambda item: -item[1])[:2]
        shares = ", ".join(f"{name} {100 * share:.1f} %" for name, share in first)
        yield "spread", f"σ {spread.sigma_text} at {spread.condition}: {shares}"
    if spec.tornados and spec.tornados[0].slopes:
        slope = spec.tornados[0].slopes[0]
        yield "strongest parameter", f"{slope.parameter}: {slope.change_text} for {slope.step} more"
    if spec.nearest is not None:
        limit = spec.nearest
        doubt = "; not normal" if limit.is_normal is False else ""
        yield "nearest limit", f"{limit.limit} at {limit.condition}: {limit.sigma:.3f} σ{doubt}"
    if spec.yields:
        least = spec.yields[0]
        ends = f"95 %: {100 * least.low:.4g} to {100 * least.high:.4g} %"
        yield "yield", f"{100 * least.fraction:.4g} % at {least.condition} ({ends})"
