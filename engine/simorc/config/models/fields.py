"""Types of configuration values, and the base class of all models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, WithJsonSchema, model_validator

from simorc.config.names import bad_name
from simorc.number_grammar import look_alike
from simorc.units import Number, Value, parse_bytes, parse_seconds, unambiguous


class Section(BaseModel):
    """A mapping of the configuration: frozen, unknown keys refused, an empty entry the same as none."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        defer_build=True,
        validate_default=False,
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty_entries(cls, data: Any) -> Any:
        if data is None:
            return {}
        if not isinstance(data, Mapping):
            raise ValueError(
                f"expected a mapping of {', '.join(list(cls.model_fields)[:6])}, not {kind_of(data)}"
            )
        return {key: value for key, value in data.items() if value is not None or key not in cls.model_fields}


def kind_of(value: Any) -> str:
    """The kind of a YAML value in a word for users."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"{str(value).lower()}"
    if isinstance(value, str | int | float):
        return f"'{value}'"
    return "a mapping" if isinstance(value, Mapping) else "a list"


def _value(value: Any) -> Value:
    """A name may be any text, but none that only looks like a number: a deck would hold something else."""
    if isinstance(value, str) and (reason := look_alike(value)):
        raise ValueError(reason)
    if isinstance(value, str | int | float):
        return value
    raise ValueError(f"expected one value, not {kind_of(value)}")


def _deck_number(value: Any) -> Number:
    """A number that a deck is given as written, so that it means what it means to ngspice."""
    try:
        return Number(value)
    except ValueError as error:
        raise ValueError(_expected_number(value, error)) from None


def _number(value: Any) -> Number:
    """A number that ngspice never sees."""
    number = _deck_number(value)
    return unambiguous(number)


def _expected_number(value: Any, error: ValueError) -> str:
    reason, not_one, advice = str(error).partition(" is not a number")
    return f"expected a number, not {kind_of(value)}{advice}" if not_one else reason


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"expected text, not {kind_of(value)}")


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"expected a duration such as 90s or 10m, not {kind_of(value)}")
    # A Number keeps its text: 10m is ten minutes here, not ten thousandths.
    written = isinstance(value, str | Number)
    seconds = parse_seconds(str(value)) if written else float(value)
    if not 0 < seconds < 1e12:
        raise ValueError("a duration must be between zero and 30,000 years")
    return seconds


def _bytes(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"expected a size such as 2GB, not {kind_of(value)}")
    return parse_bytes(str(value)) if isinstance(value, str | Number) else int(value)


def _whole(value: Any) -> int:
    number = _number(value)
    if not number.is_integer():
        raise ValueError(f"expected a whole number, not '{value}'")
    return int(number)


def _named(value: str) -> str:
    if reason := bad_name(value):
        raise ValueError(reason)
    return value


def _margin(value: Any) -> Value:
    """``5%`` stays text, anything else must be a number; neither may be negative."""
    written = str(value).strip() if isinstance(value, str) else value
    if isinstance(written, str):
        written = written.removeprefix("±").removeprefix("+-").lstrip()
    percent = isinstance(written, str) and written.endswith("%")
    number = _number(written.removesuffix("%").rstrip() if isinstance(written, str) else written)
    if number < 0:
        raise ValueError(f"'{value}' is negative")
    return f"{number}%" if percent else number


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | int | float) else value


Scalar = Annotated[Any, BeforeValidator(_value), WithJsonSchema({"type": ["string", "number", "boolean"]})]
"""One value of a parameter, a `simorc.units.Value`."""

Quantity = Annotated[Number, BeforeValidator(_number), WithJsonSchema({"type": ["number", "string"]})]
"""An engineering number that ngspice never sees: 10k, 100p, 3.30. Ambiguous ones (100MHz) are refused."""

DeckQuantity = Annotated[
    Number, BeforeValidator(_deck_number), WithJsonSchema({"type": ["number", "string"]})
]
"""An engineering number that decks contain as written; it has the value that ngspice reads."""

Text = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "number"]})]
Seconds = Annotated[float, BeforeValidator(_seconds), WithJsonSchema({"type": ["string", "number"]})]
Bytes = Annotated[int, BeforeValidator(_bytes), WithJsonSchema({"type": ["string", "number"]})]
Whole = Annotated[int, BeforeValidator(_whole), WithJsonSchema({"type": ["integer", "string"]})]
Name = Annotated[str, BeforeValidator(_text), AfterValidator(_named)]
Margin = Annotated[Any, BeforeValidator(_margin), WithJsonSchema({"type": ["string", "number"]})]
"""A number in the measurement's unit, or a percentage as text (``5%``)."""

Texts = Annotated[tuple[Text, ...], BeforeValidator(_as_list)]
"""A list of texts; a single one may be written without brackets."""
