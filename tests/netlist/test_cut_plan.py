"""What is left out of a deck: never what it can reach, and never a random number drawn."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simorc.netlist.cut.kit_text import NotCut
from simorc.netlist.cut.plan import CutPlan, plan_cut, traits_of
from tests.netlist.made_kits import made_kit

NOTHING: frozenset[str] = frozenset()
SEEDS = range(12)


GF180 = """.LIB typical
.param fnoicor=0 sw_stat_global=0 sw_stat_mismatch=0
.lib 'sm141064.ngspice' nfet_03v3_t
.lib 'sm141064.ngspice' cap_t
.endl typical
.LIB statistical
.param sw_stat_global=1 sw_stat_mismatch=1
.lib 'sm141064.ngspice' nfet_03v3_t
.lib 'sm141064.ngspice' cap_t
.endl statistical
.lib nfet_03v3_t
.param nfet_03v3_vth0=0.1 mc_skew=3
.lib 'sm141064.ngspice' fets_mm
.endl nfet_03v3_t
.lib cap_t
.subckt cap_mim 1 2 c_length=1u c_width=1u
.param r_cap='agauss(0,1,1)*sw_stat_mismatch'
C1 1 2 'c_length*c_width*1m*(1+r_cap)'
.ends
.endl cap_t
.lib fets_mm
.subckt nfet_03v3 d g s b w=1e-5 l=2.8e-7 as=0 ad=0 nf=1 m=1
.param mis='sw_stat_mismatch*agauss(0,1,1)'
xin d g s b nfet_inner w=w l=l nf=nf
.ends
.subckt nfet_inner d g s b w=1e-5 l=2.8e-7 nf=1
m0 d g s b nfet_03v3_model w=w l=l nf=nf
.model nfet_03v3_model.0 nmos level=14 vth0='0.7+nfet_03v3_vth0'
+lmin=2.8e-7 lmax=5e-7 wmin=2.2e-7 wmax=1e-4
.model nfet_03v3_model.1 nmos level=14 vth0='0.6+nfet_03v3_vth0'
+lmin=5e-7 lmax=1e-5 wmin=2.2e-7 wmax=1e-4
.ends nfet_inner
.endl fets_mm
"""
"""The form of GF180MCU: sections made of sections of the same file, quoted expressions."""
IHP = """.LIB mos_tt
.include sg13g2_moslv_parm.lib
.if (rfmode == 1)
.include sg13g2_moslv_mod.lib
.else
.include sg13g2_moslv_mod.lib
.endif
.ENDL mos_tt
"""
"""The form of SG13G2: includes beside the library, both branches of a condition, models of compiled code."""


def subcircuits_in(plan: CutPlan) -> list[str]:
    """The names of the subcircuits that are left, in lower case."""
    text = "\n".join(each.text or "" for each in plan.includes)
    return [name.lower() for name in re.findall(r"^\.subckt\s+(\w+)", text, re.I | re.M)]


def bins_in(plan: CutPlan) -> set[str]:
    return set(re.findall(r"^\.model (\S+)", "\n".join(each.text or "" for each in plan.includes), re.M))


def written(directory: Path, **files: str) -> None:
    for name, text in files.items():
        (directory / f"{name}.lib").write_text(text)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_reached_stays_once_and_nothing_else(tmp_path: Path, seed: int) -> None:
    kit = made_kit(tmp_path, seed)
    left = subcircuits_in(plan_cut(kit.deck, NOTHING, tmp_path))
    cells = [name for name in left if name.startswith("cell")]
    assert sorted(cells) == sorted(kit.reached)
    assert "nfet" in left


@pytest.mark.parametrize("seed", SEEDS)
def test_only_bins_that_an_instance_falls_into_stay(tmp_path: Path, seed: int) -> None:
    kit = made_kit(tmp_path, seed)
    assert bins_in(plan_cut(kit.deck, NOTHING, tmp_path)) == kit.bins_needed


@pytest.mark.parametrize("seed", SEEDS)
def test_bins_that_draw_keep_what_draws(tmp_path: Path, seed: int) -> None:
    kit = made_kit(tmp_path, seed, chance=True)
    plan = plan_cut(kit.deck, NOTHING, tmp_path)
    assert bins_in(plan) == kit.bins_needed | kit.bins_unused
    text = "\n".join(each.text or "" for each in plan.includes)
    assert text.count("{u_global}") == len(bins_in(plan))
    assert text.count("toxe") == 1
    assert f"{len(kit.bins_unused)} model bins emptied" in plan.summary


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_left_is_in_the_order_in_which_it_was(tmp_path: Path, seed: int) -> None:
    kit = made_kit(tmp_path, seed)
    (cut,) = plan_cut(kit.deck, NOTHING, tmp_path).includes
    whole = plan_cut(
        kit.deck + "".join(f"Xall{name} a b {name}\n" for name in kit.unreached), NOTHING, tmp_path
    )
    lines = iter((whole.includes[0].text or "").splitlines())
    assert all(line in lines for line in (cut.text or "").splitlines())


def test_a_swept_dimension_keeps_every_bin(tmp_path: Path) -> None:
    kit = made_kit(tmp_path, 3)
    deck = kit.deck.replace("xm1", ".param wide=2\nxm1")
    swept = re.sub(r"W = \S+", "W={wide}", deck)
    assert bins_in(plan_cut(swept, NOTHING, tmp_path)) == kit.bins_needed | kit.bins_unused


def test_commands_that_alter_keep_every_bin(tmp_path: Path) -> None:
    kit = made_kit(tmp_path, 3)
    traits = traits_of(["run", "alter @m.xm1.m1[w]=2u"])
    assert bins_in(plan_cut(kit.deck, traits, tmp_path)) == kit.bins_needed | kit.bins_unused


def test_commands_that_draw_count_as_chance() -> None:
    assert traits_of(["let x = sgauss(0)"]) == {"draws"}
    assert traits_of(["print out", "write a.raw"]) == NOTHING


@pytest.mark.parametrize(
    ("drawn", "matters"),
    [
        ("{switch*agauss(0,1,1)}", False),
        ("{a + factor*switch*AGAUSS(0,1,1)/sqrt(l)}", False),
        ("{switch*exp(gauss(0,0.1,1))}", False),
        ("{agauss(0,1,1)}", True),
        ("{one/switch*agauss(0,1,1)}", True),
        ("{switch + agauss(0,1,1)}", True),
        ("{one*agauss(0,1,1)}", True),
        ("{sum*limit(1,0.1)}", True),
    ],
)
def test_a_number_drawn_is_void_only_times_a_constant_zero(tmp_path: Path, drawn: str, matters: bool) -> None:
    model = ".model n.{0} nmos level=14 lmin={0}e-6 lmax={1}e-6 wmin=0 wmax=1 u0={{u}} toxe=4n\n"
    kit = f".param switch=0 one=1 sum={{one}} factor=2 u={drawn}\n.subckt f d g s l=1 w=1\n"
    kit += "m1 d g s 0 n l={l} w={w}\n" + "".join(model.format(k, k + 1) for k in range(1, 4)) + ".ends\n"
    written(tmp_path, kit=kit)
    deck = "t\n.include kit.lib\nx1 d g 0 f l=1.5u w=1u\n.op\n.end\n"
    assert ("emptied" in plan_cut(deck, NOTHING, tmp_path).summary) is matters


def test_a_constant_defined_again_is_none(tmp_path: Path) -> None:
    kit = made_kit(tmp_path, 5, chance=True)
    off = re.sub("mm_switch=1", "mm_switch=0", (tmp_path / "kit" / "top.lib").read_text())
    (tmp_path / "kit" / "top.lib").write_text(off)
    assert bins_in(plan_cut(kit.deck, NOTHING, tmp_path)) == kit.bins_needed
    again = kit.deck.replace(".op", ".param MM_SWITCH=1\n.op")
    assert bins_in(plan_cut(again, NOTHING, tmp_path)) == kit.bins_needed | kit.bins_unused


def test_several_sections_stay_in_their_order(tmp_path: Path) -> None:
    written(
        tmp_path,
        a=".lib one\n.param x=1\n.endl\n.lib two\n.param x=2\n.endl\n",
        b='.lib m\n.lib a.lib two\n.lib "a.lib" ONE\n.subckt lost a b\nr1 a b 1\n.ends\n.endl m\n',
    )
    plan = plan_cut("t\n.LIB 'b.lib' M\n.lib a.lib two $ again\nR1 a 0 {x}\n.end\n", NOTHING, tmp_path)
    assert [each.written for each in plan.includes] == [".LIB 'b.lib' M", ".lib a.lib two $ again"]
    assert [(each.text or "").splitlines()[1:] for each in plan.includes] == [
        [".param x=2", ".param x=1"],
        [".param x=2"],
    ]
    assert plan.summary == "2 library sections inlined, 1 subcircuits left out"


def test_a_subcircuit_under_a_condition_stays(tmp_path: Path) -> None:
    kit = ".subckt lost a b\n.if (x)\nr1 a b 1\n.else\nr1 a b 2\n.endif\n.ends\n"
    kit += ".if (x==1)\n.subckt maybe a b\nr1 a b 1\n.ends\n.else\n.param y=2\n.endif\n"
    written(tmp_path, kit=kit)
    plan = plan_cut("t\n.include kit.lib\nR1 a 0 1\n.end\n", NOTHING, tmp_path)
    assert subcircuits_in(plan) == ["maybe"]
    assert (plan.includes[0].text or "").count(".else") == 1


def test_subcircuits_of_one_name_stay_together(tmp_path: Path) -> None:
    cell = ".subckt cell a b\nr1 a b {}\n.ends\n"
    written(tmp_path, kit=cell.format(1) + cell.format(2) + cell.replace("cell", "lost"))
    plan = plan_cut("t\n.include kit.lib\nX1 a 0 CELL\n.end\n", NOTHING, tmp_path)
    assert subcircuits_in(plan) == ["cell", "cell"]


@pytest.mark.parametrize(
    ("deck", "kit", "why"),
    [
        (".include nowhere.lib", "", "nowhere.lib not found"),
        (".include $KIT_OF_NOBODY/kit.lib", "", "is not understood"),
        (".lib kit.lib tt", "* none\n", "section tt is not found"),
        (".lib kit.lib tt", ".lib tt\n.param x=1\n", "section tt has no .endl"),
        (".lib kit.lib tt", ".lib tt\n.endl\n.lib TT\n.endl\n", "section tt is defined more than once"),
        (".include kit.lib", ".lib tt\n.endl\n", "it has sections and is included as a whole"),
        (".include kit.lib", ".include kit.lib\n", "nested too deep"),
        (".include kit.lib", ".control\nrun\n.endc\n", "it has a .control card"),
        (".include kit.lib", "R1 a b 1\n.end\n", "it has a .end card"),
        (".include kit.lib", "* first\n+ r=1\n", "a continuation line at its beginning"),
        (".include kit.lib", ".subckt a b c\nr1 b c 1\n", "has no end"),
        (
            ".include kit.lib",
            ".if (x)\n.subckt a b c\n.endif\n.ends\n",
            "no .subckt in the same file and block",
        ),
        (".include\n+ kit.lib", "", "continued"),
        (".lib tt", "", "is not understood"),
    ],
)
def test_what_cannot_be_read_is_left_alone(tmp_path: Path, deck: str, kit: str, why: str) -> None:
    written(tmp_path, kit=kit)
    with pytest.raises(NotCut, match=re.escape(why)):
        plan_cut(f"t\n{deck}\nR1 a 0 1\n.end\n", NOTHING, tmp_path)


def test_a_name_of_two_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    written(tmp_path, inner=".param x=1\n")
    written(tmp_path / "sub", inner=".param x=2\n", kit=".include inner.lib\n")
    with pytest.raises(NotCut, match="names two files"):
        plan_cut("t\n.include sub/kit.lib\nR1 a 0 1\n.end\n", NOTHING, tmp_path)


def test_a_file_of_which_nothing_goes_is_read_itself(tmp_path: Path) -> None:
    written(tmp_path, dut=".subckt amp a b\nr1 a b 1\n.ends\n")
    plan = plan_cut("t\n.include dut.lib\nX1 a 0 amp\n.end\n", NOTHING, tmp_path)
    assert [each.text for each in plan.includes] == [None]
    assert plan.summary == ""


def gf180(directory: Path, section: str, device: str) -> CutPlan:
    (directory / "sm141064.ngspice").write_text(GF180)
    deck = f"t\n.lib {directory}/sm141064.ngspice {section}\n{device}\n.op\n.end\n"
    return plan_cut(deck, NOTHING, directory)


@pytest.mark.parametrize("section", ["typical", "statistical"])
def test_sections_of_sections_in_the_form_of_gf180(tmp_path: Path, section: str) -> None:
    plan = gf180(tmp_path, section, "xm1 d g 0 0 nfet_03v3 W=1u L=0.3u")
    assert subcircuits_in(plan) == ["nfet_03v3", "nfet_inner"]
    assert bins_in(plan) == {"nfet_03v3_model.0"}
    assert (".param sw_stat_global=1" in (plan.includes[0].text or "")) is (section == "statistical")


def test_width_by_fingers_keeps_both_bins(tmp_path: Path) -> None:
    (tmp_path / "k.lib").write_text(
        ".subckt f d g s l=1u w=1u nf=1\nm1 d g s 0 n l=l w=w nf=nf\n"
        + "".join(
            f".model n.{number} nmos level=14 lmin=0 lmax=1 wmin={low}u wmax={high}u\n"
            for number, low, high in ((0, 0, 2), (1, 2, 4), (2, 4, 6), (3, 6, 20))
        )
        + ".ends\n"
    )
    plan = plan_cut("t\n.include k.lib\nx1 d g 0 f w=9u nf=3\n.end\n", NOTHING, tmp_path)
    assert bins_in(plan) == {"n.1", "n.3"}


def test_conditions_in_the_form_of_sg13g2(tmp_path: Path) -> None:
    (tmp_path / "ihp").mkdir()
    (tmp_path / "ihp" / "cornerMOSlv.lib").write_text(IHP)
    (tmp_path / "ihp" / "sg13g2_moslv_parm.lib").write_text(".param rfmode=0\n")
    cell = ".subckt sg13_lv_nmos d g s b w=0.35u l=0.34u ng=1\nn1 d g s b sg13_psp w={w/ng} l=l\n.ends\n"
    (tmp_path / "ihp" / "sg13g2_moslv_mod.lib").write_text(cell + ".model sg13_psp psp103va type=1\n")
    deck = "t\n.lib ihp/cornerMOSlv.lib mos_tt\nXM1 d g 0 0 sg13_lv_nmos w=1u l=0.13u ng=2\n.op\n.end\n"
    plan = plan_cut(deck, NOTHING, tmp_path)
    text = plan.includes[0].text or ""
    assert (text.count(".subckt"), text.count(".if"), text.count(".else"), text.count(".endif")) == (
        2,
        1,
        1,
        1,
    )
    assert plan.files == {
        tmp_path / "ihp" / name
        for name in ("cornerMOSlv.lib", "sg13g2_moslv_parm.lib", "sg13g2_moslv_mod.lib")
    }
