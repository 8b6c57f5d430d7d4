"""Operating points of an OTA with a bipolar bias, as runs store them."""

from __future__ import annotations

from simorc.operating_point.quantities import Bias
from simorc.operating_point.table import FILE, DevicePoint, OperatingPoint
from simorc.rundir.layout import RunLayout


def write_operating_point(layout: RunLayout, case_id: int, vds: float = 0.5) -> None:
    """The operating point of a case; `vds` is that of the tail (V), whose vdsat is 0.2 V."""
    layout.case_dir(case_id).mkdir(parents=True, exist_ok=True)
    OperatingPoint(
        (
            _mos("xota.xm1", 1, id=1e-5 * vds),
            _mos("xota.xm2", 1, id=1.01e-5 * vds),
            _mos("xota.xm3", -1, vgs=0.9, vth=0.7),
            _mos("xota.xm5", 1, vds=vds),
            _mos("xoff.xm1", 1, vgs=0.0, id=1e-13),
            DevicePoint("xbias.q1", "q.xbias.q1", "pnp_5v", "pnp", Bias("q", "BJT", -1, _BIPOLAR, ())),
            DevicePoint("rl", "rl", "", "", Bias("r", "Resistor", 0, {"i": 1.5e-6}, (1.5, 0.0))),
        )
    ).write(layout.case_dir(case_id) / FILE)


_BIPOLAR = {"ic": -1e-5, "ib": -1e-7, "gm": 3.8e-4, "go": 1e-7, "vbe": 0.65, "vbc": -1.0}


def _mos(instance: str, polarity: int, **values: float) -> DevicePoint:
    usual = {"id": 1e-5, "gm": 1e-4, "gds": 1e-6, "vgs": 0.75, "vds": 0.5, "vth": 0.6, "vdsat": 0.2}
    kind = "nmos" if polarity > 0 else "pmos"
    bias = Bias("m", "BSIM4", polarity, {**usual, **values}, ())
    return DevicePoint(instance, f"m.{instance}.m0", f"{kind}_1v8", kind, bias)
