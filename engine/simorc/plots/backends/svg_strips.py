"""The spec sheet as one SVG picture: a strip for each spec, its limits, lowest, mean and highest value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simorc.plots.backends.svg import text
from simorc.plots.limit_strip import LimitStrip

MET, VIOLATED, TRACK, LIMIT, WORDS, MUTED = "#1a7040", "#8a5a00", "#d5d9de", "#3c4650", "#222222", "#5a6673"
_ROW, _TOP, _NAME, _LABEL, _RIGHT = 30, 26, 150, 84, 150


@dataclass(frozen=True)
class StripLine:
    """One line of the picture: the strip with its texts; `remark` is at the right, such as ``42/45``."""

    name: str
    low: str
    high: str
    strip: LimitStrip
    remark: str


def draw_strips(lines: Sequence[StripLine], width: int = 720) -> str:
    """The lines as one ``<svg>`` element."""
    height = _TOP + _ROW * len(lines) + 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" font-family="sans-serif" font-size="12">',
        "<title>Specs: lowest, mean and highest value between the limits</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *_heading(width),
    ]
    for place, line in enumerate(lines):
        parts += _line(line, _TOP + _ROW * (place + 0.5), width)
    return "\n".join([*parts, "</svg>"])


def _heading(width: int) -> list[str]:
    left, right = _ends(width)
    titles = (
        (8.0, "start", "spec"),
        (left - 8, "end", "min"),
        ((left + right) / 2, "middle", "lowest, mean and highest between the limits"),
        (right + 8, "start", "max"),
        (width - 8.0, "end", "met"),
    )
    return [_text(x, 16, anchor, MUTED, title) for x, anchor, title in titles]


def _ends(width: int) -> tuple[float, float]:
    return float(_NAME + _LABEL), float(width - _RIGHT)


def _line(line: StripLine, y: float, width: int) -> list[str]:
    left, right = _ends(width)
    strip = line.strip
    edges = [strip.edge(0), strip.edge(1)]

    def at(place: float) -> float:
        return left + (right - left) * min(1.0, max(0.0, place))

    track = [at(0.0 if edges[0] is None else edges[0]), at(1.0 if edges[1] is None else edges[1])]
    colour = VIOLATED if strip.violated else MET
    return [
        _text(8, y + 4, "start", WORDS, line.name, bold=True),
        _text(left - 8, y + 4, "end", WORDS, line.low),
        f'<path d="M{track[0]:.1f} {y:.1f}H{track[1]:.1f}" stroke="{TRACK}" stroke-width="4"/>',
        *(_upright(at(edge), y, LIMIT, 9) for edge in edges if edge is not None),
        *(_upright(at(strip.place(each)), y, MUTED, 6) for each in strip.corner_limits),
        *_values(strip, y, at),
        _text(right + 8, y + 4, "start", WORDS, line.high),
        _text(width - 8, y + 4, "end", colour, line.remark, bold=strip.violated),
    ]


def _values(strip: LimitStrip, y: float, at: Callable[[float], float]) -> list[str]:
    least, mean, most = strip.least, strip.mean, strip.most
    if least is None or mean is None or most is None:
        return []
    low, high = strip.tight
    pieces = [(max(least, low), min(most, high), MET)]
    if strip.violated:
        pieces += [(least, min(low, most), VIOLATED), (max(high, least), most, VIOLATED)]
    bars = [
        f'<path d="M{at(strip.place(start)):.1f} {y:.1f}H{at(strip.place(end)):.1f}" stroke="{each}" '
        'stroke-width="8"/>'
        for start, end, each in (pieces if strip.violated else [(least, most, MET)])
        if start < end
    ]
    ends = [
        _upright(at(strip.place(value)), y, VIOLATED if strip.is_beyond(value) else MET, 7)
        for value in (least, most)
    ]
    dot = VIOLATED if strip.is_beyond(mean) else MET
    place = f'cx="{at(strip.place(mean)):.1f}" cy="{y:.1f}" r="5"'
    return [*bars, *ends, f'<circle {place} fill="{dot}" stroke="#fff" stroke-width="1.5"/>']


def _upright(x: float, y: float, colour: str, half: int) -> str:
    return f'<path d="M{x:.1f} {y - half:.1f}V{y + half:.1f}" stroke="{colour}" stroke-width="2"/>'


def _text(x: float, y: float, anchor: str, colour: str, words: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"'
    return f"<text {place}{weight}>{text(words)}</text>"
