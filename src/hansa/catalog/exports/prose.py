"""Texts of people inside of Markdown, where they stay texts: no link, no heading and no HTML comes of them."""

import re

_MARKS = re.compile(r"[\\`*\[\]<>|&~]")
_AT_WORDS_EDGE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_AT_LINES_START = re.compile(r"^(#{1,6}(?= |$)|[-+=](?=[ =-]|$)|\d{1,9}(?=[.)](?: |$)))")
# Control signs, and those that turn the direction of what follows.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def inline(text: str, most: int = 0) -> str:
    """A text on one line; cut at `most` signs, with an ellipsis, unless that is 0."""
    line = " ".join(_UNSEEN.sub("", text).split())
    if most and len(line) > most:
        line = line[: most - 1].rstrip() + "…"
    marked = _AT_WORDS_EDGE.sub(r"\\_", _MARKS.sub(r"\\\g<0>", line))
    # What would begin a list keeps its number and loses its dot.
    return _AT_LINES_START.sub(lambda m: f"{m[0]}\\" if m[0].isdecimal() else f"\\{m[0]}", marked)


def code(text: str) -> str:
    """A name as it is written, between as many backticks as it takes. A stroke would end the cell of a table."""
    line = " ".join(_UNSEEN.sub("", text).split()).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    padded = f" {line} " if line[:1] == "`" or line[-1:] == "`" else line
    return f"{fence}{padded}{fence}"


def fenced(text: str, language: str) -> str:
    """A block of code."""
    clean = _UNSEEN.sub("", text)
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", clean)), default=0) + 1)
    return f"{fence}{language}\n{clean}\n{fence}"
