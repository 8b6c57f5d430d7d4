"""Figures as SVG, without any library.

Colours can be distinguished by colour-blind people, and curves beyond the last colour by their dashes.
"""

from __future__ import annotations

import re
from html import escape

import numpy as np

from simorc.plots.categories import anchor, category_ticks
from simorc.plots.distribution import Note, normal_curve, notes_of, rules_of
from simorc.plots.figure import Axis, Curve, Figure, FigureStrip, Floats, Limit, Range
from simorc.plots.palette import ON_LIGHT
from simorc.plots.ranges import x_range_of, y_range_of
from simorc.plots.ticks import Tick, ticks
from simorc.waveforms.decimate import min_max

COLOURS = ON_LIGHT
VIOLATED, MUTED, NORMAL = "#8a5a00", "#5a6673", COLOURS[1]
"""Of limits and what is beyond them; of mean and sigma; of a normal curve."""
_NOTE_LOOKS = {
    "mean": f'stroke="{MUTED}"',
    "sigma": f'stroke="{MUTED}" stroke-dasharray="2 3"',
    "normal": f'stroke="{NORMAL}" stroke-width="1.5"',
    "violated": f'stroke="{VIOLATED}" stroke-opacity="0.25" stroke-width="10"',
}
_DASHES = ("", "6 3", "2 2", "8 3 2 3")
_LEFT, _RIGHT, _TOP, _BOTTOM, _GAP = 78, 28, 12, 44, 18
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def text(value: str) -> str:
    """Text made safe for XML: escaped, characters that XML forbids replaced."""
    return escape(CONTROL_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", value), quote=True)


def draw_svg(figure: Figure, width: int = 720, height: int = 320) -> str:
    """The figure as one ``<svg>`` element of that size in pixels."""
    head = 24 if figure.title else 0
    strips = max(1, len(figure.strips))
    tall = (height - head - _TOP - _BOTTOM - _GAP * (strips - 1)) / strips
    x_range = x_range_of(figure)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" font-family="sans-serif" font-size="11">'
    ]
    parts += [f"<title>{text(figure.title)}</title>"] if figure.title else []
    parts.append(f'<rect width="{width}" height="{height}" fill="#fff"/>')
    if figure.title:
        parts.append(f'<text x="{_LEFT}" y="16" font-size="13" font-weight="600">{text(figure.title)}</text>')
    for index, strip in enumerate(figure.strips):
        top = head + _TOP + index * (tall + _GAP)
        parts += _Strip(strip, figure.x, x_range, (width, top, tall), index == strips - 1).parts()
    if not figure.strips or x_range is None:
        parts.append(f'<text x="{_LEFT}" y="{height / 2}">nothing to draw</text>')
    parts.append("</svg>")
    return "\n".join(parts)


