"""Plain data as YAML in block style: what PyYAML's dumper would write, a tenth of the time for what nearly all of it is.

Contracts have a hundred columns, and a catalogue of them is written at once. Names, sentences and numbers that need no quotes and
fit into a line are put down as they are; whatever else there is, is left to the dumper, value by value.
"""

import re
from collections.abc import Callable, Iterator

WIDTH = 110
Dump = Callable[[object, int], str]
"""Writes any data within a width, from the first column on."""

_PLAIN = re.compile(r"[A-Za-z][!-\"$-9;-~ ]*(?<! )")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}")
_MEANT_ELSE = frozenset(["y", "n", "yes", "no", "true", "false", "on", "off", "null", "nan", "inf"])
"""What readers may take for something else than a text."""


class _Unusual(Exception):
    """A key that only the dumper knows how to write."""


def text_of(data: object, dump: Dump) -> str:
    """The text of data. `dump` is asked for whatever is not plain."""
    try:
        lines = list(_lines(data, 0, dump))
    except _Unusual:
        return dump(data, WIDTH)
    return "".join(f"{line}\n" for line in lines)


def _lines(data: object, indent: int, dump: Dump) -> Iterator[str]:
    """The lines of a list or mapping that is not empty, or of a single value."""
    pad = " " * indent
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from _entry(key, value, pad, dump)
    elif isinstance(data, list | tuple) and data:
        for value in data:
            yield from _item(value, pad, dump)
    else:
        yield from _dumped(data, pad, dump)


def _entry(key: object, value: object, pad: str, dump: Dump) -> Iterator[str]:
    if not isinstance(key, str) or not _KEY.fullmatch(key) or key.lower() in _MEANT_ELSE:
        raise _Unusual
    if isinstance(value, dict | list | tuple) and value:
        yield f"{pad}{key}:"
        yield from _lines(value, len(pad) + 2, dump)
        return
    text = _scalar(value, WIDTH - len(pad) - len(key) - 2)
    if text is not None:
        yield f"{pad}{key}: {text}"
    else:
        yield from _dumped({key: value}, pad, dump)


def _item(value: object, pad: str, dump: Dump) -> Iterator[str]:
    if isinstance(value, dict | list | tuple) and value:
        mark = f"{pad}- "
        for line in _lines(value, len(pad) + 2, dump):
            yield mark + line[len(mark) :] if mark else line
            mark = ""
        return
    text = _scalar(value, WIDTH - len(pad) - 2)
    if text is not None:
        yield f"{pad}- {text}"
    else:
        yield from _dumped([value], pad, dump)


def _dumped(data: object, pad: str, dump: Dump) -> Iterator[str]:
    # Only line feeds end a line here: other breaks stand inside of quotes, escaped.
    return (pad + line if line else line for line in dump(data, WIDTH - len(pad)).removesuffix("\n").split("\n"))


def _scalar(value: object, room: int) -> str | None:
    """A value on the line of its key; None for what is not plain, or too long for it."""
    if isinstance(value, str):
        plain = len(value) <= room and _PLAIN.fullmatch(value) is not None and value.lower() not in _MEANT_ELSE
        return str(value) if plain else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if type(value) is int:
        return str(value)
    return None
