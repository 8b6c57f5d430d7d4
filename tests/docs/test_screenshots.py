"""The pictures of the documentation: shown somewhere, nothing fetched, nothing of their maker."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
PICTURES = sorted((ROOT / "docs" / "screenshots").glob("*.svg"))
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "screenshots.py"))


def test_every_picture_is_made_by_the_script() -> None:
    assert [path.stem for path in PICTURES] == sorted(SCRIPT["PICTURES"])


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_a_picture_stands_alone(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ElementTree.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
    assert not re.search(r"@font-face|url\(\s*[\"']?http|(?:href|src)=[\"']http|/tmp/", text)


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_a_picture_is_shown_in_the_gallery(path: Path) -> None:
    assert f"(screenshots/{path.name})" in (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["main", "specs", "histogram", "tuner", "form", "pipeline"])
def test_the_first_pages_show_some(name: str) -> None:
    assert f"docs/screenshots/{name}.svg" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"(screenshots/{name}.svg)" in (ROOT / "docs" / "index.md").read_text(encoding="utf-8")


def test_the_gallery_stays_small() -> None:
    assert len(PICTURES) >= 12 and sum(path.stat().st_size for path in PICTURES) < 3_000_000


def test_fonts_of_elsewhere_are_taken_out() -> None:
    made: Callable[[str], str] = SCRIPT["self_contained"]
    text = '<style>@font-face {\n src: url("https://x.y/f.woff");\n}\n.terminal-123-r1 { fill: red }</style>'
    assert made(text) == "<style>\n.terminal-1-r1 { fill: red }</style>"
