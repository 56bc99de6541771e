"""Records of the model as plain data and back: what publications remember and what repositories tell each other.

A field at its default is left out, and so is a field that takes no part in comparison (places, texts of models). Keys that a
reader does not know are passed over and missing ones get their defaults, so that older and newer documents stay readable; what
a document means as a whole, and its format number, is its writer's to say.
"""

import dataclasses
import datetime as dt
import enum
import functools
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar, Union

from hansa import names
from hansa.model import types as kinds
from hansa.names import PortMajor, Version

Record = TypeVar("Record")

_ADDRESSES = (names.DomainName, names.ProductName, names.PortName, names.ColumnName, PortMajor)
_TYPES = {
    cls.__name__: cls
    for cls in (
        kinds.Boolean,
        kinds.Integer,
        kinds.Decimal,
        kinds.Float,
        kinds.String,
        kinds.Binary,
        kinds.Date,
        kinds.Time,
        kinds.Timestamp,
        kinds.Uuid,
        kinds.Struct,
        kinds.List,
        kinds.Map,
    )
}


class Unreadable(ValueError):
    """The data does not describe such a record; the message says where in it and why."""


_PLAIN = frozenset({str, int, float, bool, type(None)})


def to_data(value: Any) -> Any:
    """Plain data (mappings, lists, texts, numbers) of a record or anything that records hold.

    Planning writes every contract column of the mesh, so the common kinds are told apart by their exact class first.
    """
    kind: type = type(value)
    if kind in _PLAIN:
        return value
    if kind is tuple or kind is list:
        return [to_data(v) for v in value]
    return _record(value) if _is_record(kind) else _rarer(value)


def _rarer(value: object) -> Any:
    match value:
        case enum.Enum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case dt.datetime() | dt.date():
            return value.isoformat()
        case Version() | names.DomainName() | names.ProductName() | names.PortName() | PortMajor() | names.ColumnName():
            return str(value)
        case Mapping():
            return {str(k): to_data(v) for k, v in value.items()}
        case tuple() | list():
            return [to_data(v) for v in value]
        case frozenset() | set():
            return sorted(to_data(v) for v in value)
        case _:
            raise TypeError(f"{type(value).__name__} has no plain form")


@functools.cache
def _is_record(cls: Any) -> bool:
    """Whether a class's values are written field by field; addresses and versions are texts."""
    return dataclasses.is_dataclass(cls) and cls not in (*_ADDRESSES, Version)


def _record(value: object) -> dict[str, Any]:
    cls: Any = type(value)
    data: dict[str, Any] = {"type": cls.__name__} if _told_apart(cls) else {}
    for name, key, default, field in _written(cls):
        inner = getattr(value, name)
        # Most fields hold the very object that is their default.
        if inner is not default and not _is_default(field, inner):
            data[key] = inner if type(inner) in _PLAIN else to_data(inner)
    return data


def from_data(cls: type[Record], data: object) -> Record:
    """The record that plain data describes. Raises `Unreadable`."""
    return typing.cast("Record", _read(cls, data, cls.__name__))


def _read(wanted: Any, data: object, at: str) -> Any:
    origin = typing.get_origin(wanted)
    if origin in (Union, types.UnionType):
        return _read_union(typing.get_args(wanted), data, at)
    if origin is tuple:
        inner = typing.get_args(wanted)
        items = _list(data, at)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_read(inner[0], each, f"{at}[{i}]") for i, each in enumerate(items))
        if len(items) != len(inner):
            raise Unreadable(f"{at}: {len(inner)} entries are expected")
        return tuple(_read(kind, each, f"{at}[{i}]") for i, (kind, each) in enumerate(zip(inner, items, strict=True)))
    if origin is frozenset:
        return frozenset(_read(typing.get_args(wanted)[0], each, at) for each in _list(data, at))
    if origin is not None and issubclass(origin, Mapping):
        value = typing.get_args(wanted)[1]
        return {k: _read(value, v, f"{at}.{k}") for k, v in _mapping(data, at).items()}
    if dataclasses.is_dataclass(wanted) and wanted not in (*_ADDRESSES, Version):
        return _read_record(wanted, _mapping(data, at), at)
    return _read_plain(wanted, data, at)


