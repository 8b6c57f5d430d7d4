"""The other parts of a sweep file, each as one line of text; comments elsewhere are kept.

corners       {hot: {temp: 125}, cold: {temp: -40}}
zip           {vdda: [3.0, 3.3], vcm: [1.5, 1.65]}
exclude       temp > 100 and corner == "ff"
monte_carlo   samples: 100, seed: 1
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from simorc.config.schema.files import FOLDER, schema_line
from simorc.config.yaml.edit import SweepText, yaml_text
from simorc.errors import UsageError

CONDITIONS = ("exclude", "include")


def section_text(draft: SweepText, key: str) -> str:
    """The line for the value of `key`, '' if there is none."""
    value = draft.data().get(key)
    if value is None:
        return ""
    return value if isinstance(value, str) else yaml_text(_without_none(value))


def with_section(draft: SweepText, key: str, line: str) -> SweepText:
    """`draft` with `line` under `key`; an empty line takes the section away.

    Raises ConfigError where the line is not YAML.
    """
    value = _as_yaml(key, line.strip())
    entry = _entry(_root(draft.text), key)
    if entry is None:
        newline = "" if not draft.text or draft.text.endswith("\n") else "\n"
        return SweepText(f"{draft.text}{newline}{key}: {value}\n", draft.path) if value else draft
    start = entry[0].start_mark.index
    stop = _end(entry[1])
    if value:
        return SweepText(f"{draft.text[:start]}{key}: {value}{draft.text[stop:]}", draft.path)
    return SweepText(draft.text[:start] + draft.text[_line_end(draft.text, stop) :], draft.path)


def with_sweep(setup: str, name: str, file: str) -> str:
    """The text of sim_setup.yaml with one more entry under ``sweeps``. Raises UsageError."""
    return with_entry(setup, "sweeps", f"{yaml_text(name)}: {yaml_text(file)}", "sim_setup.yaml")


def with_entry(text: str, key: str, line: str, file: str) -> str:
    """`text` with `line` as the last entry of the mapping under `key`, which is created if missing.

    Raises UsageError if the value of `key` cannot be extended.
    """
    entry = _entry(_root(text), key)
    if entry is None:
        newline = "" if not text or text.endswith("\n") else "\n"
        return f"{text}{newline}{key}:\n  {line}\n"
    section = entry[1]
    if not isinstance(section, MappingNode) or not section.value:
        raise UsageError(f"{file}: cannot add to {key!r} as it is written")
    last_key, last_value = section.value[-1]
    end = _end(last_value)
    if section.flow_style:
        return f"{text[:end]}, {line}{text[end:]}"
    end = _line_end(text, end)
    newline = "" if text[:end].endswith("\n") else "\n"
    return f"{text[:end]}{newline}{' ' * last_key.start_mark.column}{line}\n{text[end:]}"


def save_as(draft: SweepText, name: str, setup: Path) -> Path:
    """Write `draft` as a sweep of its own beside the old one and name it in sim_setup.yaml; returns the file.

    Raises UsageError where there is such a file already.
    """
    target = draft.path.with_name(f"{name}.yaml")
    if target.exists():
        raise UsageError(f"{target.name} already exists")
    text = with_sweep(setup.read_text(encoding="utf-8"), name, str(target.relative_to(setup.parent)))
    _with_schema(draft, target.relative_to(setup.parent), setup.parent).save(target)
    beside = setup.with_name(f".{setup.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(setup)
    return target


def _with_schema(draft: SweepText, path: Path, root: Path) -> SweepText:
    """The draft with the line that names its schema, where the project has schemas and it names none."""
    if "yaml-language-server:" in draft.text or not (root / FOLDER / "sweep.json").is_file():
        return draft
    return SweepText(schema_line(path) + draft.text, draft.path)


def _as_yaml(key: str, line: str) -> str:
    """What was typed as YAML: conditions are texts, and braces around ``a: 1, b: 2`` need not be typed."""
    if not line or line[0] in "[{":
        return line
    if key in CONDITIONS:
        return yaml_text(line)
    return "{" + line + "}" if ":" in line else line


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_none(each) for each in value]
    return "" if value is None else value


def _root(text: str) -> Node | None:
    try:
        root: Node | None = YAML(typ="rt", pure=True).compose(text)
    except YAMLError as error:
        raise UsageError(f"not YAML: {error}") from error
    return root


def _entry(root: Node | None, key: str) -> tuple[Node, Node] | None:
    if not isinstance(root, MappingNode):
        return None
    return next(((name, value) for name, value in root.value if name.value == key), None)


def _end(node: Node) -> int:
    """The end of a node's own text; a block collection's end mark is after the comments that follow it."""
    if isinstance(node, MappingNode | SequenceNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _line_end(text: str, index: int) -> int:
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1
