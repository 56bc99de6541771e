"""How a record of a standard is written down: a dataclass whose fields say what the standard says about their keys.

The generic reader (`hansa.declare.reading`) works from the `Shape` of a record class; nothing else knows how to read one.
"""

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping
from dataclasses import field
from functools import cache
from typing import Any

from hansa.frozen import dataclass

Path = tuple[str | int, ...]
"""Where a value stands inside a document: keys and positions from 0."""

Since = tuple[int, ...]
"""The first version of a standard that knows a key, such as (3, 1)."""


class Kind(enum.Enum):
    """What may stand at a key."""

    TEXT = "text"
    BOOLEAN = "true or false"
    INTEGER = "a whole number"
    NUMBER = "a number"
    SCALAR = "a text, a number, true, false or nothing"
    ANYTHING = "any value"
    MAPPING = "a mapping"
    IMPLEMENTATION = "a text or a mapping"
    PORT = "a port: a number or a variable"
    TEXTS = "a list of texts"
    ONE_OR_MORE = "a text or a list of texts"
    LIST = "a list"
    RECORD = "a mapping of its keys"
    RECORDS = "a list of mappings"


@dataclass(frozen=True, slots=True)
class Key:
    """What a standard says about one key of a record."""

    field: str
    name: str
    kind: Kind
    record: type | None = None
    required: bool = False
    required_until: Since = ()
    odcs: Since = ()
    odps: Since = ()
    choices: tuple[str, ...] = ()
    pattern: str = ""
    format: str = ""
    minimum: float | None = None
    at_least_one: bool = False
    deprecated: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys of a record class, by the name that is written; `open` when a standard lets people add keys."""

    record: type
    keys: Mapping[str, Key]
    open: bool


def key(default: object = "", **said: Any) -> Any:
    """A field of a record with what its standard says about it; see `Key`. `said` may carry `name` and `kind`."""
    return field(default=default, metadata=said)


def record_at() -> Any:
    """The field that every record ends with: its own place in the document. It never takes part in equality."""
    return field(default=(), compare=False, repr=False)


def camel(name: str) -> str:
    """`physical_type` → `physicalType`."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)


def shape_of(record: type) -> Shape:
    """The shape of a record class, worked out once from its annotations and field metadata."""
    return _shape(record)


@cache
def _shape(record: type) -> Shape:
    hints = typing.get_type_hints(record)
    keys = {}
    for each in dataclasses.fields(record):
        if each.name == "at":
            continue
        said = dict(each.metadata)
        kind, inner = _kind(hints[each.name])
        name = said.pop("name", camel(each.name))
        kind = said.pop("kind", kind)
        keys[name] = Key(each.name, name, kind, inner, **said)
    return Shape(record, keys, bool(getattr(record, "OPEN", False)))


def _kind(hint: Any) -> tuple[Kind, type | None]:
    plain: dict[Any, Kind] = {
        str: Kind.TEXT,
        bool: Kind.BOOLEAN,
        int | None: Kind.INTEGER,
        float | None: Kind.NUMBER,
        object: Kind.ANYTHING,
        tuple[str, ...]: Kind.TEXTS,
        tuple[object, ...]: Kind.LIST,
    }
    if hint in plain:
        return plain[hint], None
    arguments = typing.get_args(hint)
    if isinstance(hint, types.UnionType):
        return Kind.RECORD, next(a for a in arguments if a is not type(None))
    return Kind.RECORDS, arguments[0]
