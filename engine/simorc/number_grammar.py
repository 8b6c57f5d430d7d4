"""The grammar of numbers: their values, their spelling in decks, and ambiguous forms.

::

    number  = [sign] digits [exponent] [suffix] [unit]     10k  100p  1meg  -2.5u  3.3V  5e-05  125°C
    suffix  = t g meg k m u n p f mil                      as ngspice reads them: m and M are milli

The micro signs, the minus sign U+2212 and the signs of ohm are read as ``u``, ``-`` and ``ohm``. Every other
character beyond ASCII is refused, with the number it looks like. Reading takes time linear in the text.

ngspice does not read all of these alike: ``.temp 125C`` sets 27 °C, ``1mil`` is 1e-3 in a ``.param``, ``1a``
is an atto from version 40 on, ``let x=1e5k`` is 1e5. `Reading.deck` is a spelling that every part of ngspice
reads as the same number.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from simorc.number_reading import EXPONENTS, closest_spelling

MAX_LENGTH = 400
_MIL = 25.4e-6
_DIGITS = 17
SMALLEST = 1e-290
"""Below it ngspice's own power of ten for the last of 17 digits is not a normal number any more."""
# What may follow a number and means nothing. ngspice skips every trailing letter, we only known units.
_BARE_UNIT = "volts?|v|amps?|a|ohms?|siemens|s|seconds?|sec|hertz|hz|henrys?|h|watts?|w|degc|deg|c|dbm|db|rad"
# Metres and farads cannot follow a number itself: `1m` is a milli and `1f` a femto.
_UNIT = f"{_BARE_UNIT}|farads?|f|m"
_NUMBER = re.compile(
    r"(?P<sign>[-+]?)(?P<digits>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e(?P<exponent>[-+]?[0-9]{1,4}))?"
    rf"(?:(?P<suffix>meg|mil|[tgkmunpf])(?:{_UNIT})?|(?P<atto>a)[af]|(?P<unit>{_BARE_UNIT}))?",
    re.IGNORECASE | re.ASCII,
)
_FOLDED = {
    "\u00b5": "u",  # micro sign
    "\u03bc": "u",  # Greek mu
    "\u2212": "-",  # minus sign
    "\u03a9": "ohm",  # Greek omega
    "\u2126": "ohm",  # ohm sign
    "\u2103": "degC",  # degree Celsius
    "\u00b0": "deg",
}
_FOLDS = str.maketrans(_FOLDED)
_CYRILLIC = dict(zip("аеокКмМнНпгГтТфФ", "aeokKmMnnpggttff", strict=True))
_GREEK = dict(zip("ΑαΕεΗΖΙΚκΜΝΟοΡρΤτ", "AaEeHZIKkMNOoPpTt", strict=True))
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\ufe63\uff0d"
_LOOKS = str.maketrans({**_FOLDED, **_CYRILLIC, **_GREEK, **dict.fromkeys(_DASHES, "-"), "\u066b": "."})
_RESISTOR_CODE = re.compile(
    rf"([-+]?[0-9]+)(?:(meg|[tgkmunpf])|r|{_BARE_UNIT})([0-9]+)(?:{_UNIT})?", re.IGNORECASE | re.ASCII
)
_BEGINNING = re.compile(
    r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[-+]?[0-9]+)?(?:meg|[tgkmunpf])?", re.IGNORECASE | re.ASCII
)
_BEGINS = re.compile(r"[-+]?\.?[0-9]")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read as a number.

    `deck` is a spelling that ngspice reads alike in every position; `plain` the same without a suffix, for
    positions that do not support one (``.temp``). `doubt` is empty, or the advice how to write what may be
    meant.
    """

    value: float
    deck: str
    plain: str
    doubt: str = ""


@functools.lru_cache(maxsize=65_536)
def read_number(text: str) -> Reading:
    """Parse a text without surrounding blanks. Raises ValueError, which names a better spelling."""
    match = _match(text)
    if match is None:
        raise ValueError(f"{_quoted(text)} is not a number{_advice(text)}")
    value = _value(match)
    if math.isinf(value):
        raise ValueError(f"{_quoted(text)} is too large a number")
    if abs(value) < SMALLEST and match["digits"].strip("0."):
        raise ValueError(f"{_quoted(text)} is too small a number")
    if match["unit"] == "a":
        digits = text.translate(_FOLDS).removesuffix("a")
        raise ValueError(f"{_quoted(text)} may be atto or ampere: write {digits}e-18 or {digits}")
    return Reading(value, _deck(match, value), _plain(match, value), _doubt(match))


def exact_decimal(text: str) -> Decimal:
    """The decimal that was written, with every digit. Raises ValueError as `read_number` does."""
    read_number(text)
    match = _match(text)
    assert match is not None
    suffix = _suffix(match)
    exponent = int(match["exponent"] or 0) + EXPONENTS.get(suffix, 0)
    written = Decimal(f"{match['sign']}{match['digits']}e{exponent}")
    return written * Decimal(str(_MIL)) if suffix == "mil" else written


def looks_like(text: str) -> str:
    """The number that a text resembles and is not: ``10 k``, ``1,5``, ``1_000``, wide digits; else ''."""
    if len(text) > MAX_LENGTH:
        return ""
    spaced = "".join(_ascii(character) for character in text)
    if any(unicodedata.category(character) == "No" for character in text):
        return ""  # 10³ and ½ are no digits in a row
    mended = re.sub(r"(?<=[0-9])[\s_]+(?=[0-9])|\s+", "", spaced)
    if re.search(r",[0-9]{3}(?![0-9])", mended):
        return ""  # thousands, or a decimal comma: ambiguous
    mended = re.sub(r"(?<=[0-9]),(?=[0-9]+[^0-9,.]*$)", ".", mended).strip("'\"")
    match = _match(mended)
    if match is None or mended == text or math.isinf(_value(match)):
        return ""
    return mended


def near_number(text: str) -> str:
    """The number nearest to a mistyped one: blanks and doubled points mended, then what it begins with.

    Empty where there is none; never the text itself.
    """
    if like := looks_like(text):
        return like
    if match := _RESISTOR_CODE.fullmatch(text.translate(_FOLDS)):
        return f"{match[1]}.{match[3]}{match[2] or ''}"
    mended = re.sub(r"[.,]+", ".", re.sub(r"\s+", "", text[:MAX_LENGTH]))
    found = _BEGINNING.match(mended)
    near = found[0].removesuffix(".") if found else ""
    return near if near != text and near.strip("+-") else ""


def look_alike(text: str) -> str:
    """Why a text that may be a name is refused: it shows a number in other characters; else ''."""
    strange = strange_characters(text)
    if not strange or _match(text) is not None or not (like := looks_like(text)):
        return ""
    return f"{_quoted(text)} is not a number: {strange}; write {like}"


def strange_characters(text: str) -> str:
    """The first character beyond ASCII that numbers do not have, by its name; else ''."""
    for character in text:
        if character not in _FOLDED and not ("\x20" <= character <= "\x7e"):
            name = unicodedata.name(character, "a control character")
            return f"it contains U+{ord(character):04X} {name}"
    return ""


def unit_apart(text: str) -> str:
    """The number of a text with a blank before its unit or suffix: ``1 k``, ``25 °C``; else ''."""
    number, blank, unit = text.strip().partition(" ")
    joined = f"{number}{unit.strip()}"
    letter = unit.strip()[:1]
    apart = bool(blank) and (letter.isalpha() or not letter.isascii())
    return joined if apart and _match(number) is not None and _match(joined) is not None else ""


def begins_like_a_number(text: str) -> bool:
    """Whether a text starts as a number does, or is what programs print for none: ``1k5``, ``inf``."""
    lowered = text.strip().lower().lstrip("+-.")
    return _BEGINS.match(text.strip()) is not None or lowered in ("inf", "infinity", "nan")


def _match(text: str) -> re.Match[str] | None:
    return _NUMBER.fullmatch(text.translate(_FOLDS)) if len(text) <= MAX_LENGTH else None


def _value(match: re.Match[str]) -> float:
    suffix = _suffix(match)
    exponent = int(match["exponent"] or 0) + EXPONENTS.get(suffix, 0)
    # One conversion of the whole decimal, so that 0.1u is the float nearest to 1e-7.
    value = float(f"{match['sign']}{match['digits']}e{exponent}")
    return value * _MIL if suffix == "mil" else value


def _suffix(match: re.Match[str]) -> str:
    return (match["suffix"] or match["atto"] or "").lower()


def _deck(match: re.Match[str], value: float) -> str:
    suffix = _suffix(match)
    if suffix in ("mil", "a") or not _written_plainly(match, value) or (suffix and match["exponent"]):
        return _plain(match, value)
    return _mantissa(match) + (match["suffix"] or "" if suffix != "m" else "m")


def _plain(match: re.Match[str], value: float) -> str:
    if not value:
        return "-0" if match["sign"] == "-" else match["digits"].rstrip(".") if _short(match) else "0"
    if _suffix(match) or not _written_plainly(match, value):
        return closest_spelling(value)
    return _mantissa(match)


def _mantissa(match: re.Match[str]) -> str:
    """Digits and exponent as written, without a plus sign and without a point that nothing follows.

    ngspice reads ``-.93`` in a vector of a code model otherwise than anywhere else.
    """
    sign = "-" if match["sign"] == "-" else ""
    exponent = "" if match["exponent"] is None else f"e{match['exponent']}"
    digits = f"0{match['digits']}" if sign and match["digits"].startswith(".") else match["digits"]
    return f"{sign}{digits.removesuffix('.')}{exponent}"


def _written_plainly(match: re.Match[str], value: float) -> bool:
    """Whether ngspice's own arithmetic reads the digits as they are, up to its rounding."""
    return _short(match) and (bool(value) or not match["exponent"])


def _short(match: re.Match[str]) -> bool:
    digits = match["digits"].replace(".", "").lstrip("0")
    places = match["digits"].partition(".")[2]
    return len(digits) <= _DIGITS and len(places) <= 60 and len((match["exponent"] or "").lstrip("+-")) <= 3


def _doubt(match: re.Match[str]) -> str:
    digits = _mantissa(match)
    if match["suffix"] == "M":
        return f"write {digits}meg (or {digits}m)"
    if match["suffix"] == "F" and match.end("suffix") == match.end():
        return f"write {digits}f (or {digits})"
    return ""


def _advice(text: str) -> str:
    strange = strange_characters(text)
    like = looks_like(text)
    reason = f": {strange}" if strange else ""
    if not like:
        return reason
    return f"{reason}{';' if reason else ':'} write {like}"


def _ascii(character: str) -> str:
    """A character as the one of ASCII that it resembles; itself where there is none."""
    if (digit := unicodedata.decimal(character, None)) is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", character.translate(_LOOKS)).translate(_LOOKS)
    if unicodedata.category(character) in ("Cf", "Zs"):
        return " "
    return folded


def _quoted(text: str) -> str:
    shown = text if len(text) <= 40 else f"{text[:37]}..."
    return f"'{shown}'"
