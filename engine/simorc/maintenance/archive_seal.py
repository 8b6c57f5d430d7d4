"""The seal at the end of an archive: a checksum of every byte before it.

The seal is an empty gzip member with the SHA-256 in its header, which gzip and tar ignore. An archive that is
marked as sealed (`SEALED`, a comment in the tar) and has no seal, or another, is damaged.
"""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

SEALED = "simorc archive, sealed"
"""The comment of a tar whose archive ends with a seal; archives of older versions have none."""
_FIELD = b"SR"
_DIGEST = hashlib.sha256().digest_size
_READ_AT_ONCE = 1 << 20


def seal(path: Path) -> None:
    """Append the seal of everything that is in the file."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").digest()
    with path.open("ab") as stream:
        stream.write(_seal_of(digest))


def holds(path: Path) -> bool:
    """Whether the file ends with the seal of what comes before it."""
    length = len(_seal_of(bytes(_DIGEST)))
    left = path.stat().st_size - length
    if left < 0:
        return False
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while left:
            piece = stream.read(min(left, _READ_AT_ONCE))
            if not piece:
                return False
            digest.update(piece)
            left -= len(piece)
        return stream.read(length + 1) == _seal_of(digest.digest())


def _seal_of(digest: bytes) -> bytes:
    """An empty gzip member (RFC 1952) with the digest in its extra field."""
    field = _FIELD + struct.pack("<H", len(digest)) + digest
    header = b"\x1f\x8b\x08\x04" + bytes(4) + b"\x00\xff" + struct.pack("<H", len(field)) + field
    return header + b"\x03\x00" + bytes(8)
