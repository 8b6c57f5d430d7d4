"""Splits the cases of a run into chunks, one per element of a job array.

A chunk is a list of pieces, each piece cases that are likely to share a deck, so that a warm session pays.
Cases of a piece are strided over their group: neighbours in a sweep take alike long, and a chunk of nothing
but slow corners would be the long tail. The last chunks are small for the same reason.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

Piece = Sequence[int]
Chunk = list[Piece]
Span = tuple[int, int, int]
"""First case, how many, and the step between them."""

LEAST_SECONDS = 5.0
"""Of work that a job is worth starting for: a Python and a simulator with its models have to load."""
MOST_CASES = 20_000
"""Of one chunk: its list of cases is read by one process."""


def chunk_size(case_seconds: float, chunk_seconds: float, cpus: int, cases: int, parallel: int) -> int:
    """Cases per chunk: as many as fill `chunk_seconds` on `cpus`, but every one of `parallel` places gets
    some if they are worth a job.
    """
    fill = int(chunk_seconds * cpus / max(case_seconds, 1e-3))
    share = max(-(-cases // max(1, parallel)), least_cases(case_seconds, cpus))
    return max(1, min(fill, share, MOST_CASES))


def least_cases(case_seconds: float, cpus: int) -> int:
    """How many cases are worth starting a job for."""
    return max(1, int(LEAST_SECONDS * cpus / max(case_seconds, 1e-3)))


def cut(groups: Iterable[Piece], size: int, parallel: int, *, least: int = 1) -> list[Chunk]:
    """Chunks of about `size` cases. If there are more chunks than places, the last ones are halves and
    quarters of that, but none smaller than `least`.
    """
    chunks: list[Chunk] = []
    small: Chunk = []
    for group in groups:
        if len(group) < size:
            small.append(group)
            if sum(map(len, small)) >= size:
                chunks.append(small)
                small = []
        else:
            parts = -(-len(group) // size)
            chunks.extend([group[part::parts]] for part in range(parts))
    if small:
        chunks.append(small)
    return _shrunk(chunks, parallel, least) if len(chunks) > parallel else chunks


def _shrunk(chunks: list[Chunk], parallel: int, least: int) -> list[Chunk]:
    """The last `parallel` chunks halved, and the last `parallel` of those once more."""
    for _ in range(2):
        head, tail = chunks[:-parallel], chunks[-parallel:]
        worth = [_halves(chunk) if count_cases(chunk) >= 2 * least else [chunk] for chunk in tail]
        chunks = head + [half for halves in worth for half in halves]
    return chunks


def _halves(chunk: Chunk) -> list[Chunk]:
    halves = [[piece[part::2] for piece in chunk if len(piece) > part] for part in (0, 1)]
    return [half for half in halves if half]


def count_cases(chunk: Chunk) -> int:
    return sum(map(len, chunk))


def spans_of(piece: Piece) -> list[Span]:
    """A piece as runs of equal steps: a strided chunk of ten thousand cases is one triple."""
    spans: list[Span] = []
    start = 0
    while start < len(piece):
        stop, step = start + 1, 1
        if stop < len(piece):
            step = piece[stop] - piece[start]
            while stop < len(piece) and piece[stop] - piece[stop - 1] == step:
                stop += 1
        spans.append((piece[start], stop - start, step))
        start = stop
    return spans


def piece_of(spans: Iterable[Sequence[int]]) -> array[int]:
    """The cases of these spans."""
    return array("I", _cases(spans))


def _cases(spans: Iterable[Sequence[int]]) -> Iterator[int]:
    for first, count, step in spans:
        yield from range(first, first + count * step, step) if step else [first] * count
