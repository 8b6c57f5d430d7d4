"""Cut decks in ngspice: the same to the bit, trusted only where that was seen, and remembered by content."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from simorc.netlist.cut.plan import CutInclude, CutPlan, plan_cut
from simorc.simulators.job import Job
from simorc.simulators.ngspice.cold import CUT_DECK, Ngspice
from simorc.simulators.ngspice.cut import decks as cut_decks
from simorc.simulators.ngspice.cut import store as cut_store
from simorc.simulators.ngspice.cut.decks import CutDecks
from simorc.simulators.ngspice.cut.store import CutStore, Proof
from simorc.simulators.ngspice.simulator_identity import simulator_identity
from simorc.simulators.ngspice.slot_session import SessionLife
from simorc.simulators.ngspice.verified_decks import VerifiedDecks
from simorc.simulators.ngspice.worker import NgspiceWorker
from simorc.simulators.outcome import Outcome
from simorc.waveforms.sections import first_difference
from tests.netlist.made_kits import made_kit
from tests.simulators.warm_runs import Told

pytestmark = pytest.mark.ngspice

CUT = "cut deck: 1 library sections inlined"
SECTIONS = (
    *("tt", "sf", "ff", "ss", "fs", "ll", "hh", "hl", "lh", "tt_mm", "sf_mm", "ff_mm", "ss_mm", "fs_mm"),
    *("ll_mm", "hh_mm", "hl_mm", "lh_mm", "mc"),
)
DECK = """divider of a kit
.lib kit.lib tt
.param v=1
V1 in 0 dc {v} ac 1
X1 in out divider
R1 out 0 1k
.ac dec 5 1 1k
.end
"""
KIT = """.lib tt
.param half=1k
.subckt divider a b
R1 a b {half}
.ends
.subckt unused a b
R1 a b 1
.ends
.endl
.lib ss
.param half=2k
.endl
"""


class Slot:
    """Workers of run after run, with one cache of cut decks and what they tell."""

    def __init__(self, root: Path, mode: str = "off") -> None:
        self.root = root
        self.mode = mode
        self.told = Told()
        self.simulator = Ngspice()
        self._numbers = itertools.count(1)
        self._runs = itertools.count(1)
        self.new_run()

    def new_run(self) -> None:
        """Another runner: it knows nothing but what is in the cache."""
        identity = lambda: simulator_identity(self.simulator, None)  # noqa: E731
        self.cuts = CutDecks(CutStore(self.root / "cache"), identity)
        session = self.root / f".warm-{next(self._runs)}" / "0"
        self.worker = NgspiceWorker(
            self.simulator, VerifiedDecks(self.mode, 0), session, SessionLife(), cuts=self.cuts
        )

    def job(self, deck: str = DECK) -> Job:
        number = next(self._numbers)
        directory = self.root / "results" / str(number)
        directory.mkdir(parents=True)
        return Job(number, directory, deck.replace("kit.lib", str(self.root / "kit.lib")))

    async def run(self, deck: str = DECK) -> Outcome:
        return await self.run_job(self.job(deck))

    async def run_job(self, job: Job) -> Outcome:
        outcome = await self.worker.run(job, self.told.callbacks)
        assert not (job.directory / CUT_DECK).exists()
        return outcome


@pytest.fixture
def slot(tmp_path: Path) -> Slot:
    (tmp_path / "kit.lib").write_text(KIT)
    return Slot(tmp_path)


@pytest.fixture
def spoiled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cutter with a fault: what it leaves has another resistance."""

    def spoil(deck: str, traits: frozenset[str], directory: Path) -> CutPlan:
        plan = plan_cut(deck, traits, directory)
        other = [CutInclude(each.written, (each.text or "").replace("1k", "3k")) for each in plan.includes]
        return replace(plan, includes=other)

    monkeypatch.setattr(cut_decks, "plan_cut", spoil)
    yield


def cut_beside(directory: Path, deck: str) -> str:
    """`deck` with the files that are cut for it in place of its includes."""
    plan = plan_cut(deck, frozenset(), directory)
    for number, include in enumerate(plan.includes):
        if include.text is not None:
            path = directory / f"cut{number}.spice"
            path.write_text(include.text)
            deck = deck.replace(include.written, f".include {path}")
    return deck


