"""Raw files of every simulator, whole and stepped, drawn and measured without a project."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from simorc.cli.main import run as simorc
from simorc.errors import WaveformError
from simorc.waveforms.any_raw import Step, open_steps

Write = Callable[[Path], Path]


def header(name: str, flags: str, variables: list[tuple[str, str]], points: int, *more: str) -> str:
    lines = ["Title: * an RC", "Date: Sat Nov 21 03:22:23 2026", f"Plotname: {name}", f"Flags: {flags}"]
    lines += [f"No. Variables: {len(variables)}", f"No. Points: {points}", *more, "Variables:"]
    return "\n".join([*lines, *(f"\t{i}\t{n}\t{kind}" for i, (n, kind) in enumerate(variables)), ""])


TRAN = [("time", "time"), ("V(out)", "voltage")]
RISE = [(0.0, 0.0), (1e-6, 1.0), (2e-6, 2.0)]
LTSPICE = ("Offset:   0.0000000000000000e+000", "Command: Linear Technology Corporation LTspice XVII")
QSPICE = (
    "Abscissa:     0.0000000000000000e+00  2.0000000000000000e-06",
    "Command: QSPICE64, Build Jan 1 2026",
)


def ngspice_ascii(folder: Path) -> Path:
    text = header("Transient Analysis", "real", TRAN, 3) + "Values:\n"
    (folder / "a.raw").write_text(text + "".join(f" {i}\t{t}\n\t{v}\n" for i, (t, v) in enumerate(RISE)))
    return folder / "a.raw"


def binary(folder: Path, name: str = "b.raw", *more: str) -> Path:
    text = header("Transient Analysis", "real", TRAN, 3, *more) + "Binary:\n"
    (folder / name).write_bytes(text.encode() + b"".join(struct.pack("<dd", *row) for row in RISE))
    return folder / name


def xyce(folder: Path) -> Path:
    """Xyce pads its counts with blanks."""
    text = header("Transient Analysis", "real", TRAN, 3).replace("Points: 3", "Points: 3         ")
    rows = b"".join(struct.pack("<dd", *row) for row in RISE)
    (folder / "x.raw").write_bytes(f"{text}Binary:\n".encode() + rows)
    return folder / "x.raw"


def qspice(folder: Path) -> Path:
    return binary(folder, "q.qraw", *QSPICE)


def ltspice(folder: Path) -> Path:
    text = header("Transient Analysis", "real forward", TRAN, 3, *LTSPICE) + "Binary:\n"
    rows = b"".join(struct.pack("<df", *row) for row in RISE)
    (folder / "l.raw").write_bytes(text.encode("utf-16-le") + rows)
    return folder / "l.raw"


def ltspice_ascii(folder: Path) -> Path:
    text = header("Transient Analysis", "real forward", TRAN, 3, *LTSPICE) + "Values:\n"
    rows = "".join(f"{i}\t\t{t}\n\t{v}\n" for i, (t, v) in enumerate(RISE))
    (folder / "la.raw").write_bytes((text + rows).encode("utf-16-le"))
    return folder / "la.raw"


@pytest.mark.parametrize("write", [ngspice_ascii, binary, xyce, qspice, ltspice, ltspice_ascii])
def test_the_same_waveform_from_each_simulator(tmp_path: Path, write: Write) -> None:
    (step,) = open_steps(write(tmp_path))
    (plot,) = step.plots
    assert step.label == "" and plot.axis is not None
    assert plot.axis.tolist() == [0, 1e-6, 2e-6]
    assert np.real(plot.trace("v(out)")).tolist() == [0, 1, 2]


def ltspice_stepped(folder: Path, log: bool = True) -> Path:
    text = header("Transient Analysis", "real forward stepped", TRAN, 6, *LTSPICE) + "Binary:\n"
    rows = [*RISE, *((t, 3 * v) for t, v in RISE)]
    (folder / "s.raw").write_bytes(
        text.encode("utf-16-le") + b"".join(struct.pack("<df", *row) for row in rows)
    )
    if log:
        printed = "Circuit: * an RC\n\n.step r=1000\n.step r=3000\n"
        (folder / "s.log").write_text(printed, encoding="utf-8")
    return folder / "s.raw"


def xyce_stepped(folder: Path) -> Path:
    content = b""
    for number in (1, 3):
        name = f"Step Analysis: Step {number // 2 + 1} of 2 params:  R1:R = {number}000"
        content += f"{header(name, 'real', TRAN, 3)}Binary:\n".encode()
        content += b"".join(struct.pack("<dd", t, number * v) for t, v in RISE)
    (folder / "xs.raw").write_bytes(content)
    return folder / "xs.raw"


def nested_dc(folder: Path) -> Path:
    names = [("v(v-sweep)", "voltage"), ("v(out)", "voltage")]
    rows = [(x, y * x) for y in (1.0, 3.0) for x in (0.0, 1.0, 2.0)]
    text = header("DC transfer characteristic", "real", names, 6) + "Binary:\n"
    (folder / "d.raw").write_bytes(text.encode() + b"".join(struct.pack("<dd", *row) for row in rows))
    return folder / "d.raw"


def tops(steps: list[Step]) -> list[float]:
    return [float(np.real(step.plots[0].trace("v(out)")).max()) for step in steps]


@pytest.mark.parametrize(
    ("write", "labels"),
    [
        (ltspice_stepped, ["r=1000", "r=3000"]),
        (xyce_stepped, ["R1:R = 1000", "R1:R = 3000"]),
        (nested_dc, ["step 1", "step 2"]),
    ],
)
def test_each_step_of_a_stepped_file(tmp_path: Path, write: Write, labels: list[str]) -> None:
    steps = open_steps(write(tmp_path))
    assert [step.label for step in steps] == labels
    assert tops(steps) == [2, 6]


def test_steps_without_their_log_are_numbered(tmp_path: Path) -> None:
    assert [step.label for step in open_steps(ltspice_stepped(tmp_path, log=False))] == ["step 1", "step 2"]


@pytest.mark.parametrize("content", [b"", b"hello", "Title: x\nCommand: LTspice\n".encode("utf-16-le")])
def test_what_is_no_raw_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.raw"
    path.write_bytes(content)
    with pytest.raises(WaveformError, match=r"bad\.raw"):
        open_steps(path)


def test_measure_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert simorc(["measure-file", str(binary(tmp_path)), "max(v(out)) - 0.5"]) == 0
    assert capfd.readouterr().out == "1.5\n"
    path = str(ltspice_stepped(tmp_path))
    assert simorc(["measure-file", path, "max(v(out))", "cross(v(out), 1)", "--json"]) == 0
    reported = json.loads(capfd.readouterr().out)
    assert [each["step"] for each in reported] == ["r=1000", "r=3000"]
    assert [each["values"]["max(v(out))"] for each in reported] == [2, 6]
    assert simorc(["measure-file", path, "max(v(out))", "max(v(nope))"]) == 1
    printed = capfd.readouterr()
    assert printed.out.splitlines()[1].split() == ["r=1000", "2.0"]
    assert "r=3000: max(v(nope)): no signal v(nope)" in printed.err
    assert simorc(["measure-file", path, "max(v(out"]) == 2


def test_plot_a_file_with_and_without_a_spec(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path, spec = str(ltspice_stepped(tmp_path)), tmp_path / "p.yaml"
    assert simorc(["plot", path, "V(out)", "--width", "80", "--height", "12"]) == 0
    assert "r=3000" in capfd.readouterr().out
    spec.write_text("title: step\nx: time\ny: [{signals: {out: v(out)}}]\n")
    assert simorc(["plot", path, str(spec), "--out", str(tmp_path / "p.svg")]) == 0
    drawn = (tmp_path / "p.svg").read_text()
    assert "out r=1000" in drawn and "out r=3000" in drawn
    spec.write_text("x: frequency\ny: [{signals: {out: v(out)}}]\n")
    capfd.readouterr()
    assert simorc(["plot", path, str(spec)]) == 2
    assert "the axis of the signals is time" in capfd.readouterr().err
    assert simorc(["plot", path, "--where", "temp > 0"]) == 2
