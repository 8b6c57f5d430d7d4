"""scripts/fuzz in short: no command ends with an exception that nobody foresaw, whatever it is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.cli import errors as failures
from tests.security.fuzzing import Fuzzer

pytestmark = pytest.mark.ngspice  # a run is made once

EACH = 5


def test_no_input_ends_a_command_by_an_unforeseen_exception(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "show_bug", failures.show_bug)  # put back what the fuzzer replaces
    fuzzer = Fuzzer(tmp_path, seed=7)
    fuzzer.pack()
    for kind in fuzzer.kinds():
        for number in range(EACH):
            fuzzer.go(kind, number)
    unforeseen = [finding for finding in fuzzer.findings if finding.kind == "exception"]
    assert not unforeseen, unforeseen[0].what + "\n" + unforeseen[0].trace
