"""What ngspice prints of measurements."""

from __future__ import annotations

import pytest

from simorc.measurements.meas_output import parse_meas_output

LOG = b"""
  Measurements for Transient Analysis

Error: measure  bad  when(WHEN) : out of interval
 .meas tran bad when v(out)=9 failed!

gain                =  -1.714492e-04
tr                  =  2.197212e-06 targ=  2.303078e-06 trig=  1.058659e-07
vmax                =  9.999546e-01 at=  1.000100e-05
six                 =   6.71194e-01 from=  0.00000e+00 to=  4.00000e-06
Undef               =  nan
pbad                =   failed
 meas ac late when vdb(out)=40 failed!
late                =  1.000000e+00
 Reference value :  1.23803e-04
"""


def test_values_and_failures() -> None:
    output = parse_meas_output(LOG)
    assert {name: found.value for name, found in output.printed.items() if name != "undef"} == {
        "gain": -1.714492e-04,
        "tr": 2.197212e-06,
        "vmax": 0.9999546,
        "six": 0.671194,
        "late": 1.0,
    }
    assert output.failed == {"bad", "pbad"}


def test_uncertainty_is_the_last_digit() -> None:
    printed = parse_meas_output(LOG).printed
    assert printed["gain"].uncertainty == pytest.approx(1e-10)
    assert printed["six"].uncertainty == pytest.approx(1e-6)


def test_an_empty_log() -> None:
    assert parse_meas_output(b"") == ({}, frozenset())


def test_what_only_looks_like_a_number_is_none() -> None:
    assert not parse_meas_output(b"Stack = 0 bytes.\nNo. of Data Rows = 61\n").printed
    assert not parse_meas_output(b"version = 1.2.3\nx = 1e5000000000000\ny = 3abc\n").printed
    assert parse_meas_output(b"z = 1.e0 \n").printed["z"].value == 1.0


def test_a_failure_after_a_value_takes_it_away() -> None:
    output = parse_meas_output(b"t50 = 6.9e-07\n meas tran t50 when v(out)=0.5 failed!\n")
    assert not output.printed and output.failed == {"t50"}
    again = parse_meas_output(b" meas tran t50 when v(out)=0.5 failed!\nt50 = 6.9e-07\n")
    assert again.printed["t50"].value == 6.9e-07 and not again.failed


def test_a_failed_card_beside_another_of_its_name_leaves_no_value() -> None:
    """ngspice writes the failure of a card ahead of what the same analysis prints, so nobody knows which
    of the two was last.
    """
    log = b" .meas tran m when v(out)=9 failed!\nm = 1.0e+00\nm2 = 2.0e+00\n"
    assert parse_meas_output(log).printed["m"].value == 1.0
    output = parse_meas_output(log, frozenset({"m"}))
    assert output.printed.keys() == {"m2"} and output.failed == {"m"}
