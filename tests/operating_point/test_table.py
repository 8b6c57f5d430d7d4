"""Tables of operating points: quantities, regions, names, files, filters, measurements."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simorc.config.definitions import MeasurementDefinition
from simorc.config.models.measurement import Measurement
from simorc.errors import ExpressionError, StoreError
from simorc.measurements.device_values import parameters_needed
from simorc.measurements.measure import Measured, check_definitions, measure_case
from simorc.operating_point.quantities import Bias
from simorc.operating_point.selection import columns_of, rows_of
from simorc.operating_point.table import (
    FILE,
    DevicePoint,
    NoSuchDevice,
    OperatingPoint,
    read_operating_point,
)


def _mos(instance: str, **values: float) -> DevicePoint:
    usual = {"id": 1e-5, "gm": 1e-4, "gds": 1e-6, "vgs": 0.9, "vds": 0.5, "vth": 0.6, "vdsat": 0.2}
    name = instance if "." not in instance and instance[0] == "m" else f"m.{instance}.m0"
    bias = Bias("m", "BSIM4", 1, {**usual, **values}, (0.5, 0.9, 0.0, 0.0))
    return DevicePoint(instance, name, "nch", "nmos", bias)


def _bipolar(**values: float) -> DevicePoint:
    usual = {"ic": -1e-3, "ib": -1e-5, "gm": 0.04, "go": 1e-6, "vbe": 0.7, "vbc": -2.0}
    bias = Bias("q", "BJT", -1, {**usual, **values}, (0.0, 1.0, 2.0))
    return DevicePoint("q1", "q1", "pq", "pnp", bias)


POINT = OperatingPoint(
    (
        _mos("xota.xm1"),
        _mos("xota.xm2", vds=0.1),
        _mos("xbias.xm1", vgs=0.5, id=1e-6),
        _mos("m9", vgs=0.1, id=1e-12),
        _bipolar(),
        DevicePoint("r1", "r1", "", "", Bias("r", "Resistor", 0, {"i": 1e-3}, (1.0, 0.0))),
    )
)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    POINT.write(tmp_path / FILE)
    return tmp_path / FILE


def test_a_file_gives_the_same_table(case: Path) -> None:
    assert read_operating_point(case) == POINT
    assert json.loads(case.read_text())["devices"][0]["instance"] == "xota.xm1"


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2, "devices": []}', '{"format": 1, "devices": [{}]}'])
def test_a_file_that_is_none_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(StoreError, match="not an operating point"):
        read_operating_point(tmp_path / FILE)


def test_regions() -> None:
    assert [each.region for each in POINT.devices] == [
        "saturation",
        "linear",
        "subthreshold",
        "off",
        "active",
        "",
    ]
    assert _bipolar(vbc=0.6).region == "saturated"
    assert _bipolar(vbe=-1.0, vbc=0.6).region == "reverse"
    assert _bipolar(ic=1e-12).region == "off"


def test_quantities_of_a_pnp() -> None:
    found = {name: _bipolar().quantity(name) for name in ("id", "ib", "gds", "vce", "beta", "vgs", "vth")}
    expected = {"id": 1e-3, "ib": 1e-5, "gds": 1e-6, "vce": 2.7, "beta": 100.0, "vgs": None, "vth": None}
    assert found == pytest.approx(expected)


def test_nothing_is_divided_by_no_current() -> None:
    assert _mos("m1", id=0.0).quantity("gm_id") is None
    assert _mos("m1", id=float("nan")).quantity("id") is None


def test_names_of_devices() -> None:
    assert POINT.device("XOTA.XM2").instance == "xota.xm2"
    assert POINT.device("xota.xm1.m0").instance == "xota.xm1"
    assert POINT.device("xm2").instance == "xota.xm2"
    with pytest.raises(NoSuchDevice, match=r"xm1 is the name of 2 devices: write xota\.xm1, xbias\.xm1"):
        POINT.device("xm1")
    with pytest.raises(NoSuchDevice, match=r"xota has several devices: write xota\.xm1, xota\.xm2"):
        POINT.device("xota")
    with pytest.raises(NoSuchDevice, match=r"no device xota\.xn1 \(did you mean xota\.xm1\?\)"):
        POINT.device("xota.xn1")


def test_filters_and_order() -> None:
    def names(text: str, sort: str = "") -> list[str]:
        return [row.device for row in rows_of([POINT], text, sort)]

    assert names("device=xota.*") == ["xota.xm1", "xota.xm2"]
    assert names("region!=saturation id>1u") == ["xota.xm2", "q1"]
    assert names("linear") == ["xota.xm2"]
    assert names("vds<0.2 kind=nmos") == ["xota.xm2"]
    assert names("", "id")[:2] == ["q1", "r1"]
    assert names("bsim4", "device")[0] == "m9"
    for wrong in ("gmm>1", "region="):
        with pytest.raises(ExpressionError):
            names(wrong)
    with pytest.raises(ExpressionError, match="nope is not a column"):
        names("", "nope")


def test_cases_side_by_side() -> None:
    other = OperatingPoint((_mos("xota.xm2"), _mos("new")))
    rows = rows_of([POINT, other], "device=*xm2 or new")
    assert [(row.device, [each and each.region for each in row.points]) for row in rows] == [
        ("xota.xm2", ["linear", "saturation"]),
        ("new", [None, "saturation"]),
    ]
    assert "vbe" not in [each.name for each in columns_of(rows)]
    assert {"vbe", "vth"} <= {each.name for each in columns_of(rows_of([POINT]), every=True)}


def _measured(file: Path | None, **definitions: object) -> Measured:
    checked = {name: Measurement.model_validate(each).definition() for name, each in definitions.items()}
    assert check_definitions(checked, {}, Path()) == []
    stored = {name: MeasurementDefinition.of_json(each.to_json()) for name, each in checked.items()}
    assert stored == checked
    return measure_case(
        stored, None, parameters={"k": 2}, meas_values={}, project_root=Path(), operating_point=file
    )


def test_op_in_expressions(case: Path) -> None:
    found = _measured(
        case,
        gm={"expr": "op(xota.xm1.gm)"},
        scaled={"expr": "k*op( XOTA.xm1.gm_id ) + gm"},
        region={"expr": "op(xm2.region)"},
        ic={"expr": "op(q1.ic)"},
    )
    assert found.missing == {}
    expected = {"gm": 1e-4, "scaled": 2 * 10 + 1e-4, "region": 1.0, "ic": -1e-3}
    assert found.values == pytest.approx(expected)


def test_op_without_a_value_is_missing(case: Path) -> None:
    found = _measured(
        case,
        lacking={"expr": "op(q1.vth)"},
        mistyped={"expr": "op(xm2.vdst)"},
        several={"expr": "op(xm1.gm)"},
    )
    assert found.values == {}
    assert found.missing == {
        "lacking": "op(q1.vth): BJT has no vth",
        "mistyped": "op(xm2.vdst): BSIM4 has no vdst (did you mean vdsat?)",
        "several": "op(xm1.gm): xm1 is the name of 2 devices: write xota.xm1, xbias.xm1",
    }
    assert "run it again with save: operating_point" in _measured(None, x={"expr": "op(m1.gm)"}).missing["x"]


def test_devices_outside_of_a_region(case: Path) -> None:
    found = _measured(
        case,
        all_of_them={"operating_point": "saturation"},
        ota={"operating_point": "saturation", "devices": "xota.*"},
        last_part={"operating_point": "saturation", "devices": "xm*", "except": ["xota.xm2", "xbias.*"]},
        weak={"operating_point": ["saturation", "subthreshold"], "devices": ["xota.xm1", "xbias.*"]},
        close={"operating_point": "saturation", "devices": "xota.xm1", "margin": "400m"},
        bipolar={"operating_point": "active"},
        none={"operating_point": "saturation", "devices": "y*"},
    )
    counts = {"all_of_them": 3, "ota": 1, "last_part": 0, "weak": 0, "close": 1, "bipolar": 0}
    assert found.values == counts
    assert found.missing == {"none": "no transistor of y*"}
    assert found.notes["ota"] == "ota: not in saturation: xota.xm2 (linear)"
    assert found.notes["all_of_them"].endswith("xota.xm2 (linear), xbias.xm1 (subthreshold), m9 (off)")
    assert set(found.notes) == {"all_of_them", "ota", "close"}


def test_a_transistor_without_a_region_is_no_pass(tmp_path: Path) -> None:
    power = DevicePoint(
        "m1", "m1", "nv", "vdmosn", Bias("m", "VDMOS", 1, {"id": 1.0, "vgs": 2.0, "von": 1.0}, ())
    )
    OperatingPoint((power,)).write(tmp_path / FILE)
    found = _measured(tmp_path / FILE, sat={"operating_point": "saturation"})
    assert found.missing == {"sat": "the region of m1 is not known: VDMOS has no vdsat"}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"operating_point": "saturaton"}, "saturaton is not a region (did you mean 'saturation'?)"),
        ({"operating_point": "saturation", "device": "x"}, "no argument 'device' (did you mean 'devices'?)"),
        ({"operating_point": "saturation", "margin": "soon"}, "margin"),
        ({"expr": "op(xm1)"}, "write op(DEVICE.QUANTITY)"),
        ({"expr": "op()"}, "write op(DEVICE.QUANTITY)"),
    ],
)
def test_mistakes_are_known_before_a_simulation(written: dict[str, object], message: str) -> None:
    definition = Measurement.model_validate(written).definition()
    [(name, found)] = check_definitions({"x": definition}, {}, Path())
    assert name == "x"
    assert message in found


def test_what_measurements_need() -> None:
    def needed(**definitions: object) -> frozenset[str] | None:
        read = {name: Measurement.model_validate(each).definition() for name, each in definitions.items()}
        return parameters_needed(read)

    assert needed(x={"expr": "v(op)"}, y={"measure": "offset", "signal": "v(out)"}) is None
    assert needed(x={"expr": "op(m1.capbd)+op(m2.gm)"}) == frozenset({"capbd", "gm"})
    assert needed(x={"measure": "offset", "signal": "v(out)", "level": "op(m1.vth)"}) == frozenset({"vth"})
    assert needed(x={"operating_point": "saturation"}) == frozenset()
