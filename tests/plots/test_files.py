"""Figures as files."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from simorc.errors import UsageError
from simorc.plots.figure import Axis, Curve, Figure, FigureStrip, Limit, histogram
from simorc.plots.files import write_figures

X = np.logspace(0, 6, 50)
BODE = Figure(
    "Bode",
    Axis("Frequency", "Hz", log=True),
    (
        FigureStrip(Axis("gain", "dB"), (Curve("a", X, -np.log(X)),), (Limit(-3.0, "min"),)),
        FigureStrip(Axis("i", "A", log=True, range=(1e-9, 1.0)), (Curve("b", X, 1 / X, "points"),)),
    ),
)


def test_svg_files_are_numbered(tmp_path: Path) -> None:
    files = write_figures([BODE, BODE], tmp_path / "out" / "p.svg")
    assert [file.name for file in files] == ["p_1.svg", "p_2.svg"]
    root = ElementTree.parse(files[0]).getroot()
    assert root.tag.endswith("svg")
    assert root.get("viewBox") == "0 0 720 320"


def test_html_holds_all(tmp_path: Path) -> None:
    (file,) = write_figures([BODE, BODE], tmp_path / "p.html")
    assert file.read_text().count("<svg") == 2


@pytest.mark.parametrize("ending", ["png", "pdf"])
def test_matplotlib_draws_every_style(tmp_path: Path, ending: str) -> None:
    pytest.importorskip("matplotlib")
    bars = histogram(np.arange(10.0), "vos")
    assert bars is not None
    counts = Figure(
        "Offsets", Axis("vos", "V"), (FigureStrip(Axis("cases"), (bars,), (Limit(3.0, "max", True),)),)
    )
    files = write_figures([BODE, counts], tmp_path / f"p.{ending}")
    assert all(file.stat().st_size > 2000 for file in files)


def test_what_cannot_be_drawn_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown plot format"):
        write_figures([BODE], tmp_path / "p.doc")
    with pytest.raises(UsageError, match="no figure"):
        write_figures([], tmp_path / "p.svg")
