"""Files of the process kit that CACE uses by default: settings of ngspice, and the xschemrc."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from simorc.importers.cace.sheet import Datasheet
from simorc.importers.cace.template import Converted
from simorc.importers.result import Carried, read_text

_SPICEINIT = {"sky130": "spinit", "ihp-sg13": ".spiceinit"}
"""The file below libs.tech/ngspice of a process kit that contains its settings of ngspice."""
_SYMBOL = re.compile(r"^C \{([^{}]+\.sym)\}", re.MULTILINE)


def rcfile(sheet: Datasheet, carried: Carried) -> dict[str, str]:
    """The project's xschemrc, or the one of the process kit, as CACE uses it where the project has none."""
    for folder in (sheet.templates, sheet.schematics):
        if (folder / "xschemrc").is_file():
            return {"rcfile": carried.towards(folder / "xschemrc")}
    texts = (read_text(each) for each in sorted(sheet.templates.glob("*.sch")))
    if (pdk := sheet.data.get("PDK")) and any(_uses_kit(sheet, text) for text in texts):
        carried.change(f"no xschemrc in the project: the one of {pdk} below PDK_ROOT is used")
        return {"rcfile": f"${{PDK_ROOT}}/{pdk}/libs.tech/xschem/xschemrc"}
    return {}


def spiceinit(sheet: Datasheet, settings: Mapping[str, Any], found: Converted) -> dict[str, str]:
    """The kit's settings of ngspice, which CACE places beside every simulation, or those of the parameter."""
    if written := settings.get("spiceinit_path"):
        return {"spiceinit": str(sheet.root / str(written))}
    pdk = str(sheet.data.get("PDK") or "")
    file = next((file for start, file in _SPICEINIT.items() if pdk.startswith(start)), None)
    if file is None or not ("pdk_root" in found.used or _uses_kit(sheet, found.text)):
        return {}
    return {"spiceinit": f"${{PDK_ROOT}}/{pdk}/libs.tech/ngspice/{file}"}


def _uses_kit(sheet: Datasheet, text: str) -> bool:
    """Whether a template, or the schematic of the design, has symbols that neither xschem nor the project
    brings: ``sky130_fd_pr/corner.sym``.
    """
    folders = [folder for folder in (sheet.templates, sheet.schematics) if folder.is_dir()]
    drawn = sheet.schematics / f"{sheet.name}.sch"
    texts = [text, read_text(drawn) if drawn.is_file() else ""]
    symbols = {name for each in texts for name in _SYMBOL.findall(each) if not name.startswith("devices/")}
    return any("/" in name and not any((folder / name).is_file() for folder in folders) for name in symbols)
