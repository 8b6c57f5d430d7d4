"""Devices from the two outputs of ngspice that name them."""

from __future__ import annotations

from simorc.operating_point.devices import circuit_signature, devices_of, named_by_instance, path_of

LISTING = """
	title

     1 : x not a device
   587 : m.xm1.msky130_fd_pr__nfet_01v8 d g 0 0 xm1:nshort_model l=    5.0e-01     w=5
  1626 : m.xm2.msky130_fd_pr__pfet_01v8_lvt d2 g2 vdd vdd xm2:plowvt_model l=0.5
   641 : .model xm1:nshort_model.13 nmos level=54 lmin=5e-7 version=4.5 binunit=1
  1665 : .model xm2:plowvt_model.13 pmos level=54 version=4.5
  2645 : vd d 0 1
  2646 : q1 d nmos_node 0 npn1
  2647 : .model npn1 npn ( bf=100 )
  2648 : r1 d 0 1k
  2651 : .op
"""
SHOWN = """ BSIM4v5: Berkeley Short Channel IGFET Model-4
     device m.xm2.msky130_fd_pr__ m.xm1.msky130_fd_pr__
      model   xm2:plowvt_model.13   xm1:nshort_model.13
          l                 5e-07                 5e-07
         gm           0.000713602           0.000664283

 BJT: Bipolar Junction Transistor
     device                    q1
      model                  npn1
         ic            3.1958e-12

 Resistor: Simple linear resistor
     device                    r1
      model                     R
 resistance                  1000
          i                 0.001

 Vsource: Independent voltage source
     device                    vd
         dc                     1
          i                    -1
"""


def test_devices_with_cut_names_and_bins() -> None:
    devices = {each.instance: each for each in devices_of(LISTING, SHOWN)}
    assert list(devices) == ["xm1", "xm2", "vd", "q1", "r1"]
    assert devices["xm1"].nodes == ("d", "g", "0", "0")
    assert (devices["xm1"].kind, devices["xm1"].polarity, devices["xm1"].type) == ("nmos", 1, "BSIM4v5")
    assert devices["xm2"].polarity == -1
    assert devices["xm2"].parameters == {"l", "gm"}
    assert (devices["q1"].kind, devices["q1"].nodes) == ("npn", ("d", "nmos_node", "0"))
    assert devices["r1"].parameters == {"resistance", "i"}
    assert devices["vd"].parameters == {"dc", "i"}


def test_of_two_types_that_a_cut_name_may_mean_only_common_parameters_count() -> None:
    listing = "  2 : m.xalongname.xanother.m1 d g 0 0 na\n  3 : .model na nmos level=1\n"
    listing += "  4 : m.xalongname.xanother.m2 d g 0 0 nb\n  5 : .model nb nmos level=2\n"
    shown = """ Mos1: one
     device m.xalongname.xanother
      model another_model_that_is
         gm 1
        von 1

 Mos2: two
     device m.xalongname.xanother
      model another_model_that_is
         gm 1
        vth 1
"""
    first, second = devices_of(listing, shown)
    assert first.parameters == second.parameters == {"gm"}
    assert first.type == ""


def test_the_signature_is_that_of_devices_and_models() -> None:
    other = LISTING.replace("lmin=5e-7", "lmin=1e-6").replace("model.13", "model.2").replace("w=5", "w=7")
    assert circuit_signature(f"note\n{other}\nmore") == circuit_signature(LISTING)
    for old, new in (("level=54", "level=8"), (" pmos ", " nmos "), ("r1 d", "r2 d"), ("4.5", "4.8")):
        assert circuit_signature(LISTING.replace(old, new)) != circuit_signature(LISTING)


def test_a_title_is_no_device() -> None:
    cards = "3 : m1 d 0 0 0 n\n4 : .model n nmos\n"
    for title in ("", "0 : r1 as a title\n", "     1 : r1 as a title\n"):
        assert circuit_signature(f"r1 as a title\n{title}{cards}") == (("m1", "nmos", "", ""),)


def test_a_wrapped_device_has_the_name_of_its_instance() -> None:
    names = ["m1", "m.xa.m0", "m.xb.m1", "m.xb.m2", "q.xc.q1", "r.xc.rb", "d.xd.d1", "r.xd.rs", "r.xe.r1"]
    names += ["r.xf.r1", "r.xf.r2", "m.xg.xh.m0", "m.xg.xi.m0"]
    shown = [
        "m1",
        "xa",
        "xb.m1",
        "xb.m2",
        "xc",
        "xc.rb",
        "xd",
        "xd.rs",
        "xe",
        "xf.r1",
        "xf.r2",
        "xg.xh",
        "xg.xi",
    ]
    assert named_by_instance(names) == shown
    assert path_of("m.xa.m0") == "xa.m0"
    assert path_of("xa.b") == "xa.b"
