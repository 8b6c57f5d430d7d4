"""The allowed values of each key in words, for the reference."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Union

from annotated_types import Ge, Gt, Le
from pydantic import BeforeValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from simorc.config.models import fields
from simorc.config.models import measurement as measurement_models
from simorc.config.models import sweep as sweep_models
from simorc.config.models import testbench as testbench_models
from simorc.config.models.fields import Section

_BY_VALIDATOR: Mapping[Any, str] = {
    fields._value: "value",
    fields._number: "number",
    fields._deck_number: "number",
    fields._text: "text",
    fields._seconds: "duration (`90s`, `10m`, or seconds)",
    fields._bytes: "size (`2GB`, or bytes)",
    fields._whole: "whole number",
    fields._margin: "number or percentage",
    sweep_models._values: "value, list of values or [range](sweep.md#range)",
    testbench_models._plot_specs: "file name, plot spec, or list of them",
    measurement_models.measurements_of: (
        "list of `.meas` names, or mapping of name → expression or [Measurement](testbench.md#measurement)"
    ),
}
_PLAIN = {bool: "`true` or `false`", str: "text", int: "whole number", float: "number", Any: "anything"}


def value_words(field: FieldInfo, link: Mapping[type[Section], str]) -> str:
    """What a key takes, as Markdown; `link` names the place of each section."""
    return _words(field.annotation, list(field.metadata), link)


def _words(annotation: Any, metadata: list[Any], link: Mapping[type[Section], str]) -> str:
    if typing.get_origin(annotation) is Annotated:
        inner, *more = typing.get_args(annotation)
        return _words(inner, [*more, *metadata], link)
    for each in metadata:
        if isinstance(each, BeforeValidator) and each.func in _BY_VALIDATOR:
            return _BY_VALIDATOR[each.func] + _bounds(metadata)
    return _structure(annotation, link) + _bounds(metadata)


def _structure(annotation: Any, link: Mapping[type[Section], str]) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{each}`" for each in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(
            dict.fromkeys(_words(each, [], link) for each in arguments if each is not type(None))
        )
    if origin is dict:
        return f"mapping of {_words(arguments[0], [], link)} → {_words(arguments[1], [], link)}"
    if origin in (tuple, list):
        return f"list of {_words(arguments[0], [], link)}"
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return f"[{annotation.__name__}]({link[annotation]})"
    return _PLAIN.get(annotation, "anything")


def _bounds(metadata: list[Any]) -> str:
    """The limits of a number: `` ≥ 1``."""
    limits = []
    for each in metadata:
        parts = getattr(each, "metadata", [each]) if isinstance(each, FieldInfo) else [each]
        limits += [f"≥ {part.ge}" for part in parts if isinstance(part, Ge)]
        limits += [f"> {part.gt}" for part in parts if isinstance(part, Gt)]
        limits += [f"≤ {part.le}" for part in parts if isinstance(part, Le)]
    return f" {', '.join(limits)}" if limits else ""


def default_words(field: FieldInfo) -> str:
    """The default as it would be written; ``needed`` without one, empty for none."""
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value is PydanticUndefined or value in ((), {}, "") or isinstance(value, Section):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if _has(field, fields._bytes):
        return f"`{_size(value)}`"
    if _has(field, fields._seconds):
        return f"`{value:g} s`"
    if isinstance(value, tuple):
        return f"`[{', '.join(str(each) for each in value)}]`"
    return f"`{value:g}`" if isinstance(value, float) and not str(value).isalnum() else f"`{value}`"


def _has(field: FieldInfo, validator: Any) -> bool:
    """Whether the field takes what this function of `fields` reads: a size, a duration."""
    return any(isinstance(each, BeforeValidator) and each.func is validator for each in field.metadata)


def _size(value: int) -> str:
    for unit, factor in (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024)):
        if value and value % factor == 0:
            return f"{value // factor} {unit}"
    return str(value)


def sections_below(section: type[Section]) -> Iterator[type[Section]]:
    """The sections directly below one, in the order of its keys."""
    for field in section.model_fields.values():
        yield from _sections_in(field.annotation)


def _sections_in(annotation: Any) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _sections_in(part)
