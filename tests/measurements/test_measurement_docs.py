"""docs/measurements.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from simorc.measurements.builtins.registry import builtins_by_name
from simorc.measurements.wave_functions import FUNCTIONS
from simorc.plots.spec import plot_spec


def test_every_builtin_and_function_is_in_the_page(repository: Path) -> None:
    page = (repository / "docs" / "measurements.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|", page, re.MULTILINE)
    assert dict(rows) == {name: found.analysis for name, found in builtins_by_name().items()}
    functions = page.split("## Expressions")[1].split("## Specs")[0]
    named = set(re.findall(r"`(\w+)[(`]", functions)) | set(re.findall(r"`(\w+)\([^`]*\)`", functions))
    assert set(FUNCTIONS) - named <= {"conj", "mean"}


def test_the_plot_specs_of_the_page_are_valid(repository: Path) -> None:
    from ruamel.yaml import YAML

    page = (repository / "docs" / "measurements.md").read_text(encoding="utf-8")
    block = page.split("## Plot specs")[1].split("```yaml\n")[1].split("```")[0]
    kinds = [plot_spec(document, "page").kind for document in YAML(typ="safe", pure=True).load_all(block)]
    assert kinds == ["waves", "measurement", "histogram"]
