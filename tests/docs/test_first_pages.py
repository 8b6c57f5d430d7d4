"""README and the first page of the site say the same of simorc and its alternatives."""

from __future__ import annotations

import re

from playing import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
HOME = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")


def comparison(page: str) -> list[str]:
    """The lines below the heading, links taken out."""
    text = page.split("## Comparison with alternatives\n")[1].split("\n## ")[0]
    return re.sub(r"\[[^\]]*\]\([^)]*\)", "LINK", text).split()


def test_there_is_one_comparison() -> None:
    assert comparison(README) == comparison(HOME)


def test_its_seconds_are_those_of_the_performance_page() -> None:
    measured = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    rows = [line.split("|")[2:5] for line in README.splitlines() if re.match(r"\| [\d,]+ .*cases", line)]
    assert len(rows) == 3
    for cell in (cell for row in rows for cell in row):
        seconds = float(re.search(r"[\d.]+", cell)[0])  # type: ignore[index]
        found = [float(each) for each in re.findall(r"([\d.]+) s\b", measured)]
        assert any(abs(each - seconds) <= max(0.051, 0.002 * seconds) for each in found), cell


def test_every_how_to_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        name = page.relative_to(ROOT / "docs").as_posix()
        assert name in navigation or name.startswith("transcripts/"), name
