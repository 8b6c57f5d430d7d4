"""The Python of docs/results.md runs as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simorc.runs.layout import RunLayout

PAGE = Path(__file__).parents[2] / "docs" / "results.md"
ROWS: list[Any] = [
    ("completed", {"temp": t, "vdda": 3.0}, {"gain": 40 - t / 100}) for t in (-40.0, 27.0, 125.0)
]
RAW = """Title: t
Plotname: Transient Analysis
Flags: real
No. Variables: 2
No. Points: 2
Variables:
\t0\ttime\ttime
\t1\tv(out)\tvoltage
Values:
 0\t0\n\t1\n 1\t1\n\t2
"""


def test_the_example_runs(make_run: Callable[..., RunLayout]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    layout = make_run(ROWS, name="pvt_20260101000000", units={"gain": "dB"}, specs={"gain": {"min": 39}})
    layout.case_dir(1).mkdir()
    layout.raw(1).write_text(RAW)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=layout.root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[0] == "pvt_20260101000000 3 cases" and said[1].endswith("dB")
    assert said[2] == "hot: [38.75]" and said[4] == "depends most on temp"
    assert said[5].startswith("gain fail 3 0.666") and said[6] == "2 points"
