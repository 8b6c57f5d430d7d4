"""Decides the verdict of a case.

A verdict is based on evidence: every analysis of the deck has a plot, each plot reaches the end that was
requested, every requested measurement is present and is a number. Exit codes and log messages only explain
the evidence.
"""

from __future__ import annotations

import math
import re
import signal
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from simorc.measurements.meas_output import MeasOutput, parse_meas_output
from simorc.measurements.meas_refine import refine
from simorc.measurements.meas_zeros import outside
from simorc.netlist.deck.cards import Analysis
from simorc.netlist.deck.deck import Deck
from simorc.simulators.case_warnings import CaseWarning, WarningKind, merged
from simorc.simulators.ngspice.deck_warnings import warnings_of_deck
from simorc.simulators.ngspice.log.scan import Complaint, LogScan, scan_log
from simorc.simulators.ngspice.log.warnings import of_reading
from simorc.simulators.outcome import FailureKind, Outcome
from simorc.waveforms.fingerprint import fingerprint
from simorc.waveforms.plot_names import analysis_of_name
from simorc.waveforms.rawfile import Plot, RawFile

_REACHED = 1e-6
"""How near to its end an axis has to come, as a part of its length."""


_SHORTENS = re.compile(r"(?:stop|step)\b|let\s+(?:lin|cut)-t", re.IGNORECASE)
"""Commands that end a transient early, or choose the part of it that `linearize` and `cutout` keep."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the simulator ended: by itself (`exit_code`, negative for a signal), or ended by simorc, with a
    complaint that gives the reason.
    """

    exit_code: int | None = 0
    stopped: Complaint | None = None


def judge(
    deck: Deck,
    log: bytes,
    raw: RawFile | None,
    ending: Ending,
    *,
    requested: Sequence[str] = (),
    optional: Collection[str] = (),
    raw_error: str = "",
    loading: bytes = b"",
) -> Outcome:
    """The verdict on one attempt.

    `raw` is None if there is no raw file or none that can be read; `raw_error` then gives the reason. Every
    ``.meas`` of the deck is requested unless it is in `optional`; `requested` adds names. A failed case
    retains the measurements it has. `loading` is what a session printed when it read the circuit; what it
    ignored then is not printed again for later cases.
    """
    scan = scan_log(log, deck)
    output = parse_meas_output(log, deck.measured_twice)
    refined = refine(deck, output.printed, raw)
    values = {name: value for name, value in refined.items() if math.isfinite(value)}
    wanted = [card.name for card in deck.measures if not deck.conditional]
    wanted += [*(name.lower() for name in requested), *sorted(output.failed)]
    unsimulated = ending.stopped or _machine(scan, ending) or _simulation(deck, scan, raw, raw_error, ending)
    reasons = {**_left_out(deck), **scan.measures, **({} if raw is None else outside(deck, raw))}
    complaint = unsimulated or scan.changed or _measurements(wanted, optional, values, output, reasons)
    found = Outcome(
        "completed",
        measurements=values,
        exit_code=ending.exit_code,
        warnings=merged(_besides(scan, unsimulated), _at_loading(loading), warnings_of_deck(deck)),
        fingerprint=None if raw is None else fingerprint(raw),
    )
    if complaint is None:
        return found
    failed = found._replace(status="failed", kind=complaint.kind, message=complaint.message)
    return failed._replace(errno=complaint.errno)


@lru_cache(maxsize=8)
def _at_loading(printed: bytes) -> tuple[CaseWarning, ...]:
    """What a session ignored when it loaded the circuit; this applies to all its cases."""
    return of_reading(scan_log(printed, Deck("")).warnings)


def _besides(scan: LogScan, complaint: Complaint | None) -> Iterator[CaseWarning]:
    """The warnings of a case, without those that repeat its failure or follow from it."""
    for warning in scan.warnings:
        if complaint is None or warning.kind not in _PART_OF_FAILURES:
            yield warning


_PART_OF_FAILURES = frozenset(
    {
        *(WarningKind.OTHER, WarningKind.MISSING_VECTOR, WarningKind.MISSING_MODEL),
        *(WarningKind.SINGULAR_MATRIX, WarningKind.MISSING_FILE),
    }
)


def _machine(scan: LogScan, ending: Ending) -> Complaint | None:
    """The machine lacked something: the log reports it, and the simulator did not end normally."""
    return scan.lack if scan.lack is not None and ending.exit_code != 0 else None


