from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simorc.simulators.ngspice.deck_split import mark, split_deck, unmarked

DECK = """* title
.param vdda=3.3 cl=2p ; load
.param half={vdda/2} odd=2*3
.temp 27
.option seed=12 reltol=1e-4
Vd d 0 {vdda}
.subckt cell a b
.param inner=5
R1 a b {inner}
.ends
.op
.end
"""


def test_what_a_session_can_change_is_taken_out() -> None:
    form = split_deck(DECK)
    assert dict(form.settings) == {"vdda": "3.3", "cl": "2p"}
    assert (form.temperature, form.seed) == ("27", "12")
    assert ".temp" not in form.base
    assert "seed" not in form.base
    assert "reltol=1e-4" in form.base
    assert "inner=5" in form.base


def test_decks_that_differ_only_there_share_a_key() -> None:
    other = DECK.replace("3.3", "3.6").replace("2p", "5p").replace("27", "-40").replace("seed=12", "seed=99")
    assert split_deck(other).key == split_deck(DECK).key


def test_a_title_that_names_the_case_is_no_structure() -> None:
    assert split_deck(DECK.replace("* title", "* case 17")).key == split_deck(DECK).key


def test_structure_makes_another_key() -> None:
    for change in (
        ("reltol=1e-4", "reltol=1e-5"),
        ("Vd d 0 {vdda}", "Vd d 0 {vdda*2}"),
        ("inner=5", "inner=6"),
        (".temp 27\n", ""),
        ("seed=12 ", ""),
        ("odd=2*3", "odd=2*4"),
    ):
        assert split_deck(DECK.replace(*change)).key != split_deck(DECK).key, change


def test_a_temperature_with_a_suffix_is_structure() -> None:
    assert split_deck(DECK.replace("27", "27m")).temperature is None


def test_a_marked_value_on_an_element_line_becomes_a_parameter() -> None:
    marked = f"* t\nV1 in 0 dc {mark('v', '3.3')}\nR1 in 0 r={mark('r', '10k')}\n.end\n"
    form = split_deck(unmarked(marked), marked)
    assert dict(form.settings) == {"simorc_p_v": "3.3", "simorc_p_r": "10k"}
    assert "V1 in 0 dc {simorc_p_v}" in form.base
    assert ".param simorc_p_r=10k" in form.base


def test_two_cases_of_such_a_template_share_a_key() -> None:
    def form(value: str) -> str:
        marked = f"* t\nV1 in 0 dc {mark('v', value)}\n.op\n.end\n"
        return split_deck(unmarked(marked), marked).key

    assert form("3.3") == form("1.8")
    assert form("3.3") != form("0.1")  # 0.1 reaches the element as another double when it is a parameter


def test_marked_values_elsewhere_are_structure() -> None:
    for line in (
        "B1 x 0 V='{m}*v(in)'",
        "R1 a b {m}k",
        "R1 a b {{2*{m}}}",
        ".tran 1n {m}",
        ".lib models.lib {m}",
        "B1 x 0 V={m} * 2",
    ):
        marked = (
            "* t\n" + line.replace("{m}", mark("v", "3")).replace("{{", "{").replace("}}", "}") + "\n.end\n"
        )
        form = split_deck(unmarked(marked), marked)
        assert form.settings == (), line
        assert form.base.splitlines()[1] == unmarked(marked).splitlines()[1], line


def test_marks_that_do_not_give_the_deck_back_are_not_used() -> None:
    marked = f"* t\nV1 in 0 {mark('v', '3.3')}\n.end\n"
    assert split_deck("* t\nV1 in 0 3.4\n.end\n", marked).settings == ()


def test_continued_cards_are_read_as_one() -> None:
    form = split_deck("* t\n.param a=1\n* comment\n+ b=2\n.op\n.end\n")
    assert dict(form.settings) == {"a": "1", "b": "2"}


lines = st.lists(
    st.sampled_from(
        [
            ".param a=1",
            ".param a=2 b=3",
            ".temp 5",
            "+ c=1",
            "R1 a 0 {a}",
            ".subckt s",
            ".ends",
            "* c",
            "",
            ".end",
        ]
    ),
    max_size=12,
)


@given(lines)
def test_the_base_with_its_settings_has_the_same_form(cards: list[str]) -> None:
    """Reading a base again finds the same settings: what a session has loaded is what it thinks it has."""
    once = [card for place, card in enumerate(cards) if card != ".temp 5" or card not in cards[:place]]
    form = split_deck("\n".join(["* t", *once]) + "\n")
    again = split_deck(form.base)
    assert again.settings == form.settings
    assert again.base == form.base


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_any_text_has_a_form(text: str) -> None:
    assert split_deck(text).key is not None
