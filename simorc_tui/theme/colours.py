"""Colours that can be read in every theme, computed from the theme's own.

A theme's accent or warning colour is made for large areas; as text on its background it may have a contrast
of 1.5. Here a colour is moved towards white or black until its contrast is at least `LEAST` on every
background it is used on. A colour has one meaning everywhere: met, violated (the circuit is not good enough),
failed (the simulation did not work), running.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.terminal_theme import TerminalTheme
from textual.color import BLACK, WHITE, Color
from textual.theme import Theme

LEAST = 4.5
FOCUS_DIFFERENCE = 3.0
GROUNDS = ("background", "surface", "panel")
STEPS = 50
STATES = {"met": "success", "violated": "warning", "failed": "error", "running": "running"}
"""The states, and the colour of the theme each is made from."""
RUNNING = "#2bb3d0"
ANSI = {
    "met": "ansi_green",
    "violated": "ansi_yellow",
    "failed": "ansi_red",
    "running": "ansi_cyan",
    "focus": "ansi_cyan",
    "calm": "ansi_bright_black",
    "words": "ansi_default",
    "muted": "ansi_default",
    "list-cursor": "ansi_bright_black",
    "cursor": "ansi_cyan",
    "cursor-words": "ansi_black",
}
"""Where the terminal's own colours are used, what they look like is the user's choice."""


def contrast(one: Color, other: Color) -> float:
    """The contrast of two opaque colours, 1 to 21, as WCAG 2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: Color, *grounds: Color, least: float = LEAST) -> Color:
    """`colour`, moved towards white or black no further than it takes to be read on all `grounds`."""
    for step in range(STEPS + 1):
        for end in (WHITE, BLACK):
            moved = colour.blend(end, step / STEPS)
            if all(contrast(moved, ground) >= least for ground in grounds):
                return moved
    return max((WHITE, BLACK), key=lambda end: min(contrast(end, ground) for ground in grounds))


def palette(theme: Theme) -> Mapping[str, Color]:
    """The readable colours of a theme that defines its own colours, by name."""
    variables = {**theme.to_color_system().generate(), **theme.variables}
    base = {
        name: Color.parse(variables[name]) for name in (*GROUNDS, "success", "warning", "error", "accent")
    }
    base |= {"running": Color.parse(variables.get("running", RUNNING))}
    ground, words = base["background"], Color.parse(variables["foreground"])
    list_cursor = ground.blend(base["accent"], 0.22)
    grounds = [*(base[name] for name in GROUNDS), list_cursor]
    found = {name: readable(base[source], *grounds) for name, source in STATES.items()}
    found["focus"] = readable(base["accent"], *grounds)
    calm = (ground.blend(words, share / 100) for share in range(35, 0, -1))
    found["calm"] = next(
        (each for each in calm if contrast(found["focus"], each) >= FOCUS_DIFFERENCE), ground
    )
    found["words"] = readable(words, *grounds)
    found["muted"] = readable(words.blend(ground, 0.35), *grounds)
    found["list-cursor"] = list_cursor
    found["cursor"] = found["focus"]
    found["cursor-words"] = readable(ground, found["cursor"])
    return found


def has_own_colours(theme: Theme) -> bool:
    """False for a theme that uses the terminal's colours."""
    return not theme.name.startswith("ansi")


def css_variables(theme: Theme) -> dict[str, str]:
    """What the stylesheet may name: ``$simorc-met``, ``$simorc-focus``, ...; and a cursor in lists."""
    if not has_own_colours(theme):
        return {f"simorc-{name}": value for name, value in ANSI.items()}
    found = palette(theme)
    variables = {f"simorc-{name}": colour.hex for name, colour in found.items()}
    return variables | {
        "block-cursor-background": found["list-cursor"].hex,
        "block-cursor-foreground": found["words"].hex,
        "block-cursor-text-style": "bold",
    }


def terminal_theme(theme: Theme) -> TerminalTheme | None:
    """What ``red`` or ``green`` in a text means; None where the terminal's own colours are used."""
    if not has_own_colours(theme):
        return None
    found = palette(theme)
    variables = theme.to_color_system().generate()
    names = ("words", "failed", "met", "violated", "focus", "focus", "running", "words")
    colours = [found[name].rgb for name in names]
    ground = Color.parse(variables["background"]).rgb
    return TerminalTheme(ground, found["words"].rgb, colours, colours)


def _luminance(colour: Color) -> float:
    red, green, blue = (_linear(part / 255) for part in colour.rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.03928 else float(((part + 0.055) / 1.055) ** 2.4)
