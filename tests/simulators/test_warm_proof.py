"""What a comparison proves, which cases rest on it, and which are compared next."""

from __future__ import annotations

import itertools
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from simorc.simulators.ngspice.deck_split import SEED, TEMPERATURE, DeckSplit, split_deck
from simorc.simulators.warm_proof import UNPROVED, DeckProof
from simorc.simulators.warm_sampling import ALLOWANCE, SHARE, DeckSample, Sampling


def form(cards: str) -> DeckSplit:
    return split_deck(f"* t\n{cards}\nr1 a 0 {{r}}\n.end\n")


def changes(*names: str) -> frozenset[str]:
    return frozenset(names)


def test_only_other_numbers_are_other_values() -> None:
    one = form(".param r=1k c=2\n.temp 27\n.option seed=4")
    assert one.differs_in(form(".param r=1000 c=2.0\n.temp 27.0\n.option seed=4")) == changes()
    other = form(".param r=1.0001k c=2\n.temp -40\n.option seed=5")
    assert one.differs_in(other) == changes("r", TEMPERATURE, SEED)


def test_a_deck_is_proved_setting_by_setting() -> None:
    proof = DeckProof()
    assert not proof.covers(changes())
    proof.prove(changes("r"))
    assert proof.covers(changes()) and proof.covers(changes("r"))
    assert not proof.covers(changes("r", "c"))
    proof.prove(changes("c"))
    assert proof.covers(changes("r", "c"))


def test_a_case_that_ran_while_its_proof_was_under_way_counts_once_that_is_made() -> None:
    proof = DeckProof()
    with proof.checking(changes("r")):
        assert proof.awaits(changes("r")) and not proof.awaits(changes("r", "c"))
        assert proof.rests(7, changes("r")) == ""
        proof.prove(changes("r"))
    assert proof.unproved_cases() == []
    assert proof.refuse("differs") == [7]


def test_a_case_whose_proof_came_to_nothing_runs_again() -> None:
    proof = DeckProof()
    with proof.checking(changes("r")):
        assert proof.rests(7, changes("r")) == ""
    assert proof.rests(8, changes("r")) == UNPROVED
    assert proof.unproved_cases() == [7]
    assert proof.unproved_cases() == []
    assert proof.refuse("differs") == []


def test_a_second_proof_under_way_is_waited_for() -> None:
    proof = DeckProof()
    with proof.checking(changes("r")):
        with proof.checking(changes("r", "c")):
            assert proof.rests(7, changes("r")) == ""
        assert proof.unproved_cases() == []
    assert proof.unproved_cases() == [7]


def test_a_refused_deck_says_why_and_gives_its_cases_back() -> None:
    proof = DeckProof()
    proof.prove(changes("r"))
    assert [proof.rests(case, changes("r")) for case in (3, 4)] == ["", ""]
    assert proof.refuse("v(out) differs") == [3, 4]
    assert proof.rests(5, changes("r")) == "v(out) differs"


def sampled(cases: int, cold: float, warm: float, *, longest: int = 500, seed: int = 1) -> list[int]:
    """Which of so many cases, each of `warm` seconds, are checked by a cold run of `cold` seconds."""
    sampling, deck = Sampling(longest, Random(seed)), DeckSample()
    sampling.checked(deck, cold, sampled=False)
    sampling.plan(deck)
    chosen = []
    for number in range(1, cases + 1):
        if sampling.chooses(deck):
            chosen.append(number)
            sampling.checked(deck, cold, sampled=True)
        else:
            sampling.ran_warm(warm)
    return chosen


def test_a_short_sweep_of_a_small_deck_has_its_checks() -> None:
    for seed in range(20):
        assert len(sampled(30, 0.015, 0.003, seed=seed)) >= 3


@given(st.integers(0, 2**32), st.floats(0.005, 3), st.floats(0.001, 0.05), st.integers(100, 5000))
def test_the_time_of_checks_is_bounded(seed: int, cold: float, warm: float, cases: int) -> None:
    checks = len(sampled(cases, cold, warm, longest=10**9, seed=seed))
    assert checks * cold <= ALLOWANCE + SHARE * cases * warm


def test_checks_are_spread_over_a_whole_run_and_not_regular() -> None:
    chosen = sampled(20_000, 0.02, 0.01)
    assert all(any(start < case <= start + 2_000 for case in chosen) for start in range(0, 20_000, 2_000))
    gaps = [after - before for before, after in itertools.pairwise(chosen)]
    assert len(set(gaps[-8:])) > 4
    assert chosen != sampled(20_000, 0.02, 0.01, seed=2)


def test_no_more_cases_than_allowed_pass_whatever_a_check_costs() -> None:
    assert sampled(100, 60.0, 0.001, longest=25) == [25, 50, 75, 100]


def test_no_sample_at_all_if_none_is_wanted() -> None:
    assert sampled(1000, 0.001, 0.001, longest=0) == []


def test_the_case_after_a_failed_one_is_checked_if_it_can_be_afforded() -> None:
    sampling, deck = Sampling(500, Random(1)), DeckSample(cases=1000, due=1400)
    sampling.checked(deck, 0.01, sampled=False)
    assert not sampling.chooses(deck)
    sampling.hasten(deck)
    assert sampling.chooses(deck)