async def raw_of(simulator: Ngspice, directory: Path, deck: str) -> Path:
    directory.mkdir()
    job = Job(1, directory, deck)
    outcome = await simulator.run_cold(job)
    assert outcome.status == "completed", outcome.message
    return job.raw


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_made_kit_gives_the_same(tmp_path: Path, seed: int) -> None:
    kit = made_kit(tmp_path, seed, chance=seed > 1)
    deck = re.sub(r'"kit/top.lib"', f'"{tmp_path}/kit/top.lib"', kit.deck)
    whole = await raw_of(Ngspice(), tmp_path / "whole", deck)
    cut = await raw_of(Ngspice(), tmp_path / "cut", cut_beside(tmp_path, deck))
    assert first_difference(whole, cut) is None


@pytest.mark.parametrize("section", SECTIONS)
async def test_a_section_of_sky130_gives_the_same(tmp_path: Path, pdk_root: Path, section: str) -> None:
    kit = pdk_root / "sky130A" / "libs.tech"
    models = kit / "combined" / "continuous" / "sky130.lib.spice"
    if not models.is_file():
        pytest.skip(f"{models} is not there")
    simulator = Ngspice(spiceinit=kit / "ngspice" / "spinit")
    deck = f"""an inverter and a pair, sky130
.lib "{models}" {section}
.option seed=5
vdd vdd 0 1.8
vin in 0 dc 0.85 ac 1
xn out in 0 0 sky130_fd_pr__nfet_01v8 L=0.5 W=5 nf=1 mult=1
xp out in vdd vdd sky130_fd_pr__pfet_01v8 L=0.5 W=10 nf=2 mult=1
xq out2 in 0 0 sky130_fd_pr__nfet_01v8 L=0.15 W=1 nf=1 mult=1
rl vdd out2 10k
.ac dec 5 1k 1meg
.end
"""
    cut = await raw_of(simulator, tmp_path / "cut", cut_beside(tmp_path, deck))
    whole = await raw_of(simulator, tmp_path / "whole", deck)
    assert first_difference(whole, cut) is None


async def test_the_first_case_runs_on_its_own_deck_and_the_next_on_the_cut_one(slot: Slot) -> None:
    first, second = await slot.run(), await slot.run()
    assert (first.deck_run, (second.deck_run or "")[: len(CUT)]) == (
        "original deck: to be compared with the cut deck",
        CUT,
    )
    raws = [slot.root / "results" / str(number) / "results.raw" for number in (1, 2)]
    assert first_difference(*raws) is None
    assert "kit.lib tt" in (slot.root / "results" / "2" / "netlist.spice").read_text()


async def test_a_proof_is_remembered_by_the_content_it_rests_on(slot: Slot) -> None:
    await slot.run()
    slot.new_run()
    assert ((await slot.run()).deck_run or "").startswith(CUT)
    (slot.root / "kit.lib").write_text(KIT.replace("half=1k", "half=5k"))
    slot.new_run()
    assert (await slot.run()).deck_run == "original deck: to be compared with the cut deck"


async def test_a_proof_of_another_simulator_does_not_count(slot: Slot) -> None:
    await slot.run()
    slot.simulator = Ngspice(threads=2)
    slot.new_run()
    assert (await slot.run()).deck_run == "original deck: to be compared with the cut deck"


async def test_a_cut_deck_that_differs_is_not_used(slot: Slot, spoiled: None) -> None:
    outcomes = [await slot.run() for _ in range(2)]
    assert all((each.deck_run or "").startswith("original deck: ") for each in outcomes)
    assert "gives different results: v(out)" in (outcomes[1].deck_run or "")
    assert not list((slot.root / "cache" / "proofs").glob("*"))


async def test_a_session_of_a_cut_deck_that_differs_is_loaded_anew(tmp_path: Path, spoiled: None) -> None:
    (tmp_path / "kit.lib").write_text(KIT)
    slot = Slot(tmp_path, "auto")
    others = [(slot.job(DECK.replace("v=1", f"v={v}")).deck, None) for v in (4, 5, 6)]
    outcomes = []
    for v in (1, 2, 3):
        job = slot.job(DECK.replace("v=1", f"v={v}"))
        outcomes.append(await slot.run_job(replace(job, siblings=9, partners=lambda: iter(others))))
    await slot.worker.close()
    assert [each.warm for each in outcomes] == [False, True, True], [each.cold_reason for each in outcomes]
    assert "gives different results" in (outcomes[2].deck_run or "")
    assert any("the cut deck gives different results" in why for _, why in slot.told.mismatches)


