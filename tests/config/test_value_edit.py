"""Values at a path of keys: what is meant is written, all else stays, or nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.config.yaml.edit import SweepText
from simorc.errors import UsageError

TEXT = """\
# head
parameters: {vdd: 1.8, w: 2u}   # two
measurements:
  gain:   # in dB
    meas: gain
    description: >
      folded over
      two lines
  power: vdd*2m
  empty:
specs:
  # from the customer
  gain: {min: 46}   # at least
  power:
    max: 5m   # at most
    near: 5%
save: ~
"""


def edit(text: str = TEXT) -> SweepText:
    return SweepText(text, Path("config.yaml"))


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        (("specs", "gain", "min"), "47", "{min: 46}", "{min: 47}"),
        (("specs", "gain", "max"), "60", "{min: 46}", "{min: 46, max: 60}"),
        (("specs", "power", "max"), "6m", "max: 5m ", "max: 6m "),
        (("specs", "power", "min"), "1m", "near: 5%\n", "near: 5%\n    min: 1m\n"),
        (("specs", "bw"), {"min": "1meg"}, "near: 5%\n", "near: 5%\n  bw: {min: 1meg}\n"),
        (("specs", "bw", "min"), "1meg", "near: 5%\n", "near: 5%\n  bw: {min: 1meg}\n"),
        (
            ("measurements", "gain", "description"),
            "dc gain",
            ">\n      folded over\n      two lines",
            "'dc gain'",
        ),
        (("measurements", "power"), "vdd*3m", "vdd*2m", "'vdd*3m'"),
        (("measurements", "empty"), "a b", "empty:\n", "empty: 'a b'\n"),
        (("measurements", "empty", "unit"), "V", "empty:\n", "empty: {unit: V}\n"),
        (("save",), ["v(out)"], "~", "['v(out)']"),
        (("template",), "tb.spice", "save: ~\n", "save: ~\ntemplate: tb.spice\n"),
        (("plots", "a", "y"), "v(out)", "save: ~\n", "save: ~\nplots:\n  a: {y: 'v(out)'}\n"),
    ],
)
def test_a_value_is_changed_or_added_alone(path: tuple[str, ...], value: object, old: str, new: str) -> None:
    changed = edit().with_value(path, value)  # type: ignore[arg-type]
    assert changed.text == TEXT.replace(old, new)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (("specs", "gain"), "  gain: {min: 46}   # at least\n", ""),
        (("specs", "gain", "min"), "{min: 46}", "{}"),
        (("specs", "power", "near"), "    near: 5%\n", ""),
        (
            ("measurements", "gain", "description"),
            "    description: >\n      folded over\n      two lines\n",
            "",
        ),
        (("parameters", "vdd"), "{vdd: 1.8, w: 2u}", "{w: 2u}"),
        (("save",), "save: ~\n", ""),
        (("specs", "nothing"), "", ""),
        (("nothing", "at", "all"), "", ""),
    ],
)
def test_a_value_is_removed_alone(path: tuple[str, ...], old: str, new: str) -> None:
    assert edit().without_value(path).text == TEXT.replace(old, new)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a: &x {min: 1}\nb: *x\n", ("b", "min")),
        ("a: &x 1\nb: *x\n", ("a",)),
        ("a: &x 1\nb: *x\n", ("b",)),
        ("a: [x, y]\n", ("a", "x")),
        ("a: [x, y]\n", ("a", "x", "unit")),
        ("a: text\n", ("a", "x")),
    ],
)
def test_what_cannot_be_changed_alone_is_refused(text: str, path: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="cannot be edited as it is written"):
        edit(text).with_value(path, "2")


def test_a_comment_belongs_to_the_value_before_it() -> None:
    found = edit()
    assert found.comment(("specs", "gain")) == "at least"
    assert found.comment(("specs", "power", "max")) == "at most"
    assert found.comment(("specs", "power", "near")) == ""
    assert found.comment(("specs", "nothing")) == ""
