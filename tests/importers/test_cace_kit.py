"""What CACE takes from the process kit, and older spellings of its placeholders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simorc.errors import UsageError
from simorc.importers.cace.datasheet import from_cace
from simorc.importers.cace.template import with_prefix
from simorc.importers.result import Carried

Simorc = Callable[..., tuple[int, str]]

SHEET = """\
name: buffer
PDK: sky130A
cace_format: {form}
paths: {{root: .., schematic: xschem}}
default_conditions:
  vdd: {{minimum: 1.7, typical: 1.8, maximum: 1.9}}
  corner: {{typical: tt}}
parameters:
  gain:
    spec: {{gain: {{minimum: {{value: 1}}}}}}
    tool: {{ngspice: {{template: gain.sch, variables: [gain]}}}}
  magic_area:
    tool: magic_area
"""
TEMPLATE = """\
C {{{symbol}}} 0 0 0 0 {{name=CORNER corner={prefix}\\{{corner\\}}}}
C {{devices/code.sym}} 0 0 0 0 {{name=s value="V1 vdd 0 {prefix}\\{{vdd\\}}
.control
let x = $\\{{other\\}}
echo $&gain > out.data
.endc"}}
"""


def design(
    folder: Path, *, form: str = "5.2", prefix: str = "CACE", symbol: str = "sky130_fd_pr/corner.sym"
) -> Path:
    for name in ("cace/templates", "xschem"):
        (folder / name).mkdir(parents=True)
    (folder / "xschem/buffer.sch").write_text("")
    (folder / "cace/templates/gain.sch").write_text(TEMPLATE.format(prefix=prefix, symbol=symbol))
    sheet = folder / "cace/buffer.yaml"
    sheet.write_text(SHEET.format(form=form))
    return sheet


def config(carried: Carried) -> str:
    return carried.files[Path("testbenches/gain/config.yaml")]


def test_models_from_a_symbol_of_the_kit_bring_its_spiceinit_and_its_xschemrc(tmp_path: Path) -> None:
    carried = from_cace(design(tmp_path))
    assert "spiceinit: '${PDK_ROOT}/sky130A/libs.tech/ngspice/spinit'" in config(carried)
    assert "${PDK_ROOT}/sky130A/libs.tech/xschem/xschemrc" in carried.files[Path("sim_setup.yaml")]
    assert carried.changed == ["no xschemrc in the project: the one of sky130A below PDK_ROOT is used"]


def test_a_design_without_symbols_of_the_kit_needs_no_kit(tmp_path: Path) -> None:
    carried = from_cace(design(tmp_path, symbol="devices/corner.sym"))
    assert "PDK_ROOT" not in config(carried) + carried.files[Path("sim_setup.yaml")]


def test_the_xschemrc_of_the_project_comes_first(tmp_path: Path) -> None:
    sheet = design(tmp_path)
    (tmp_path / "xschem/xschemrc").write_text("")
    assert "rcfile: ../xschem/xschemrc" in from_cace(sheet).files[Path("sim_setup.yaml")]


def test_placeholders_of_format_5_0_sweep_as_those_of_5_2(tmp_path: Path) -> None:
    old = from_cace(design(tmp_path / "old", form="5.0", prefix=""))
    new = from_cace(design(tmp_path / "new"))
    sweep = Path("sweeps/gain.yaml")
    assert "vdd: [1.7, 1.8, 1.9]" in old.files[sweep] and old.files[sweep] == new.files[sweep]
    template = Path("testbenches/gain/tb_gain.sch")
    assert old.files[template] == new.files[template]


def test_placeholders_without_their_prefix_are_named_in_format_5_2(tmp_path: Path) -> None:
    left = from_cace(design(tmp_path, prefix="")).left
    assert any("\\{corner\\}, \\{vdd\\}: not replaced" in remark for remark in left)


@pytest.mark.parametrize(
    ("text", "current"),
    [
        (r"[\{vdd\} / 2]", r"CACE[CACE\{vdd\} / 2]"),
        (r"\{vdd=1.8\} \{vdd|maximum\}", r"CACE\{vdd=1.8\} CACE\{vdd|maximum\}"),
        (r"{vdd} {other} ${vdd} x[2]", r"CACE{vdd} {other} ${vdd} x[2]"),
        (r"CACE\{vdd\}", r"CACE\{vdd\}"),
    ],
)
def test_the_spelling_of_format_5_0(text: str, current: str) -> None:
    assert with_prefix(text, ["vdd"])[0] == current


@pytest.mark.parametrize("line", ["cace_format: 4.0\n\nauthorship {\n}\n", "cace_format 3.0;\n"])
def test_the_text_form_is_refused_with_its_name(line: str, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text(f"name:\t\tx\n{line}")
    with pytest.raises(UsageError, match=r"cace_format [34]\.0 is a text of its own form") as error:
        from_cace(tmp_path / "x.txt")
    assert "cace x.txt new.yaml" in str(error.value.remedy)


def test_an_import_without_a_simulation_says_so(tmp_path: Path, simorc: Simorc) -> None:
    sheet = design(tmp_path)
    (tmp_path / "cace/templates/gain.sch").unlink()
    code, output = simorc("import", "cace", str(sheet))
    assert code == 2 and "nothing to simulate" in output and "simorc run" not in output
