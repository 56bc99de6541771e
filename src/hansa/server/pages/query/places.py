"""Where in a statement something is wrong: the line that it stands in, with the word marked."""

import re

from hansa.frozen import dataclass
from hansa.trouble import Trouble

_WORD = re.compile(r"\w+|\S")
_AROUND = 60  # characters that are shown on either side of it


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line of the statement, in three parts: before the word, the word, and after it; `line` and `column` from 1."""

    line: int
    column: int
    note: str
    before: str
    word: str
    after: str


def excerpts(trouble: Trouble, text: str) -> list[Excerpt]:
    """What the places of a trouble look like in the statement; those that it does not have are left out."""
    written, found = text.split("\n"), []
    for place in trouble.places:
        if not 1 <= place.line <= len(written):
            continue
        line, at = written[place.line - 1], max(place.column, 1) - 1
        word = _WORD.match(line, at)
        end = word.end() if word is not None else at
        before, after = line[:at], line[end:]
        found.append(
            Excerpt(
                place.line,
                at + 1,
                place.note,
                before if len(before) <= _AROUND else f"…{before[-_AROUND:]}",
                line[at:end],
                after if len(after) <= _AROUND else f"{after[:_AROUND]}…",
            )
        )
    return found
