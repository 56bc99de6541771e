"""YAML as people write it, read without surprises and without trust.

Documents become plain data that knows where it stands: no tags, no objects, bounded aliases, depth and size. Plain scalars
resolve as in the core schema of YAML 1.2.2 (`true`, `42`, `1.5`, `null`); dates, `NO`, `on`, `1:30` and `007` stay text.
"""

import math
import re
from collections.abc import Iterator

from hansa.declare.shape import Path
from hansa.frozen import dataclass
from hansa.trouble import Trouble

MOST_BYTES = 5_000_000
MOST_DEPTH = 64
MOST_VALUES = 300_000
MOST_TROUBLES = 200
"""More than anybody mends at once; a hostile file must not fill the memory with its troubles."""
MOST_ALIASED = 20_000
"""How many values aliases may repeat in one document, so that a few lines cannot grow into gigabytes."""

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,63})|0o[0-7]{1,64}|0x[0-9a-fA-F]{1,64}")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
WORD = 24
"""Texts as short as this are words such as `string` and `internal`, which stand in every contract."""
_NUMBER_STARTS = frozenset("+-.0123456789")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a value and its key stand, from 1."""

    line: int
    column: int
    key_line: int
    key_column: int


Positions = int | tuple[int, list["Positions"]]
"""The positions of a value and all below it: its own, packed into a number, and those of its parts in their order.

A mesh has millions of values and asks for the places of some; a record for each would cost more than reading them.
"""
BITS = 23
_MASK = (1 << BITS) - 1


class Marks:
    """The positions of one document; the characters of its scalars are worked out once, on demand."""

    __slots__ = ("_positions", "_written")

    def __init__(self, positions: Positions = 0) -> None:
        self._positions = positions
        self._written: dict[Path, str] | None = None

    def of(self, data: object, path: Path) -> Mark:
        """The mark at a path of the document's data, or of the nearest thing around it."""
        found, _ = self._found(data, path)
        packed = found[0] if isinstance(found, tuple) else found
        line, column, key_line, key_column = ((packed >> BITS * n & _MASK) + 1 for n in range(4))
        return Mark(line, column, key_line, key_column)

    def entries(self, data: object, path: Path) -> Iterator[tuple[int, int]]:
        """The line and column of each entry of the list at a path; none when no list is there."""
        found, at = self._found(data, path)
        for part in found[1] if isinstance(found, tuple) and isinstance(at, list) else ():
            packed = part[0] if isinstance(part, tuple) else part
            yield (packed & _MASK) + 1, (packed >> BITS & _MASK) + 1

    def _found(self, data: object, path: Path) -> tuple[Positions, object]:
        """The positions and the data at a path, or of the nearest thing around it."""
        found = self._positions
        for step in path:
            parts = found[1] if isinstance(found, tuple) else []
            part = _part_of(step, data)
            if part is None or part[0] >= len(parts):
                break
            found, data = parts[part[0]], part[1]
        return found, data

    def written(self, text: str, path: Path) -> str | None:
        if self._written is None:
            self._written = {}
            if text:
                from hansa.declare.events import Reading

                Reading("", text, self._written).document()
        return self._written.get(path)


def _part_of(step: str | int, data: object) -> tuple[int, object] | None:
    """The part of some data that a step of a path means, and which of its parts that is, from 0; None for what is not there."""
    match data:
        case dict():
            return next(((number, value) for number, (key, value) in enumerate(data.items()) if key == step), None)
        case list() if isinstance(step, int) and 0 <= step < len(data):
            return step, data[step]
        case _:
            return None


class Refused(Exception):
    """A document is not read; carries why. Never leaves this module's callers in `declare`."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.summary)
        self.trouble = trouble


def plain(text: str) -> object:
    """What a plain scalar means in the core schema of YAML 1.2.2; numbers with leading zeros stay text, as codes are."""
    if text in _NULL:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if text[0] in _NUMBER_STARTS:
        if _INTEGER.fullmatch(text):
            return int(text, 0)
        if len(text) <= 64 and _FLOAT.fullmatch(text):
            lowered = text.lower()
            value = float(lowered.replace(".inf", "inf").replace(".nan", "nan"))
            return text if math.isinf(value) and "inf" not in lowered else value
    return text
