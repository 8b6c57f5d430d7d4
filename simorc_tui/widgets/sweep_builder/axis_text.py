"""The swept values of a parameter as one line of text.

tt ss ff              a list
1.62 .. 1.98 /5       five points
-40 .. 125 by 15      in steps of 15
1p .. 1n /7 log       seven points, logarithmic
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from simorc.errors import ExpressionError

if TYPE_CHECKING:
    from simorc.config.yaml.edit import AxisValue

_RANGE = re.compile(
    r"(?P<start>\S+)\s*\.\.\s*(?P<stop>\S+?)\s*(?:/\s*(?P<num>\S+)|by\s+(?P<step>\S+))?\s*(?P<scale>lin|log)?"
)


def axis_text(value: AxisValue) -> str:
    """The line for a value of the sweep file."""
    if isinstance(value, str):
        return _quoted(value)
    if not isinstance(value, dict):
        return " ".join(_quoted(str(item)) for item in value)
    pace = f" /{value['num']}" if "num" in value else f" by {value.get('step', '')}"
    scale = " log" if value.get("scale") == "log" else ""
    return f"{value.get('start', '')} .. {value.get('stop', '')}{pace}{scale}"


def parse_axis(text: str) -> AxisValue | None:
    """The sweep file's value for a line, None for an empty line (the parameter is not swept).

    Raises ExpressionError naming what is missing.
    """
    stripped = text.strip()
    if not stripped:
        return None
    if ".." in stripped:
        return _range(stripped)
    try:
        return [part for word in shlex.split(stripped) for part in word.split(",") if part]
    except ValueError as error:
        raise ExpressionError("missing closing quote", column=len(text)) from error


def _range(text: str) -> dict[str, str]:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise ExpressionError("write a range as: start .. stop /points, or start .. stop by step", column=1)
    if found["num"] is None and found["step"] is None:
        raise ExpressionError("number of points missing: add /5, or by 0.1", column=len(text))
    parts = {"start": found["start"], "stop": found["stop"]}
    parts |= {"num": found["num"]} if found["num"] else {"step": found["step"]}
    if found["scale"] == "log":
        parts["scale"] = "log"
    return parts


def _quoted(text: str) -> str:
    return shlex.quote(text) if re.search(r"[\s,'\"]", text) or not text or ".." in text else text