def _simulation(
    deck: Deck, scan: LogScan, raw: RawFile | None, raw_error: str, ending: Ending
) -> Complaint | None:
    """The errors of the analyses themselves."""
    if scan.missing is not None:
        return scan.missing
    if scan.aborted is not None:
        return _with_extent(scan.aborted, deck, raw)
    if raw is None and (scan.refused or scan.changed) is not None:
        return scan.refused or scan.changed
    if ending.exit_code is not None and ending.exit_code < 0:
        return killed_by(-ending.exit_code)
    if raw is None:
        return scan.lack or Complaint(FailureKind.OUTPUT_MISSING, _no_output(raw_error, ending, scan))
    if deck.wanted and raw.plots and all(plot.name.lower() == "constants" for plot in raw.plots):
        return scan.refused or Complaint(
            FailureKind.OUTPUT_MISSING,
            "results.raw contains only constants: nothing was simulated — see simulator.log",
        )
    return next(_shortcomings(deck, scan, raw), None)


def killed_by(number: int) -> Complaint:
    """The complaint for a simulator that a signal ended."""
    if number == signal.SIGKILL:
        message = "killed by another process (SIGKILL), most often by the kernel when memory runs out"
        return Complaint(FailureKind.OUT_OF_MEMORY, message)
    if number == signal.SIGXFSZ:
        return Complaint(FailureKind.RAW_LIMIT, "the raw file grew beyond its limit (execution.raw_limit)")
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    return Complaint(FailureKind.CRASHED, f"the simulator crashed ({name}) — see simulator.log")


def _no_output(raw_error: str, ending: Ending, scan: LogScan) -> str:
    if raw_error:
        return raw_error
    first = f": {scan.warnings[0].message}" if scan.warnings else " — see simulator.log"
    return f"the simulator ended with exit code {ending.exit_code} and left no raw file{first}"


def _shortcomings(deck: Deck, scan: LogScan, raw: RawFile) -> Iterator[Complaint]:
    """What the raw file lacks, the gravest first."""
    if not raw.complete:
        yield scan.lack or Complaint(FailureKind.OUTPUT_MISSING, _torn(raw))
    left = list(raw.plots)
    by_commands = len(deck.wanted_by_commands)
    for place, analysis in enumerate(deck.wanted):
        plot = _take_plot(analysis, left)
        if plot is not None:
            yield from () if _ends_early(deck, analysis) else _extent(analysis, plot)
        elif not deck.conditional and not (deck.writes_raw and place < by_commands):
            yield scan.refused or Complaint(
                FailureKind.OUTPUT_MISSING,
                f"no result of the {analysis.kind} analysis (deck line {analysis.line}) — see simulator.log",
            )
    yield from (_not_numbers(plot) for plot in raw.plots if not _has_numbers(plot))


def _torn(raw: RawFile) -> str:
    for plot in raw.plots:
        if not plot.complete:
            promised = plot.header.points or "more"
            return f"results.raw is truncated: {plot.n_points} of {promised} points of '{plot.name}'"
    return "results.raw is truncated: invalid data after its last plot"


def _take_plot(analysis: Analysis, left: list[Plot]) -> Plot | None:
    """The plot of `analysis`, which no other analysis may claim."""
    mine = [plot for plot in left if analysis_of_name(plot.name) == analysis.kind]
    if not mine:
        return None
    fits = [plot for plot in mine if not any(_extent_of(analysis, plot))]
    chosen = (fits or mine)[0]
    left.remove(chosen)
    return chosen


def _extent_of(analysis: Analysis, plot: Plot) -> Iterator[float]:
    """Where the plot ends, if that is short of where it should."""
    row = plot.last_row()
    if not row and plot.has_axis and analysis.stop is None:
        yield -math.inf
    if analysis.stop is None or not plot.has_axis:
        return
    end = row[0].real if row else -math.inf
    length = abs(analysis.stop - (analysis.start or 0.0)) or abs(analysis.stop)
    if analysis.kind == "dc":
        if analysis.points is not None and plot.n_points < analysis.points:
            yield end
    elif end < analysis.stop - _slack(analysis, length):
        yield end


def _slack(analysis: Analysis, length: float) -> float:
    """A decade or octave sweep ends on the last of its points, not on its stop frequency."""
    if analysis.kind == "tran" or analysis.points is None or analysis.stop is None:
        return length * _REACHED
    if analysis.points < 2 or not analysis.start or analysis.start <= 0:
        return length
    step: float = (analysis.stop / analysis.start) ** (1.0 / (analysis.points - 1))
    linear = length / (analysis.points - 1)
    return max(analysis.stop * (1 - 1 / step), linear) + length * _REACHED


