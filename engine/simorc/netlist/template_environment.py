"""The Jinja2 of templates: strict and sandboxed, files of one directory only.

What is compiled or parsed is kept by its text, for the checks before a run load the same template many times.
"""

from __future__ import annotations

import functools
import hashlib
import math
import re
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.bccache import Bucket
from jinja2.exceptions import SecurityError
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment

from simorc.config.names import did_you_mean
from simorc.deck_text import decoded
from simorc.netlist.template_limits import (
    check_arguments,
    checked_result,
    concatenated,
    limit_tree,
    limited_filters,
    refuse_wide_format,
)
from simorc.regular_files import read_regular

MAX_BITS = 1024  # of a whole number raised to a power
MAPPING_METHODS = frozenset({"items", "keys", "values", "get"})
_LONG_NUMBER = re.compile(r"\d(?:_?\d){4299,}")
_KEPT = 64
"""How many templates are kept."""


class Parameters(dict[str, Any]):
    """The parameters of one case; a name is looked up among them before any method of a mapping."""


class _BelowDirectory(jinja2.FileSystemLoader):
    """Loads files of one directory only; symbolic links do not lead out of it."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._named = directory
        self._directory = directory.resolve()

    def get_source(self, environment: jinja2.Environment, template: str) -> Any:
        path = self._directory.joinpath(*split_template_path(template))
        if not path.resolve().is_relative_to(self._directory):
            raise jinja2.TemplateNotFound(template, f"{template} is outside the template's directory")
        try:
            data = read_regular(path, follow=True)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise jinja2.TemplateNotFound(template) from None
        return decoded(data, self._named / template), str(self._named / template), lambda: True


def _finite(value: Any) -> Any:
    """The value of a template's expression; a deck cannot contain infinity."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"the expression gives {value}, which is not a valid number in a deck")
    return value


class _Compiled(jinja2.BytecodeCache):
    """The code of the templates compiled last, by their file and content."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def get_source_checksum(self, source: str) -> str:
        return hashlib.sha256(source.encode(errors="surrogateescape")).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            while len(self._codes) >= _KEPT:
                self._codes.pop(next(iter(self._codes)), None)
            self._codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """Strict names, parameters before methods, no arithmetic that fills the memory."""

    intercepted_binops = frozenset({"*", "**", "+", "%"})
    concat = staticmethod(concatenated)

    def __init__(self, directory: Path) -> None:
        self.files = _BelowDirectory(directory)
        super().__init__(
            loader=self.files,
            undefined=jinja2.StrictUndefined,
            keep_trailing_newline=True,
            auto_reload=False,
            autoescape=False,
            finalize=_finite,
            bytecode_cache=_COMPILED,
        )
        self.globals = {"range": self.globals["range"]}
        self.filters = limited_filters(self.filters)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        try:
            return limit_tree(super()._parse(source, name, filename))
        except ValueError as error:  # Python reads no whole number with so many digits
            long = _LONG_NUMBER.search(source)
            line = 1 if long is None else source.count("\n", 0, long.start()) + 1
            raise jinja2.TemplateSyntaxError("a number has too many digits", line, name, filename) from error

    def parsed(self, source: str) -> nodes.Template:
        """The tree of a template, only to be read. Raises TemplateSyntaxError."""
        return _parsed(source)

    def wrap_str_format(self, value: Any) -> Any:
        """``"...".format``, which refuses too wide a field."""
        wrapped = super().wrap_str_format(value)
        if wrapped is None:
            return None

        def call(*args: Any, **kwargs: Any) -> str:
            refuse_wide_format(value.__self__)
            return str(wrapped(*args, **kwargs))

        return call

    def call(self, context: Any, obj: Any, *args: Any, **kwargs: Any) -> Any:
        name = getattr(obj, "__name__", "")
        owner = getattr(obj, "__self__", None)
        check_arguments(name, (owner, *args) if isinstance(owner, str) else args, kwargs)
        return checked_result(super().call(context, obj, *args, **kwargs))

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is not Parameters:
            return super().getattr(obj, attribute)
        if attribute in obj:
            return obj[attribute]
        if attribute in MAPPING_METHODS:
            return super().getattr(obj, attribute)
        return self._unknown(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if type(obj) is Parameters and isinstance(argument, str) and argument not in obj:
            return self._unknown(obj, argument)
        return super().getitem(obj, argument)

    def _unknown(self, known: Parameters, name: str) -> jinja2.StrictUndefined:
        return jinja2.StrictUndefined(hint=f"{name} is not a parameter{did_you_mean(name, known)}")

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "+":
            return checked_result(super().call_binop(context, operator, left, right))
        if operator == "%" and isinstance(left, str):
            refuse_wide_format(left)
            return checked_result(super().call_binop(context, operator, left, right))
        if not isinstance(left, (int, float, jinja2.Undefined)) or not isinstance(
            right, (int, float, jinja2.Undefined)
        ):
            raise SecurityError(f"{operator} accepts numbers only")
        if operator == "**" and isinstance(left, int) and isinstance(right, int):
            left = left if left.bit_length() * right <= MAX_BITS else float(left)
        return super().call_binop(context, operator, left, right)


@functools.lru_cache(maxsize=_KEPT)
def _parsed(source: str) -> nodes.Template:
    return TemplateEnvironment(Path()).parse(source)
