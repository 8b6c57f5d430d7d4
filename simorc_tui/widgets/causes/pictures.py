"""Bars and scales of causes, as coloured text; every picture fills the cells it is given."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from simorc_tui.theme.glyphs import ASCII, Glyphs

BAR, REST, TRACK, MARK = "blue", "dim", "dim", "bold"
BEYOND = "bold yellow"
"""Of what violates a limit; yellow is violated everywhere."""
_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(share: float, width: int, glyphs: Glyphs, style: str = BAR) -> Text:
    """A bar of `share` (0 to 1) of the width, from the left; a share that is not zero is seen."""
    return Text(_filled(share, width, glyphs).ljust(width), style)


def _filled(share: float, width: int, glyphs: Glyphs) -> str:
    cells = max(0.0, min(1.0, share)) * width
    if glyphs is ASCII:
        return "#" * max(round(cells), 1 if share > 0 else 0)
    eighths = max(round(cells * 8), 1 if share > 0 else 0)
    whole, part = divmod(eighths, 8)
    return glyphs.bar_full * whole + (_EIGHTHS[part] if part else "")


def two_part_bar(first: float, both: float, width: int, glyphs: Glyphs) -> Text:
    """A bar of `both` of the width, of which `first` is its solid beginning."""
    solid, end = round(first * width), round(both * width)
    if end == solid:
        return bar(both, width, glyphs)
    rest = "+" if glyphs is ASCII else "▒"
    text = Text(glyphs.bar_full * solid, BAR).append(rest * (end - solid), BAR)
    return text.append(" " * (width - end))


def side_bar(share: float, width: int, glyphs: Glyphs) -> Text:
    """A bar of `share` (-1 to 1) to the left or the right of a line in the middle."""
    half = (width - 1) // 2
    block, line = glyphs.bar_full, glyphs.separator
    filled = block * min(half, round(abs(share) * half))
    if share and not filled:  # less than half a cell
        filled = "-" if glyphs is ASCII else "▕" if share < 0 else "▏"
    left, right = (filled, "") if share < 0 else ("", filled)
    text = Text(left.rjust(half), BAR).append(line, TRACK).append(right.ljust(half), BAR)
    return text.append(" " * (width - 1 - 2 * half))


def sigma_scale(top: int, width: int) -> str:
    """The numbers over the gauges of distances: 0, the middle, `top`."""
    middle, last = str(top // 2), f"{top} σ"
    at = round(0.5 * (width - 1))
    line = "0".ljust(width)
    line = line[: at - len(middle) // 2] + middle + line[at - len(middle) // 2 + len(middle) :]
    return line[: width - len(last)] + last


def sigma_gauge(
    sigma: float,
    ends: tuple[float | None, float | None],
    normal: float | None,
    top: int,
    width: int,
    glyphs: Glyphs,
) -> Text:
    """A distance on a scale from 0 to `top` sigma: a bar, its interval in brackets, and where a normal fit
    would put it (`normal`, None where that is the same).
    """
    signs = "-=[]*?>" if glyphs is ASCII else "─━[]●◇▸"
    track, full, low, high, here, fit, more = tuple(signs)

    def cell(value: float) -> int:
        return max(0, min(width - 1, round(value / top * (width - 1))))

    cells = [(track, TRACK)] * width
    style = BEYOND if sigma < 0 else "green"
    for place in range(cell(sigma)):
        cells[place] = (full, style)
    if normal is not None:
        cells[cell(normal)] = (more if normal > top else fit, BEYOND)
    known = [(low, ends[0]), (high, ends[1])]
    for sign, end in known:
        if end is not None and cell(end) != cell(sigma):
            cells[cell(end)] = (sign, MARK)
    cells[cell(sigma)] = (more if sigma > top else here, f"bold {style}".replace("bold bold", "bold"))
    return _joined(cells)


FLOORS = (99.0, 95.0, 90.0, 80.0, 50.0, 0.0)
"""Where the scale of yields may begin, in percent."""


def yield_floor(lows: Sequence[float]) -> float:
    """The begin of a scale (percent) on which every one of some lower ends (percent) is seen."""
    least = min(lows, default=100.0)
    return next(each for each in FLOORS if each <= least)


def yield_gauge(
    percent: tuple[float, float, float], floor: float, width: int, glyphs: Glyphs, style: str
) -> Text:
    """A yield (low, itself, high; percent) on a scale from `floor` to 100."""
    track, between, low, high, here = tuple("-=[]*" if glyphs is ASCII else "─═[]●")

    def cell(value: float) -> int:
        return max(0, min(width - 1, round((value - floor) / (100 - floor) * (width - 1))))

    first, middle, last = (cell(each) for each in percent)
    cells = [(track, TRACK)] * width
    for place in range(first, last + 1):
        cells[place] = (between, style)
    cells[first], cells[last], cells[middle] = (low, MARK), (high, MARK), (here, style)
    return _joined(cells)


def _joined(cells: Sequence[tuple[str, str]]) -> Text:
    text = Text()
    for sign, style in cells:
        text.append(sign, style)
    return text