def _ends_early(deck: Deck, analysis: Analysis) -> bool:
    """Whether a transient may end early: once its measurements are made, of which one that is missing fails
    by itself, or because the deck pauses it or writes a part of it.
    """
    if analysis.kind != "tran":
        return False
    autostop = "autostop" in deck.options and bool(deck.measures)
    return autostop or any(_SHORTENS.match(command.text) for command in deck.commands)


def _extent(analysis: Analysis, plot: Plot) -> Iterator[Complaint]:
    for end in _extent_of(analysis, plot):
        if math.isinf(end) and (analysis.kind != "tran" or analysis.stop is None):
            empty = f"the {analysis.kind} analysis has no point (deck line {analysis.line}: {analysis.text})"
            yield Complaint(FailureKind.BAD_NETLIST, f"{empty}; check its start, stop and step")
            continue
        if analysis.kind == "dc" and not math.isinf(end):
            counted = f"the dc analysis has {plot.n_points} of {analysis.points} points"
            yield Complaint(FailureKind.PARTIAL, f"{counted} (deck line {analysis.line}) — see simulator.log")
            continue
        units = {"tran": "s", "ac": "Hz", "noise": "Hz", "sp": "Hz"}.get(analysis.kind, "")
        reached = "before its first point" if math.isinf(end) else f"at {end:.6g}{units}"
        asked = f"{analysis.stop:.6g}{units}"
        message = f"the {analysis.kind} analysis ended {reached} of {asked} — see simulator.log"
        yield Complaint(FailureKind.PARTIAL, message)


def _with_extent(aborted: Complaint, deck: Deck, raw: RawFile | None) -> Complaint:
    """An abort with how far the transient came, which the waveform shows."""
    if raw is not None and " at t=" not in aborted.message:
        for analysis in deck.wanted:
            plots = [plot for plot in raw.plots if analysis_of_name(plot.name) == analysis.kind]
            for end in (
                end for plot in plots if analysis.kind == "tran" for end in _extent_of(analysis, plot)
            ):
                if not math.isinf(end):
                    reached = f"{aborted.message}; reached {end:.6g}s of {analysis.stop:.6g}s"
                    return Complaint(aborted.kind, f"{reached} — see simulator.log")
    return Complaint(aborted.kind, f"{aborted.message} — see simulator.log")


def _has_numbers(plot: Plot) -> bool:
    """Whether the last point has any finite value; a diverged analysis has none."""
    row = plot.last_row()
    values = row[1:] if plot.has_axis else row
    return not values or any(math.isfinite(value.real) and math.isfinite(value.imag) for value in values)


def _not_numbers(plot: Plot) -> Complaint:
    message = f"'{plot.name}' ends in values that are not numbers (NaN or infinite)"
    return Complaint(FailureKind.NO_CONVERGENCE, message)


def _measurements(
    wanted: Sequence[str],
    optional: Collection[str],
    values: Mapping[str, float],
    output: MeasOutput,
    reasons: Mapping[str, str],
) -> Complaint | None:
    """The requested measurements that are missing."""
    spared = {name.lower() for name in optional}
    missing = [name for name in dict.fromkeys(wanted) if name not in values and name not in spared]
    if not missing:
        return None
    named = [f"{name} ({_why_missing(name, output, reasons)})" for name in missing[:4]]
    more = f" and {len(missing) - 4} more" if len(missing) > 4 else ""
    message = f"no value for {', '.join(named)}{more} — see simulator.log"
    return Complaint(FailureKind.MEASUREMENT_MISSING, message)


def _left_out(deck: Deck) -> dict[str, str]:
    """Why ngspice does not run the cards of an analysis: a control block quits first."""
    done = {analysis.kind for analysis in deck.wanted}
    if deck.quit is None:
        return {}
    where = f"the quit on deck line {deck.quit.line} keeps the"
    cards = (card for card in deck.measures if card.analysis not in done)
    return {card.name: f"{where} {card.analysis} card from running" for card in cards}


def _why_missing(name: str, output: MeasOutput, reasons: Mapping[str, str]) -> str:
    if name in output.failed:
        return f"its .meas failed: {reasons[name]}" if name in reasons else "its .meas failed"
    if name in reasons:
        return reasons[name]
    if name in output.printed:
        return f"it is {output.printed[name].value}"
    return "not printed"
