"""What a page draws as plain text is there: the house, the project's files, placeholders, expressions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playing import ROOT, Block, blocks_of

from simorc.analysis.mismatch import Contribution, Contributions
from simorc.analysis.parameter_steps import ParameterStep
from simorc.analysis.sensitivity import Effect, Sensitivities
from simorc.cli.output.analysis_tables import contribution_lines, sensitivity_lines
from simorc.measurements.wave_parser import parse_wave_expression
from simorc.plots.limit_strip import UNICODE_SIGNS
from simorc.schematics.lint import _lint_file
from simorc.schematics.pairs import NetlisterSetup, Pair
from simorc.schematics.schematic import Schematic
from simorc.units import Number
from tests.conformance.decks import read_decks

DOCS = ROOT / "docs"


def texts(page: str) -> list[Block]:
    return [block for block in blocks_of(DOCS / page) if block.kind == "text"]


def text_that_begins(page: str, words: str) -> list[str]:
    """The lines of the only text of a page that begins so."""
    (found,) = (block.text for block in texts(page) if block.text.startswith(words))
    return found.splitlines()


def test_the_house_is_the_tree() -> None:
    drawn = set(re.findall(r"^ {4}((?:\w+(?:\.py|/) )+)", texts("architecture.md")[0].text, re.M))
    names = {name.rstrip("/") for line in drawn for name in line.split()}
    engine = ROOT / "engine" / "simorc"
    there = {
        path.name for path in engine.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert names == there - {"__init__.py", "__main__.py"}


def test_the_modules_architecture_names_are_there() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    for name in re.findall(r"`(?:\w+/)?(\w+\.(?:py|sql))`", text):
        assert any(list((ROOT / part).rglob(name)) for part in ("engine", "simorc_tui")), name
    for dotted in re.findall(r"^\| `[^|]*\| `([\w.]+)`", text.split("## Warm")[0], re.M):
        parts = dotted.split(".")
        package = ROOT if parts[0] == "simorc_tui" else ROOT / "engine" / "simorc"
        path = package / Path(*parts)
        assert path.is_dir() or path.with_suffix(".py").is_file(), dotted


def test_the_types_architecture_names_are_there() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    for names, dotted in re.findall(r"^\| ((?:`\w+[^|]*?`(?: / |, )?)+) \| `([\w.]+)`[^|]* \|", text, re.M):
        path = (ROOT / "engine" / "simorc" / Path(*dotted.split("."))).with_suffix(".py")
        if path.is_file():
            first = re.findall(r"\w+", names)[0]
            assert re.search(rf"^(class {first}\b|{first}\b)", path.read_text(encoding="utf-8"), re.M), names


def test_the_files_of_the_sample_project_are_there() -> None:
    for line in texts("sample_project.md")[0].text.splitlines():
        pattern = line.split()[0].replace("<tb>", "*")
        assert list((ROOT / "sample_project").glob(pattern)), line


def test_strips_are_drawn_with_the_signs_of_strips() -> None:
    for line in texts("results.md")[0].text.splitlines():
        strip = re.search(r"[├┤[].*[\]┤─]", line)
        assert strip is not None, line
        assert set(strip[0]) <= {*UNICODE_SIGNS, " "}, line


def test_contributions_are_printed_as_the_page_shows_them() -> None:
    parts = [
        Contribution(f"{device} vth", device, share, slope, 0.0)
        for device, share, slope in (
            ("xo.xm4", 0.263, 2.523e-3),
            ("xo.xm3", 0.252, -2.472e-3),
            ("xo.xp.xm2", 0.242, 2.422e-3),
            ("xo.xp.xm1", 0.242, -2.42e-3),
        )
    ]
    found = Contributions(
        *("typical", "offset", "sensitivity", -2.136e-3, 4.92e-3, 0.99999999, False, 13, parts)
    )
    assert list(contribution_lines(found, "V")) == text_that_begins("analysis.md", "offset at typical")


def test_the_sensitivities_are_printed_so() -> None:
    steps = (
        ParameterStep("m", Number("2"), Number("1"), Number("3"), True),
        ParameterStep("r", Number("1k"), Number("990"), Number("1010")),
        ParameterStep("c", Number("1n"), Number("0.99n"), Number("1.01n")),
    )
    values = ((-53.05e3, -1.333, -1061.0), (-79.59, -1.0001, -795.9), (-7.959e13, -1.0001, -795.9))
    effects = [
        Effect(step, slope, normalised, change, False)
        for step, (slope, normalised, change) in zip(steps, values, strict=True)
    ]
    found = Sensitivities("nominal", "bandwidth", 79.58e3, 7, effects, [])
    assert list(sensitivity_lines(found, "Hz")) == text_that_begins("analysis.md", "bandwidth at nominal")


@pytest.mark.parametrize("line", texts("netlists.md")[0].text.splitlines(), ids=lambda line: line[-12:])
def test_placeholders_survive_or_do_not(line: str, tmp_path: Path) -> None:
    card, verdict = re.split(r"\s{2,}", line, maxsplit=1)
    path = tmp_path / "x.sch"
    path.write_text(f"v {{xschem version=3.4.4 file_version=1.2}}\n{card}\n", encoding="utf-8")
    pair = Pair("tb", path, tmp_path / "x.j2", NetlisterSetup(tmp_path), parameters={"r": 1})
    findings = list(_lint_file(Schematic.load(path), pair))
    assert bool(findings) == verdict.startswith("cut"), findings


def test_expressions_are_read() -> None:
    lines = texts("measurements.md")[0].text.splitlines()
    written = [word for line in lines[:3] for word in re.split(r"\s{2,}", line)[:-1]]
    assert len(written) > 10
    for expression in written:
        parse_wave_expression(expression)
    for operator in lines[3].replace(" also ", " ").split():
        parse_wave_expression(f"{operator} a" if operator in ("not", "~") else f"a {operator} b")


def test_the_deck_of_the_conformance_check_is_read(tmp_path: Path) -> None:
    (tmp_path / "example.deck").write_text(texts("conformance.md")[0].text, encoding="utf-8")
    (deck,) = read_decks(tmp_path)
    assert deck.name == "source_sin"
    assert "sin(0 1 200k)" in deck.rendered(5)