class _Strip:
    """One strip of the figure: its frame, ticks, limits, curves, legend."""

    def __init__(
        self, strip: FigureStrip, x: Axis, x_range: Range | None, place: tuple[int, float, float], last: bool
    ) -> None:
        self._strip = strip
        self._x_axis, self._x_range = x, x_range
        width, self._top, self._tall = place
        self._wide = width - _LEFT - _RIGHT
        self._last = last
        self._y_axis, self._y_range = strip.y, y_range_of(strip)

    def parts(self) -> list[str]:
        frame = (
            f'<rect x="{_LEFT}" y="{self._top:.1f}" width="{self._wide}" height="{self._tall:.1f}" '
            'fill="none" stroke="#888"/>'
        )
        if self._x_range is None or self._y_range is None:
            return [frame]
        marks = [*self._x_ticks(self._x_range), *self._y_ticks(self._y_range)]
        clip = f"clip{self._wide}-{self._top:.0f}-{self._tall:.0f}"
        box = frame.replace('fill="none" stroke="#888"', "")
        return [
            *(*marks, frame, f'<clipPath id="{clip}">{box}</clipPath>', f'<g clip-path="url(#{clip})">'),
            *(self._band(limit) for limit in self._strip.limits if limit.violated),
            *(self._curve(curve, index) for index, curve in enumerate(self._strip.curves)),
            *(self._spread(curve) for curve in self._strip.curves if curve.style == "bars"),
            *(*self._limits(), "</g>", *self._titles(), *self._legend()),
        ]

    def _x(self, values: Floats) -> Floats:
        assert self._x_range is not None
        return _LEFT + self._wide * _fractions(values, self._x_range, self._x_axis.log)

    def _y(self, values: Floats) -> Floats:
        assert self._y_range is not None
        shares = _fractions(values, self._y_range, self._y_axis.log)
        return self._top + self._tall * (1 - shares)

    def _x_ticks(self, x_range: Range) -> list[str]:
        found, bottom = [], self._top + self._tall
        for tick in axis_ticks(self._x_axis, x_range, 8, self._wide):
            at = _LEFT + self._wide * tick.place
            found.append(f'<path d="M{at:.1f} {self._top:.1f}V{bottom:.1f}" stroke="#ddd"/>')
            if self._last and tick.label:
                kind = anchor(self._wide * tick.place, tick.label, self._wide)
                place = f'x="{at:.1f}" y="{bottom + 15:.1f}" text-anchor="{kind}"'
                found.append(f"<text {place}>{text(tick.label)}</text>")
        return found

    def _y_ticks(self, y_range: Range) -> list[str]:
        found = []
        most = max(2, int(self._tall // 36))
        for tick in axis_ticks(self._y_axis, y_range, most, self._tall, upright=True):
            at = self._top + self._tall * (1 - tick.place)
            found.append(f'<path d="M{_LEFT} {at:.1f}h{self._wide}" stroke="#ddd"/>')
            place = f'x="{_LEFT - 6}" y="{at + 4:.1f}" text-anchor="end"'
            found.append(f"<text {place}>{text(tick.label)}</text>")
        return found

    def _curve(self, curve: Curve, index: int) -> str:
        colour = "#9bb" if curve.faint else colour_of(curve, index)
        if curve.style == "bars":
            return self._bars(curve, colour)
        if curve.style == "points":
            return self._points(curve, colour)
        x, y = min_max(curve.x, curve.y, 2 * self._wide)
        return f'<path d="{self._path(x, y)}" fill="none" stroke="{colour}"{_look(curve, index)}/>'

    def _path(self, x: Floats, y: Floats) -> str:
        """Moves and lines; a point that cannot be drawn interrupts the line."""
        with np.errstate(all="ignore"):
            xs, ys = self._x(x), np.clip(self._y(y), -1e4, 1e4)
        pieces, begun = [], False
        for px, py in zip(xs.tolist(), ys.tolist(), strict=True):
            if px != px or py != py or abs(px) > 1e5:
                begun = False
                continue
            pieces.append(f"{'L' if begun else 'M'}{px:.1f} {py:.1f}")
            begun = True
        return "".join(pieces)

    def _bars(self, curve: Curve, colour: str) -> str:
        edges, tops = self._x(curve.x), self._y(curve.y)
        base = float(self._y(np.zeros(1))[0])
        rects = [
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{max(right - left - 1, 0.5):.1f}" '
            f'height="{base - top:.1f}" fill="{colour}" fill-opacity="0.7"/>'
            for left, right, top in zip(edges[:-1], edges[1:], tops, strict=True)
        ]
        return "".join(rects)

    def _spread(self, bars: Curve) -> str:
        """Mean, sigmas and normal curve of bars."""
        found = []
        for rule in rules_of(bars):
            at = float(self._x(np.array([rule.value]))[0])
            found.append(f'<path d="M{at:.1f} {self._top:.1f}v{self._tall:.1f}" {_NOTE_LOOKS[rule.kind]}/>')
        normal = normal_curve(bars)
        if normal is not None:
            path = self._path(normal.x, normal.y)
            found.append(f'<path d="{path}" fill="none" {_NOTE_LOOKS["normal"]}/>')
        return "".join(found)

    def _at(self, limit: Limit) -> float:
        """The pixel of a limit; not finite where a log axis cannot show it."""
        return float((self._x if limit.vertical else self._y)(np.array([limit.value]))[0])

    def _band(self, limit: Limit) -> str:
        """The part of the strip where every value violates the spec, lightly filled."""
        left, top = float(_LEFT), self._top
        right, bottom = left + self._wide, top + self._tall
        at = self._at(limit)
        if not np.isfinite(at):
            return ""
        if limit.vertical:
            at = min(max(at, left), right)
            left, right = (left, at) if limit.violated == "below" else (at, right)
        else:
            at = min(max(at, top), bottom)
            top, bottom = (at, bottom) if limit.violated == "below" else (top, at)
        place = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'
        return f'<rect class="violated" {place} fill="{VIOLATED}" fill-opacity="0.12"/>'

    def _points(self, curve: Curve, colour: str) -> str:
        xs, ys = self._x(curve.x), self._y(curve.y)
        there = np.isfinite(xs) & np.isfinite(ys)
        # More points than this hide one another and only make the file large.
        stride = max(1, int(np.count_nonzero(there)) // 4000)
        pairs = zip(xs[there][::stride].tolist(), ys[there][::stride].tolist(), strict=True)
        dots = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in pairs)
        look = f'stroke="{colour}" stroke-width="4" stroke-linecap="round" stroke-opacity="0.6"'
        return f'<path d="{dots}" {look}/>'

    def _limits(self) -> list[str]:
        found = []
        for limit in self._strip.limits:
            at = self._at(limit)
            if not np.isfinite(at):
                continue
            if limit.vertical:
                line, place = (
                    f"M{at:.1f} {self._top:.1f}v{self._tall:.1f}",
                    f'x="{at + 3:.1f}" y="{self._top + 11:.1f}"',
                )
            else:
                beside = at - 3 if at - self._top > 14 else at + 11
                line, place = f"M{_LEFT} {at:.1f}h{self._wide}", f'x="{_LEFT + 4}" y="{beside:.1f}"'
            found.append(f'<path d="{line}" stroke="{VIOLATED}" stroke-dasharray="5 3"/>')
            found.append(_over_curves(place, limit.label, VIOLATED))
        return found

    def _titles(self) -> list[str]:
        middle = self._top + self._tall / 2
        title = text(self._y_axis.title)
        found = [
            f'<text transform="translate(14 {middle:.1f}) rotate(-90)" text-anchor="middle">{title}</text>'
        ]
        if self._last:
            place = f'x="{_LEFT + self._wide / 2:.1f}" y="{self._top + self._tall + 32:.1f}"'
            found.append(f'<text {place} text-anchor="middle">{text(self._x_axis.title)}</text>')
        return found

    def _legend(self) -> list[str]:
        named = [(i, each) for i, each in enumerate(self._strip.curves) if each.label and not each.faint]
        shown = named[:12] if len(named) > 1 or (named and named[0][1].style != "bars") else []
        entries = [
            (curve.label, f'stroke="{colour_of(curve, index)}"{_look(curve, index)}')
            for index, curve in shown
        ]
        entries += [(note.text, _NOTE_LOOKS[note.kind]) for note in self._notes()]
        found = []
        below_labels = int(any(limit.vertical for limit in self._strip.limits))
        for row, (label, look) in enumerate(entries, below_labels):
            at, right = self._top + 14 + 14 * row, _LEFT + self._wide - 8
            found.append(f'<path d="M{right - 18} {at - 4:.1f}h18" {look}/>')
            found.append(_over_curves(f'x="{right - 24}" y="{at:.1f}" text-anchor="end"', label, "#222"))
        return found

    def _notes(self) -> list[Note]:
        return notes_of(self._strip, self._x_axis.unit)


def colour_of(curve: Curve, index: int) -> str:
    """The colour of the curve at that place of its strip."""
    return curve.colour or COLOURS[index % len(COLOURS)]


def axis_ticks(axis: Axis, span: Range, most: int, wide: float, *, upright: bool = False) -> list[Tick]:
    """The marks of an axis of `wide` pixels: its categories, or round values."""
    if axis.categories:
        return category_ticks(axis.categories, span, wide, upright=upright)
    return ticks(*span, most, log=axis.log, unit=axis.unit, whole=axis.whole)


def _over_curves(place: str, label: str, colour: str) -> str:
    """A label with a white rim. Two texts, as not every mail program supports ``paint-order``."""
    rim = f'<text {place} stroke="#fff" stroke-width="3" stroke-linejoin="round">{text(label)}</text>'
    return f'{rim}<text {place} fill="{colour}">{text(label)}</text>'


def _look(curve: Curve, index: int) -> str:
    dashes = _DASHES[(index // len(COLOURS)) % len(_DASHES)]
    width = 1 if curve.faint else 1.5
    return f' stroke-width="{width}"' + (f' stroke-dasharray="{dashes}"' if dashes else "")


def _fractions(values: Floats, span: Range, log: bool) -> Floats:
    low, high = span
    if log and low > 0:
        with np.errstate(all="ignore"):
            return np.asarray(np.log(values / low) / np.log(high / low), dtype=np.float64)
    return np.asarray((values - low) / (high - low), dtype=np.float64)
