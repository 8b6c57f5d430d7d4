"""Every text can be read on its ground in every theme, and the focus is seen."""

from __future__ import annotations

import ast
import re
from itertools import combinations
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme
from textual.widgets import Static

import simorc_tui
from simorc_tui.theme.coloured import coloured
from simorc_tui.theme.colours import (
    ANSI,
    FOCUS_DIFFERENCE,
    GROUNDS,
    LEAST,
    STATES,
    contrast,
    css_variables,
    has_own_colours,
    palette,
    readable,
    terminal_theme,
)
from simorc_tui.theme.own_themes import OWN_THEMES

OWN = [theme for theme in (*BUILTIN_THEMES.values(), *OWN_THEMES) if has_own_colours(theme)]
TEXTS = (*STATES, "focus", "words", "muted")


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_every_text_can_be_read_on_every_ground(theme: Theme) -> None:
    found, variables = palette(theme), theme.to_color_system().generate()
    grounds = [*(Color.parse(variables[name]) for name in GROUNDS), found["list-cursor"]]
    low = {(name, g.hex): contrast(found[name], g) for name in TEXTS for g in grounds}
    assert {place: value for place, value in low.items() if value < LEAST} == {}
    assert contrast(found["cursor"], found["cursor-words"]) >= LEAST


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_the_focus_differs_and_states_are_different_colours(theme: Theme) -> None:
    found = palette(theme)
    assert contrast(found["focus"], found["calm"]) >= FOCUS_DIFFERENCE
    assert all(found[one] != found[other] for one, other in combinations(STATES, 2))


def test_words_for_colours_are_the_states() -> None:
    theme = BUILTIN_THEMES["textual-light"]
    words, found = terminal_theme(theme), palette(theme)
    assert words is not None
    assert [tuple(words.ansi_colors[place]) for place in (1, 2, 3, 6)] == [
        tuple(found[name].rgb) for name in ("failed", "met", "violated", "running")
    ]


def test_the_terminals_own_colours_stay_its_own() -> None:
    theme = BUILTIN_THEMES["ansi-dark"]
    assert terminal_theme(theme) is None
    assert css_variables(theme)["simorc-failed"] == ANSI["failed"] == "ansi_red"


def test_a_readable_colour_is_left_alone() -> None:
    assert readable(Color.parse("#ffffff"), Color.parse("#000000")) == Color.parse("#ffffff")


def _texts_coloured_as_a_whole(source: Path) -> list[str]:
    """``file:line`` of each `Text` whose own style names a colour."""
    words = re.compile(r"\b(red|green|yellow|cyan|blue|magenta)\b")
    calls = [node for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.Call)]
    texts = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Text"]
    styles = [(call, style) for call in texts for style in (*call.args[1:2], *_named(call, "style"))]
    return [f"{source.name}:{call.lineno}" for call, style in styles if words.search(ast.unparse(style))]


def _named(call: ast.Call, name: str) -> list[ast.expr]:
    return [each.value for each in call.keywords if each.arg == name]


def test_colours_of_texts_are_those_of_the_theme() -> None:
    """Textual takes the colour of a whole text for one of the web: `coloured` makes it one of the theme."""
    sources = Path(simorc_tui.__file__).parent.rglob("*.py")
    assert [place for source in sources for place in _texts_coloured_as_a_whole(source)] == []


async def test_the_theme_decides_what_a_coloured_text_looks_like() -> None:
    class Shown(App[None]):
        def compose(self) -> ComposeResult:
            yield Static(coloured("bad", "bold red"))

    async with Shown().run_test() as pilot:
        strip = pilot.app.query_one(Static).render_line(0)
        shown = next(part.style for part in strip if part.text.startswith("bad"))
    assert shown is not None and shown.color is not None
    # One of the terminal's colours still: what it means is looked up in the theme when it is painted.
    assert shown.color.number == 1 and shown.bold
