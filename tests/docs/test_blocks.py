"""Every block of every page is looked at: played, or read by what reads such a thing in earnest."""

from __future__ import annotations

import ast
import importlib
import json
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from playing import PAGES, ROOT, Block, blocks_of, commands_of, project_of
from pydantic import ValidationError
from ruamel.yaml import YAML

from simorc.cli.main import simorc as program
from simorc.config.models.analysis import AnalysisDefinition
from simorc.config.models.contract import Contract
from simorc.config.models.corner_set import CornerSet
from simorc.config.models.fields import Section
from simorc.config.models.setup import Setup
from simorc.config.models.sizing import SizingDefinition
from simorc.config.models.statistical_corner import StatisticalCorner
from simorc.config.models.sweep import SweepDefinition
from simorc.config.models.testbench import TestbenchConfig
from simorc.config.yaml.source import read_yaml
from simorc.plots.spec import plot_spec
from simorc_tui.settings.preferences import read_preferences

MODELS: tuple[type[Section], ...] = (
    Setup,
    TestbenchConfig,
    SweepDefinition,
    AnalysisDefinition,
    SizingDefinition,
    StatisticalCorner,
    CornerSet,
    Contract,
)
TEXTS = {
    "docs/conformance.md": "test_drawings.py reads it as a deck of the conformance check",
    "docs/architecture.md": "test_drawings.py compares it with the tree",
    "docs/sample_project.md": "test_drawings.py compares it with the tree",
    "docs/results.md": "test_drawings.py compares its strips with the signs of strips",
    "docs/analysis.md": "test_drawings.py compares it with what `simorc mismatch` and `sensitivity` print",
    "docs/netlists.md": "test_drawings.py asks the lint of schematics",
    "docs/measurements.md": "test_drawings.py asks the parser of expressions",
    "docs/pipelines.md": "a drawing",
    "docs/tui.md": "a drawing",
    "docs/reference/commands.md": "made by scripts/reference, which test_reference.py compares",
    "docs/transcripts/": "recorded by docs/transcripts/record.py",
}
"""Pages with blocks of plain text, and who looks at them."""
KINDS = frozenset({"console", "sh", "yaml", "json", "python", "toml", "spice", "text"})


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_block_is_looked_at(page: Path, tmp_path: Path) -> None:
    for block in blocks_of(page):
        where = f"{named(page)}:{block.line}"
        assert block.kind in KINDS, f"{where}: nothing looks at a block of kind {block.kind!r}"
        _look(page, block, where, tmp_path)


def _look(page: Path, block: Block, where: str, tmp_path: Path) -> None:
    played = project_of(page) is not None
    if block.kind == "text":
        assert any(named(page).startswith(known) for known in TEXTS), f"{where}: who looks at this text?"
    elif block.kind == "sh":
        _look_at_shell(block.text, where)
    elif block.kind == "console":
        for command, _ in commands_of(block.text):
            _look_at_shell(command, where)
    elif block.kind == "yaml":
        _look_at_yaml(block, where, tmp_path)
    elif block.kind == "json":
        json.loads(block.text)
    elif block.kind == "python" and not played:
        _look_at_python(block, where)
    elif block.kind == "toml":
        tomllib.loads(block.text)
    else:
        assert played, f"{where}: {block.kind} is only looked at where the page is played"


def _look_at_shell(text: str, where: str) -> None:
    done = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True, check=False)
    assert done.returncode == 0, f"{where}: {done.stderr}"
    for words in shell_commands(text):
        complaint = misuse(words)
        assert not complaint, f"{where}: {shlex.join(words)}: {complaint}"


def shell_commands(text: str) -> Iterator[list[str]]:
    """The words of each command of a script, without what comes before its name."""
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if word and set(word) <= set("();<>|&"):
                if words:
                    yield words
                words = []
            elif words or not re.match(r"\w+=", word):
                words.append(word)


def misuse(words: Sequence[str]) -> str:
    """What is wrong with a command of ours; empty for those of others."""
    name = words[0]
    if name.startswith(("scripts/", "benchmarks/")):
        return "" if (ROOT / name).is_file() else "no such script"
    if name.rpartition("/")[2] != "simorc":
        return ""
    try:
        _parse(program, "simorc", list(words[1:]))
    except (click.BadParameter, click.exceptions.NoArgsIsHelpError, click.exceptions.Exit):
        return ""  # a word that stands for a number, a file of the reader's; a command that lists others
    except click.UsageError as error:
        return error.format_message()
    return ""


