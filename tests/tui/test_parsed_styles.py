"""Style sheets parsed once per theme give what Textual's own give."""

from __future__ import annotations

import pytest
from textual.css.stylesheet import Stylesheet, StylesheetParseError

from simorc_tui.theme.parsed_styles import ParsedOnce

SOURCES = {
    "one": "Label { color: $colour; width: 3; } #a.b > Label { color: red; }",
    "two": ".b { background: $colour; }",
}


def filled(sheet: Stylesheet, sources: dict[str, str]) -> Stylesheet:
    for name, text in sources.items():
        sheet.add_source(text, read_from=("", name))
    return sheet


@pytest.mark.parametrize("colours", [["#000001"], ["#000001", "#000002", "#000001", "#000003"]])
def test_every_theme_gives_what_parsing_gives(colours: list[str]) -> None:
    kept = filled(ParsedOnce(), {})
    for number, colour in enumerate(colours):
        sources = dict(list(SOURCES.items())[: number + 1])
        filled(kept, sources).set_variables({"colour": colour})
        kept.reparse()
        parsed = filled(Stylesheet(variables={"colour": colour}), sources)
        assert kept.css == parsed.css
        copied = kept.copy()
        copied.reparse()
        assert copied.css == parsed.css
        assert {name: len(rules) for name, rules in kept.rules_map.items()} == {
            name: len(rules) for name, rules in parsed.rules_map.items()
        }


def test_the_same_theme_is_not_parsed_again() -> None:
    first, second = (filled(ParsedOnce(variables={"colour": "#0000ff"}), SOURCES) for _ in range(2))
    assert [id(rule) for rule in first.rules] == [id(rule) for rule in second.rules]
    second.set_variables({"colour": "#00ff00"})
    second.reparse()
    assert not {id(rule) for rule in first.rules} & {id(rule) for rule in second.rules}


def test_an_error_leaves_the_rules_as_they_are() -> None:
    sheet = filled(ParsedOnce(variables={"colour": "#0000aa"}), SOURCES)
    before = sheet.css
    sheet.add_source("Label { width: nothing; }", read_from=("", "wrong"))
    sheet._require_parse = False
    with pytest.raises(StylesheetParseError):
        sheet.reparse()
    assert sheet.css == before
