"""Writes a run as a pytest module, for CI systems that support pytest."""

from __future__ import annotations

from simorc.files import write_whole
from simorc.rundir.layout import RunLayout

_MODULE = '''"""Sweep {sweep} as pytest, one test per case:  pytest -n 2 {file}

Each test runs one case through the same code as `simorc run`. Results are stored in the run when the session
ends. A case that is completed already passes at once; to simulate it again, delete its directory in results/.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simorc.launch.one_case import case_label, run_case, store_results

RUN = Path(__file__).resolve().parent


@pytest.fixture(scope="session", autouse=True)
def _stored() -> Iterator[None]:
    yield
    store_results(RUN)


@pytest.mark.parametrize("case_id", range(1, {stop}), ids=lambda case_id: case_label(RUN, case_id))
def test_case(case_id: int) -> None:
    outcome = run_case(RUN, case_id)
    assert outcome.status == "completed", f"{{outcome.kind}}: {{outcome.message}}"
'''


def write_pytest_plan(layout: RunLayout, sweep: str, total: int) -> None:
    """Write ``test_<sweep>.py`` into the run directory."""
    file = f"test_{''.join(c if c.isalnum() else '_' for c in sweep)}.py"
    write_whole(layout.path / file, _MODULE.format(sweep=sweep, file=file, stop=total + 1))
