"""The template of a cicsim testbench: corner texts, ``#ifdef``, paths, measurements."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from simorc.importers.result import Carried

_FILE = re.compile(r"^(\s*\.(?:include|inc|lib)\s+)([\"']?)([^\s\"']+)\2", re.IGNORECASE | re.MULTILINE)
_IFDEF = re.compile(r"^#ifdef\s+(\w+)\s*$", re.MULTILINE)
_MEAS = re.compile(r"^\s*\.?meas(?:ure)?\s+\w+\s+(\S+)", re.IGNORECASE | re.MULTILINE)
_MEASURING = re.compile(r"\.?meas(?:ure)?\s|let\s|\+", re.IGNORECASE)
_BETWEEN = re.compile(r"MEAS_START\"?\s*\n(.*?)\n\s*echo\s+\"?MEAS_END", re.DOTALL)
_ENDC = re.compile(r"^\s*(?:quit\s*\n\s*)?\.endc", re.IGNORECASE | re.MULTILINE)


def cicsim_template(
    text: str,
    measured: str,
    corners: Mapping[str, str],
    groups: Sequence[str],
    ran_in: Path,
    carried: Carried,
) -> str:
    """The testbench with the text of its corners; `ran_in` is the directory of its relative paths."""
    body = _with_measurements(text, measured, carried)
    title, _, rest = body.partition("\n")
    head = [f"{{%- set corners = [{', '.join(f'parameters.{group}' for group in groups)}] %}}"]
    for name, text in corners.items():
        if text.strip():
            head += [f'{{% if "{name}" in corners %}}', text.strip("\n"), "{% endif %}"]
    joined = "\n".join([title, *head, ".option seed={{ seed or 1 }}", rest])
    joined = _IFDEF.sub(lambda match: f'{{% if "{match[1]}" in corners %}}', joined)
    joined = re.sub(r"^#else\s*$", "{% else %}", joined, flags=re.MULTILINE)
    joined = re.sub(r"^#endif\s*$", "{% endif %}", joined, flags=re.MULTILINE)
    joined = re.sub(r"^(\s*write)\s*$", r"\1 results.raw", joined, flags=re.MULTILINE)
    if re.search(r"\s\[[^\]]+\]", joined.partition(".control")[2]):
        carried.leave(f"{title.strip()}: [expressions] in the control block are not evaluated")
    joined = joined.replace("{cicname}", "case_{{ case_id }}").replace(
        "$PDK_ROOT", "{{ parameters.pdk_root }}"
    )
    return _FILE.sub(lambda match: _placed(match, ran_in, carried), joined)


def with_replacements(text: str, replaced: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """`text` with the words of --replace as placeholders, and the parameters they are; texts stay texts."""
    values: dict[str, Any] = {}
    for word, value in replaced.items():
        written = f"{{{word}}}"
        if written not in text:
            continue
        if "{" in str(value):
            text = text.replace(written, str(value))
            continue
        name = re.sub(r"\W", "_", str(word))
        values[name] = value
        text = text.replace(written, f"{{{{ parameters.{name} }}}}")
    return text, values


def _placed(match: re.Match[str], ran_in: Path, carried: Carried) -> str:
    """A file's path as seen from the new project."""
    written = match[3]
    if written.startswith(("/", "{{")):
        return match[0]
    path = Path(os.path.normpath(ran_in / written))
    return f'{match[1]}"{{{{ project.root }}}}/{carried.towards(path)}"'


def _with_measurements(text: str, measured: str, carried: Carried) -> str:
    """The control block with the commands of the .meas file."""
    commands = _commands(measured)
    if measured.strip() and not _MEAS.search(commands):
        carried.leave(
            "a .meas file without a meas command; expected are lines such as `meas tran t50 when v(out)=0.5`,"
            " between echo MEAS_START and echo MEAS_END where other commands stand around them"
        )
    if not commands:
        return text
    place = _ENDC.search(text)
    if place is None:
        carried.leave("the testbench of the .meas file has no control block")
        return text
    return f"{text[: place.start()]}\n{commands}\n{text[place.start() :].lstrip()}"


def _commands(measured: str) -> str:
    """The text between the marks; of a file without marks its cards and measuring commands."""
    match = _BETWEEN.search(measured)
    if match is not None:
        return match[1].strip()
    lines = (line.strip() for line in measured.splitlines())
    # A control block takes commands: the same without the dot of a card.
    return "\n".join(line.removeprefix(".") for line in lines if _MEASURING.match(line))


def measured_names(template: str) -> tuple[list[str], list[str]]:
    """Names of the measurements a template takes, and names that a loop of its control block works out, as
    written: ``t1_$vtemp``.
    """
    names = list(dict.fromkeys(_MEAS.findall(template)))
    computed = [name for name in names if "$" in name or "{" in name]
    return [name for name in names if name not in computed], computed
