"""Plot spec files are read by the same YAML and the same grammar of numbers as every other file."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.errors import UsageError
from simorc.plots.spec import read_plot_specs

Y = "y: [{signals: {a: v(a)}, range: %s}]\n"


def specs(folder: Path, text: str) -> list[object]:
    path = folder / "plot.yaml"
    path.write_text(text, encoding="utf-8")
    return [strip.axis.range for spec in read_plot_specs(path) for strip in spec.strips]


def test_several_documents_with_engineering_numbers(tmp_path: Path) -> None:
    assert specs(tmp_path, f"{Y % '[1m, 2.5kΩ]'}---\n{Y % '[−1e3, 1meg]'}---\n") == [
        (1e-3, 2500),
        (-1000, 1e6),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (Y % "[0, 1M]", "write 1meg"),
        (Y % "[0, 1_000]", "write 1000"),
        (Y % "[0, 0x10]", "expected"),
        (Y % "[0, 1к]", "CYRILLIC"),
        (f"bins: 1.5\n{Y % '[0, 1]'}", "not a whole number"),
        (f"cases: [1, 2k5]\n{Y % '[0, 1]'}", "'2k5' is not a number"),
        ("title: a\ntitle: b\n", "2:1: title: duplicate key"),
    ],
)
def test_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        specs(tmp_path, text)
    assert message in caught.value.message
