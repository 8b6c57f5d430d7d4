"""Waveform expressions and the measurements of a case, on plots held in memory."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.config.definitions import measurements_of_json
from simorc.errors import ExpressionError
from simorc.measurements import measure
from simorc.measurements.expressions import Scope, compile_wave_expression
from simorc.measurements.measure import check_definitions, measure_case
from simorc.measurements.missing import MeasurementMissing
from simorc.measurements.waves import Waves
from tests.counted_work import lines_run


class FakePlot:
    """A plot in memory, with the interface of a raw file's."""

    def __init__(self, name: str, **columns: Any) -> None:
        self.name = self.title = name
        self._columns = {key.replace("__", "#"): np.asarray(value) for key, value in columns.items()}

    @property
    def variables(self) -> Sequence[tuple[str, str]]:
        return [(name, "voltage") for name in self._columns]

    @property
    def axis(self) -> np.ndarray | None:
        return None if "Operating" in self.name else next(iter(self._columns.values()))

    def trace(self, name: str) -> np.ndarray:
        return self._columns[name]


T = np.linspace(0, 1e-3, 1001)
F = np.logspace(0, 8, 161)
SINE = np.sin(2 * np.pi * 5e3 * T)


@pytest.fixture
def waves() -> Waves:
    tran = FakePlot("Transient Analysis", **{"time": T, "v(in)": T * 1e3, "v(out)": SINE, "v1#branch": -T})
    ac = FakePlot(
        "AC Analysis", **{"frequency": F + 0j, "v(in)": F * 0 + 2, "v(out)": 20 / (1 + 1j * F / 1e4)}
    )
    op = FakePlot("Operating Point", **{"v(bias)": [1.25], "@m1[gm]": [3e-3]})
    return Waves([op, ac, tran])


def value(text: str, waves: Waves, **numbers: float) -> float:
    return compile_wave_expression(text).number(Scope(lambda: waves, numbers.get))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2*3 ** 2 ** 0", 7),
        ("-2**2", -4),
        ("2k/500m", 4000),
        ("max(v(out))", 1),
        ("min(v(out))", -1),
        ("pp(v(out))", 2),
        ("rms(v(out))", np.sqrt(0.5)),
        ("average(v(in))", 0.5),
        ("avg(v(in), 500u, 1m)", 0.75),
        ("at(v(in), 250u)", 0.25),
        ("at(v(in, out), 250u)", 0.25 - np.sin(2 * np.pi * 1.25)),
        ("at(v(in,0), 250u)", 0.25),
        ("cross(v(in), vdda/4)", 0.75e-3),
        ("cross(v(out), 0.5, 2, rise)", (1 / 12 + 1) / 5e3),
        ("cross(v(out), 0.5, n=-1, edge=fall)", (5 / 12 + 4) / 5e3),
        ("last(i(v1))", -1e-3),
        ("last(I(V1))", -1e-3),
        ("first(db(v(out)/v(in)))", 20),
        ("first(vdb(out))", 20 * np.log10(20)),
        ("at(ph(v(out)/v(in)), 10k)", -np.pi / 4),
        ("at(phase(v(out)/v(in)), 10k)", -45),
        ("xmax(spectrum(v(out)))", 5e3),
        ("max(fft(v(out), 200u, 800u, window=flattop))", 1),
        ("bandwidth_3db(v(out)/v(in))", 1e4),
        ("gain_at(v(out), at=10k) ", 20 * np.log10(20) - 3.0103),
        ("last(ac.v(out)) + 1", None),
        ("max(deriv(v(in)))", 1e3),
        ("last(integ(v(in)))", 0.5e-3),
        ("integ(v(in), 0, 500u)", 0.125e-3),
        ("v(bias) * 2", 2.5),
        ("@m1[gm] * 1k", 3),
        ("max(1, 2, 3) + min(4, 5)", 7),
        ("vdda > 2 and not (vdda > 5)", 1),
        ("last(axis(tran.v(out)))", 1e-3),
        ("max(frequency)", 1e8),
        ("xmax(v(in))", 1e-3),
        ("max(clip(v(in), 0, 100u))", 0.1),
    ],
)
def test_values(text: str, expected: float | None, waves: Waves) -> None:
    if expected is None:
        with pytest.raises(ExpressionError, match="complex"):
            value(text, waves, vdda=3.0)
        return
    assert value(text, waves, vdda=3.0) == pytest.approx(expected, rel=1e-3, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("v(out) +", 9, "found the end"),
        ("1 + $", 5, "unexpected \\$"),
        ("v(out) + and 1", 10, "found and"),
        ("v(out) NOT 1", 8, "found not"),
        ("bandwith_3db(v(out))", 1, "bandwidth_3db"),
        ("at(v(out))", 1, "takes 2"),
        ("cross(v(out), 1, edg=rise)", 1, "did you mean edge"),
        ("gain_at(v(out))", 1, "needs at"),
        ("v(a,b,c)", 1, "one node or two"),
        ("(" * 100, None, "deeply"),
        ("1 " + "+ 1" * 900, None, "longer than|parts"),
        ("__import__('os')", None, "unexpected|no function"),
        ("", 1, "a number"),
    ],
)
def test_mistakes_name_their_column(text: str, column: int | None, words: str) -> None:
    with pytest.raises(ExpressionError, match=words) as caught:
        compile_wave_expression(text)
    if column is not None:
        assert caught.value.column == column


