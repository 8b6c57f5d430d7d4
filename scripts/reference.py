"""The reference pages of the documentation, made from the configuration's models and the commands.

scripts/reference writes them into docs/reference/; with --check it only says which are out of date (exit
code 1). The examples stand in docs/reference/examples.yaml, one per section, and commands.yaml, one per
command; tests read them with the models and the commands.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from ruamel.yaml import YAML

from simorc.cli.command_table import COMMANDS, SECTIONS
from simorc.cli.main import simorc
from simorc.config.models.analysis import AnalysisDefinition
from simorc.config.models.contract import Contract
from simorc.config.models.corner_set import CornerSet
from simorc.config.models.fields import Section
from simorc.config.models.setup import Setup
from simorc.config.models.sizing import SizingDefinition
from simorc.config.models.statistical_corner import StatisticalCorner
from simorc.config.models.sweep import SweepDefinition
from simorc.config.models.testbench import TestbenchConfig
from simorc.config.schema.descriptions import descriptions
from simorc.config.schema.key_words import default_words, sections_below, value_words

PAGES = Path(__file__).resolve().parent.parent / "docs" / "reference"
FILES: Mapping[str, tuple[str, type[Section]]] = {
    "sim_setup": ("sim_setup.yaml", Setup),
    "testbench": ("testbenches/NAME/config.yaml", TestbenchConfig),
    "sweep": ("sweeps/NAME.yaml", SweepDefinition),
    "analysis": ("analyses/NAME.yaml", AnalysisDefinition),
    "corner": ("corners/NAME.yaml", StatisticalCorner),
    "corner_set": ("corner_sets/NAME.yaml", CornerSet),
    "sizing": ("sizing/NAME.yaml", SizingDefinition),
    "contract": ("pipelines/NAME/contract.yaml", Contract),
}
MADE = (
    "<!-- Made by scripts/reference. Change the models or docs/reference/examples.yaml, not this page. -->\n"
)


def sections_of(root: type[Section]) -> list[type[Section]]:
    """`root` and every section below it, each once, in the order a reader meets them."""
    found = [root]
    for section in found:
        found += [below for below in dict.fromkeys(sections_below(section)) if below not in found]
    return found


def pages_of_models() -> dict[str, list[type[Section]]]:
    """Page -> its sections; a section that several files use stands on the first page only."""
    seen: set[type[Section]] = set()
    pages: dict[str, list[type[Section]]] = {}
    for page, (_, root) in FILES.items():
        pages[page] = [section for section in sections_of(root) if section not in seen]
        seen.update(pages[page])
    return pages


def anchor(section: type[Section]) -> str:
    return section.__name__.lower()


def model_pages() -> Iterator[tuple[str, str]]:
    """(file name, text) of each page made from models."""
    pages = pages_of_models()
    place = {section: page for page, sections in pages.items() for section in sections}
    examples = read_examples()
    for page, sections in pages.items():
        parts = [MADE, f"# {FILES[page][0]}\n"]
        for section in sections:
            parts.append(_section_text(section, page, place, examples))
        yield f"{page}.md", "\n".join(parts)


def _section_text(
    section: type[Section], page: str, place: Mapping[type[Section], str], examples: Mapping[str, str]
) -> str:
    link = {
        each: f"#{anchor(each)}" if where == page else f"{where}.md#{anchor(each)}"
        for each, where in place.items()
    }
    lines = [f"## {section.__name__} {{#{anchor(section)}}}\n", (section.__doc__ or "").strip() + "\n"]
    if section.model_fields:
        lines += ["| key | value | default | meaning |", "|---|---|---|---|"]
    described = descriptions(section)
    for key, field in section.model_fields.items():
        meaning = _cell(described.get(key, field.description or ""))
        value, default = _cell(value_words(field, link)), _cell(default_words(field))
        lines.append(f"| `{key}` | {value} | {default} | {meaning} |")
    example = examples.get(section.__name__)
    if example is not None:
        lines += ["", f'```yaml title="{section.__name__}"', example.rstrip(), "```"]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return (
        " ".join(text.split()).replace("|", "\\|").replace("{{", "&#123;&#123;").replace("}}", "&#125;&#125;")
    )


def read_examples() -> dict[str, str]:
    """Section -> its example, as YAML text, cut from examples.yaml at its ``--- # Section`` lines."""
    examples: dict[str, str] = {}
    name = ""
    for line in (PAGES / "examples.yaml").read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("--- # "):
            name = line.removeprefix("--- # ").strip()
            examples[name] = ""
        elif name:
            examples[name] += line
    return examples


def commands_page() -> str:
    """Every command with its arguments, options, exit codes and an example."""
    context = click.Context(simorc, info_name="simorc")
    told = command_examples()
    parts = [MADE, "# Commands\n", (simorc.help or "").strip() + "\n", _exit_codes()]
    for section in SECTIONS:
        parts.append(f"## {section}\n")
        for name in (name for name, entry in COMMANDS.items() if entry.section == section):
            command = simorc.get_command(context, name)
            assert command is not None
            parts += _command_texts(command, click.Context(command, context, info_name=name), 3, told)
    return "\n".join(parts)


def command_examples() -> dict[str, dict[str, str]]:
    """``simorc run`` -> its example, and its exit codes besides 0 and 2 where it has any."""
    text = (PAGES / "commands.yaml").read_text(encoding="utf-8")
    told: dict[str, dict[str, str]] = YAML(typ="safe", pure=True).load(text)
    return told


def _exit_codes() -> str:
    return (
        "Exit codes: 0 all good, 1 some cases failed, 2 bad configuration or usage, 3 a spec is violated, "
        "4 cancelled, 5 a needed tool is missing, 70 a bug in simorc. Below, a command names "
        "those of 1 to 5 it has besides 0 and 2.\n"
    )


def _command_texts(
    command: click.Command, context: click.Context, level: int, told: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    usage = command.collect_usage_pieces(context)
    yield f"{'#' * level} {context.command_path}\n"
    yield f"```text\n{context.command_path} {' '.join(usage)}\n```\n"
    yield "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n")) + "\n"
    rows = [record for parameter in command.params if (record := parameter.get_help_record(context))]
    if rows:
        yield "| option | meaning |\n|---|---|\n" + "".join(
            f"| `{option}` | {_cell(meaning)} |\n" for option, meaning in rows
        )
    if (of_command := told.get(context.command_path)) is not None:
        yield f"```sh\n{of_command['example']}\n```\n"
        if "exits" in of_command:
            yield f"Exit codes: {of_command['exits']}.\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _command_texts(below, click.Context(below, context, info_name=name), level + 1, told)


def reference() -> dict[str, str]:
    """File name -> text of every page."""
    return {**dict(model_pages()), "commands.md": commands_page()}


def main() -> int:
    """Write the pages, or with --check name those that differ."""
    check = "--check" in sys.argv[1:]
    outdated = []
    for name, text in reference().items():
        path = PAGES / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        outdated.append(name)
        if not check:
            path.write_text(text, encoding="utf-8")
    print("\n".join(f"docs/reference/{name} {'is out of date' if check else 'written'}" for name in outdated))
    return 1 if check and outdated else 0


if __name__ == "__main__":
    sys.exit(main())
