"""Every text can be told from what it stands on, in both themes (WCAG 2.2, 1.4.3: at least 4.5 to 1)."""

import re
from pathlib import Path

import pytest

SHEET = (Path(__file__).parents[3] / "src/hansa/server/pages/static/hansa.css").read_text()
BLOCKS = re.findall(r':root(?::not\(\[data-theme="light"\]\)|\[data-theme="dark"\])? \{(.*?)\}', SHEET, re.DOTALL)
GROUNDS = ("ground", "surface", "raised")
PAIRS = [
    *((text, ground) for text in ("text", "quiet", "accent") for ground in GROUNDS),
    *((tone, f"{tone}-soft") for tone in ("good", "warn", "bad", "calm")),
    *(("text", f"{tone}-soft") for tone in ("good", "warn", "bad", "accent")),
    *(("quiet", soft) for soft in ("accent-soft", "bad-soft", "warn-soft")),
    *(("accent", "mark"), ("text", "mark"), ("on-accent", "accent")),
]  # fmt: skip


def test_dark_is_the_same_whether_chosen_or_told_by_the_system() -> None:
    assert len(BLOCKS) == 3
    assert BLOCKS[1].split() == BLOCKS[2].split()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_texts_can_be_read(theme: str, text: str, ground: str) -> None:
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", BLOCKS[0 if theme == "light" else 1]))
    one, other = sorted((_luminance(colours[text]), _luminance(colours[ground])))
    assert (other + 0.05) / (one + 0.05) >= 4.5, (colours[text], colours[ground])


def _luminance(colour: str) -> float:
    parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
