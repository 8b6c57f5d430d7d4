"""Results as files: long CSV, Parquet, netCDF."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simorc.errors import UsageError
from simorc.rundir.layout import RunLayout
from simorc.text import plain

if TYPE_CHECKING:
    from simorc.results.frame import Frame

FILES = ("parquet", "xarray")
WHOLE = ("long", *FILES)
"""Forms made from all cases at once, by the columns, not row by row."""


def write_whole_form(form: str, layout: RunLayout, kept: Collection[int] | None, out: Path | None) -> None:
    """Write the cases `kept` (None: all) to a file; the long form to stdout if there is none."""
    frame = _frame(layout, kept)
    if out is None:
        if form in FILES:
            raise UsageError(f"--format {form} needs --out FILE")
        from simorc.results.export import write_csv

        write_csv(frame, sys.stdout, long=True)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    _write_file(form, frame, out)
    click.echo(plain(str(out)))


def _frame(layout: RunLayout, kept: Collection[int] | None) -> Frame:
    from simorc.results.frame import load_frame

    frame = load_frame(layout)
    if kept is None:
        return frame
    import numpy as np

    return frame.select(np.isin(frame.ids, list(kept)))


def _write_file(form: str, frame: Frame, out: Path) -> None:
    from simorc.results.export import write_csv, write_netcdf, write_parquet

    if form == "parquet":
        write_parquet(frame, out)
    elif form == "xarray":
        write_netcdf(frame, out)
    else:
        with out.open("w", encoding="utf-8", newline="") as stream:
            write_csv(frame, stream, long=True)