@given(st.text(alphabet="v(out)in,+-*/^ 1.k@[]=<>!acdbrise_", max_size=40))
def test_any_text_is_an_expression_or_an_expression_error(text: str) -> None:
    try:
        compile_wave_expression(text)
    except ExpressionError:
        pass


def test_a_waveform_is_not_a_number(waves: Waves) -> None:
    with pytest.raises(ExpressionError, match=r"reduce it with at\(\)"):
        value("v(out)", waves)


def test_names_that_used_to_mean_something_else_are_refused_with_the_remedy(waves: Waves) -> None:
    with pytest.raises(ExpressionError, match=r"write average\(\)"):
        value("avg(v(in))", waves)
    with pytest.raises(ExpressionError, match=r"write im\(i\(v1\)\), or mag"):
        value("max(im(v1))", waves)
    assert value("max(im(ac.v(out)))", waves) == pytest.approx(0, abs=1e-2)


def test_an_unknown_signal_names_the_nearest(waves: Waves) -> None:
    with pytest.raises(MeasurementMissing, match=r"did you mean v\(out\)"):
        value("max(v(outt))", waves)


def test_analyses_do_not_mix_point_by_point(waves: Waves) -> None:
    with pytest.raises(ExpressionError, match="different analyses"):
        value("max(re(ac.v(out)) + tran.v(out))", waves)
    assert value("max(mag(ac.v(out))) + max(tran.v(out))", waves) == pytest.approx(21, rel=1e-6)


def test_nested_sweeps_are_measured_one_at_a_time() -> None:
    inner = np.linspace(0, 1, 11)
    plot = FakePlot(
        "DC transfer characteristic",
        **{"v-sweep": np.tile(inner, 3), "v(out)": np.concatenate([inner * k for k in (1, 2, 3)])},
    )
    waves = Waves([plot])
    assert value("crossing(step(v(out), 2), level=1)", waves) == pytest.approx(0.5)
    assert value("max(step(v(out), -1))", waves) == pytest.approx(3)
    with pytest.raises(MeasurementMissing, match="nested sweep"):
        value("crossing(v(out), level=1)", waves)


def measured(
    monkeypatch: pytest.MonkeyPatch,
    waves: Waves,
    definitions: Mapping[str, Mapping[str, Any]],
    root: Path,
    **more: Any,
) -> measure.Measured:
    monkeypatch.setattr(measure, "lazily", lambda path: lambda: waves)
    given = {"parameters": {"vdda": 3.0, "corner": "ss"}, "meas_values": {}, **more}
    return measure_case(measurements_of_json(definitions), Path("results.raw"), project_root=root, **given)


