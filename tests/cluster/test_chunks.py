"""Cutting cases into chunks: nothing lost, nothing twice, and the forms chunks are written in."""

from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from simorc.cluster.chunks import MOST_CASES, chunk_size, count_cases, cut, piece_of, spans_of


@given(
    sizes=st.lists(st.integers(0, 300), max_size=8),
    size=st.integers(1, 100),
    parallel=st.integers(1, 50),
    least=st.integers(1, 20),
)
def test_every_case_is_in_one_chunk(sizes: list[int], size: int, parallel: int, least: int) -> None:
    starts = [1 + sum(sizes[:number]) for number in range(len(sizes))]
    groups = [range(start, start + count) for start, count in zip(starts, sizes, strict=True)]
    chunks = cut(groups, size, parallel, least=least)
    assert sorted(chain.from_iterable(chain.from_iterable(chunks))) == list(range(1, sum(sizes) + 1))
    assert all(count_cases(chunk) < 2 * size for chunk in chunks)


@given(st.lists(st.integers(1, 2**31), max_size=60, unique=True))
def test_spans_say_the_same(cases: list[int]) -> None:
    assert list(piece_of(spans_of(cases))) == cases


def test_a_strided_chunk_is_one_span() -> None:
    assert spans_of(range(3, 100_000, 7)) == [(3, 14_286, 7)]


def test_the_last_chunks_are_small() -> None:
    sizes = [count_cases(chunk) for chunk in cut([range(1, 10_001)], 100, 10)]
    assert sizes[:80] == [100] * 80 and sizes[-10:] == [25] * 10


def test_chunk_size() -> None:
    assert chunk_size(1.0, 300, 1, 1_000_000, 100) == 300
    assert chunk_size(1.0, 300, 4, 1_000_000, 100) == 1200
    assert chunk_size(10.0, 300, 1, 100, 50) == 2
    assert chunk_size(1e-9, 3000, 64, 10**9, 1) == MOST_CASES
    assert chunk_size(0.01, 300, 1, 100, 50) == 500