def _read_plain(wanted: Any, data: object, at: str) -> Any:
    # A NewType, such as a fingerprint, is what it is made of.
    while hasattr(wanted, "__supertype__"):
        wanted = wanted.__supertype__
    try:
        if wanted is Version:
            return Version.parse(_text(data, at))
        if wanted in _ADDRESSES:
            found = names.parse(_text(data, at))
            if not isinstance(found, wanted):
                raise Unreadable(f"{at}: `{data}` is no {wanted.__name__}")
            return found
        if isinstance(wanted, type) and issubclass(wanted, enum.Enum):
            return wanted(data)
        if wanted is dt.datetime or wanted is dt.date:
            return wanted.fromisoformat(_text(data, at))
    except Unreadable:
        raise
    except ValueError as error:
        raise Unreadable(f"{at}: {error}") from None
    if wanted is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if wanted is type(None) or isinstance(wanted, type):
        if isinstance(data, wanted) and not (isinstance(data, bool) and wanted in (int, float)):
            return data
        raise Unreadable(f"{at}: a {wanted.__name__} is expected, and here is {type(data).__name__}")
    return data


def _read_union(members: tuple[Any, ...], data: object, at: str) -> Any:
    """One of several kinds: told apart by `type` where they are records, else the first that fits."""
    if data is None and type(None) in members:
        return None
    records = {m.__name__: m for m in members if dataclasses.is_dataclass(m) and isinstance(m, type)}
    if isinstance(data, Mapping) and len(records) > 1:
        cls = records.get(str(data.get("type")))
        if cls is None:
            raise Unreadable(f"{at}: `type` must be one of {', '.join(sorted(records))}")
        return _read_record(cls, data, at)
    for member in members:
        try:
            return _read(member, data, at)
        except Unreadable:
            continue
    raise Unreadable(f"{at}: {type(data).__name__} is not expected here")


def _read_record(cls: Any, data: Mapping[str, Any], at: str) -> Any:
    hints = _hints(cls)
    given: dict[str, Any] = {}
    for field in _kept(cls):
        key = camel(field.name)
        if key in data:
            given[field.name] = _read(hints[field.name], data[key], f"{at}.{key}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise Unreadable(f"{at}: `{key}` is missing")
    for field in dataclasses.fields(cls):
        if not field.compare and field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            given[field.name] = ""  # a text that is not told, such as a model's
    try:
        return cls(**given)
    except (ValueError, TypeError) as error:
        raise Unreadable(f"{at}: {error}") from None


@functools.cache
def _kept(cls: Any) -> tuple[dataclasses.Field[Any], ...]:
    return tuple(f for f in dataclasses.fields(cls) if f.compare)


@functools.cache
def _written(cls: Any) -> tuple[tuple[str, str, object, dataclasses.Field[Any]], ...]:
    """The fields that are written: each one's name, key and default."""
    return tuple((f.name, camel(f.name), f.default, f) for f in _kept(cls))


@functools.cache
def _hints(cls: Any) -> dict[str, Any]:
    return typing.get_type_hints(cls)


@functools.cache
def _told_apart(cls: Any) -> bool:
    """Records that stand where records of other kinds may stand say which they are."""
    return cls in _TYPES.values() or cls.__name__ in ("MeshOrigin", "SourceOrigin")


def _is_default(field: dataclasses.Field[Any], value: object) -> bool:
    if field.default is not dataclasses.MISSING:
        return bool(value == field.default)
    return field.default_factory is not dataclasses.MISSING and bool(value == field.default_factory())


@functools.cache
def camel(name: str) -> str:
    """`primary_key` as documents write it: `primaryKey`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _list(data: object, at: str) -> list[Any]:
    if not isinstance(data, list):
        raise Unreadable(f"{at}: a list is expected")
    return data


def _mapping(data: object, at: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise Unreadable(f"{at}: a mapping is expected")
    return data


def _text(data: object, at: str) -> str:
    if not isinstance(data, str):
        raise Unreadable(f"{at}: a text is expected")
    return data
