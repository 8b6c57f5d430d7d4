"""What a cut deck saves: ``ngspice -b`` on a sky130 amplifier as it is written, and cut; a warm case of both.

Cold runs are interleaved and measured in CPU seconds, the best of each counts. The waveforms are compared bit
for bit. Warm cases are measured in a session, without its loading.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import quiet_environment
from benchmarks.workloads import OTA_AC, OTA_HEAD, kit
from simorc.netlist.cut.plan import ALTERS, plan_cut
from simorc.netlist.deck.control_block import for_batch
from simorc.netlist.deck.deck import Deck
from simorc.simulators.ngspice.cold import Ngspice
from simorc.simulators.ngspice.session_way import find_warm_way
from simorc.waveforms.sections import first_difference

SECTIONS = ("tt", "tt_mm", "mc")
FORMS = ("as written", "cut", "cut with bins")
WANTED = {"cut": 10.0, "cut with bins": 33.0}
WARM_WANTED = 0.4
_ROUNDS = 3
_WARM_CASES = 60


@dataclass(frozen=True)
class CutRow:
    """One section of the kit: CPU seconds of each form, and whether its waveforms are those as written."""

    section: str
    seconds: Mapping[str, float]
    same: bool

    def ratio(self, form: str) -> float:
        return self.seconds["as written"] / self.seconds[form]


def measure_cut(directory: Path) -> dict[str, Any]:
    """``{"cold": [...], "warm": {...}}``; needs the kit below ``PDK_ROOT``."""
    rows = [_cold(directory / "cut" / section, section) for section in SECTIONS]
    cold = [{"section": row.section, "seconds": dict(row.seconds), "same": row.same} for row in rows]
    return {"cold": cold, "warm": _warm(directory / "cut" / "warm")}


def cut_rows(found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The rows of the table, with a heading."""
    rows = [("section", *FORMS, "ratios", "wanted", "same bytes")]
    for one in found["cold"]:
        row = CutRow(one["section"], one["seconds"], one["same"])
        ratios = " ".join(f"{row.ratio(form):.1f}x" for form in WANTED)
        wanted = " ".join(f"{target:g}x" for target in WANTED.values())
        seconds = (f"{1e3 * row.seconds[form]:.0f} ms" for form in FORMS)
        rows.append((row.section, *seconds, ratios, wanted, "yes" if row.same else "NO"))
    whole, cut = found["warm"]["as written"], found["warm"]["cut with bins"]
    seconds = (f"{1e3 * whole:.1f} ms", "-", f"{1e3 * cut:.1f} ms")
    rows.append(("tt, a warm case", *seconds, f"{cut / whole:.2f}", f"{WARM_WANTED:g}", "-"))
    return rows


def _cold(directory: Path, section: str) -> CutRow:
    decks = {"as written": _deck(section)}
    directory.mkdir(parents=True)
    for form, traits in (("cut", frozenset({ALTERS})), ("cut with bins", frozenset[str]())):
        (include,) = plan_cut(decks["as written"], traits, directory).includes
        path = directory / f"{form.replace(' ', '_')}.spice"
        path.write_text(include.text or "")
        decks[form] = decks["as written"].replace(include.written, f".include {path}")
    taken: dict[str, list[float]] = {form: [] for form in FORMS}
    for _ in range(_ROUNDS):
        for form in FORMS:
            taken[form].append(_run(directory / "run" / form, decks[form]))
    raws = [directory / "run" / form / "results.raw" for form in FORMS]
    same = all(first_difference(raws[0], raw) is None for raw in raws[1:])
    return CutRow(section, {form: min(times) for form, times in taken.items()}, same)


def _deck(section: str) -> str:
    values = {"models": _kit() / "combined/continuous/sky130.lib.spice", "corner": section, "temp": 27}
    text = OTA_HEAD + ".option seed=7\n" + OTA_AC
    for name, value in {**values, "vdd": 1.8}.items():
        text = text.replace(f"{{{{ parameters.{name} }}}}", str(value))
    return text


def _kit() -> Path:
    found = kit()
    assert found is not None
    return found / "libs.tech"


def _run(directory: Path, deck: str) -> float:
    """Run a deck in an empty directory; its CPU seconds."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    shutil.copy(_kit() / "ngspice" / "spinit", directory / ".spiceinit")
    (directory / "deck.spice").write_text(for_batch(Deck.parse(deck)))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ("ngspice", "-b", "deck.spice")
    subprocess.run(command, cwd=directory, env=quiet_environment(), capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _warm(directory: Path) -> dict[str, float]:
    """CPU seconds of a warm case of the amplifier in a session, as written and cut, without loading."""
    deck = _deck("tt")
    directory.mkdir(parents=True)
    (include,) = plan_cut(deck, frozenset(), directory).includes
    (directory / "cut.spice").write_text(include.text or "")
    decks = {"as written": deck, "cut with bins": deck.replace(include.written, ".include cut.spice")}
    shutil.copy(_kit() / "ngspice" / "spinit", directory / ".spiceinit")
    way = find_warm_way(Ngspice(spiceinit=_kit() / "ngspice" / "spinit"))
    found = {}
    for form, text in decks.items():
        (directory / "base.spice").write_text(text)
        loaded, run = (
            min(_session(way.command_line(interruptible=False), directory, cases) for _ in range(_ROUNDS))
            for cases in (0, _WARM_CASES)
        )
        found[form] = (run - loaded) / _WARM_CASES
    return found


def _session(command: Sequence[str], directory: Path, cases: int) -> float:
    """CPU seconds of a session that loads the deck and runs so many cases."""
    lines = ["source base.spice"]
    for case in range(cases):
        vdd = 1.6 + 0.4 * case / cases
        lines += [f"alterparam vdd={vdd:.4f}", "reset", "run", "write case.raw", "destroy all"]
    given = "\n".join([*lines, "quit", ""]).encode()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=directory, env=quiet_environment(), input=given, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
