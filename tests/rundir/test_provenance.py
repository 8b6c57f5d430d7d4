"""Which files a run's inputs are."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.rundir import provenance
from simorc.rundir.provenance import hash_inputs, include_closure, named_files


def test_every_deck_s_files_are_inputs_and_a_library_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models.lib").write_text(".lib tt\n.include deep.inc\n.endl\n")
    (tmp_path / "deep.inc").write_text("* deep\n")
    (tmp_path / "extra.inc").write_text("* extra\n")
    (tmp_path / "setup.yaml").write_text("x: 1\n")
    looked: list[str] = []

    def counted(directory: Path, deck: str) -> set[Path]:
        looked.append(deck)
        return include_closure(directory, deck)

    monkeypatch.setattr(provenance, "include_closure", counted)
    decks = [f'.lib "models.lib" {corner}\n' for corner in ("tt", "ss", "ff")]
    found = hash_inputs(
        tmp_path, [tmp_path / "setup.yaml"], tmp_path, [*decks, '.lib "models.lib" tt\n.inc extra.inc\n']
    )
    assert list(found) == ["deep.inc", "extra.inc", "models.lib", "setup.yaml"]
    assert len(looked) == 2


def test_data_and_code_models_a_deck_names_are_inputs(tmp_path: Path) -> None:
    for name in ("wave.txt", "bsim.osdi"):
        (tmp_path / name).write_text("1 2\n")
    deck = '.model src filesource (file="wave.txt" amploffset=[0])\n.control\npre_osdi bsim.osdi\n.endc\n'
    assert {path.name for path in include_closure(tmp_path, deck)} == {"wave.txt", "bsim.osdi"}
    assert named_files(deck) == ("wave.txt", "bsim.osdi")
    assert include_closure(tmp_path, '.model s filesource (file="absent.txt")\n') == set()
