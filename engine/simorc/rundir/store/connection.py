"""Opens the SQLite file of a run for writing and for reading.

The journal is a write-ahead log while a writer has the store open on a file system that is known to be local,
and a rollback journal otherwise, because a write-ahead log needs memory shared by all readers
(sqlite.org/wal.html). A writer that ends leaves everything in the main file.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeAlias

from simorc.errors import StoreError
from simorc.file_access import refuse_unwritable
from simorc.files import is_network
from simorc.regular_files import is_regular
from simorc.rundir import checksums
from simorc.rundir.store.migrations import SCHEMA_VERSION, migrate, version_of

Row: TypeAlias = sqlite3.Row
"""A row of a table: its values by column name."""
DatabaseError = sqlite3.Error
"""What reading or writing a store raises where it is damaged, locked, or its disk is full."""
BUSY_MILLISECONDS = 10_000
CLOSING_MILLISECONDS = 2_000
CONDITION_FUNCTIONS = {
    "condition_compare": 3,
    "condition_compute": -1,
    "condition_number": 1,
    "condition_text": 1,
    "condition_truth": 1,
}
"""What the SQL of conditions calls, with the number of arguments (-1: any)."""


_PASSING = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PROTOCOL,
}
_PRIMARY = 0xFF
"""The part of an extended error code that names its kind."""


def may_pass(error: sqlite3.Error) -> bool:
    """Whether a disk, a file system or another program caused the error, so that trying again may succeed;
    any other error is a damaged store or a defect of simorc.
    """
    return (getattr(error, "sqlite_errorcode", 0) & _PRIMARY) in _PASSING


def create(path: Path, meta: dict[str, str]) -> None:
    """Make an empty store at `path`, with the permissions of the umask as every other file of a run."""
    path.touch(exist_ok=False)  # SQLite would make it without write permission for the group
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA synchronous=OFF")  # who makes a run syncs it as a whole
        connection.execute(f"PRAGMA journal_mode={journal_mode(path)}")
        connection.executescript((Path(__file__).parent / "schema.sql").read_text(encoding="utf-8"))
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        connection.commit()
    finally:
        connection.close()


def journal_mode(path: Path) -> str:
    """``WAL`` where all readers are known to be on this host, ``DELETE`` on any other file system."""
    return "DELETE" if is_network(path.parent) else "WAL"


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The one writer's connection, the store brought to the newest version; raises `StoreError` for a file
    that is corrupt or newer than this program, OSError where it may not be written.
    """
    refuse_unwritable(files_of(path))  # SQLite opens what may only be read, and fails at the first write
    connection = _connect(f"{path.resolve().as_uri()}?mode=rw", path)
    try:
        checksums.forget(path)
        connection.execute(f"PRAGMA journal_mode={journal_mode(path)}")
        set_synced(connection, True)
        migrate(connection)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        connection.close()
        raise _unreadable(path, error) from error
    except OSError:
        connection.close()
        raise
    return connection


def files_of(path: Path) -> tuple[Path, Path, Path]:
    """The store and the files that SQLite keeps beside it while it is open."""
    return path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def set_synced(connection: sqlite3.Connection, synced: bool) -> None:
    """Whether the transactions from now on are on the disk when they are over. Otherwise a power loss may
    undo the last ones, and damages nothing.
    """
    # EXTRA also syncs the directory of a rollback journal; to a write-ahead log it is the same as FULL.
    connection.execute(f"PRAGMA synchronous={'EXTRA' if synced else 'NORMAL'}")


def close_for_writing(connection: sqlite3.Connection) -> None:
    """Close a writer's connection so that ``run.sqlite`` alone contains the whole state.

    The journal is closed as well if no reader is active at this moment. A reader that has an old state open
    can delay that, but no data is lost: the write-ahead log then stays next to the store.
    """
    try:
        connection.execute(f"PRAGMA busy_timeout={CLOSING_MILLISECONDS}")
        path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
        _, logged, copied = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        with suppress(sqlite3.Error):  # a viewer that has the store open keeps its journal, which is empty
            connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    except sqlite3.Error:
        connection.close()  # what is committed stays committed, in the file or in the log beside it
        return
    connection.close()
    if logged == copied:
        checksums.record(path)


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A reader's connection: it can write nothing, and may be used from one thread at a time."""
    immutable = "&immutable=1" if _is_out_of_reach(path) else ""
    uri = f"{path.resolve().as_uri()}?mode=ro{immutable}"
    try:
        connection = _connect(uri, path)
    except StoreError as error:
        if not _is_interrupted(error.__cause__) or not os.access(path.parent, os.W_OK):
            raise
        _undo_interrupted(path)
        connection = _connect(uri, path)
    connection.row_factory = sqlite3.Row
    for name, arguments in CONDITION_FUNCTIONS.items():
        connection.create_function(name, arguments, partial(_computed, name), deterministic=True)
    return connection


def _computed(name: str, *values: object) -> Any:
    return _condition_functions()[name](*values)


@cache
def _condition_functions() -> Mapping[str, Callable[..., Any]]:
    # Imported here: most readers of a store have no condition.
    from simorc.expressions.operations import SQL_FUNCTIONS

    return SQL_FUNCTIONS


def _is_interrupted(error: BaseException | None) -> bool:
    """Whether a transaction was interrupted (a killed process, a power loss) and left its rollback journal,
    which a reader cannot apply.
    """
    return getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY_ROLLBACK


def _undo_interrupted(path: Path) -> None:
    """Have SQLite undo a transaction that was interrupted; its locks keep this from one that is under way."""
    _connect(f"{path.resolve().as_uri()}?mode=rw", path).close()


def _is_out_of_reach(path: Path) -> bool:
    """Whether the store is not writable here and needs no journal: SQLite then reads a store in WAL mode only
    with an explicit option, because it cannot create the files it would share with a writer.
    """
    if os.access(path.parent, os.W_OK) or not path.is_file():
        return False
    log = path.with_name(f"{path.name}-wal")
    return not log.exists() or not log.stat().st_size


def _connect(uri: str, path: Path) -> sqlite3.Connection:
    if path.is_symlink() or (path.exists() and not is_regular(path)):
        raise _unreadable(path, OSError("it is a link or a special file"))  # SQLite would wait for a pipe
    try:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        version = version_of(connection)
        connection.execute("SELECT 1 FROM meta LIMIT 1")
    except (
        sqlite3.DatabaseError,
        UnicodeDecodeError,
    ) as error:  # the message for a damaged name is invalid UTF-8
        raise _unreadable(path, error) from error
    if version > SCHEMA_VERSION:
        connection.close()
        raise StoreError(
            f"{path}: written by a newer simorc (schema {version}, this version supports {SCHEMA_VERSION})",
            remedy="update simorc: pip install --upgrade simorc-tui",
        )
    return connection


def _unreadable(path: Path, error: Exception) -> StoreError:
    return StoreError(
        (f"{path}: cannot be read as the state of a run: {error}"), remedy="simorc fsck --repair RUN"
    )


def quoted(name: str) -> str:
    """`name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
