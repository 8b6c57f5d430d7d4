"""Templates of RTL and testbenches: strict, sandboxed, limited."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.errors import TemplateError
from simorc.pipeline.generation.rendering import MOST, render


def template(directory: Path, text: str) -> Path:
    path = directory / "counter.sv.j2"
    path.write_text(text, encoding="utf-8")
    return path


def test_values_are_filled_in(tmp_path: Path) -> None:
    path = template(
        tmp_path, "module {{ top }};\n{% for i in range(2) %}\nwire w{{ i }};\n{% endfor %}\nendmodule\n"
    )
    assert render(path, {"top": "counter"}) == "module counter;\nwire w0;\nwire w1;\nendmodule\n"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("one\n{{ missing }}\n", 2, "'missing' is undefined"),
        ("one\n\n{% if %}\n", 3, ""),
        ("{{ 1 // 0 }}\n", 1, "cannot be rendered: integer division or modulo by zero"),
        ("\n{{ 'a' + 1 }}\n", 2, "cannot be rendered: can only concatenate str"),
        ("{{ ''.__class__.__mro__ }}\n", 1, ""),
    ],
)
def test_an_error_names_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    path = template(tmp_path, text)
    with pytest.raises(TemplateError) as caught:
        render(path, {})
    assert (caught.value.file, caught.value.line) == (path, line)
    assert message in caught.value.message


def test_a_template_without_end_is_stopped(tmp_path: Path) -> None:
    path = template(tmp_path, f"{{% for i in range(90000) %}}{'x' * 100}{{% endfor %}}\n")
    with pytest.raises(TemplateError, match=f"renders more than {MOST // 1024**2} MiB"):
        render(path, {})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="cannot be read: No such file"):
        render(tmp_path / "nothing.j2", {})
