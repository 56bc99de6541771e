"""A contract in one spelling: defaults left out, old words replaced by today's, so that equal promises are equal data.

Lists keep their entries and order, so that positions in the result are positions in the document.
"""

import dataclasses
from collections.abc import Mapping
from functools import cache
from typing import Any

from hansa.compile.contracts import long_name
from hansa.compile.rules import FORMER_METRICS
from hansa.declare.bitol import Context, Team
from hansa.declare.odcs import (
    DataContract,
    LogicalTypeOptions,
    Quality,
    SchemaObject,
    SchemaProperty,
    ServiceLevelProperty,
)
from hansa.declare.shape import Key, Kind, shape_of

Data = Mapping[str, object]

_POSITIONS = ("primaryKeyPosition", "partitionKeyPosition")
_NOTHING: tuple[object, ...] = (None, "", [], {})


def normal(document: Data) -> dict[str, object]:
    """An ODCS document, version 3.0 to 3.2, as ODCS 3.2 says it in the fewest words. What nobody knows is kept as it is."""
    return _record(DataContract, document)


def _record(record: type, written: Data) -> dict[str, object]:
    keys = shape_of(record).keys
    said: dict[str, object] = {}
    for name, value in _in_todays_words(record, written).items():
        key = keys.get(name)
        plain = _value(key, value)
        if not _says_nothing(record, key, plain):
            said[name] = plain
    if record in (SchemaObject, SchemaProperty) and said.get("physicalName") == said.get("name"):
        said.pop("physicalName", None)  # a thing is stored under its name unless another one is said
    return said


def _value(key: Key | None, value: object) -> object:
    if key is None:
        return value
    match key.kind, value:
        case Kind.RECORD, str() if key.record is Context:
            return {"instructions": value.strip()}
        case Kind.RECORD, list() if key.record is Team and key.record is not None:
            return _record(Team, {"members": value})
        case Kind.RECORD, Mapping() if key.record is not None:
            return _record(key.record, value)
        case Kind.RECORDS, list() if key.record is not None:
            return [_record(key.record, each) if isinstance(each, Mapping) else each for each in value]
        case Kind.ONE_OR_MORE, str():
            return [value.strip()]
        case ((Kind.TEXTS | Kind.ONE_OR_MORE), list()):
            return [_text(each) for each in value]
        case ((Kind.TEXT | Kind.PORT), _):
            return _text(value)
        case _:
            return value


def _text(value: object) -> object:
    """A text without the line break of a YAML block; numbers and truth values as the reader of contracts takes them."""
    match value:
        case str():
            return value.strip()
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case _:
            return value


def _says_nothing(record: type, key: Key | None, value: object) -> bool:
    """Whether leaving it out says the same."""
    if key is None:
        return value is None
    if key.kind in (Kind.SCALAR, Kind.ANYTHING):
        return value is None
    if key.name in _POSITIONS and isinstance(value, int) and value <= 0:
        return True  # the standard's own way to say that a column has no position
    if key.kind is Kind.BOOLEAN and value is False:
        return True
    if record is SchemaObject and key.name == "logicalType" and value == "object":
        return True
    default = _defaults(record)[key.field]
    return value in _NOTHING or (type(value) is type(default) and value == default)


@cache
def _defaults(record: Any) -> Mapping[str, object]:
    return {field.name: field.default for field in dataclasses.fields(record)}


def _in_todays_words(record: type, written: Data) -> Data:
    if record is DataContract:
        return _contract(written)
    if record is LogicalTypeOptions:
        return _options(written)
    if record is Quality and "metric" not in written and isinstance(rule := written.get("rule"), str):
        renamed = FORMER_METRICS.get(rule.lower(), rule)
        return {"metric" if name == "rule" else name: renamed if name == "rule" else value for name, value in written.items()}
    if record is ServiceLevelProperty and isinstance(said := written.get("property"), str):
        return {**written, "property": long_name(said)}
    return written


def _contract(written: Data) -> Data:
    """The deprecated `slaDefaultElement` stands in every service level that names no element."""
    default, levels = written.get("slaDefaultElement"), written.get("slaProperties")
    if not isinstance(default, str) or not isinstance(levels, list):
        return written
    filled = [{"element": default, **each} if isinstance(each, Mapping) else each for each in levels]
    return {**{k: v for k, v in written.items() if k != "slaDefaultElement"}, "slaProperties": filled}


def _options(written: Data) -> Data:
    """Before ODCS 3.1 `exclusiveMinimum: true` made the minimum itself exclusive."""
    said = dict(written)
    for bound in ("minimum", "maximum"):
        exclusive = f"exclusive{bound.capitalize()}"
        flag = said.get(exclusive)
        if isinstance(flag, bool):
            del said[exclusive]
            if flag and bound in said:
                said[exclusive] = said.pop(bound)
    return said
