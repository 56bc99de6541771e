"""What a property's types let readers expect, and whether another version of it keeps to that."""

import enum
import re

from hansa.compile.logical import fits, in_family, logical_type
from hansa.compile.physical import physical_type
from hansa.declare.odcs import LogicalTypeOptions, MapParts, SchemaProperty
from hansa.frozen import dataclass
from hansa.model import DataType
from hansa.model.types import Binary, Integer, List, Map, String, Struct, widens
from hansa.plan.difference.normal import Data


class Verdict(enum.Enum):
    """How the values of a new type lie to those of an old one; WIDER also when that cannot be known."""

    SAME = "same"
    NARROWER = "narrower"
    WIDER = "wider"


@dataclass(frozen=True, slots=True)
class Stored:
    """The values that a property may hold.

    `open` says that the logical type alone fixed the type, so that readers expect its whole family. `length` is the most
    characters or bytes, `whole` the lowest and highest whole number where the spelling says less than the type. `foreign` is a
    physical type that nobody here can read.
    """

    type: DataType | None
    open: bool = False
    length: int | None = None
    whole: tuple[int, int] | None = None
    json: bool = False
    foreign: str = ""


_LENGTH = re.compile(
    r"(?i)(?:n?(?:var)?char2?|n?text|string|char(?:acter)?(?: varying)?|bpchar|(?:var)?binary|raw) ?\( ?(\d+)[^)]*\)"
)
_SIGNED = {8: "tinyint byteint i8", 16: "smallint int2 short i16", 24: "mediumint", 32: "i32", 64: "i64", 128: "i128"}
_UNSIGNED = {8: "utinyint uint8 u8", 16: "usmallint uint16 u16", 32: "uinteger uint32 u32", 64: "ubigint uint64 u64", 128: "u128"}
_BITS = {word: bits for bits, words in _SIGNED.items() for word in words.split()}
_UNSIGNED_BITS = {word: bits for bits, words in _UNSIGNED.items() for word in words.split()}


def stored(said: Data) -> Stored:
    """What a property in its normal form lets readers expect."""
    declared = _declared(said)
    spelled = re.sub(r"\s+", " ", declared.physical_type.lower())
    fixed = physical_type(spelled)
    found = logical_type(declared) if fixed is None else fixed
    length = _LENGTH.fullmatch(spelled)
    word = spelled.partition("(")[0].strip()
    form = _exact_form(declared)
    if fixed is None and declared.logical_type == "integer":
        word = form
    return Stored(
        type=found,
        open=fixed is None and not form,
        length=int(length[1]) if length and isinstance(found, String | Binary) else None,
        whole=_whole(word, found),
        json=word in ("json", "jsonb"),
        foreign=spelled if fixed is None else "",
    )


def compared(before: Stored, after: Stored) -> Verdict:
    """Whether every value that `after` allows was one to expect from `before`."""
    if not _within(after, before):
        return Verdict.WIDER
    return Verdict.SAME if _within(before, after) else Verdict.NARROWER


def is_implied(logical: object, said: Data) -> bool:
    """Whether a logical type says no more than the physical type that stands beside it."""
    fixed = physical_type(str(said.get("physicalType") or ""))
    return isinstance(logical, str) and fixed is not None and in_family(logical, fixed)


def _exact_form(declared: SchemaProperty) -> str:
    """The option that leaves a logical type no family to choose from; empty without one."""
    options = declared.logical_type_options
    if options is None or declared.logical_type not in ("integer", "number", "vector"):
        return ""
    return options.element_type if declared.logical_type == "vector" else options.format


def _within(new: Stored, old: Stored) -> bool:
    if old.foreign and new.foreign != old.foreign:
        return False
    if old.type is None or new.type is None:
        return old.type is None
    return (
        (_holds(old.type, new.type) or (old.open and fits(old.type, new.type)))
        and (old.length is None or (new.length is not None and new.length <= old.length))
        and (old.whole is None or new.whole is None or (old.whole[0] <= new.whole[0] and new.whole[1] <= old.whole[1]))
        and (new.json or not old.json)
    )


def _holds(old: DataType, new: DataType) -> bool:
    """As `widens`, but a struct may have parts more: readers name those that they read."""
    match old, new:
        case Struct(ours), Struct(theirs):
            named = {f.name.lower(): f.type for f in theirs}
            return all(f.name.lower() in named and _holds(f.type, named[f.name.lower()]) for f in ours)
        case List(element), List(new_element):
            return _holds(element, new_element)
        case Map(key, value), Map(new_key, new_value):
            return _holds(key, new_key) and _holds(value, new_value)
        case _:
            return widens(new, old)


def _whole(word: str, found: DataType | None) -> tuple[int, int] | None:
    if word in _UNSIGNED_BITS:
        return 0, 2 ** _UNSIGNED_BITS[word] - 1
    bits = _BITS.get(word) or (found.bits if isinstance(found, Integer) else 0)
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if bits else None


def _declared(said: object) -> SchemaProperty:
    """A property as the record that types are derived from; only what matters to its type."""
    if not isinstance(said, dict):
        return SchemaProperty()
    options, parts, made_of = said.get("logicalTypeOptions"), said.get("properties"), said.get("map")
    return SchemaProperty(
        name=_text(said, "name"),
        logical_type=_text(said, "logicalType"),
        physical_type=_text(said, "physicalType"),
        logical_type_options=_options(options) if isinstance(options, dict) else None,
        properties=tuple(_declared(p) for p in parts) if isinstance(parts, list) else (),
        items=_declared(said["items"]) if "items" in said else None,
        map=MapParts(_declared(made_of.get("key")), _declared(made_of.get("value"))) if isinstance(made_of, dict) else None,
    )


def _options(said: Data) -> LogicalTypeOptions:
    return LogicalTypeOptions(
        format=_text(said, "format"), timezone=said.get("timezone") is True, element_type=_text(said, "elementType")
    )


def _text(said: Data, name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""
