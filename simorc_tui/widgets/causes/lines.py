"""The lines of each pane of causes, in a width; a line has a target if enter does something on it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text

from simorc.text import plain
from simorc_tui.data.causes.model import (
    Causes,
    Deciding,
    Distance,
    Effect,
    SpecCauses,
    Spread,
    Tornado,
    Yielded,
)
from simorc_tui.theme.coloured import coloured
from simorc_tui.theme.glyphs import ASCII, VERDICT_STYLES, Glyphs, verdict_glyph
from simorc_tui.widgets.causes import pictures

LONGEST_NAME, LEAST_BAR, MOST_BAR = 22, 8, 60
_SEEN = 0.001
"""Devices with a smaller share of the variance are counted together."""
_MOST_SLOPES = 24
_POINT = 4
HEADING = "bold underline"
NOTE = "yellow"


@dataclass(frozen=True)
class DeviceTarget:
    """Enter shows what this device (or parameter) does to every measurement."""

    device: str


@dataclass(frozen=True)
class CaseTarget:
    """Enter goes to this case."""

    case: int


Line = tuple[Text, "DeviceTarget | CaseTarget | None"]


class CauseLines:
    """Makes the lines of one spec in `width` cells."""

    def __init__(self, causes: Causes, spec: SpecCauses, width: int, glyphs: Glyphs) -> None:
        self._causes, self._spec = causes, spec
        self._width, self._glyphs = width, glyphs

    # Devices ------------------------------------------------------------------------------------------------

    def devices(self) -> list[Line]:
        """The share of each device in the variance, for each condition."""
        lines = [line for each in self._spec.spreads for line in self._spread(each)]
        return lines or self._nothing("mismatch", "which device makes the spread")

    def _spread(self, spread: Spread) -> Iterator[Line]:
        head = Text(plain(spread.condition), HEADING)
        head.append(f"  σ {plain(spread.sigma_text)}", "bold not underline")
        if spread.r_squared < 0.9:
            words = f"  linear R² {spread.r_squared:.2f}: with quadratic terms"
            head.append(words, f"{NOTE} not bold not underline")
        yield head, None
        by_device: dict[str, list[tuple[float, str, str]]] = {}
        for each in spread.shares:
            label = each.variable.removeprefix(each.device).strip()
            by_device.setdefault(each.device, []).append((each.share, label, each.slope_text))
        shown = [(name, parts) for name, parts in by_device.items() if sum(p[0] for p in parts) >= _SEEN]
        shown.sort(key=lambda item: -sum(part[0] for part in item[1]))
        names = self._name_width([name for name, _ in shown])
        tail = max((len(self._slopes(parts)) for _, parts in shown), default=0)
        room = self._width - names - 1 - 8 - 2
        tail = tail if room - tail - 2 >= LEAST_BAR else 0
        wide = max(LEAST_BAR, min(MOST_BAR, room - (tail + 2 if tail else 0)))
        largest = max((sum(part[0] for part in parts) for _, parts in shown), default=1.0)
        for name, parts in shown:
            whole = sum(part[0] for part in parts)
            line = _line(_fit(plain(name), names))
            line.append(" ").append_text(
                pictures.two_part_bar(parts[0][0] / largest, whole / largest, wide, self._glyphs)
            )
            line.append(f" {100 * whole:5.1f} %", "not bold")
            if tail:
                line.append(f"  {self._slopes(parts)}", "not bold dim")
            yield line, DeviceTarget(name)
        if (rest := len(by_device) - len(shown)) > 0:
            yield Text(f"{rest} more: less than {100 * _SEEN:g} % each", "dim"), None

    @staticmethod
    def _slopes(parts: Sequence[tuple[float, str, str]]) -> str:
        """``vth -1.129 mV/σ``: what the largest variable of a device does."""
        _, label, slope = parts[0]
        return plain(f"{label} {slope}/σ")

    # Parameters ---------------------------------------------------------------------------------------------

    def parameters(self) -> list[Line]:
        """The sensitivities as a tornado, for each condition."""
        lines = [line for each in self._spec.tornados for line in self._tornado(each)]
        return lines or self._nothing("sensitivity", "which parameter moves it, and how far")

    def _tornado(self, tornado: Tornado) -> Iterator[Line]:
        head = Text(plain(tornado.condition), HEADING).append(
            "  change for 1 % more", "not bold not underline"
        )
        yield head, None
        slopes = tornado.slopes[:_MOST_SLOPES]
        names = self._name_width([each.parameter for each in slopes])
        values = max((len(each.change_text) for each in slopes), default=0)
        room = self._width - names - values - 2
        relative = 13 if room - 13 >= 2 * LEAST_BAR else 0
        wide = max(LEAST_BAR, min(MOST_BAR + 1, room - relative))
        largest = abs(slopes[0].change) if slopes else 1.0
        for each in slopes:
            line = _line(_fit(plain(each.parameter), names)).append(" ")
            line.append_text(pictures.side_bar(each.change / largest, wide, self._glyphs))
            line.append(f" {plain(each.change_text):>{values}}", "not bold")
            if relative:
                text = "" if each.relative is None else f"{each.relative:+.3g} %/%"
                line.append(f" {text:>{relative - 1}}", "not bold dim")
            if not each.is_linear:
                line.append(" ~" if self._glyphs is ASCII else " ∿", NOTE)
            yield line, DeviceTarget(each.device or each.parameter)
        if not slopes:
            yield Text("Nothing that was stepped changes it.", "dim"), None
        if (rest := len(tornado.slopes) - len(slopes)) > 0:
            yield Text(f"{rest} more, each less", "dim"), None

    # Limits -------------------------------------------------------------------------------------------------

    def limits(self) -> list[Line]:
        """The yield of each condition, and the distance of each limit."""
        lines = [*self._yields(), *self._distances()]
        if not self._spec.distances:
            if lines:
                lines.append((Text(), None))
            lines += self._nothing("wcd", "how many sigma each limit is away")
        return lines

    def _yields(self) -> Iterator[Line]:
        rows = self._spec.yields
        if not rows:
            return
        floor = pictures.yield_floor([100 * each.low for each in rows])
        names = self._name_width([each.condition for each in rows])
        tails = [self._counted(each) for each in rows]
        if self._width - names - 2 - max(map(len, tails)) < LEAST_BAR:
            tails = [f"{100 * each.fraction:.4g} %" for each in rows]
        tail = max(len(each) for each in tails)
        wide = max(LEAST_BAR, min(MOST_BAR, self._width - names - tail - 2))
        scale = f"{floor:g}".ljust(wide - 5) + "100 %"
        yield _scaled("yield", names, scale), None
        for each, words in zip(rows, tails, strict=True):
            line = _line(_fit(plain(each.condition), names)).append(" ")
            percent = (100 * each.low, 100 * each.fraction, 100 * each.high)
            style = "green" if each.passed == each.samples else "bold yellow"
            line.append_text(pictures.yield_gauge(percent, floor, wide, self._glyphs, style))
            yield line.append(f" {words}", "not bold"), None

    @staticmethod
    def _counted(each: Yielded) -> str:
        low, high = 100 * each.low, 100 * each.high
        return f"{100 * each.fraction:.4g} % ({low:.3g}-{high:.4g}), {each.passed}/{each.samples}"

    def _distances(self) -> Iterator[Line]:
        rows = self._spec.distances
        if not rows:
            return
        if self._spec.yields:
            yield Text(), None
        known = [each.sigma for each in rows if each.sigma is not None and math.isfinite(each.sigma)]
        top = 6 if max(known, default=0) <= 6 else 12
        titles = [f"{each.limit}  {each.condition}" for each in rows]
        names = min(max(map(len, titles)), max(LONGEST_NAME, self._width // 3))
        wide = max(LEAST_BAR, min(MOST_BAR, self._width - names - 11))
        scale = pictures.sigma_scale(top, wide)
        yield _scaled("distance", names, scale), None
        for title, each in zip(titles, rows, strict=True):
            yield from self._distance(title, each, names, top, wide)

    def _distance(self, title: str, each: Distance, names: int, top: int, wide: int) -> Iterator[Line]:
        largest = each.point[0][1] if each.point else ""
        target = DeviceTarget(largest) if largest else None
        line = _line(_fit(plain(title), names)).append(" ")
        if each.sigma is None or not math.isfinite(each.sigma):
            yield line.append(plain(each.reason) or "not known", "not bold dim"), target
            return
        normal = each.normal if each.is_normal is False else None
        line.append_text(
            pictures.sigma_gauge(each.sigma, (each.low, each.high), normal, top, wide, self._glyphs)
        )
        style = pictures.BEYOND if each.sigma < 0 else "bold"
        yield line.append(f" {each.sigma:6.3f} σ", style), target
        if each.low is not None or each.high is not None:
            low, high = ("?" if end is None else f"{end:.3f}" for end in (each.low, each.high))
            yield Text(f"  99 % between {low} and {high} σ", "dim"), None
        if normal is not None:
            yield Text(f"  not normal: a normal fit says {normal:.3f} σ", NOTE), None
        if each.point:
            words = ", ".join(f"{name} {value:+.2f}" for name, _, value in each.point[:_POINT])
            yield Text(_cut(f"  {plain(words)}", self._width), "dim"), None

    # Corners ------------------------------------------------------------------------------------------------

    def corners(self) -> list[Line]:
        """The corner that decides each limit of the spec in the run."""
        chosen = f" {self._glyphs.mark}" if any(each.chosen for each in self._spec.corners) else ""
        lines: list[Line] = [
            (Text(plain(self._causes.corner_words), "dim").append(chosen, "bold blue"), None)
        ]
        for each in self._spec.corners:
            lines += self._deciding(each)
        if not self._spec.corners:
            lines.append((Text("No case of the run has a value of it.", "dim"), None))
        return lines

    def _deciding(self, each: Deciding) -> Iterator[Line]:
        mark = f" {self._glyphs.mark}" if each.chosen else ""
        style = VERDICT_STYLES.get(each.status, "")
        line = _line("").append(f"{verdict_glyph(self._glyphs, each.status)} ", style)
        line.append(plain(each.limit)).append(f"  margin {plain(each.margin)}", style)
        yield line.append(mark, "bold blue"), None if each.case is None else CaseTarget(each.case)
        words = f"  {plain(each.parameters)}" + ("" if each.case is None else f"  case {each.case}")
        yield Text(_cut(words, self._width), "dim"), None

    # An empty pane -----------------------------------------------------------------------------------------

    def _nothing(self, kind: str, answers: str) -> list[Line]:
        """Why the pane is empty, and the next step."""
        if kind in self._causes.kinds:
            first = f"No stored {kind} is about {plain(self._spec.row.name)}."
        else:
            first = f"No {kind} of testbench {plain(self._causes.testbench)} is stored."
        return [
            (Text(first, "bold"), None),
            (Text(f"It shows {answers}."), None),
            (coloured("Press a to start it; its cost is shown first.", "blue"), None),
        ]

    def _name_width(self, names: Sequence[str]) -> int:
        longest = max((len(plain(name)) for name in names), default=0)
        return min(longest, max(LONGEST_NAME, self._width // 4))


def spec_lines(causes: Causes, width: int, glyphs: Glyphs) -> list[Text]:
    """A line for each spec: verdict, name, its worst value, and the distance of its nearest limit."""
    names = min(max((len(each.row.name) for each in causes.specs), default=0), max(8, width // 2))
    values = max((len(each.row.worst) for each in causes.specs), default=0)
    lines = []
    for each in causes.specs:
        style = VERDICT_STYLES.get(each.row.status, "")
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(f"{verdict_glyph(glyphs, each.row.status)} ", style)
        line.append(_fit(plain(each.row.name), names), "bold")
        line.append(
            f"  {plain(each.row.worst):>{values}}", style if each.row.status == "fail" else "not bold"
        )
        if each.nearest is not None:
            line.append(f"  {each.nearest.sigma:5.2f} σ", "not bold dim")
        lines.append(line)
    return lines


def effect_lines(effects: Sequence[Effect], width: int, glyphs: Glyphs) -> Text:
    """What a device does, measurement by measurement."""
    titles = {"spread": "its share of the spread", "slope": "what its size does", "worst": "at worst points"}
    names = min(max((len(plain(each.what)) for each in effects), default=0), LONGEST_NAME)
    wide = max(LEAST_BAR, min(25, width - names - 50))
    text = Text()
    before = ("", "")
    for each in effects:
        if each.measurement != before[0]:
            text.append(f"{'' if not before[0] else chr(10)}{plain(each.measurement)}\n", "bold underline")
        if (each.measurement, each.kind) != before:
            text.append(f" {titles[each.kind]}\n", "dim")
        before = (each.measurement, each.kind)
        text.append(f"  {_fit(plain(each.what), names)} ")
        text.append_text(pictures.side_bar(each.share, wide, glyphs))
        text.append(f" {plain(each.text)}").append(f"  {plain(each.condition)}\n", "dim")
    return text


def _scaled(title: str, names: int, scale: str) -> Text:
    """The heading of gauges: their scale, over the gauges."""
    text = Text(title, HEADING)
    return text.append(" " * (names + 1 - len(title)) + scale, "not bold not underline dim")


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}~"


def _line(text: str) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    return line.append(text, "bold")


def _fit(text: str, width: int) -> str:
    """The end of a path says more than its beginning."""
    return text.ljust(width) if len(text) <= width else f"~{text[len(text) - width + 1 :]}"
