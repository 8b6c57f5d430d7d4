"""The files that a deck or an included file names: models, data of code models, compiled models, scripts.

ngspice looks for an included file in the directory it runs in, then beside the file that names it; for data
beside the deck, which is the same directory.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from simorc.deck_text import read_leniently

Kind = Literal["include", "library", "data", "compiled", "script"]

_NAMES = re.compile(
    r"""^[ \t]*\.(?P<include>inc)\w*[ \t]+(?P<include_name>"[^"\n]+"|'[^'\n]+'|[^\s;]+)"""
    r"""|^[ \t]*\.(?P<library>lib)[ \t]+(?P<library_name>"[^"\n]+"|'[^'\n]+'|\S+)"""
    r"""[ \t]+(?P<section>[^\s;$]+)"""
    r"""|\b(?P<data>\w*file(?:name)?)[ \t]*=[ \t]*(?P<data_name>"[^"\n]+")"""
    r"""|^[ \t]*(?:pre_)?(?P<compiled>osdi|codemodel)[ \t]+(?P<compiled_name>"[^"\n]+"|\S+)"""
    r"""|^[ \t]*(?P<script>source|load)[ \t]+(?P<script_name>"[^"\n]+"|[^\s"]+)[ \t]*$""",
    re.IGNORECASE | re.MULTILINE,
)
_WORDS = (".inc", ".lib", "file", "osdi", "codemodel")
_SCRIPT_WORDS = ("source", "load")
"""What a line that names a file contains, in lower case."""
_KINDS: tuple[Kind, ...] = ("include", "library", "data", "compiled", "script")
_BLOCK = re.compile(r"^[ \t]*\.(control|endc)\b", re.IGNORECASE | re.MULTILINE)
_COMMENT_LINE = re.compile(r"[ \t]*\*")
_WORKED_OUT = frozenset("${}")
_MOST_FILES = 5_000


_MOST_INCLUDED = 500
"""Files that one text may include before the search ends."""


@dataclass(frozen=True, slots=True)
class FileReference:
    """A file's name in a text: `start` and `end` are its place, without quotes. `section` is that of a
    library, `line` counts from 1.
    """

    kind: Kind
    written: str
    section: str | None
    line: int
    start: int
    end: int

    @property
    def plain(self) -> bool:
        """Whether the name is literal, not computed by ngspice."""
        return _WORKED_OUT.isdisjoint(self.written)


def references(text: str) -> Iterator[FileReference]:
    """The files that `text` names, in order. Comment lines name none; scripts are in control blocks."""
    blocks = _blocks(text)
    line, counted = 1, 0
    for match in _named(text, scripts=bool(blocks)):
        kind = next(kind for kind in _KINDS if match[kind])
        line += text.count("\n", counted, match.start())
        counted = match.start()
        if _COMMENT_LINE.match(text, text.rfind("\n", 0, match.start()) + 1):
            continue
        if kind == "script" and not _in_control(blocks, match.start()):
            continue
        start, end = match.span(f"{kind}_name")
        quoted = text[start] in "\"'"
        start, end = start + quoted, end - quoted
        section = match["section"] if kind == "library" else None
        yield FileReference(kind, text[start:end], section, line, start, end)


def _blocks(text: str) -> list[tuple[int, bool]]:
    """Where control blocks begin (True) and end."""
    if ".control" not in text and ".control" not in text.lower():
        return []
    return [(match.start(), match[1].lower() == "control") for match in _BLOCK.finditer(text)]


def _named(text: str, *, scripts: bool) -> Iterator[re.Match[str]]:
    """The matches of `_NAMES`, each within one line: only lines with one of its words are examined.

    A kit has a hundred megabytes and a few dozen such lines.
    """
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter that has no lower case of one character
        yield from _NAMES.finditer(text)
        return
    starts: set[int] = set()
    for word in (*_WORDS, *(_SCRIPT_WORDS if scripts else ())):
        place = lowered.find(word)
        while place >= 0:
            starts.add(text.rfind("\n", 0, place) + 1)
            end = text.find("\n", place)
            place = lowered.find(word, end) if end >= 0 else -1
    for start in sorted(starts):
        end = text.find("\n", start)
        yield from _NAMES.finditer(text, start, end if end >= 0 else len(text))


def _in_control(blocks: Sequence[tuple[int, bool]], place: int) -> bool:
    before = [opens for start, opens in blocks if start <= place]
    return bool(before) and before[-1]


def with_names(text: str, replace: Callable[[FileReference], str | None]) -> str:
    """`text` with other names in place of the files it names; None keeps one."""
    parts, position = [], 0
    for reference in references(text):
        name = replace(reference)
        if name is None:
            continue
        quoted = text[reference.start - 1 : reference.start] in {'"', "'"}
        parts += [text[position : reference.start], f'"{name}"' if " " in name and not quoted else name]
        position = reference.end
    return "".join([*parts, text[position:]])


def found(reference: FileReference, places: Sequence[Path]) -> Path | None:
    """The file meant, looked for in `places` one after the other; None without one."""
    written = Path(reference.written)
    if reference.written.startswith("~/"):
        written = written.expanduser()
    paths = [written] if written.is_absolute() else [_beneath(place, reference.written) for place in places]
    return next((path for path in paths if path.is_file()), None)


def _beneath(place: Path, written: str) -> Path:
    """``place/written`` as the system follows it: ``..`` after a symbolic link leads up from its target."""
    path = place / written
    return Path(os.path.realpath(path.parent)) / path.name


def closure(text: str, directory: Path) -> set[Path]:
    """Every file that a deck run in `directory` reads, directly or not."""
    seen: set[Path] = set()
    waiting: list[tuple[Iterable[FileReference], tuple[Path, ...]]] = [(references(text), (directory,))]
    while waiting and len(seen) < _MOST_FILES:
        named, places = waiting.pop()
        for reference in named:
            path = found(reference, places)
            if path is None or path in seen or not reference.plain:
                continue
            seen.add(path)
            if reference.kind in {"include", "library"}:
                waiting.append((references_of(path), (directory, path.parent)))
    return seen


def included_beneath(text: str, places: Sequence[Path], root: Path, *, apart: str = "") -> Iterator[Path]:
    """The files beneath `root` that a text includes, directly or not, each once: looked for in `places`, and
    what a file includes in the first of them and beside it. Files in a folder called `apart` are left out.
    """
    waiting: list[tuple[Iterable[FileReference], Sequence[Path]]] = [(references(text), places)]
    seen: set[Path] = set()
    while waiting and len(seen) < _MOST_INCLUDED:
        named, here = waiting.pop()
        for reference in named:
            path = found(reference, here) if reference.kind in {"include", "library"} else None
            if path is None or path in seen or not path.is_relative_to(root) or path.parent.name == apart:
                continue
            seen.add(path)
            yield path
            waiting.append((references_of(path), (places[0], path.parent)))


def references_of(path: Path) -> tuple[FileReference, ...]:
    """The files that a file names; each version of it is read once. None where it cannot be read."""
    try:
        stat = path.stat()
        return _references_of(path, stat.st_mtime_ns, stat.st_size, stat.st_ino)
    except OSError:
        return ()


@lru_cache(maxsize=4096)
def _references_of(path: Path, _changed: int, _size: int, _inode: int) -> tuple[FileReference, ...]:
    return tuple(references(read_leniently(path)))