async def test_a_session_loads_the_cut_deck_and_its_proof_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "kit.lib").write_text(KIT)
    slot = Slot(tmp_path, "auto")
    others = [(slot.job(DECK.replace("v=1", f"v={v}")).deck, None) for v in (4, 5, 6)]

    async def runs() -> list[Outcome]:
        jobs = [slot.job(DECK.replace("v=1", f"v={v}")) for v in (1, 2)]
        done = [await slot.run_job(replace(job, siblings=9, partners=lambda: iter(others))) for job in jobs]
        await slot.worker.close()
        return done

    first = await runs()
    slot.new_run()
    second = await runs()
    assert [each.warm for each in first + second] == [False, True, True, True]
    assert all((each.deck_run or "").startswith(CUT) for each in [first[1], *second])


async def test_a_case_that_fails_is_judged_on_its_own_deck(slot: Slot) -> None:
    await slot.run()
    broken = slot.job(DECK.replace(".ac", ".meas ac peak max nothing(out)\n.ac"))
    await slot.run_job(slot.job(broken.deck))
    failed = await slot.run_job(broken)
    assert failed.status == "failed"
    assert (failed.deck_run or "").startswith("original deck")


async def test_an_attempt_forced_cold_runs_on_its_own_deck(slot: Slot) -> None:
    await slot.run()
    outcome = await slot.run_job(replace(slot.job(), forced_cold=True))
    assert outcome.deck_run == "original deck: this attempt must run in a separate process"


async def test_what_cannot_be_cut_is_said(slot: Slot) -> None:
    (slot.root / "kit.lib").write_text(".lib tt\n.param half=1k\n")
    deck = DECK.replace("X1 in out divider", "R2 in out 1k")
    said = (await slot.run(deck)).deck_run or ""
    assert re.fullmatch(r"original deck: .*kit\.lib: section tt has no \.endl", said)
    assert (await slot.run(deck.replace(".lib kit.lib tt\n", ""))).deck_run is None


# The cache --------------------------------------------------------------------------------------------


def test_a_plan_counts_while_its_files_have_their_content(tmp_path: Path) -> None:
    source = tmp_path / "kit.lib"
    source.write_text(KIT)
    plan = CutPlan((CutInclude(".lib kit.lib tt", "* cut\n"),), frozenset({source}), (("bins", 2),))
    store = CutStore(tmp_path / "cache")
    store.keep_plan("a", plan)
    assert CutStore(tmp_path / "cache").plan("a") == plan
    source.write_text(KIT.replace("1k", "2k"))
    assert store.plan("a") is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": 3}', '{"settings": 1}', '{"seconds": 1}'])
def test_a_damaged_entry_is_none(tmp_path: Path, text: str) -> None:
    for kind in ("plans", "proofs"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "a.json").write_text(text)
    assert CutStore(tmp_path).plan("a") is None
    assert CutStore(tmp_path).proof("a") is None


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = CutStore(tmp_path / "file")
    store.keep_proof("a", Proof(frozenset({"v"}), 1.0))
    store.forget_proof("a")
    assert store.proof("a") is None


def test_proofs_of_one_deck_add_up(tmp_path: Path) -> None:
    store = CutStore(tmp_path)
    store.keep_proof("a", Proof(frozenset({"v"}), 1.0))
    store.keep_proof("a", Proof(frozenset({"temp"}), 2.0))
    store.keep_proof("a", Proof(frozenset(), 3.0))
    assert store.proof("a") == Proof(frozenset({"v", "temp"}), 2.0)


def test_the_oldest_entries_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut_store, "MOST_PROOFS", 3)
    store = CutStore(tmp_path)
    for number in range(6):
        store.keep_proof(str(number), Proof())
    assert len(list((tmp_path / "proofs").iterdir())) == 3
    assert store.proof("5") == Proof()


def test_the_identity_follows_what_ngspice_starts_with(tmp_path: Path) -> None:
    init = tmp_path / "init"
    init.write_text("set ngbehavior=hsa\n")
    one = simulator_identity(Ngspice(spiceinit=init), None)
    init.write_text("set ngbehavior=ltps\n")
    assert one != simulator_identity(Ngspice(spiceinit=init), None)
    assert simulator_identity(Ngspice(str(tmp_path / "nothing")), None) == ""


async def test_a_deck_is_planned_once_for_all_slots(slot: Slot, monkeypatch: pytest.MonkeyPatch) -> None:
    planned = []

    def counted(deck: str, traits: frozenset[str], directory: Path) -> CutPlan:
        planned.append(deck)
        return plan_cut(deck, traits, directory)

    monkeypatch.setattr(cut_decks, "plan_cut", counted)
    jobs = [slot.job(), slot.job()]
    async with anyio.create_task_group() as tasks:
        for job in jobs:
            tasks.start_soon(slot.cuts.of, job, cut_decks.Deck.parse(job.deck))
    assert len(planned) == 1
