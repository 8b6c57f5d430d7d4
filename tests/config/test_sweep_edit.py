from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.config.yaml.edit import SweepText, yaml_text
from simorc.errors import ConfigError, UsageError

PATH = Path("sweeps/pvt.yaml")
TEXT = """\
# head
testbench: dc   # tb

parameters:
  # supply
  vdda: [3.0, 3.3]   # volts
  temp:
    - -40   # cold
    # room
    - 27
    - 125  # hot
  cl: {start: 1p, stop: 10p, num: 3}

exclude: []  # nothing
"""


def edit(text: str = TEXT) -> SweepText:
    return SweepText(text, PATH)


def test_values_are_read_as_written() -> None:
    assert edit().parameters() == {
        "vdda": ["3.0", "3.3"],
        "temp": ["-40", "27", "125"],
        "cl": {"start": "1p", "stop": "10p", "num": "3"},
    }
    assert edit().scalar("testbench") == "dc"


def test_an_edit_changes_one_line() -> None:
    changed = edit().with_parameter("vdda", ["3.0", "3.60"])
    assert changed.text == TEXT.replace("[3.0, 3.3]", "[3.0, 3.60]")


def test_items_of_a_block_list_keep_their_comments() -> None:
    changed = edit().with_parameter("temp", ["-40", "27", "85"])
    assert changed.text == TEXT.replace("    - 125  # hot\n", "    - 85\n")


def test_a_range_for_a_block_list() -> None:
    changed = edit().with_parameter("temp", {"start": "-40", "stop": "125", "num": "4"})
    assert "  temp: {start: -40, stop: 125, num: 4}  # hot\n  cl:" in changed.text


def test_add_and_remove() -> None:
    added = edit().with_parameter("corner", ["ss", "a b"])
    assert "num: 3}\n  corner: [ss, 'a b']\n\nexclude" in added.text
    assert added.without_parameter("corner").text == TEXT
    bare = edit().without_parameter("vdda").without_parameter("temp").without_parameter("cl")
    assert bare.parameters() == {}
    assert bare.with_parameter("cl", ["1p"]).parameters() == {"cl": ["1p"]}
    assert "# supply" in bare.text


@pytest.mark.parametrize(
    "text",
    [
        "testbench: dc\n",
        "testbench: dc",
        "testbench: dc\nparameters:\nexclude: []\n",
        "testbench: dc\nparameters: ~\n",
        "testbench: dc\nparameters: {}\n",
        "testbench: dc\nparameters: {b: [1], c: 2}\n",
        "testbench: dc\nparameters:\n  b:\n    start: 1\n    stop: 2\n    num: 3   # c\n",
        "testbench: dc\nparameters:\n    b: 5",
    ],
)
def test_every_form_of_the_section_takes_a_parameter(text: str) -> None:
    before = edit(text).parameters()
    changed = edit(text).with_parameter("a", ["1", "2"])
    assert changed.parameters() == {**before, "a": ["1", "2"]}
    assert changed.scalar("testbench") == "dc"
    assert changed.without_parameter("a").parameters() == before


@given(st.lists(st.text(min_size=1, max_size=12).filter(lambda t: t.isprintable()), min_size=1, max_size=5))
def test_any_printable_value_comes_back(values: list[str]) -> None:
    assert edit().with_parameter("temp", values).parameters()["temp"] == values
    assert edit().with_parameter("vdda", values).text.count("\n") == TEXT.count("\n")


def test_quotes_where_yaml_would_read_something_else() -> None:
    assert (
        yaml_text(["no", "true", "1e3", "-40", "a:b", "it's"]) == "['no', 'true', 1e3, -40, 'a:b', 'it''s']"
    )


def test_what_is_no_sweep_file() -> None:
    with pytest.raises(ConfigError, match=r"sweeps/pvt.yaml:3:"):
        edit("a: 1\nb: [2\n")
    with pytest.raises(ConfigError, match="mapping"):
        edit("- 1\n")
    with pytest.raises(UsageError, match="cannot be edited"):
        edit("{testbench: dc}")


def test_saving_replaces_the_file_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "pvt.yaml"
    path.write_text(TEXT)
    path.chmod(0o640)
    SweepText.load(path).with_parameter("vdda", ["3.1"]).save()
    assert "[3.1]   # volts" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == ["pvt.yaml"]
