"""Replacing parts of a text, and finding the way back from a place in the new text to the old one."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Splice:
    """The characters from `start` to before `end` of the old text become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Spliced:
    """An old text, what was replaced in it (in order, without overlap), and the new text."""

    old: str
    splices: tuple[Splice, ...]
    new: str

    def back(self, offset: int) -> int:
        """The character of the old text that one of the new text comes from; within a replacement, its start."""
        grown = 0
        for each in self.splices:
            start = each.start + grown
            if offset < start:
                break
            if offset < start + len(each.text):
                return each.start
            grown += len(each.text) - (each.end - each.start)
        return offset - grown


def splice(text: str, replacements: Iterable[Splice]) -> Spliced:
    """Replace parts of a text that do not overlap."""
    ordered = tuple(sorted(replacements, key=lambda s: s.start))
    parts, done = [], 0
    for each in ordered:
        parts += [text[done : each.start], each.text]
        done = each.end
    return Spliced(text, ordered, "".join([*parts, text[done:]]))
