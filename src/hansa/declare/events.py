"""Any YAML document, read in one pass over libyaml's events.

Importing libyaml's Python takes as long as reading hundreds of documents by their lines, and most edits need none of it: whoever
wants a `Reading` imports this module where it turns out so.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from hansa.declare.shape import Path
from hansa.declare.yaml import (
    BITS,
    MOST_ALIASED,
    MOST_DEPTH,
    MOST_TROUBLES,
    MOST_VALUES,
    WORD,
    Marks,
    Positions,
    Refused,
    plain,
)
from hansa.trouble import Place, Trouble

_PARSER: Any = yaml.CSafeLoader  # only its events are used: nothing is constructed by it
_TAG = "tag:yaml.org,2002:"
_TAGGED = {_TAG + "str": str, _TAG + "seq": list, _TAG + "map": dict}


@dataclass(slots=True)
class _Anchored:
    """A value that aliases may repeat, with its size; not yet complete while it is being read."""

    value: object = None
    size: int = 0
    complete: bool = False


@dataclass(slots=True)
class Reading:
    """One pass over one text. With `written`, the characters of scalars are kept by path; troubles that leave the rest readable
    gather."""

    file: str
    text: str
    written: dict[Path, str] | None = None
    positions: Positions = 0
    troubles: list[Trouble] = field(default_factory=list)
    _next: Callable[[], Any] = field(init=False)
    _anchors: dict[str, _Anchored] = field(default_factory=dict)
    _path: list[str | int] = field(default_factory=list)
    _size: int = 0
    _aliased: int = 0

    def document(self) -> object:
        """The data of the only document. Raises `Refused`."""
        parser = _PARSER(self.text)
        self._next = parser.get_event
        try:
            self._next()
            event = self._next()
            if isinstance(event, yaml.StreamEndEvent):
                raise self._refused("H108", f"{self.file} is empty", None, "write a mapping of keys, or delete the file")
            event = self._next()
            value = self._value(event, event.start_mark)
            self._next()
            event = self._next()
            if not isinstance(event, yaml.StreamEndEvent):
                raise self._refused(
                    "H107", "a file holds one document", event.start_mark, "delete the line `---`, or write a second file"
                )
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            reason = " ".join(filter(None, (error.problem, error.context)))
            raise self._refused(
                "H104", f"not valid YAML: {reason}", mark, "mend the line, or the quotes and indents above it"
            ) from error
        except yaml.YAMLError as error:
            reason = str(error).splitlines()[0][:200]
            raise self._refused("H104", f"not valid YAML: {reason}", None, "") from error
        return value

    def _value(self, event: Any, key_mark: Any) -> object:
        self._size += 1
        if self._size > MOST_VALUES:
            mend = "keep data out of declarations, or split the file"
            raise self._refused("H109", f"the file holds more than {MOST_VALUES} values", event.start_mark, mend)
        kind = type(event)
        at = event.start_mark
        packed = at.line | at.column << BITS | key_mark.line << 2 * BITS | key_mark.column << 3 * BITS
        if kind is yaml.ScalarEvent:
            value = self._scalar(event)
            self.positions = packed
            if self.written is not None:
                self.written.setdefault(tuple(self._path), event.value)
            if event.anchor is not None:
                self._anchors[event.anchor] = _Anchored(value, 1, complete=True)
            return value
        if kind is yaml.AliasEvent:
            self.positions = packed
            return self._alias(event)
        if event.tag is not None and _TAGGED.get(event.tag) is not (dict if kind is yaml.MappingStartEvent else list):
            self._refuse_tag(event)
        if len(self._path) >= MOST_DEPTH:
            raise self._refused(
                "H109",
                f"values are nested more than {MOST_DEPTH} deep",
                event.start_mark,
                "write it flatter; no standard needs this",
            )
        anchored = _Anchored()
        if event.anchor is not None:
            self._anchors[event.anchor] = anchored
        before = self._size
        value = self._mapping(packed) if kind is yaml.MappingStartEvent else self._sequence(packed)
        anchored.value, anchored.size, anchored.complete = value, self._size - before + 1, True
        return value

    def _sequence(self, packed: int) -> list[object]:
        values: list[object] = []
        parts: list[Positions] = []
        path, following = self._path, self._next
        path.append(0)
        while type(event := following()) is not yaml.SequenceEndEvent:
            path[-1] = len(values)
            values.append(self._value(event, event.start_mark))
            parts.append(self.positions)
        path.pop()
        self.positions = (packed, parts)
        return values

    def _mapping(self, packed: int) -> dict[str, object]:
        values: dict[str, object] = {}
        parts: list[Positions] = []
        merged: list[dict[str, object]] = []
        path, following = self._path, self._next
        path.append("")
        while type(event := following()) is not yaml.MappingEndEvent:
            key = self._key(event)
            path[-1] = key
            value = self._value(following(), event.start_mark)
            if key == "<<" and event.implicit[0]:
                merged += self._merged(value, event)
            elif key in values:
                self._duplicate(key, values, parts, event.start_mark)
            else:
                values[key] = value
                parts.append(self.positions)
        path.pop()
        for source in merged:
            for key, value in source.items():
                values.setdefault(key, value)
        self.positions = (packed, parts)
        return values

    def _key(self, event: Any) -> str:
        if type(event) is yaml.AliasEvent:
            value = self._alias(event)
            if isinstance(value, str):
                return value
        elif type(event) is yaml.ScalarEvent:
            if event.tag is not None and event.tag != _TAG + "str":
                self._refuse_tag(event)
            if event.style == '"':
                self._refuse_nul(event)
            if event.anchor is not None:
                self._anchors[event.anchor] = _Anchored(event.value, 1, complete=True)
            return sys.intern(event.value)  # a mesh has the same few keys a million times
        raise self._refused("H112", "a key is a text, not a list or a mapping", event.start_mark, "write the key as a plain word")

    def _merged(self, value: object, event: Any) -> list[dict[str, object]]:
        given = value if isinstance(value, list) else [value]
        sources = [source for source in given if isinstance(source, dict)]
        if len(sources) < len(given):
            raise self._refused(
                "H104",
                "`<<` merges a mapping, or a list of mappings",
                event.start_mark,
                "name an anchor of a mapping: `<<: *name`",
            )
        self._size += sum(len(source) for source in sources)
        return sources

    def _alias(self, event: Any) -> object:
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            raise self._refused("H104", f"no anchor `&{_short(event.anchor)}` stands above this alias", event.start_mark, "")
        if not anchored.complete:
            raise self._refused(
                "H109", f"the alias `*{_short(event.anchor)}` repeats what it stands in", event.start_mark, "write the value out"
            )
        self._aliased += anchored.size
        self._size += anchored.size
        if self._aliased > MOST_ALIASED:
            raise self._refused(
                "H109",
                f"aliases repeat more than {MOST_ALIASED} values",
                event.start_mark,
                "write the values out, or drop the aliases",
            )
        return anchored.value

    def _scalar(self, event: Any) -> object:
        text: str = event.value
        if event.style == '"':
            self._refuse_nul(event)
        if len(text) <= WORD:
            text = sys.intern(text)
        if event.tag is not None:
            if event.tag == _TAG + "str" or event.tag == "!":
                return text
            if event.tag not in (_TAG + "int", _TAG + "float", _TAG + "bool", _TAG + "null"):
                self._refuse_tag(event)
            return plain(text)
        return plain(text) if event.implicit[0] else text

    def _duplicate(self, key: str, values: Iterable[str], parts: Sequence[Positions], second: Any) -> None:
        if len(self.troubles) >= MOST_TROUBLES:
            return
        mark = Marks(parts[list(values).index(key)]).of(None, ())
        places = (Place(self.file, mark.key_line, mark.key_column, "the first"), self._place(second, "again here"))
        summary = f"the key `{_short(key)}` is written twice"
        self.troubles.append(Trouble("H105", summary, places, "delete one of the two; the first is used"))

    def _refuse_tag(self, event: Any) -> None:
        raise self._refused("H106", f"the tag `{_short(event.tag)}` is not read", event.start_mark, "delete the tag")

    def _refuse_nul(self, event: Any) -> None:
        """YAML can write it, and no file name, no name of a column and no database can hold it."""
        if "\0" in event.value:
            reason = "not valid YAML: a text holds the character NUL"
            raise self._refused("H104", reason, event.start_mark, "delete the `\\0` in it")

    def _refused(self, code: str, summary: str, mark: Any, mend: str) -> Refused:
        return Refused(Trouble(code, summary, (self._place(mark, ""),), mend))

    def _place(self, mark: Any, note: str) -> Place:
        if mark is None:
            return Place(self.file, 0, 0, note)
        return Place(self.file, mark.line + 1, mark.column + 1, note)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
