"""Every text can be read on its ground in every theme, and the focus is seen."""

from __future__ import annotations

from itertools import combinations

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

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