def _parse(command: click.Command, name: str, words: list[str]) -> None:
    """Read the words as the program would; nothing is done."""
    context = command.make_context(name, words)
    rest = [*context._protected_args, *context.args]
    if isinstance(command, click.Group) and rest:
        found, below, left = command.resolve_command(context, rest)
        assert below is not None
        _parse(below, str(found), left)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_named_in_passing_are_there(page: Path) -> None:
    text = re.sub(r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    for code in re.findall(r"`(simorc [^`]+)`", text):
        written = code.replace("\n", " ")
        if "|" in written and "'" not in written:
            continue  # alternatives, not a pipe
        for words in shell_commands(re.sub(r"[\[\]]|\.\.\.", " ", written)):
            assert not misuse(words), f"{named(page)}: {code}: {misuse(words)}"


def _look_at_yaml(block: Block, where: str, tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(block.text, encoding="utf-8")
    documents = list(YAML(typ="safe", pure=True).load_all(block.text))
    steps = workflow_steps(documents[0])
    if steps:
        _look_at_steps(steps, where)
    elif len(documents) > 1 or is_plot(documents[0]):
        for document in documents:
            plot_spec(document, where)
    elif where.startswith("docs/tui.md"):
        assert not read_preferences(path).problems, where
    elif not where.startswith("docs/reference/"):
        source = read_yaml(path)
        assert not source.problems, f"{where}: {source.problems}"
        _validated(block.title, source.data, where)


def workflow_steps(data: Any) -> list[Any]:
    """The steps of a workflow of GitHub, or of a part of one; none for anything else."""
    if isinstance(data, Mapping) and isinstance(data.get("jobs"), Mapping):
        return [step for job in data["jobs"].values() for step in job["steps"]]
    return data if isinstance(data, list) and "uses" in data[0] else []


def _look_at_steps(steps: Sequence[Any], where: str) -> None:
    action = YAML(typ="safe", pure=True).load((ROOT / "action.yml").read_text(encoding="utf-8"))
    ours = [step for step in steps if "/simorc@" in step.get("uses", "")]
    assert ours, where
    for step in ours:
        assert set(step.get("with", {})) <= set(action["inputs"]), where
    for name in re.findall(r"steps\.simorc\.outputs\.([\w-]+)", str(steps)):
        assert name in action["outputs"], where


def is_plot(data: Any) -> bool:
    return isinstance(data, Mapping) and "y" in data


def _look_at_python(block: Block, where: str) -> None:
    """It is Python, and what it imports is there."""
    for node in ast.walk(ast.parse(block.text, where)):
        if isinstance(node, ast.ImportFrom):
            assert node.module is not None
            module = importlib.import_module(node.module)
            for each in node.names:
                assert hasattr(module, each.name), f"{where}: {node.module} has no {each.name}"


def _validated(title: str, data: Any, where: str) -> None:
    """By the model of the file it is; of a part of a file, by every model that has its keys."""
    whole = model_of(title)
    models = [whole] if whole else [model for model in MODELS if set(data) <= set(model.model_fields)]
    assert models, f"{where}: no file has the keys {', '.join(data)}"
    wrong = [problems for model in models if (problems := complaints(model, data, part=whole is None))]
    assert len(wrong) < len(models), f"{where}: {wrong[0]}"


def complaints(model: type[Section], data: Any, *, part: bool) -> list[str]:
    try:
        model.model_validate(data)
    except ValidationError as error:
        return [
            f"{each['loc']}: {each['msg']}"
            for each in error.errors()
            if not (part and each["type"] == "missing" and len(each["loc"]) == 1)
        ]
    return []


def model_of(title: str) -> type[Section] | None:
    """The model of a file by its name; None where it is not one of the project's."""
    if title.endswith("sim_setup.yaml"):
        return Setup
    if title.endswith("config.yaml"):
        return TestbenchConfig
    if "analyses/" in title:
        return AnalysisDefinition
    if "corner_sets/" in title:
        return CornerSet
    if "corners/" in title:
        return StatisticalCorner
    if "sizing/" in title:
        return SizingDefinition
    if title.endswith("contract.yaml"):
        return Contract
    return SweepDefinition if "sweeps/" in title else None


def test_a_mistake_in_an_example_is_found(tmp_path: Path) -> None:
    for text in ("simorc run pvt --exceutor slurm", "simorc rnu pvt", "scripts/nothing", "simorc init a b"):
        with pytest.raises(AssertionError):
            _look_at_shell(text, "here")
    for text in ("execution: {jbos: 3}", "testbench: ac\nparameters: {r: {strat: 1}}", "tset: 1"):
        with pytest.raises(AssertionError):
            _look_at_yaml(Block("yaml", "", text, 1), "here", tmp_path)
    assert misuse(["simorc", "show", "RUN", "CASE"]) == ""
