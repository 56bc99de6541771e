"""Every trouble that `declare` tells has a page, and every page of its range is told."""

import re
from pathlib import Path

import hansa.declare
from hansa.trouble import catalogue


def test_the_troubles_of_declare_and_their_pages_are_the_same() -> None:
    folder = Path(hansa.declare.__file__).parent
    # What is written in files that name others, and in access policies, is looked at where those are known.
    later = (p for stage in ("cedar", "compile") for p in (folder.parent / stage).glob("*.py"))
    files = [*folder.rglob("*.py"), *later]
    told = {code for file in files for code in re.findall(r'"(H1\d{2})"', file.read_text(encoding="utf-8"))}
    assert told == {code for code in catalogue.codes() if code.startswith("H1")}


def test_every_page_has_a_title_an_example_and_a_mend() -> None:
    for code in catalogue.codes():
        if code.startswith("H1"):
            assert catalogue.title(code)
            assert "```" in catalogue.page(code)
            assert "\n## Mend\n" in catalogue.page(code)
