"""Fingerprints of model values: equal for equal meaning, whatever the order of files, comments or formatting."""

import dataclasses
import datetime as dt
import enum
import functools
import hashlib
import operator
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import Any, NamedTuple, NewType

from hansa.trouble import Place

Fingerprint = NewType("Fingerprint", str)


def fingerprint(*values: object, apart: Collection[type] = ()) -> Fingerprint:
    """32 hexadecimal digits (BLAKE2b, 128 bits) over values of the model.

    Dataclass fields that are not compared, or whose metadata says ``fingerprint: False``, do not count. Mappings and sets
    count without regard to order, tuples and lists with it. Records of the classes in `apart` count by a print of their own,
    made once for each: for values in which large records stand many times, such as the contracts of a mesh.
    """
    encoding = _Encoding(frozenset(apart))
    encoding.add(values)
    return Fingerprint(encoding.digest())


class _Shape(NamedTuple):
    """How records of one class are encoded: how they begin, and each field's name and its encoding by its default.

    Most fields of most records hold their default, and that very object, so that their encoding is known beforehand; and so is
    that of a record which holds nothing else, such as the limits of a column without any.
    """

    head: bytes
    values: Callable[[object], tuple[object, ...]]
    fields: tuple[tuple[bytes, bytes], ...]
    defaults: tuple[object, ...]
    by_default: bytes


class _Encoding:
    """A self-delimiting encoding: every part names its kind and length, so that no two values share one.

    Planning encodes every contract column of the mesh, so the common kinds are told apart by their exact class first.
    """

    def __init__(self, apart: frozenset[type], known: dict[int, bytes] | None = None) -> None:
        self.parts: list[bytes] = []
        self._apart = apart
        # By identity: whoever asks for the print holds the values for as long as it is made.
        self._known: dict[int, bytes] = {} if known is None else known

    def digest(self) -> str:
        return hashlib.blake2b(b"".join(self.parts), digest_size=16).hexdigest()

    def add(self, value: Any) -> None:
        put = self.parts.append
        kind: type = type(value)
        if kind is str:
            put(_text(b"str", value))
        elif kind is tuple or kind is list:
            put(b"list:%d:" % len(value))
            for each in value:
                self.add(each)
        elif value is None or kind is bool or kind is int or kind is float:
            put(_text(kind.__name__.encode(), repr(value)))
        elif kind in self._apart:
            put(self._print(value))
        else:
            shape = _shape(kind)
            if shape is None:
                self._add_rarely(value)
            else:
                self._add_fields(value, shape)

    def _add_fields(self, value: object, shape: _Shape) -> None:
        put, values = self.parts.append, shape.values(value)
        if all(map(operator.is_, values, shape.defaults)):
            put(shape.by_default)
            return
        put(shape.head)
        for inner, default, (name, known) in zip(values, shape.defaults, shape.fields, strict=True):
            if inner is default:
                put(known)
            else:
                put(name)
                self.add(inner)

    def _print(self, value: object) -> bytes:
        found = self._known.get(id(value))
        if found is None:
            kind: type = type(value)
            shape, inner = _shape(kind), _Encoding(self._apart, self._known)
            assert shape is not None, kind
            inner._add_fields(value, shape)
            found = self._known[id(value)] = _text(b"print", inner.digest())
        return found

    def _add_rarely(self, value: object) -> None:
        match value:
            case enum.Enum():
                self.parts.append(_text(b"enum", f"{type(value).__name__}.{value.name}"))
            case str():
                self.parts.append(_text(b"str", value))
            case dt.date():  # a moment, too
                self.parts.append(_text(b"date", value.isoformat()))
            case bytes():
                self.parts.append(b"bytes:%d:" % len(value) + value)
            case Mapping():
                self._add_unordered(b"map", value.items())
            case set() | frozenset():
                self._add_unordered(b"set", value)
            case tuple() | list():
                self.add(tuple(value))
            case _:
                # Anything without one text form would make the print depend on memory addresses.
                raise TypeError(f"{type(value).__name__} has no fingerprint")

    def _add_unordered(self, kind: bytes, items: Iterable[object]) -> None:
        encoded = sorted(map(self._alone, items))
        self.parts += (kind + b":%d:" % len(encoded), *encoded)

    def _alone(self, value: object) -> bytes:
        inner = _Encoding(self._apart, self._known)
        inner.add(value)
        return b"".join(inner.parts)


_NO_DEFAULT = object()


@functools.cache
def _shape(kind: Hashable) -> _Shape | None:
    """The shape of a class: without fields for a place, which never counts; None for what is no record."""
    if not (isinstance(kind, type) and dataclasses.is_dataclass(kind)):
        return None
    counted = [f for f in dataclasses.fields(kind) if kind is not Place and f.compare and f.metadata.get("fingerprint", True)]
    head = b"record:%s/%d:" % (kind.__name__.encode(), len(counted))
    defaults = tuple(_NO_DEFAULT if f.default is dataclasses.MISSING else f.default for f in counted)
    fields = tuple((f.name.encode(), _by_default(f.name, d)) for f, d in zip(counted, defaults, strict=True))
    return _Shape(head, _values([f.name for f in counted]), fields, defaults, head + b"".join(known for _, known in fields))


def _by_default(name: str, default: object) -> bytes:
    encoding = _Encoding(frozenset())
    encoding.add("" if default is _NO_DEFAULT else default)
    return name.encode() + b"".join(encoding.parts)


def _values(names: list[str]) -> Callable[[object], tuple[object, ...]]:
    """What takes the values of these fields; several at once are the quickest."""
    return operator.attrgetter(*names) if len(names) > 1 else lambda record: tuple(getattr(record, n) for n in names)


def _text(kind: bytes, text: str) -> bytes:
    body = text.encode("utf-8", "surrogatepass")
    return kind + b":%d:" % len(body) + body
