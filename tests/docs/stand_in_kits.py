"""Trees with the files, sections and devices of two public process kits, and models of our own in them."""

from __future__ import annotations

from pathlib import Path

_CORNERS = {"t": 0.0, "f": -0.05, "s": 0.05}
"""Letter of a corner -> what it adds to a threshold, in volts."""


def gf180(root: Path) -> Path:
    """gf180mcuD: switches in design.ngspice, sections that take others of the file, geometry in metres."""
    models = root / "gf180mcuD" / "libs.tech" / "ngspice"
    models.mkdir(parents=True)
    (models / "design.ngspice").write_text(
        ".param\n+  sw_stat_global = 0\n+  sw_stat_mismatch = 0\n+ mc_skew = 3\n+ fnoicor = 0\n"
    )
    corners = {"typical": "tt", "ff": "ff", "ss": "ss", "sf": "sf", "fs": "fs"}
    sections = []
    for name, ends in corners.items():
        taken = [f"nfet_03v3_{ends[0]}", f"pfet_03v3_{ends[1]}", "fets_mm"]
        sections.append(_section(name, *(f" .lib 'sm141064.ngspice' {section}" for section in taken)))
    for end, shift in _CORNERS.items():
        sections.append(_section(f"nfet_03v3_{end}", f".param nfet_03v3_vth={0.7 + shift}"))
        sections.append(_section(f"pfet_03v3_{end}", f".param pfet_03v3_vth={0.75 + shift}"))
    sections.append(
        _section(
            "fets_mm",
            *_device(
                "nfet_03v3", "w=10u l=0.28u nf=1", "nmos", "'nfet_03v3_vth*(1+sw_stat_mismatch*0.01)'", 170
            ),
            *_device(
                "pfet_03v3", "w=10u l=0.28u nf=1", "pmos", "'-pfet_03v3_vth*(1+sw_stat_mismatch*0.01)'", 60
            ),
        )
    )
    (models / "sm141064.ngspice").write_text("\n".join(sections))
    return root


def ihp(root: Path) -> Path:
    """ihp-sg13g2: corners that set parameters and include the models; search paths in .spiceinit."""
    models = root / "ihp-sg13g2" / "libs.tech" / "ngspice" / "models"
    models.mkdir(parents=True)
    (models.parent / ".spiceinit").write_text(
        "setcs sourcepath = (  $sourcepath $PDK_ROOT/$PDK/libs.tech/ngspice/models )\n"
    )
    (models / "cornerMOSlv.lib").write_text(
        "\n".join(
            _section(
                f"mos_{ends}",
                f"  .param sg13g2_lv_nmos_vfbo = {0.3 + _CORNERS[ends[0]]}",
                f"  .param sg13g2_lv_pmos_vfbo = {0.35 + _CORNERS[ends[1]]}",
                "  .include sg13g2_moslv_mod.lib",
                end=f".ENDL mos_{ends}",
            )
            for ends in ("tt", "ff", "ss", "sf", "fs")
        )
    )
    lines = (
        *_device("sg13_lv_nmos", "w=0.35u l=0.34u ng=1", "nmos", "{sg13g2_lv_nmos_vfbo}", 300),
        *_device("sg13_lv_pmos", "w=0.35u l=0.34u ng=1", "pmos", "{-sg13g2_lv_pmos_vfbo}", 100),
    )
    (models / "sg13g2_moslv_mod.lib").write_text("\n".join(lines) + "\n")
    return root


def _section(name: str, *lines: str, end: str = ".ENDL") -> str:
    return "\n".join([f".LIB {name}", *lines, end, ""])


def _device(name: str, geometry: str, kind: str, threshold: str, gain: float) -> tuple[str, ...]:
    return (
        f".subckt {name} d g s b {geometry} m=1",
        f"m1 d g s b {name}_model w='w' l='l' m='m'",
        f".model {name}_model {kind} (level=1 vto={threshold} kp={gain}u lambda=0.1)",
        ".ends",
    )
