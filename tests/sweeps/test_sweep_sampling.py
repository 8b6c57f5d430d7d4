"""Monte Carlo: seeds that stay, distributions that are what they say, the same values for any subset."""

from __future__ import annotations

import statistics
from collections.abc import Mapping

import pytest

from simorc.errors import UsageError
from simorc.sweeps.sampling import Sampling, distribution_of, sample_seed
from simorc.units import Number


def distribution(kind: str, **arguments: float) -> Mapping[str, Mapping[str, Number]]:
    return {kind: {name: Number(str(value)) for name, value in arguments.items()}}


def drawn(
    definition: Mapping[str, Mapping[str, Number]], method: str = "random", count: int = 512
) -> list[float]:
    samples = Sampling(count, 7, {"x": distribution_of(definition)}, method)
    return [float(samples.value("x", sample)) for sample in range(1, count + 1)]


def test_seeds_never_change() -> None:
    assert [sample_seed(1, sample) for sample in (1, 2, 3)] == [478117131, 816155699, 1593926678]


def test_seeds_are_valid_and_different() -> None:
    seeds = [sample_seed(seed, sample) for seed in (1, 2, -3) for sample in range(1, 2001)]
    assert all(1 <= seed <= 2**31 - 1 for seed in seeds)
    assert len(set(seeds)) > 5990


@pytest.mark.parametrize("method", ["random", "lhs", "sobol"])
def test_normal(method: str) -> None:
    if method != "random":
        pytest.importorskip("scipy")
    values = drawn(distribution("normal", mean=3.3, sigma=0.1), method)
    assert statistics.fmean(values) == pytest.approx(3.3, abs=0.02)
    assert statistics.stdev(values) == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize(
    ("definition", "low", "mean", "high"),
    [
        (distribution("uniform", low=1, high=3), 1, 2, 3),
        (distribution("triangular", low=0, high=3, mode=0), 0, 1, 3),
        (distribution("triangular", low=0, high=2), 0, 1, 2),
        (distribution("triangular", low=2, high=2), 2, 2, 2),
        (distribution("truncated", mean=1, sigma=1, low=0.5, high=1.5), 0.5, 1, 1.5),
        (distribution("truncated_normal", mean=1, sigma=0, low=2, high=3), 2, 2, 2),
        (distribution("lognormal", mean=0, sigma=0.1), 0.6, 1.005, 1.6),
    ],
)
def test_shapes(definition: Mapping[str, Mapping[str, Number]], low: float, mean: float, high: float) -> None:
    values = drawn(definition)
    assert low <= min(values) <= max(values) <= high
    assert statistics.fmean(values) == pytest.approx(mean, abs=0.06)


def test_latin_hypercube_hits_every_slice_once() -> None:
    pytest.importorskip("scipy")
    values = drawn(distribution("uniform", low=0, high=50), "lhs", 50)
    assert sorted(int(value) for value in values) == list(range(50))


@pytest.mark.parametrize("method", ["random", "lhs", "sobol"])
def test_one_sample_alone_is_the_same(method: str) -> None:
    if method != "random":
        pytest.importorskip("scipy")
    definitions = {name: distribution_of(distribution("uniform", low=0, high=1)) for name in "ab"}
    whole, alone = Sampling(100, 3, definitions, method), Sampling(100, 3, definitions, method)
    first = [whole.value("b", sample) for sample in range(1, 101)]
    assert alone.value("b", 63) == first[62]
    assert first != [whole.value("a", sample) for sample in range(1, 101)]


def test_another_parameter_does_not_move_the_random_ones() -> None:
    one = {"b": distribution_of(distribution("uniform", low=0, high=1))}
    two = {"a": one["b"], **one}
    assert Sampling(9, 3, one).value("b", 4) == Sampling(9, 3, two).value("b", 4)


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({"gaussian": {}}, "unknown distribution gaussian"),
        ({"normall": {}}, "did you mean 'normal'"),
        (distribution("normal", mean=1), "sigma is missing"),
        (distribution("normal", mean=1, sigma=1, sgima=2), "unknown key sgima"),
        (distribution("normal", mean=1, sigma=-1), "negative"),
        (distribution("uniform", low=2, high=1), "low is above high"),
        (distribution("triangular", low=0, high=1, mode=2), "mode is outside"),
        ({}, "a distribution needs exactly one of .*, not 0"),
        ({"normal": {"mean": "x", "sigma": "1"}}, "x is not a number"),
    ],
)
def test_refused(definition: Mapping[str, Mapping[str, Number]], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        distribution_of(definition)


def test_sampling_refused() -> None:
    with pytest.raises(UsageError, match="at least 1"):
        Sampling(0, 1, {})
    with pytest.raises(UsageError, match="sampling: halton"):
        Sampling(1, 1, {}, "halton")


def test_without_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("simorc.sweeps.sampling.importlib.import_module", absent)
    with pytest.raises(UsageError, match="sampling: sobol needs scipy") as caught:
        drawn(distribution("uniform", low=0, high=1), "sobol")
    assert "install scipy" in str(caught.value.remedy)
