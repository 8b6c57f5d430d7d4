"""Records of the user's own state in one JSON file, those used last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from simorc.files import write_json
from simorc_tui.settings.user_files import state_file


class KeptRecords:
    """At `most` so many records of the state file `name`. Never raises: what cannot be kept is not kept."""

    def __init__(self, name: str, most: int) -> None:
        self._file = state_file(name)
        self._most = most

    def get(self, key: str) -> Any:
        """The record of a key, whatever it is; None where there is none."""
        return self._all().get(key)

    def put(self, key: str, record: Mapping[str, Any] | None) -> None:
        """Keep a record as the one used last; None removes it."""
        known = self._all()
        known.pop(key, None)
        if record is not None:
            known[key] = record
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_json(self._file, dict(list(known.items())[-self._most :]))
        except OSError:
            return

    def _all(self) -> dict[str, Any]:
        try:
            record = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return record if isinstance(record, dict) else {}
