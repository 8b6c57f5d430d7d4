"""``simulator.min_version``: which versions are refused, and with which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.errors import ToolMissing
from simorc.simulators.versions import numbers, program_of, require_version
from tests.simulators.fake_programs import write_fake


def fake_ngspice(directory: Path, version: str) -> str:
    path = directory / "ngspice"
    path.write_text(f"#!/bin/sh\necho '** ngspice-{version} : Circuit level simulation program'\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("version", "minimum"),
    [
        ("39", "39"),
        ("44.2", "44"),
        ("44.2", "44.2"),
        ("100", "99"),
        ("46", "46.0"),
        ("39", "9"),
        ("45", "44.2"),
    ],
)
def test_a_version_that_will_do(tmp_path: Path, version: str, minimum: str) -> None:
    require_version("ngspice", fake_ngspice(tmp_path, version), minimum)


@pytest.mark.parametrize(
    ("version", "minimum"), [("39", "44"), ("44", "44.2"), ("44.2", "44.10"), ("9", "39"), ("44.2", "45")]
)
def test_an_older_one_is_refused_with_its_number(tmp_path: Path, version: str, minimum: str) -> None:
    program = fake_ngspice(tmp_path, version)
    with pytest.raises(ToolMissing) as refused:
        require_version("ngspice", program, minimum)
    assert refused.value.exit_code == 5
    assert refused.value.message == (
        f"ngspice {version} ({program}) is older than simulator.min_version {minimum}"
    )


def test_no_minimum_asks_nobody(tmp_path: Path) -> None:
    require_version("ngspice", str(tmp_path / "nothing"), None)


def test_what_does_not_tell_its_version_is_refused(tmp_path: Path) -> None:
    silent = write_fake(tmp_path / "ngspice", "print('hello')\n")
    with pytest.raises(ToolMissing, match="does not report its ngspice version"):
        require_version("ngspice", str(silent), "39")


def test_another_simulator_is_asked_in_its_own_way(tmp_path: Path) -> None:
    xyce = write_fake(tmp_path / "Xyce", "print('Xyce Release 7.5' if '-v' in argv else '')\n")
    require_version("xyce", str(xyce), "7.5")
    with pytest.raises(ToolMissing, match=r"xyce 7\.5 .* older than simulator\.min_version 7\.8"):
        require_version("xyce", str(xyce), "7.8")


def test_the_program_of_another_simulator_is_its_adapters(tmp_path: Path) -> None:
    assert program_of("ngspice", "ngspice") == "ngspice"
    assert program_of("xyce", "ngspice") == "Xyce"
    assert program_of("xyce", "/opt/Xyce") == "/opt/Xyce"


def test_zeros_at_the_end_count_for_nothing() -> None:
    assert numbers("44.0") == numbers("44") < numbers("44.0.1")
