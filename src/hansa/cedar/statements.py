"""Cedar text cut into its policies, each with where it begins: Cedar itself tells no places."""

import re
from collections.abc import Iterator

from hansa.frozen import dataclass
from hansa.trouble import Place

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|;|[^\s"/;]+|[\s]+|.', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Statement:
    """One policy as it is written, from its first annotation to its semicolon, and where it begins in its file."""

    text: str
    place: Place

    def place_of(self, word: str) -> Place:
        """Where a word stands first in the policy, outside of comments; the policy's beginning when it does not."""
        whole = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
        for piece in _PIECE.finditer(self.text) if word else ():
            found = None if piece[0].startswith("//") else whole.search(piece[0])
            if found is not None:
                return self._place_at(piece.start() + found.start())
        return self.place

    def _place_at(self, offset: int) -> Place:
        before = self.text[:offset]
        lines = before.count("\n")
        column = len(before) - before.rfind("\n") if lines else self.place.column + len(before)
        return Place(self.place.file, self.place.line + lines, column)


def statements(file: str, text: str) -> Iterator[Statement]:
    """The policies of a text in their order. What stands after the last semicolon is one, too, though no valid one."""
    begin = -1
    for piece in _PIECE.finditer(text):
        if begin < 0 and not piece[0].isspace() and not piece[0].startswith("//"):
            begin = piece.start()
        if piece[0] == ";" and begin >= 0:
            yield _statement(file, text, begin, piece.end())
            begin = -1
    if begin >= 0:
        yield _statement(file, text, begin, len(text.rstrip()))


def _statement(file: str, text: str, begin: int, end: int) -> Statement:
    line_begin = text.rfind("\n", 0, begin) + 1
    return Statement(text[begin:end], Place(file, text.count("\n", 0, begin) + 1, begin - line_begin + 1))
