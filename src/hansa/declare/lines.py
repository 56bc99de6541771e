"""YAML as nearly all of it is written, read line by line: an order of magnitude quicker than from a parser's events.

Promises: what it reads has the very data and positions that `events.Reading` finds. It reads mappings and lists in block style
whose values are plain or quoted scalars of one line, block scalars, and flow collections of one line; it hands on block scalars,
and flow collections of more than words. Whatever else a document holds, and whatever may be wrong with it, is left to `Reading`,
which also says so.
"""

import re
import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from hansa.declare.yaml import BITS, MOST_DEPTH, MOST_VALUES, WORD, Positions, Refused, plain

# How the value of a line is written.
_BLANK: Final = 0  # nothing, or a comment
_SCALAR: Final = 1
_BELOW: Final = 2  # it stands on the lines below
_FLOW: Final = 3
_BLOCK: Final = 4  # a block scalar, whose text stands below

_SHAPE = re.compile(r"( *)(- +)?(?:([A-Za-z_][A-Za-z0-9_.\-]*):(?: +|$))?(.*)")
_SINGLE = re.compile(r"'([^']*)'")
_DOUBLE = re.compile(r'"([^"\\]*)"')
_WORDS = r"[A-Za-z0-9_][A-Za-z0-9_./+@\-]*(?: [A-Za-z0-9_][A-Za-z0-9_./+@\-]*)*"
_FLOWING = re.compile(rf""" *(?:([A-Za-z_][A-Za-z0-9_.\-]*): +)?('[^']*'|"[^"\\]*"|{_WORDS}) *([,\]}}])""")
"""An entry of a flow collection: its key, its value, and what ends it."""
_STARTS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/.($+<=^;~")
_BLOCK_SCALARS = frozenset({"|", "|-", "|+", ">", ">-", ">+"})
_STEP: Final = 1 | 1 << 2 * BITS
"""What a position grows by from one line to the next."""
_ACROSS: Final = 1 << BITS | 1 << 3 * BITS
"""What it grows by from one column to the next."""
_COLUMN: Final = (1 << BITS) - 1
_LONG = 400
"""Lines up to this length are remembered: those of contracts repeat, many of them in every contract there is."""
_MOST_FLOWING = MOST_VALUES // 8
"""Characters of flow collections: with those of the lines, they hold no more values than a `Reading` takes."""
_MOST_OPEN = MOST_DEPTH // 2
_MOST_NESTED = 16


class _Otherwise(Exception):
    """The document is written in some other way."""


class _Line(NamedTuple):
    """One line. `dash` is the column of the dash that it begins with, -1 for none; `column` that of its key, or of its value.

    `packed` are the columns of value and key as positions have them.
    """

    how: int
    dash: int = -1
    column: int = 0
    key: str | None = None
    value: object = None
    packed: int = 0


class _Frame:
    """A mapping or list that is open: the column of its keys or dashes, its data, and the positions of its parts."""

    __slots__ = ("column", "data", "listed", "parts")

    def __init__(self, column: int, data: Any) -> None:
        self.column = column
        self.data = data
        self.listed = type(data) is list
        self.parts: list[Positions] = []


def read_lines(text: str) -> tuple[dict[str, object], Positions] | None:
    """The data of a document whose root is a mapping, and its positions; None when it takes a `Reading` to tell."""
    lines = text.split("\n")
    if len(lines) > MOST_VALUES // 4:
        return None
    try:
        return _Document(lines).read()
    except _Otherwise:
        return None


class _Document:
    """The lines of one document while they are read; `waiting` is a key whose value is to come below, and where it stands."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.frame = _Frame(0, {})
        self.open = [self.frame]
        self.waiting: tuple[str, int] | None = None
        self.flowing = 0

    def read(self) -> tuple[dict[str, object], Positions]:
        lines, root = self.lines, self.frame
        first = number = self._first()
        while number < len(lines):
            line = lines[number]
            how, dash, column, key, value, packed = _known(line) if len(line) <= _LONG else _parsed(line)
            if how == _BLANK:
                number += 1
                continue
            frame = self.frame
            if dash >= 0 or column != frame.column or frame.listed or self.waiting is not None:
                frame = self._frame(dash, column, number, keyed=key is not None)
            position: Positions = packed + number * _STEP
            if key is not None and key in frame.data:
                raise _Otherwise
            if how == _SCALAR:
                number += 1
            elif how == _BELOW and key is not None:
                self.waiting = key, (packed >> 3 * BITS << 3 * BITS) + (number << 2 * BITS)
                number += 1
                continue
            else:
                value, position, number = self._handed_on(how, str(value), number, packed)
            if key is None:
                frame.data.append(value)
            else:
                frame.data[key] = value
            frame.parts.append(position)
        if self.waiting is not None:
            raise _Otherwise
        return root.data, (first * _STEP, root.parts)

    def _first(self) -> int:
        """The line of the root's first key."""
        begin = 1 if self.lines[0] == "---" else 0
        for number in range(begin, len(self.lines)):
            line = _parsed(self.lines[number])
            if line.how != _BLANK:
                if line.key is None or line.column:
                    break
                return number
        raise _Otherwise

    def _frame(self, dash: int, column: int, number: int, *, keyed: bool) -> _Frame:
        """The mapping or list that a line goes on with, or begins."""
        at = column if dash < 0 else dash
        if self.waiting is not None:
            key, key_at = self.waiting
            above = self.frame
            if at < above.column or (at == above.column and dash < 0):
                raise _Otherwise
            self.waiting = None
            data: object = {} if dash < 0 else []
            above.data[key] = data
            self._begin(_Frame(at, data), (at << BITS) + number + key_at)
        else:
            while self.frame.column > at:
                self._end()
            if self.frame.listed and dash < 0 and self.frame.column == at:
                self._end()  # a list may stand at the column of its key
            if self.frame.column != at or self.frame.listed != (dash >= 0):
                raise _Otherwise
        if dash >= 0 and keyed:
            entry: dict[str, object] = {}
            self.frame.data.append(entry)
            self._begin(_Frame(column, entry), column * _ACROSS + number * _STEP)
        return self.frame

    def _begin(self, frame: _Frame, position: int) -> None:
        if len(self.open) >= _MOST_OPEN:
            raise _Otherwise
        self.frame.parts.append((position, frame.parts))
        self.open.append(frame)
        self.frame = frame

    def _end(self) -> None:
        if len(self.open) < 2:
            raise _Otherwise
        self.open.pop()
        self.frame = self.open[-1]

    def _handed_on(self, how: int, written: str, number: int, packed: int) -> tuple[object, Positions, int]:
        """A value that is for a parser to read: the value, its positions, and the line after it."""
        position = packed + number * _STEP
        if how == _BLOCK:
            text, after = self._below(number + 1, packed >> 3 * BITS)
            value, _ = _read(f"k: {written}\n{text}")
            if type(value) is not dict or type(value.get("k")) is not str:
                raise _Otherwise
            return value["k"], position, after
        self.flowing += len(written)
        if how != _FLOW or self.flowing > _MOST_FLOWING:
            raise _Otherwise
        value, positions = _words(written) or _read(written)
        moved = _moved(positions, number * _STEP + (packed >> BITS & _COLUMN) * _ACROSS)
        return value, (position, moved[1]) if isinstance(moved, tuple) else position, number + 1

    def _below(self, begin: int, column: int) -> tuple[str, int]:
        """The lines of a block scalar, as they are, and the number of the line after them."""
        end = begin
        while end < len(self.lines):
            line = self.lines[end]
            inner = line.lstrip(" ")
            if not inner and line:
                raise _Otherwise  # how far it is indented may matter
            if inner and len(line) - len(inner) <= column:
                break
            end += 1
        if not any(self.lines[begin:end]):
            raise _Otherwise
        return "\n".join(self.lines[begin:end]) + ("\n" if end < len(self.lines) else ""), end


def _words(text: str) -> tuple[Any, Positions] | None:
    """A flow collection of words, `[a, b c]` or `{name: Ann, role: owner}`, and its positions; None for all others."""
    keyed, at = text[0] == "{", 1
    values: dict[str, object] = {}
    parts: list[Positions] = []
    while True:
        entry = _FLOWING.match(text, at)
        if entry is None or (entry[1] is not None) != keyed or entry[1] in values:
            return None
        written, at = entry[2], entry.end()
        key = sys.intern(entry[1]) if keyed else str(len(parts))
        values[key] = _word(written[1:-1]) if written[0] in "'\"" else plain(_word(written))
        column = entry.start(2)
        parts.append(column << BITS | (entry.start(1) if keyed else column) << 3 * BITS)
        if entry[3] != ",":
            whole = entry[3] == ("}" if keyed else "]") and at == len(text)
            return (values if keyed else list(values.values()), (0, parts)) if whole else None


def _read(text: str) -> tuple[Any, Positions]:
    from hansa.declare.events import Reading

    reading = Reading("", text)
    try:
        value = reading.document()
    except Refused:
        raise _Otherwise from None
    if reading.troubles:
        raise _Otherwise
    return value, reading.positions


def _moved(positions: Positions, by: int) -> Positions:
    if isinstance(positions, tuple):
        return positions[0] + by, [_moved(p, by) for p in positions[1]]
    return positions + by


def _parsed(line: str) -> _Line:
    shape = _SHAPE.fullmatch(line)
    if shape is None or not line.isprintable():
        raise _Otherwise
    indent, dash, key, rest = shape.groups()
    rest = rest.rstrip(" ")
    if dash is None and key is None:
        if rest and rest[0] != "#":
            raise _Otherwise  # the next line of a scalar, or no mapping at all
        return _Line(_BLANK)
    at = shape.start(4)
    column = shape.start(3) if key is not None else at
    how, value = _value(rest)
    if key is None and how not in (_SCALAR, _FLOW):
        raise _Otherwise
    packed = (at << BITS) + (column << 3 * BITS)
    return _Line(how, -1 if dash is None else len(indent), column, key and sys.intern(key), value, packed)


_known = lru_cache(maxsize=1 << 15)(_parsed)


def _value(rest: str) -> tuple[int, object]:
    """How a value is written, and the value, or what is to be handed on."""
    start = rest[:1]
    if start in ("", "#"):
        return _BELOW, None
    if start in "'\"":
        quoted = (_SINGLE if start == "'" else _DOUBLE).fullmatch(rest)
        if quoted is None:
            raise _Otherwise
        return _SCALAR, _word(quoted[1])
    if start in "[{":
        if "&" in rest or "*" in rest or rest.count("[") + rest.count("{") > _MOST_NESTED:
            raise _Otherwise
        return _FLOW, rest
    if rest in _BLOCK_SCALARS:
        return _BLOCK, rest
    text = rest.split(" #", 1)[0].rstrip(" ")
    negative = start == "-" and text[1:2] not in ("", " ", "-")
    if not (start in _STARTS or negative or start > "\x7f") or ": " in text or text[-1] == ":":
        raise _Otherwise
    return _SCALAR, plain(_word(text))


def _word(text: str) -> str:
    return sys.intern(text) if len(text) <= WORD else text
