"""A disk in a file that records every write and every flush, in their order.

    python -m tests.powerloss.recorded_disk DIRECTORY BYTES

mounts a file system with one file, ``disk``, on ``DIRECTORY/mount`` and speaks the protocol of FUSE itself,
as root (linux/fuse.h, version 7.31). A loop device on that file is a disk whose flushes arrive here: the file
system on it decides what it writes and when it flushes, as on real hardware. ``DIRECTORY/records`` has one
`RECORD` for each write (offset, length) and flush (length 0), ``DIRECTORY/data`` the bytes of the writes.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

RECORD = struct.Struct("<QQ")
_IN_HEADER = struct.Struct("<IIQQIIIHH")
_OUT_HEADER = struct.Struct("<IiQ")
_ATTRIBUTES = struct.Struct("<QQQQQQIIIIIIIIII")
_INIT = struct.Struct("<IIIIHHIIHHII24x")
_AT_ONCE = 1 << 20
_ROOT, _DISK = 1, 2
_NAME = b"disk"
_BIG_WRITES, _MAX_PAGES = 1 << 5, 1 << 22
_FOREVER = 1 << 20
LOOKUP, FORGET, GETATTR, SETATTR, OPEN, READ, WRITE, STATFS = 1, 2, 3, 4, 14, 15, 16, 17
RELEASE, FSYNC, FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR, DESTROY, BATCH_FORGET = (
    *(18, 20, 25, 26, 27, 28, 29, 38, 42),
)


@dataclass(frozen=True)
class Write:
    """Bytes that were written at an offset; none of them for a flush."""

    offset: int
    data: bytes

    @property
    def is_flush(self) -> bool:
        return not self.data


def recorded(directory: Path, stop: int) -> Iterator[Write]:
    """The first `stop` writes and flushes, in their order."""
    with (directory / "records").open("rb") as records, (directory / "data").open("rb") as data:
        for _ in range(stop):
            offset, length = RECORD.unpack(records.read(RECORD.size))
            yield Write(offset, data.read(length))


def count_of(directory: Path) -> int:
    """How many writes and flushes are recorded so far."""
    return (directory / "records").stat().st_size // RECORD.size


class RecordedDisk:
    """The server of one mount."""

    def __init__(self, directory: Path, size: int) -> None:
        self._size = size
        self._file = os.open(directory / "content", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        os.ftruncate(self._file, size)
        self._records = (directory / "records").open("wb", buffering=0)
        self._data = (directory / "data").open("wb", buffering=0)
        (directory / "mount").mkdir(exist_ok=True)
        self._fuse = os.open("/dev/fuse", os.O_RDWR)
        options = f"fd={self._fuse},rootmode=40000,user_id=0,group_id=0,allow_other"
        library = ctypes.CDLL(None, use_errno=True)
        target = os.fsencode(directory / "mount")
        if library.mount(b"simorc-powerloss", target, b"fuse", 0, options.encode()):
            raise OSError(ctypes.get_errno(), "mount")
        self._answers: dict[int, Callable[[int, bytes], bytes]] = {
            INIT: self._init,
            LOOKUP: self._look_up,
            GETATTR: lambda node, _: struct.pack("<QII", _FOREVER, 0, 0) + self._attributes(node),
            SETATTR: lambda node, _: struct.pack("<QII", _FOREVER, 0, 0) + self._attributes(node),
            OPEN: lambda *_: struct.pack("<QII", 0, 0, 0),
            OPENDIR: lambda *_: struct.pack("<QII", 0, 0, 0),
            READDIR: lambda *_: b"",
            READ: self._read,
            WRITE: self._write,
            FSYNC: self._flush,
            STATFS: lambda *_: struct.pack("<QQQQQIIII24x", 0, 0, 0, 2, 0, 4096, 255, 4096, 0),
        } | {done: lambda *_: b"" for done in (RELEASE, RELEASEDIR, FLUSH)}

    def serve(self) -> None:
        """Answer until the file system is unmounted."""
        while True:
            try:
                request = os.read(self._fuse, _AT_ONCE + 4096)
            except OSError as error:
                if error.errno == errno.ENODEV:
                    return
                if error.errno in (errno.EINTR, errno.ENOENT):
                    continue
                raise
            _, code, unique, node, *_ = _IN_HEADER.unpack_from(request)
            if code in (FORGET, BATCH_FORGET):
                continue
            self._answer(unique, code, node, request[_IN_HEADER.size :])
            if code == DESTROY:
                return

    def _answer(self, unique: int, code: int, node: int, body: bytes) -> None:
        try:
            answer, error = self._answers[code](node, body), 0
        except KeyError:
            answer, error = b"", -errno.ENOSYS
        except OSError as problem:
            answer, error = b"", -(problem.errno or errno.EIO)
        os.write(self._fuse, _OUT_HEADER.pack(_OUT_HEADER.size + len(answer), error, unique) + answer)

    def _init(self, _: int, body: bytes) -> bytes:
        _, _, ahead, flags = struct.unpack_from("<IIII", body)
        flags &= _BIG_WRITES | _MAX_PAGES
        return _INIT.pack(7, 31, ahead, flags, 16, 12, _AT_ONCE, 1, _AT_ONCE // 4096, 0, 0, 0)

    def _look_up(self, _: int, body: bytes) -> bytes:
        if body.rstrip(b"\0") != _NAME:
            raise OSError(errno.ENOENT, "no such file")
        return struct.pack("<QQQQII", _DISK, 0, _FOREVER, _FOREVER, 0, 0) + self._attributes(_DISK)

    def _attributes(self, node: int) -> bytes:
        size, mode = (0, 0o40700) if node == _ROOT else (self._size, 0o100600)
        return _ATTRIBUTES.pack(node, size, size // 512, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)

    def _read(self, _: int, body: bytes) -> bytes:
        _, offset, length = struct.unpack_from("<QQI", body)
        return os.pread(self._file, length, offset)

    def _write(self, _: int, body: bytes) -> bytes:
        _, offset, length = struct.unpack_from("<QQI", body)
        data = body[40 : 40 + length]
        os.pwrite(self._file, data, offset)
        self._data.write(data)
        self._records.write(RECORD.pack(offset, length))
        return struct.pack("<II", length, 0)

    def _flush(self, *_: object) -> bytes:
        self._records.write(RECORD.pack(0, 0))
        return b""


if __name__ == "__main__":
    RecordedDisk(Path(sys.argv[1]), int(sys.argv[2])).serve()
