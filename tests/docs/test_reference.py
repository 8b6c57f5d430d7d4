"""The reference is what the models say, and every key of it stands in an example that its model reads."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest

from simorc.cli.main import simorc
from simorc.config.models.fields import Section
from simorc.config.schema.descriptions import descriptions
from simorc.config.schema.key_words import value_words
from simorc.config.yaml.source import read_yaml

ROOT = Path(__file__).resolve().parents[2]


@cache
def maker() -> ModuleType:
    """scripts/reference.py as a module."""
    spec = importlib.util.spec_from_file_location("simorc_reference", ROOT / "scripts" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def all_sections() -> list[type[Section]]:
    return [section for sections in maker().pages_of_models().values() for section in sections]


def forms_of(section: type[Section], tmp_path: Path) -> Iterator[Any]:
    """The example of a section, form by form."""
    text = maker().read_examples().get(section.__name__)
    assert text, f"docs/reference/examples.yaml has no example of {section.__name__}"
    path = tmp_path / "example.yaml"
    path.write_text(text, encoding="utf-8")
    source = read_yaml(path)
    assert not source.problems
    yield from source.data if isinstance(source.data, list) else [source.data]


@pytest.mark.parametrize("name", ["sim_setup.md", "testbench.md", "sweep.md", "sizing.md", "commands.md"])
def test_the_committed_page_is_what_the_code_says(name: str) -> None:
    page = ROOT / "docs" / "reference" / name
    assert page.read_text(encoding="utf-8") == maker().reference()[name], "run scripts/reference and commit"


@pytest.mark.parametrize("section", all_sections(), ids=lambda section: section.__name__)
def test_every_key_stands_in_an_example_that_its_model_reads(section: type[Section], tmp_path: Path) -> None:
    shown: set[str] = set()
    for form in forms_of(section, tmp_path):
        section.model_validate(form)
        shown |= set(form)
    assert set(section.model_fields) <= shown, "add the missing keys to docs/reference/examples.yaml"


def leaves(command: click.Command, path: str) -> Iterator[str]:
    """Every command that is not a group of others, by its whole name."""
    if not isinstance(command, click.Group):
        yield path
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from leaves(below, f"{path} {name}")


def test_every_command_has_an_example_that_names_it() -> None:
    reported = maker().command_examples()
    assert set(reported) == set(leaves(simorc, "simorc")), "docs/reference/commands.yaml"
    for name, of_command in reported.items():
        assert of_command["example"].startswith(name), name
        for code in re.findall(r"(?:^|; )(\d+) ", of_command.get("exits", "")):
            assert int(code) in (1, 3, 4, 5), name


UNITS = re.compile(r"unit|second|bytes|[Ff]rom 0 to|part of|multiplied|processes|tokens|[Pp]ercent")


def test_every_quantity_has_its_unit() -> None:
    for section in all_sections():
        described = descriptions(section)
        for key, field in section.model_fields.items():
            words = value_words(field, dict.fromkeys(all_sections(), ""))
            if words.startswith(("number", "duration", "size")):
                reported = f"{described[key]} {words.removeprefix('number')}"
                assert UNITS.search(reported), f"{section.__name__}.{key}: {reported}"


def test_every_section_and_key_is_described() -> None:
    for section in all_sections():
        assert section.__doc__, section
        described = descriptions(section)
        for key in section.model_fields:
            assert described.get(key), f"{section.__name__}.{key}"
