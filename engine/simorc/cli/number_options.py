"""Numbers on the command line, parsed like numbers in files: ``1m``, ``90s``, ``12``."""

from __future__ import annotations

import re
from typing import Any

import click


class NumberOption(click.ParamType):  # type: ignore[type-arg]
    """A number that is not negative; what is ambiguous (``100MHz``) is refused."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The value of a text; a default stays as it is."""
        from simorc.units import unambiguous

        if not isinstance(value, str):
            return float(value)
        try:
            number = float(unambiguous(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if number < 0:
            self.fail(f"'{value}' is negative", param, ctx)
        return number


class SecondsOption(click.ParamType):  # type: ignore[type-arg]
    """A duration: seconds, or ``90s``, ``10m``, ``1h30m``."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The seconds of a text."""
        from simorc.units import parse_seconds

        if not isinstance(value, str):
            return float(value)
        try:
            seconds = parse_seconds(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if not seconds:
            self.fail("a duration must be greater than zero", param, ctx)
        return seconds


class CountOption(click.IntRange):
    """A whole number in digits; Python would also take ``1_0`` and digits of other scripts."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number of a text."""
        if isinstance(value, str) and not re.fullmatch(r"\s*[-+]?[0-9]{1,18}\s*", value):
            self.fail(f"{value!r} is not a whole number.", param, ctx)
        return int(super().convert(value, param, ctx))
