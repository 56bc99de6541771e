"""Fingerprints of model values: equal for equal meaning, whatever the order of files, comments or formatting."""

import dataclasses
import enum
import hashlib
from collections.abc import Iterable, Mapping
from typing import NewType

from hansa.trouble import Place

Fingerprint = NewType("Fingerprint", str)


def fingerprint(*values: object) -> Fingerprint:
    """32 hexadecimal digits (BLAKE2b, 128 bits) over values of the model.

    Dataclass fields that are not compared, or whose metadata says ``fingerprint: False``, do not count. Mappings and sets
    count without regard to order, tuples and lists with it.
    """
    digest = hashlib.blake2b(digest_size=16)
    for chunk in _chunks(values):
        digest.update(chunk)
    return Fingerprint(digest.hexdigest())


def _chunks(value: object) -> Iterable[bytes]:
    """A self-delimiting encoding: every chunk names its kind and length, so that no two values share one."""
    match value:
        case None | bool() | int() | float():
            yield _text(type(value).__name__, repr(value))
        case enum.Enum():
            yield _text("enum", f"{type(value).__name__}.{value.name}")
        case str():
            yield _text("str", value)
        case bytes():
            yield b"bytes:%d:" % len(value) + value
        case Place():
            return
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            kept = [f for f in dataclasses.fields(value) if f.compare and f.metadata.get("fingerprint", True)]
            yield _text("record", f"{type(value).__name__}/{len(kept)}")
            for field in kept:
                yield _text("field", field.name)
                yield from _chunks(getattr(value, field.name))
        case Mapping():
            yield from _unordered("map", ((k, v) for k, v in value.items()))
        case set() | frozenset():
            yield from _unordered("set", value)
        case tuple() | list():
            yield _text("list", str(len(value)))
            for item in value:
                yield from _chunks(item)
        case _:
            # Addresses and other values with one text form; anything else would make the print depend on memory addresses.
            raise TypeError(f"{type(value).__name__} has no fingerprint")


def _unordered(kind: str, items: Iterable[object]) -> Iterable[bytes]:
    encoded = sorted(b"".join(_chunks(item)) for item in items)
    yield _text(kind, str(len(encoded)))
    yield from encoded


def _text(kind: str, text: str) -> bytes:
    body = text.encode()
    return f"{kind}:{len(body)}:".encode() + body
