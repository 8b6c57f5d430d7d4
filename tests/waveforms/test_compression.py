"""Raw files compressed in place."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from simorc.errors import WaveformError
from simorc.rundir.layout import RunLayout
from simorc.waveforms.compression import pack, pack_case
from simorc.waveforms.rawfile import RawFile
from simorc.waveforms.sections import same_data

HEADER = """Title: * t
Plotname: Transient Analysis
Flags: real
No. Variables: 2
No. Points: {points}
Variables:
\t0\ttime\ttime
\t1\tv(out)\tvoltage
Binary:
"""


def write_raw(path: Path, points: int = 50) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    rows = np.column_stack((np.arange(float(points)), np.sin(np.arange(points))))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(HEADER.format(points=points).encode() + rows.tobytes())
    return rows


@pytest.mark.parametrize("points", [50, 200_000])
def test_a_compressed_file_reads_as_before(tmp_path: Path, points: int) -> None:
    path, copy = tmp_path / "results.raw", tmp_path / "copy.raw"
    rows = write_raw(path, points)
    write_raw(copy, points)
    assert np.array_equal(RawFile.open(path).plots[0].rows, rows)
    target = pack(path)
    assert target.name == "results.raw.gz" and not path.exists()
    for asked in (path, target):
        raw = RawFile.open(asked)
        assert raw.complete and raw.plots[0].n_points == points
        assert np.array_equal(raw.plots[0].rows, rows)
        assert raw.plots[0].last_row() == tuple(rows[-1])
    assert same_data(path, copy)


def test_equal_waveforms_make_equal_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_raw(tmp_path / name / "results.raw")
    assert (
        pack(tmp_path / "a" / "results.raw").read_bytes() == pack(tmp_path / "b" / "results.raw").read_bytes()
    )


def test_a_raw_file_comes_before_a_stale_compressed_one(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path)
    write_raw(layout.case_dir(1) / "results.raw", 10)
    pack_case(layout.case_dir(1))
    assert layout.raw(1).name == "results.raw.gz"
    write_raw(layout.case_dir(1) / "results.raw", 20)
    assert layout.raw(1).name == "results.raw"
    assert RawFile.open(layout.raw(1)).plots[0].n_points == 20


def test_two_names_of_one_file_become_one(tmp_path: Path) -> None:
    write_raw(tmp_path / "ac.raw")
    (tmp_path / "results.raw").hardlink_to(tmp_path / "ac.raw")
    write_raw(tmp_path / "tran.raw")
    pack_case(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.raw.gz", "tran.raw.gz"]


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-20], lambda b: b"no gzip", lambda b: b[:40] + b"x" * 60 + b[100:]]
)
def test_a_torn_compressed_file_is_told(tmp_path: Path, damage: object) -> None:
    write_raw(tmp_path / "results.raw", 500)
    target = pack(tmp_path / "results.raw")
    assert callable(damage)
    target.write_bytes(damage(target.read_bytes()))
    with pytest.raises(WaveformError, match="cannot decompress"):
        RawFile.open(tmp_path / "results.raw")


def test_a_torn_raw_file_stays_torn_when_compressed(tmp_path: Path) -> None:
    path = tmp_path / "results.raw"
    write_raw(path, 50)
    path.write_bytes(path.read_bytes()[:-100])
    before = RawFile.open(path).plots[0].n_points
    raw = RawFile.open(pack(path))
    assert (raw.complete, raw.plots[0].n_points) == (False, before)


def test_a_disk_that_is_full_leaves_the_raw_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "results.raw"
    write_raw(path)

    def full(*_: object, **__: object) -> gzip.GzipFile:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gzip, "GzipFile", full)
    with pytest.raises(OSError, match="No space"):
        pack(path)
    assert [each.name for each in tmp_path.iterdir()] == ["results.raw"]
