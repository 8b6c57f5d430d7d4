"""Reads templates and included files in any encoding, as bytes and as text.

ngspice reads bytes. UTF-8 is usual, Latin-1 comments of an old deck are welcome: a byte that is not UTF-8 is
kept as a lone surrogate (``surrogateescape``), so that it reaches ngspice unchanged. UTF-16, as some editors
write it, is converted.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from simorc.errors import TemplateError
from simorc.regular_files import open_regular, read_regular

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LINE_END = re.compile(r"\r\n|\r|\n")
_CONVERT = "convert the file: iconv -f UTF-16 -t UTF-8"


def decoded(data: bytes, path: Path) -> str:
    """The text of `data`, which came from `path`.

    Raises TemplateError with the line of a NUL, and for UTF-16 that is damaged or has no byte order mark.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _without_nul(_wide(data, encoding, path), path)
    text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")
    if text.count("\0") > len(text) // 4:
        raise TemplateError(f"is UTF-16 without a byte order mark; {_CONVERT}", file=path, line=1)
    return _without_nul(text, path)


def read_leniently(path: Path) -> str:
    """The text of a file for looking through, whatever is wrong with it. Raises OSError."""
    data = read_regular(path, follow=True)
    try:
        return shown(decoded(data, path))
    except TemplateError:
        return data.decode("utf-8", "replace")


def unreadable_for_ngspice(path: Path) -> str:
    """Why ngspice cannot read an included file as it was meant, with the line; empty if it can.

    ngspice gets such a file from the disk, as it is. Only the first 64 KiB are looked at. Raises OSError.
    """
    with open_regular(path, follow=True) as file:
        data = file.read(1 << 16)
    if data.startswith(tuple(mark for mark, _ in _MARKS)):
        return f"{path}:1: is UTF-16, which ngspice cannot read; {_CONVERT}"
    if data.startswith(codecs.BOM_UTF8):
        reason = "begins with a byte order mark, which ngspice reads as part of the first line"
        return f"{path}:1: {reason}; save it without the mark"
    if b"\r" in data and b"\n" not in data:
        return f"{path}:1: its lines end with CR, which ngspice reads as one line; use LF"
    if b"\0" in data:
        line = 1 + data.count(b"\n", 0, data.index(b"\0"))
        return f"{path}:{line}: has a NUL character, which ends the line for ngspice; remove it"
    return ""


def encoded(text: str) -> bytes:
    """`text` as ngspice is given it: UTF-8, bytes of another encoding as they were."""
    return text.encode("utf-8", "surrogateescape")


def shown(text: str) -> str:
    """`text` with a sign in place of each byte that is not UTF-8, for messages, files and databases."""
    return encoded(text).decode("utf-8", "replace")


def _wide(data: bytes, encoding: str, path: Path) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = 1 + data[: error.start].decode(encoding, "ignore").count("\n")
        message = f"is damaged {encoding.upper()} ({error.reason})"
        raise TemplateError(message, file=path, line=line) from None


def _without_nul(text: str, path: Path) -> str:
    place = text.find("\0")
    if place >= 0:
        line = 1 + len(_LINE_END.findall(text, 0, place))
        raise TemplateError("has a NUL character, which no netlist may contain", file=path, line=line)
    return text
