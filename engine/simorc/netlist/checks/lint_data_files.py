"""Finds data files of code models that ngspice cannot use, before anything is simulated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from simorc.deck_text import read_leniently
from simorc.netlist.checks.data_files import FILE, MODEL, data_fault
from simorc.netlist.checks.lint_title import first_decks
from simorc.netlist.deck.file_references import FileReference, found, included_beneath
from simorc.netlist.finding import Finding

if TYPE_CHECKING:
    from simorc.config.project import Project

_MOST_BYTES = 16 << 20


def lint_data_files(project: Project) -> tuple[Finding, ...]:
    """Files of ``filesource``, ``table2d`` and ``table3d`` that lack data, in the first decks."""
    problems = set()
    for testbench, deck in first_decks(project):
        places = (testbench.template.parent, deck.directory)
        texts = [(testbench.template, deck.text)]
        if ".inc" in deck.text.lower() or ".lib" in deck.text.lower():
            named = included_beneath(deck.text, (deck.directory, testbench.template.parent), project.root)
            texts += [(path, read_leniently(path)) for path in named]
        for path, text in texts:
            for line, message in _faults(text, (*places, path.parent)):
                at = deck.template_line(line) if path == testbench.template else line
                problems.add(Finding(path, at, 1, message))
    return tuple(sorted(problems))


def _faults(text: str, places: tuple[Path, ...]) -> Iterator[tuple[int, str]]:
    """The line of each model whose file lacks data, and what it lacks."""
    for model in MODEL.finditer(text):
        name = FILE.search(model["rest"])
        path = found(FileReference("data", name[1], None, 0, 0, 0), places) if name else None
        if path is None or path.stat().st_size > _MOST_BYTES:
            continue  # ngspice reports a file that it does not find
        fault = data_fault(model["kind"].lower(), model["rest"], read_leniently(path))
        if fault:
            line = text.count("\n", 0, model.start()) + 1
            yield line, f"{path}: {fault} (data of {model['kind'].lower()} '{model['name']}')"
