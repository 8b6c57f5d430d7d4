"""Computes expected outputs: ``python -m simorc.pipeline.verification.oracle_process REQUEST ANSWER``.

A process of its own with limits, because it runs the user's Python model. REQUEST contains the `contract`,
its `directory`, and `seed` and `times` of the stimulus, or `sequences` of rows. ANSWER becomes
{"sequences": [{"rows": ..., "expected": ...}]} or {"problem": text}.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simorc.config.contracts.resolved import ResolvedContract
from simorc.errors import ExpressionError
from simorc.pipeline.verification.oracles import Expectation, OracleError, expectations, oracle_of
from simorc.pipeline.verification.stimulus import Row, rows_of


def main() -> int:
    """Answer the request, or say why there are no expected outputs."""
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        answer = {"sequences": _sequences(request)}
    except (OracleError, ExpressionError) as error:
        answer = {"problem": str(error)}
    except Exception as error:  # noqa: BLE001 - whatever the user's model raises
        answer = {"problem": _place(error, request)}
    Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")
    return 0


def _sequences(request: Mapping[str, Any]) -> Any:
    contract, directory = ResolvedContract.from_json(request["contract"]), Path(request["directory"])
    if "sequences" in request:
        sequences = [[row_of(each) for each in rows] for rows in request["sequences"]]
    else:
        sequences = [rows_of(contract, request["seed"], times=request["times"])]
    computed = []
    for rows in sequences:
        oracle = None if contract.oracle == "steps" else oracle_of(contract, directory)
        expected = expectations(contract, oracle, rows)
        computed.append(
            {"rows": [row_json(row) for row in rows], "expected": [_json(each) for each in expected]}
        )
    return computed


def row_json(row: Row) -> list[Any]:
    """A row as JSON; `row_of` reads it."""
    return [list(row.inputs), row.reset, row.tick, None if row.expect is None else dict(row.expect), row.note]


def row_of(data: list[Any]) -> Row:
    """Back from `row_json`."""
    return Row(tuple(data[0]), data[1], data[2], data[3], data[4])


def _json(expected: Expectation) -> list[list[int | None]]:
    return [list(expected.before), list(expected.after)]


def _place(error: Exception, request: Mapping[str, Any]) -> str:
    """The error with the line of the model at fault."""
    model = str(Path(request["directory"]) / (request["contract"]["model"] or ""))
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == model]
    if isinstance(error, SyntaxError):
        lines = [error.lineno]
    place = f"{Path(model).name}:{lines[-1]}: " if lines else ""
    return f"{place}{type(error).__name__}: {error}"


if __name__ == "__main__":
    sys.exit(main())
