"""Executors that other packages bring by an entry point, the documented one on dask among them."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

import pytest

from simorc.errors import UsageError
from simorc.executors.registry import Offer, executor_called, executor_names, scheduler_called
from simorc.simulators.ngspice.cold import Ngspice
from tests.cluster.filter_project import REPOSITORY, Simorc

EXAMPLE = REPOSITORY / "docs" / "examples" / "dask_executor.py"


def installed(site: Path, module: str, entry_points: str) -> None:
    """A package with entry points, as pip leaves it."""
    about = site / f"{module}-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(entry_points)


def test_entry_points_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "farm_of_mine.py").write_text(
        "class Farm:\n    name = 'farm'\n\ndef make(offer):\n    return ('made', offer.jobs)\n"
    )
    points = "[simorc.executors]\nmine = farm_of_mine:make\n[simorc.schedulers]\nfarm = farm_of_mine:Farm\n"
    installed(tmp_path, "farm_of_mine", points)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert {"local", "slurm", "lsf", "sge", "mine", "farm"} <= set(executor_names())
    scheduler = scheduler_called("farm")
    assert scheduler is not None and scheduler.name == "farm"
    assert executor_called("mine", Offer(tmp_path, Ngspice(), jobs=3)) == ("made", 3)
    assert scheduler_called("mine") is None
    with pytest.raises(UsageError, match="unknown executor 'nobody'"):
        executor_called("nobody", Offer(tmp_path, Ngspice()))


@pytest.mark.ngspice
@pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="dask.distributed is not installed"
)
def test_the_documented_dask_executor(tmp_path: Path, simorc_here: Simorc) -> None:
    site = tmp_path / "site"
    installed(site, "dask_executor", "[simorc.executors]\ndask = dask_executor:make\n")
    shutil.copy(EXAMPLE, site)
    path = os.pathsep.join([str(site), simorc_here.environment["PYTHONPATH"], *sys.path])
    simorc = Simorc(simorc_here.root, {**simorc_here.environment, "PYTHONPATH": path})
    simorc("run", "few", "--executor", "dask", "--jobs", "2")
    rows = simorc.results("last")
    assert {row["status"] for row in rows.values()} == {"completed"} and len(rows) == 6