def test_measurements_of_a_case(monkeypatch: pytest.MonkeyPatch, waves: Waves, tmp_path: Path) -> None:
    (tmp_path / "hooks.py").write_text(
        "def swing(waves, parameters):\n    return waves['v(out)'].max() * parameters['vdda']\n"
        "def broken(waves, parameters):\n    return 1 / 0\n"
        "def nothing(waves, parameters):\n    return None\n"
    )
    definitions: dict[str, dict[str, Any]] = {
        "twice": {"expr": "gain * 2"},
        "gain": {"meas": "GAIN"},
        "lost": {"meas": "lost"},
        "of_lost": {"expr": "lost + 1"},
        "bw": {"measure": "bandwidth_3db", "args": {"signal": "v(out)/v(in)"}},
        "ramp": {"measure": "crossing", "args": {"signal": "v(in)", "level": "vdda/4", "analysis": "tran"}},
        "a": {"expr": "b"},
        "b": {"expr": "a"},
        "textual": {"expr": "corner + 1"},
        "swing": {"python": "hooks.py:swing"},
        "broken": {"python": "hooks.py:broken"},
        "nothing": {"python": "hooks.py:nothing"},
        "outside": {"python": "../x.py:f"},
        "infinite": {"expr": "1/0"},
        "nan": {"expr": "0/0"},
        "overall": {"across": {"reduce": "max", "over": "temp", "of": "gain"}},
    }
    found = measured(monkeypatch, waves, definitions, tmp_path, meas_values={"gain": 7.5})
    assert found.values == {
        "twice": 15.0,
        "gain": 7.5,
        "bw": pytest.approx(1e4, rel=1e-3),
        "ramp": pytest.approx(0.75e-3),
        "swing": pytest.approx(3.0),
    }
    assert set(found.missing) == set(definitions) - set(found.values) - {"overall"}
    assert "circular measurements" in found.missing["a"]
    assert "lost is missing" in found.missing["of_lost"]
    assert "hooks.py:4: ZeroDivisionError" in found.missing["broken"]
    assert "outside the project" in found.missing["outside"]
    assert "text" in found.missing["textual"]


def test_a_function_saved_twice_within_a_second_is_the_newer_one(
    monkeypatch: pytest.MonkeyPatch, waves: Waves, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    file, definitions = tmp_path / "hooks.py", {"a": {"python": "hooks.py:a"}}
    found = []
    for value in ("1.0", "2.0"):
        file.write_text(f"def a(waves, parameters):\n    return {value}\n")
        os.utime(file, ns=(0, round(float(value) * 1e8)))
        found.append(measured(monkeypatch, waves, definitions, tmp_path).values["a"])
    assert found == [1.0, 2.0]
    assert list(tmp_path.iterdir()) == [file], "nothing is written beside the user's file"


def test_no_waveforms_only_takes_what_needs_them(tmp_path: Path) -> None:
    definitions = {"gain": {"meas": "gain"}, "top": {"expr": "max(v(out))"}}
    found = measure_case(
        measurements_of_json(definitions),
        None,
        parameters={},
        meas_values={"gain": 1.0},
        project_root=tmp_path,
    )
    assert found.values == {"gain": 1.0}
    assert "no waveforms" in found.missing["top"]


def test_definitions_are_checked_before_anything_runs(tmp_path: Path) -> None:
    wrong = check_definitions(
        measurements_of_json(
            {
                "good": {"expr": "max(v(out))"},
                "typo": {"measure": "bandwidth3db", "args": {"signal": "v(out)"}},
                "argument": {"measure": "gain_at", "args": {"signal": "v(out)", "att": "1k"}},
                "two": {"expr": "1", "meas": "x"},
                "none": {},
                "syntax": {"expr": "max(v(out)"},
                "hook": {"python": "nowhere.py:f"},
            }
        ),
        {},
        tmp_path,
    )
    assert [name for name, _ in wrong] == ["typo", "argument", "two", "none", "syntax", "hook"]
    messages = dict(wrong)
    assert "bandwidth_3db" in messages["typo"]
    assert "did you mean 'at'" in messages["argument"]
    assert messages["syntax"].startswith("column 11")


def test_no_quantity_is_computed_point_by_point() -> None:
    """Python runs no more lines for two traces of a million points than for two of a thousand."""
    few, many = two_traces(1000), two_traces(1_000_000)
    assert lines_run(lambda: ten_quantities(many)) < 1.1 * lines_run(lambda: ten_quantities(few))


def two_traces(points: int) -> Waves:
    t = np.linspace(0, 1e-3, points)
    plot = FakePlot("Transient Analysis", **{"time": t, "v(a)": np.sin(6e4 * t), "v(b)": np.cos(6e4 * t)})
    return Waves([plot])


def ten_quantities(waves: Waves) -> None:
    texts = [
        "max(v(a))", "min(v(b))", "pp(v(a))", "rms(v(a))", "average(v(b))", "frequency(v(a))",
        "duty_cycle(v(b))",
        "delay(v(a), v(b))", "cross(v(a), 0.5, 3)", "last(integ(v(a, b)))",
    ]  # fmt: skip
    for text in texts:
        value(text, waves)
