"""Plain ``ngspice -b``, simorc cold and simorc warm on every deck of the conformance check.

Exit code 0: no difference but those of the list of known ones; 1: an unexplained difference, or a case that
ran cold without a reason its deck states.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from fnmatch import fnmatchcase
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from simorc.cpus import usable_cpus
from simorc.simulators.ngspice.cold import Ngspice
from tests.conformance.check import DeckReport, check_deck
from tests.conformance.decks import ConformanceDeck, read_decks
from tests.conformance.faults import print_faults
from tests.conformance.known import read_known
from tests.conformance.pairs import check_pairs, random_decks
from tests.conformance.report import print_reports
from tests.conformance.rows import print_rows


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    options = _parser().parse_args(arguments)
    executable = shutil.which(options.ngspice) or options.ngspice
    if options.faults:
        with _work_directory(options.keep) as work:
            return print_faults(options.faults, work, executable)
    version = Ngspice(executable).version()
    decks = [deck for deck in read_decks() if _wanted(deck, options)]
    if options.pairs:
        decks = list(random_decks(decks, options.pairs, options.seed))
    if not decks:
        print("no deck has such a name", file=sys.stderr)
        return 2
    began = time.monotonic()
    with _work_directory(options.keep) as work:
        reports = list(_checked(decks, executable, work, options))
    print(f"ngspice {version}, {len(decks)} decks, {time.monotonic() - began:.0f} s")
    code = print_reports(reports, read_known(), version, verbose=options.verbose)
    if options.rows:
        with _work_directory(options.keep) as work:
            code = max(code, print_rows(executable, work))
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/conformance", description=__doc__)
    parser.add_argument("--ngspice", default="ngspice", metavar="PATH", help="the ngspice to check on")
    parser.add_argument(
        "--only", metavar="PATTERN", help="decks whose name or topic matches, as a shell would"
    )
    parser.add_argument("--short", action="store_true", help="the decks of the short form alone")
    parser.add_argument(
        "--faults", type=Path, metavar="DIR", help="run each project of DIR and print what it gives"
    )
    parser.add_argument("--rows", action="store_true", help="expressions and numbers against ngspice as well")
    parser.add_argument("--pairs", type=int, default=0, metavar="N", help="warm against cold, N random cases")
    parser.add_argument("--seed", type=int, default=1, help="of the random values")
    parser.add_argument("--jobs", type=int, default=usable_cpus(), help="decks at once")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the projects and plain runs in DIR")
    parser.add_argument(
        "--verbose", "-v", action="store_true", help="every difference, not the first few of a deck"
    )
    return parser


def _wanted(deck: ConformanceDeck, options: argparse.Namespace) -> bool:
    if options.short and not deck.short:
        return False
    return not options.only or fnmatchcase(deck.name, options.only) or fnmatchcase(deck.topic, options.only)


@contextmanager
def _work_directory(keep: Path | None) -> Iterator[Path]:
    """Where projects and plain runs are made: `keep`, or a directory that is removed again."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="simorc-conformance-") as made:
        yield Path(made)


def _checked(
    decks: Sequence[ConformanceDeck], executable: str, work: Path, options: argparse.Namespace
) -> Iterator[DeckReport]:
    os.environ.pop("SIMORC_ENV", None)
    os.environ["XDG_CACHE_HOME"] = str(work / "cache")  # what earlier checks proved does not count
    check = check_pairs if options.pairs else check_deck
    one = partial(_one, check, executable=executable, work=work, keep=options.keep is not None)
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("fork")) as pool:
        for number, report in enumerate(pool.map(one, decks), 1):
            _say_progress(number, len(decks), report)
            yield report


def _say_progress(number: int, decks: int, report: DeckReport) -> None:
    """On stderr: each difference when it is found, and where the check stands every fifty decks."""
    for difference in report.differences:
        print(f"{report.deck}: {difference}", file=sys.stderr, flush=True)
    if number % 50 == 0:
        print(f"{number} of {decks} decks", file=sys.stderr, flush=True)


def _one(
    check: Callable[..., DeckReport], deck: ConformanceDeck, executable: str, work: Path, keep: bool
) -> DeckReport:
    return check(deck, executable, work / deck.name, keep=keep)


if __name__ == "__main__":
    sys.exit(main())
