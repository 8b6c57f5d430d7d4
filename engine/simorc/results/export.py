"""Exports results for other programs, with every digit of a float64.

Wide form: one row per case. Long form: one row per case and measurement. A missing value is empty (CSV), null
(JSON, Parquet) or NaN (xarray).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from simorc.csv_text import CsvWriter
from simorc.errors import ToolMissing, UsageError
from simorc.measurements.waves import Waves
from simorc.results.frame import Frame, plain_value

LONG = ("measurement", "value", "unit")
CIRCUIT = "circuit"
"""The column of a run with accepted changes of its inputs."""


def _plain(column: Any) -> list[Any]:
    return [None if isinstance(value, float) and value != value else value for value in column.tolist()]


def wide_rows(frame: Frame) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """Header and rows: case_id, status, kind, the parameters, the measurements, error_message; for a run of
    several circuits the number of the case's circuit as well.
    """
    empty = [None] * len(frame)
    header = ["case_id", "status", "kind", *frame.parameters, *frame.measurements, "error_message"]
    columns = [
        *(frame.ids.tolist(), frame.status.tolist(), list(frame.kinds) or empty),
        *(_plain(column) for column in frame.parameters.values()),
        *(_plain(column) for column in frame.measurements.values()),
        list(frame.messages) or empty,
    ]
    if frame.circuits:
        header.append(CIRCUIT)
        columns.append(frame.circuit_column)
    return header, zip(*columns, strict=True)


def long_rows(frame: Frame) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """Header and rows: case_id, status, the parameters, measurement, value, unit; for a run of several
    circuits the number of the case's circuit as well.
    """
    header = ["case_id", "status", *frame.parameters, *LONG, *([CIRCUIT] if frame.circuits else [])]
    return header, _long(frame)


def _long(frame: Frame) -> Iterator[tuple[Any, ...]]:
    measured = {name: _plain(column) for name, column in frame.measurements.items()}
    parameters = [_plain(column) for column in frame.parameters.values()]
    circuits = frame.circuit_column
    for place, (case_id, status) in enumerate(zip(frame.ids.tolist(), frame.status.tolist(), strict=True)):
        head = (case_id, status, *(column[place] for column in parameters))
        for name, values in measured.items():
            yield (*head, name, values[place], frame.units.get(name, ""), *circuits[place : place + 1])


def write_csv(frame: Frame, stream: TextIO, *, long: bool = False) -> None:
    """CSV with one header line; floats in their shortest exact form."""
    header, rows = long_rows(frame) if long else wide_rows(frame)
    writer = CsvWriter(stream)
    writer.writerow(header)
    writer.writerows(rows)


def write_json(frame: Frame, stream: TextIO, *, long: bool = False) -> None:
    """A JSON list with one object per row."""
    header, rows = long_rows(frame) if long else wide_rows(frame)
    stream.write("[")
    for index, row in enumerate(rows):
        stream.write(",\n" if index else "\n")
        stream.write(json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False))
    stream.write("\n]\n")


def write_parquet(frame: Frame, path: Path, *, long: bool = False) -> None:
    """A Parquet file; needs pyarrow."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ToolMissing("Parquet needs pyarrow", remedy="pip install pyarrow") from error
    header, rows = long_rows(frame) if long else wide_rows(frame)
    turned: list[Any] = list(zip(*rows, strict=True)) or [[] for _ in header]
    table = pyarrow.table({n: pyarrow.array(_of_one_type(c)) for n, c in zip(header, turned, strict=True)})
    pyarrow.parquet.write_table(table, path)


def _of_one_type(column: Any) -> list[Any]:
    """Parquet columns have one type: a column of texts and numbers becomes all texts."""
    if any(isinstance(value, str) for value in column):
        return [None if value is None else str(value) for value in column]
    return list(column)


def to_xarray(frame: Frame) -> Any:
    """An xarray Dataset over ``case`` with parameters as coordinates; needs xarray."""
    try:
        import xarray
    except ImportError as error:
        raise ToolMissing("this export needs xarray", remedy="pip install xarray") from error
    coordinates = {"case": frame.ids} | {n: ("case", _uniform(c)) for n, c in frame.parameters.items()}
    if frame.circuits:
        coordinates[CIRCUIT] = ("case", np.array(frame.circuit_column))
    data = {
        name: ("case", frame.values(name), {"units": frame.units.get(name, "")})
        for name in frame.measurements
    }
    return xarray.Dataset(data, coords=coordinates)


def _uniform(column: Any) -> Any:
    """Numbers as they are; a column with texts as texts only, which every array format can hold."""
    return column.astype(str) if column.dtype == np.object_ else column


def write_netcdf(frame: Frame, path: Path) -> None:
    """`to_xarray` as a netCDF file; needs one of the netCDF packages xarray writes with."""
    data = to_xarray(frame)
    try:
        data.to_netcdf(path)
    except (ImportError, ValueError) as error:
        remedy = "pip install netCDF4"
        raise ToolMissing(f"xarray cannot write netCDF here: {error}", remedy=remedy) from error


def write_waves(waves: Waves, signals: Sequence[str], stream: TextIO, analysis: str | None = None) -> None:
    """The chosen signals of one analysis over its axis, as CSV; a complex signal gives two columns."""
    if not signals:
        raise UsageError("name the signals to export")
    plot = waves.choose(analysis, signals)
    header: list[str] = ["axis"]
    columns: list[Any] = [waves.axis(plot)]
    for signal in signals:
        values = waves.trace(signal, plot).y
        parts = {f"re({signal})": values.real, f"im({signal})": values.imag}
        for name, part in parts.items() if np.iscomplexobj(values) else [(signal, values)]:
            header.append(name)
            columns.append(part)
    writer = CsvWriter(stream)
    writer.writerow(header)
    writer.writerows([plain_value(value) for value in row] for row in zip(*columns, strict=True))
