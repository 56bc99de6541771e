"""Fingerprints of model values: equal for equal meaning, whatever the order of files, comments or formatting."""

import dataclasses
import enum
import functools
import hashlib
from collections.abc import Hashable, Iterable, Mapping
from typing import NewType

from hansa.trouble import Place

Fingerprint = NewType("Fingerprint", str)


def fingerprint(*values: object) -> Fingerprint:
    """32 hexadecimal digits (BLAKE2b, 128 bits) over values of the model.

    Dataclass fields that are not compared, or whose metadata says ``fingerprint: False``, do not count. Mappings and sets
    count without regard to order, tuples and lists with it.
    """
    return Fingerprint(hashlib.blake2b(_encoded(values), digest_size=16).hexdigest())


def _encoded(value: object) -> bytes:
    """A self-delimiting encoding: every part names its kind and length, so that no two values share one.

    Planning encodes every contract column of the mesh, so the common kinds are told apart by their exact class first.
    """
    kind = type(value)
    if kind is str:
        return _text(b"str", value)  # type: ignore[arg-type]
    if kind is tuple or kind is list:
        return b"list:%d:" % len(value) + b"".join(map(_encoded, value))  # type: ignore[arg-type, call-overload]
    if value is None or kind in (bool, int, float):
        return _text(kind.__name__.encode(), repr(value))
    names = _counted_fields(kind)  # type: ignore[arg-type]
    if names is not None:
        head = b"record:%s/%d:" % (kind.__name__.encode(), len(names))
        return head + b"".join(name + _encoded(getattr(value, name.decode())) for name in names)
    return _encoded_rarely(value)


def _encoded_rarely(value: object) -> bytes:
    match value:
        case enum.Enum():
            return _text(b"enum", f"{type(value).__name__}.{value.name}")
        case str():
            return _text(b"str", value)
        case bytes():
            return b"bytes:%d:" % len(value) + value
        case Mapping():
            return _unordered(b"map", value.items())
        case set() | frozenset():
            return _unordered(b"set", value)
        case tuple() | list():
            return _encoded(tuple(value))
        case _:
            # Anything without one text form would make the print depend on memory addresses.
            raise TypeError(f"{type(value).__name__} has no fingerprint")


@functools.cache
def _counted_fields(kind: Hashable) -> tuple[bytes, ...] | None:
    """The names of the fields that count; none for a place; None for what is no record."""
    if kind is Place:
        return ()
    if not (isinstance(kind, type) and dataclasses.is_dataclass(kind)):
        return None
    counted = (f for f in dataclasses.fields(kind) if f.compare and f.metadata.get("fingerprint", True))
    return tuple(f.name.encode() for f in counted)


def _unordered(kind: bytes, items: Iterable[object]) -> bytes:
    encoded = sorted(map(_encoded, items))
    return kind + b":%d:" % len(encoded) + b"".join(encoded)


def _text(kind: bytes, text: str) -> bytes:
    body = text.encode("utf-8", "surrogatepass")
    return kind + b":%d:" % len(body) + body
