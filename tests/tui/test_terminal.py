from __future__ import annotations

import pytest

from simorc.errors import ExpressionError
from simorc.rundir.case_rate import CaseRate
from simorc.units import ShownAs
from simorc_tui.commands.causes_commands import CAUSES_COMMANDS
from simorc_tui.commands.command import GROUPS
from simorc_tui.commands.footers import FOOTERS, footer_text
from simorc_tui.commands.form_commands import FORM_COMMANDS
from simorc_tui.commands.main_commands import COMMANDS, command_called
from simorc_tui.commands.plot_commands import PLOT_COMMANDS, WAVE_COMMANDS
from simorc_tui.commands.tuner_commands import TUNER_COMMANDS
from simorc_tui.screens.dialogs.help import help_sections
from simorc_tui.screens.dialogs.tour import STEPS
from simorc_tui.screens.main.main_screen import MainScreen
from simorc_tui.theme.glyphs import ASCII, STATUS_WORDS, UNICODE, progress_bar, status_text
from simorc_tui.theme.profile import detect, prepare
from simorc_tui.widgets.case_table.columns import fitted, value_text
from simorc_tui.widgets.sweep_builder.axis_text import axis_text, parse_axis


def test_over_ssh_the_profile_is_thrifty() -> None:
    environment = {"SSH_CONNECTION": "10.0.0.1 22", "TERM": "xterm-256color"}
    profile = prepare(environment, "UTF-8")
    assert (profile.ssh, profile.unicode, profile.theme) == (True, True, "ansi-dark")
    assert environment["TEXTUAL_FPS"] == "15"


def test_what_the_user_set_stays() -> None:
    environment = {"SSH_TTY": "/dev/pts/1", "TEXTUAL_FPS": "60"}
    prepare(environment, "UTF-8")
    assert environment["TEXTUAL_FPS"] == "60"


@pytest.mark.parametrize(
    ("environment", "encoding"),
    [
        ({}, "ANSI_X3.4-1968"),
        ({}, "ISO-8859-1"),
        ({"TERM": "linux"}, "UTF-8"),
        ({"SIMORC_ASCII": "1"}, "utf8"),
    ],
)
def test_ascii_where_unicode_would_not_show(environment: dict[str, str], encoding: str) -> None:
    assert not detect(environment, encoding).unicode


def test_every_status_has_a_sign_and_a_word_in_both_sets() -> None:
    for glyphs in (UNICODE, ASCII):
        texts = [status_text(glyphs, status) for status in STATUS_WORDS]
        assert len({text.split()[0] for text in texts}) == len({text.split()[1] for text in texts}) == 4
    assert status_text(ASCII, "in_progress", 0.43) == "> 43%"
    assert progress_bar(ASCII, 0.5, 4) == "##--"


def test_every_command_is_carried_out_by_the_screen() -> None:
    for command in COMMANDS:
        assert command.action == f"command({command.id!r})"
        assert command_called(command.id) is command and hasattr(MainScreen, "action_command")
        assert command.group in GROUPS


def test_ids_and_keys_are_unique() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    keys = [key for command in COMMANDS for key in command.key.split(",")]
    assert len(set(keys)) == len(keys)


def test_the_keys_of_a_plot_are_unique() -> None:
    own = (*PLOT_COMMANDS, *WAVE_COMMANDS)
    keys = [key for command in own for key in command.key.split(",")]
    assert len(set(keys)) == len(keys)
    assert len({command.id for command in (*own, *COMMANDS)}) == len(own) + len(COMMANDS)


def test_help_comes_from_the_commands() -> None:
    lines = [line for _, lines in help_sections(COMMANDS) for line in lines]
    for command in (*COMMANDS, *PLOT_COMMANDS, *WAVE_COMMANDS):
        assert (command.key_label, f"{command.help}  ({command.id})") in lines
    assert help_sections(COMMANDS, {}, ("plot",))[0][0] == "In a plot"
    assert help_sections(COMMANDS, {}, ("in_builder", "sweep"))[0][0] == "In the sweep builder"


@pytest.mark.parametrize("place", FOOTERS)
def test_every_footer_leads_on(place: str) -> None:
    own = {"tuner": TUNER_COMMANDS, "form": FORM_COMMANDS, "causes": CAUSES_COMMANDS}.get(place, COMMANDS)
    seen = footer_text(place, own).plain[:80]
    assert seen.count("? help") == 1, "it has to stand on 80 columns"
    assert seen.count("1-4 panes") == (place not in ("tuner", "form", "causes")), "a screen of its own"


def test_a_footer_has_the_users_keys() -> None:
    assert footer_text("cases", COMMANDS, {"run.launch": "f5"}).plain.startswith("f5 run")


def test_every_line_of_the_tour_fits_on_80_columns() -> None:
    assert max(len(what) for _, what in STEPS) <= 58 and len(STEPS) <= 12


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("tt ss ff", ["tt", "ss", "ff"]),
        ("1,2, 3", ["1", "2", "3"]),
        ("'a b' c", ["a b", "c"]),
        ("1.62 .. 1.98 /5", {"start": "1.62", "stop": "1.98", "num": "5"}),
        ("-40..125 by 15", {"start": "-40", "stop": "125", "step": "15"}),
        ("1p .. 1n /7 log", {"start": "1p", "stop": "1n", "num": "7", "scale": "log"}),
        ("  ", None),
    ],
)
def test_axis_lines(line: str, value: object) -> None:
    parsed = parse_axis(line)
    assert parsed == value
    if parsed is not None:
        assert parse_axis(axis_text(parsed)) == value


@pytest.mark.parametrize("line", ["1 .. 2", "1 .. ", "'open", "1 .. 2 /3 cubic"])
def test_axis_lines_that_make_no_sense(line: str) -> None:
    with pytest.raises(ExpressionError):
        parse_axis(line)


def test_cells() -> None:
    assert value_text(71.2, ShownAs("dB")) == "71.2 dB"
    assert value_text(0.453, ShownAs("%", 100)) == "45.3%"
    assert value_text(0.453, ShownAs(scale=100)) == "45.3"
    assert value_text(1.62) == "1.62"
    assert value_text(None, ShownAs("dB")) == ""
    assert value_text("a\x1bb") == "a^[b"
    assert fitted("abcdef", 4, right=False) == "abc~"


def test_rate_over_the_last_ten_seconds() -> None:
    rate = CaseRate()
    assert rate.per_second == 0.0
    for second in range(30):
        rate.add(float(second), second * (1 if second < 10 else 4))
    assert rate.per_second == pytest.approx(4.0)
