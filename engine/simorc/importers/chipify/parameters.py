"""The parameters of a Chipify datasheet as a grid of simorc: lists, ``range``, ``linspace``, ``logspace``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from simorc.errors import UsageError
from simorc.importers.result import Carried

_CALL = re.compile(r"\s*([A-Za-z_]\w*)\s*\((.*)\)\s*", re.DOTALL)
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def grid(parameters: Mapping[str, Any], carried: Carried) -> dict[str, list[Any]]:
    """Every parameter with its values, in the order of the file. Raises UsageError as Chipify refuses."""
    return {str(name): _values(str(name), written, carried) for name, written in parameters.items()}


def _values(name: str, written: Any, carried: Carried) -> list[Any]:
    if isinstance(written, list):
        values = [_scalar(name, each) for each in written]
        return _without_repeats(name, values, carried)
    if isinstance(written, str) and "(" in written and written[:1].isalpha():
        return _called(name, written)
    return [_scalar(name, written)]


def _scalar(name: str, value: Any) -> Any:
    if value is None:
        return "None"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float | str):
        return value
    raise UsageError(f"parameters.{name}: {value!r} is no single value")


def _without_repeats(name: str, values: list[Any], carried: Carried) -> list[Any]:
    kept = [value for place, value in enumerate(values) if value not in values[:place]]
    if len(kept) < len(values):
        carried.change(f"parameters.{name}: values that come twice are simulated once")
    return kept


def _called(name: str, text: str) -> list[float]:
    match = _CALL.fullmatch(text)
    words = [word.strip() for word in match[2].split(",")] if match and match[2].strip() else []
    if match is None or match[1] not in _CALLS or not all(map(_NUMBER.fullmatch, words)):
        raise UsageError(f"parameters.{name}: {text}: expected range, linspace or logspace of numbers")
    try:
        return _CALLS[match[1]](*map(float, words))
    except (TypeError, ValueError) as error:
        raise UsageError(f"parameters.{name}: {text}: {error}") from None


def _range(*arguments: float) -> list[float]:
    """Python's range, its end excluded, as floats."""
    if not 1 <= len(arguments) <= 3:
        raise ValueError("range has one to three arguments")
    return [float(each) for each in range(*map(int, arguments))]


def _linspace(start: float, stop: float, count: float, endpoint: float = 1) -> list[float]:
    import numpy as np

    return [float(each) for each in np.linspace(start, stop, _count(count), endpoint=bool(endpoint))]


def _logspace(start: float, stop: float, count: float, endpoint: float = 1, base: float = 10) -> list[float]:
    import numpy as np

    spaced = np.logspace(start, stop, _count(count), endpoint=bool(endpoint), base=base)
    return [float(each) for each in spaced]


def _count(count: float) -> int:
    if count != int(count) or count < 0:
        raise ValueError(f"{count} is no count")
    return int(count)


_CALLS: dict[str, Callable[..., list[float]]] = {
    "range": _range,
    "linspace": _linspace,
    "logspace": _logspace,
}
