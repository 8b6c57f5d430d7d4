"""Names of the user: which may be used, and which one was meant."""

from __future__ import annotations

import pytest

from simorc.config.names import bad_name, did_you_mean, listed


@pytest.mark.parametrize("name", ["vdda", "3v3", "_x", "a.b-c_d", "A" * 100])
def test_names_that_can_be_used(name: str) -> None:
    assert bad_name(name) == ""


@pytest.mark.parametrize("name", ["", "-a", ".a", "a.", "a b", "a/b", "µ", "a\n", "A" * 101])
def test_names_that_cannot(name: str) -> None:
    assert bad_name(name).startswith("a name starts with")


def test_the_nearest_name_is_given_as_it_is_written() -> None:
    assert did_you_mean("vdaa", ["vdda", "temp"]) == " (did you mean 'vdda'?)"
    assert did_you_mean("VDDA", ["Vdda"]) == " (did you mean 'Vdda'?)"
    assert did_you_mean("temperature", ["vdda"]) == ""
    assert did_you_mean("x", []) == ""


def test_a_list_of_names_is_sorted_and_cut() -> None:
    assert listed([]) == "none"
    assert listed(["b", "a"]) == "a, b"
    assert listed("hgfedcba") == "a, b, c, d, e, f, g, h"
    assert listed("ihgfedcba") == "a, b, c, d, e, f, g, h and 1 more"
