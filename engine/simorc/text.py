"""Makes text safe for a terminal: control characters are displayed and not interpreted."""

from __future__ import annotations

import re

# C0 and C1 controls, DEL, line separators, invisible and direction-changing characters, lone surrogates.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
TAB = 8


def plain(text: str) -> str:
    """One line for display: ESC is shown as ``^[``, a line feed as ``^J``, a bidi override as ``\\u202e``."""
    if _UNSAFE.search(text) is None:
        return text
    return _UNSAFE.sub(_visible, text.expandtabs(TAB) if "\n" not in text and "\r" not in text else text)


def plain_lines(text: str) -> list[str]:
    """The lines of a text for display, each made plain. Lines end at LF, CR LF or CR."""
    lines = re.split(r"\r\n|\n|\r", text)
    return [plain(line) for line in (lines[:-1] if lines[-1] == "" else lines)]


def plain_document(text: str) -> str:
    """A text of several lines, each made plain; lines end at LF."""
    return "\n".join(map(plain, text.split("\n")))


def message_line(text: str) -> str:
    """A message for display in one line: its lines made plain and joined by ``; ``, blank ones left out."""
    if "\n" not in text and "\r" not in text:
        return plain(text)
    return "; ".join(line.strip() for line in plain_lines(text) if line.strip())


def duration(seconds: float, *, narrow: bool = False) -> str:
    """How long something took: ``0.4 s``, ``42 s``, ``3 min 10 s``, ``2 h 05 min``; in little room
    ``0.31s``, ``0:42``, ``3:10``, ``2:05:12``.
    """
    if seconds < 10:
        return f"{seconds:.2f}s" if narrow else f"{seconds:.1f} s"
    whole = int(seconds) if narrow else round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if narrow:
        return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code == 0x09:
        return " "
    if code < 0x20 or code == 0x7F:
        return f"^{chr(code ^ 0x40)}"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
