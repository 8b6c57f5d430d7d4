from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simorc.config.yaml.source import MAX_BYTES, Source, dotted, parse_yaml, read_yaml
from simorc.units import Number


def read(text: str | bytes) -> Source:
    return parse_yaml(text if isinstance(text, bytes) else text.encode(), Path("x.yaml"))


def only_problem(text: str | bytes) -> str:
    (problem,) = read(text).problems
    return str(problem)


def test_plain_numbers_keep_their_text() -> None:
    data = read("a: [3.30, 1e3, 5e-05, 10k, -40, 2u, 1meg]").data
    assert [str(each) for each in data["a"]] == ["3.30", "1e3", "5e-05", "10k", "-40", "2u", "1meg"]
    assert all(isinstance(each, Number) for each in data["a"])


def test_text_stays_text() -> None:
    data = read("a: [ss, '10k', \"3.3\", on, no, yes, 2n3904, 0x10, 1:30]").data
    assert data["a"] == ["ss", "10k", "3.3", "on", "no", "yes", "2n3904", "0x10", "1:30"]
    assert not any(isinstance(each, Number) for each in data["a"])


def test_truth_and_nothing() -> None:
    assert read("a: [true, False, ~, null]\nb:\n1: x").data == {
        "a": [True, False, None, None],
        "b": None,
        "1": "x",
    }


def test_places_point_at_the_value_or_at_the_key_of_a_block() -> None:
    source = read("testbench: dc\nparameters:\n  vdda: [3.0,\n    3.3]\n  temp:\n    start: 1\n")
    assert source.place(("testbench",)) == (1, 12)
    assert source.place(("parameters",)) == (2, 1)
    assert source.place(("parameters", "vdda")) == (3, 9)
    assert source.place(("parameters", "vdda", 1)) == (4, 5)
    assert source.place(("parameters", "temp")) == (5, 3)
    assert source.place(("parameters", "nosuch")) == (2, 1)
    assert source.keys[("parameters", "vdda")] == (3, 3)


def test_aliases_and_merge_keys() -> None:
    data = read(
        "base: &b {jobs: 2, nice: 5}\nhere:\n  nice: 1\n  <<: *b\nthere: {<<: [{a: 1}, {a: 2, c: 3}]}"
    ).data
    assert data["here"] == {"nice": 1.0, "jobs": 2.0}
    assert data["there"] == {"a": 1.0, "c": 3.0}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3:1: a: duplicate key"),
        ("p:\n  a: 1\n  'a': 2\n", "x.yaml:3:3: p.a: duplicate key"),
        ("a:\n\tb: 1", "x.yaml:2:1: tab character: YAML indents with spaces"),
        (
            "a: b: c",
            "x.yaml:1:5: not valid YAML: second ': ' on this line (quote the value if it is part of it)",
        ),
        ("x: &a [*a]", "x.yaml:1:4: x[0]: an alias refers to its own anchor"),
        ("x: &a {<<: *a}", "x.yaml:1:4: x.<<: a merge key accepts mappings only"),
        (b"ok: 1\na: \xff", "x.yaml:2:4: not UTF-8 text (byte 0xff)"),
        ("a: \x07", "x.yaml:1:4: control character 0x07 in YAML"),
        (
            "a: !!python/object:os.system x",
            "x.yaml:1:4: a: tag tag:yaml.org,2002:python/object:os.system is not supported",
        ),
        ("? [1]\n: 2", "x.yaml:1:3: a key must be text or a number"),
        ("a: 1\n---\nb: 2", "x.yaml:2:1: second document (---): a file must contain one document"),
        ("[" * 3000, "x.yaml: nested deeper than 40 levels"),
        ("[" * 60 + "]" * 60, "x.yaml: nested deeper than 40 levels"),
        ("a: *nowhere", "x.yaml:1:4: not valid YAML: found undefined alias 'nowhere'"),
    ],
)
def test_mistakes_are_named_with_their_place(text: str | bytes, problem: str) -> None:
    assert only_problem(text) == problem


def test_exploding_aliases_are_refused_at_a_count_of_values() -> None:
    levels = ["l0: &l0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10)]
    assert "more than 500000 values" in only_problem("\n".join(levels))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (problem,) = read_yaml(tmp_path / "none.yaml").problems
    assert "No such file" in problem.message
    (problem,) = read_yaml(tmp_path).problems
    assert "cannot be read" in problem.message
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    (problem,) = read_yaml(huge).problems
    assert "larger than" in problem.message


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert read("").data == {}
    assert read("# only a comment\n").data == {}
    assert read("\ufeffa: 1").data == {"a": 1.0}


def test_dotted_paths() -> None:
    assert dotted(("exclude", 0)) == "exclude[0]"
    assert dotted((0, "a", "b")) == "[0].a.b"


YAML_BITS = st.sampled_from(
    list("ab:-[]{}&*!|>%@`'\"\\#,?~.0129eEx<\n\t \r\x00\x07\x85\u2028é😀")
) | st.sampled_from(
    [
        "<<: ",
        "- ",
        ": ",
        "&a ",
        "*a",
        "!!str ",
        "!<tag:x> ",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        '"\\U99999999"',
        "|2\n",
        "? ",
    ]
)


@settings(max_examples=150)
@given(st.lists(YAML_BITS, max_size=30).map("".join))
def test_no_text_makes_it_raise(text: str) -> None:
    source = read(text)
    assert source.data is not None or source.problems


@settings(max_examples=100)
@given(st.binary(max_size=60))
def test_no_bytes_make_it_raise(content: bytes) -> None:
    source = read(content)
    assert isinstance(source.problems, tuple)
