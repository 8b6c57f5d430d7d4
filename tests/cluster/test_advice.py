"""The remedy for a job that never starts."""

from __future__ import annotations

import pytest

from simorc.cluster.advice import advice_on


def test_a_known_reason_names_the_setting() -> None:
    assert advice_on("JobHeldUser", "4711") == "the job is held; release it: scontrol release 4711"
    assert "execution.cluster.walltime" in advice_on("PartitionTimeLimit", "1")


@pytest.mark.parametrize("reason", ["", "SomethingNew", "{job}"])
def test_any_other_reason_has_an_advice(reason: str) -> None:
    assert advice_on(reason, "1") == "check the settings execution.cluster, or contact the administrator"
