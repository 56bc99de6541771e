"""Walks two contracts at once, record by record after the standard's own shapes, and yields what differs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from hansa.declare.odcs import DataContract
from hansa.declare.shape import Key, Kind, Path, shape_of
from hansa.frozen import dataclass
from hansa.model import ChangeKind
from hansa.plan.difference.identity import labels, matched
from hansa.plan.difference.normal import Data

_NOWHERE: Data = {}
_WHOLE = ("items", "map")
"""What a type is made of; it is there or not as a whole."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The same record in two versions, one of them empty where it is not there; so many steps of a path lead to it."""

    record: type
    before: Data
    after: Data
    steps: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference: where, in which record, at which of its keys. `around` are the records that hold it, outermost first.

    `entry` is the record class of a list's entry when one was added or removed as a whole, and `others` are the entries of that
    list which only the other version has, by position.
    """

    steps: tuple[str, ...]
    at_before: Path
    at_after: Path
    around: tuple[Pair, ...]
    key: str
    kind: ChangeKind
    before: object
    after: object
    entry: type | None = None
    others: Mapping[int, Data] = field(default_factory=dict)

    @property
    def holder(self) -> Pair:
        return self.around[-1]


@dataclass(frozen=True, slots=True)
class _Spot:
    steps: tuple[str, ...] = ()
    at_before: Path = ()
    at_after: Path = ()
    around: tuple[Pair, ...] = ()

    def at(self, key: str) -> "_Spot":
        return replace(self, steps=(*self.steps, key), at_before=(*self.at_before, key), at_after=(*self.at_after, key))

    def entry(self, name: str, before: int | None, after: int | None) -> "_Spot":
        """An entry of this list; where it is not there, the list itself stands for it."""
        at_before = self.at_before if before is None else (*self.at_before, before)
        at_after = self.at_after if after is None else (*self.at_after, after)
        return replace(self, steps=(*self.steps, name), at_before=at_before, at_after=at_after)

    def differs(self, key: str, kind: ChangeKind, before: object, after: object, entry: type | None = None) -> Finding:
        return Finding(self.steps, self.at_before, self.at_after, self.around, key, kind, before, after, entry)


def findings(before: Data, after: Data) -> Iterator[Finding]:
    """What differs between two contracts in their normal form, except their versions."""
    for found in _record(DataContract, before, after, _Spot()):
        if found.steps != ("version",):
            yield found


def _record(record: type, before: Data, after: Data, spot: _Spot) -> Iterator[Finding]:
    inside = replace(spot, around=(*spot.around, Pair(record, before, after, len(spot.steps))))
    keys = shape_of(record).keys
    for name in dict.fromkeys((*keys, *before, *after)):
        if name in before or name in after:
            yield from _value(keys.get(name), name, before.get(name), after.get(name), inside.at(name))


def _value(key: Key | None, name: str, before: Any, after: Any, spot: _Spot) -> Iterator[Finding]:
    record = key.record if key is not None else None
    kind = key.kind if key is not None else Kind.ANYTHING
    if kind is Kind.RECORD and record is not None and _are_mappings(before, after):
        if name not in _WHOLE or (before is not None and after is not None):
            yield from _record(record, before or _NOWHERE, after or _NOWHERE, spot)
            return
    elif kind is Kind.RECORDS and record is not None and _are_records(before, after):
        yield from _records(record, before or (), after or (), name, spot)
        return
    elif kind is Kind.TEXTS and _are_lists(before, after):
        yield from _set(before or [], after or [], name, spot)
        return
    elif kind is Kind.BOOLEAN:
        before, after = before or False, after or False
    if not same(before, after):
        yield spot.differs(name, _kind(before, after), before, after)


def _records(record: type, before: Sequence[Data], after: Sequence[Data], name: str, spot: _Spot) -> Iterator[Finding]:
    pairs, gone, new = matched(record, before, after)
    old_names, new_names = labels(record, before), labels(record, after)
    for old, now in pairs:
        yield from _record(record, before[old], after[now], spot.entry(old_names[old], old, now))
    only_before, only_after = {n: before[n] for n in gone}, {n: after[n] for n in new}
    for old in gone:
        found = spot.entry(old_names[old], old, None).differs(name, ChangeKind.REMOVE, before[old], None, record)
        yield replace(found, others=only_after)
    for now in new:
        found = spot.entry(new_names[now], None, now).differs(name, ChangeKind.ADD, None, after[now], record)
        yield replace(found, others=only_before)


def _set(before: Sequence[object], after: Sequence[object], name: str, spot: _Spot) -> Iterator[Finding]:
    for number, text in enumerate(before):
        if text not in after:
            yield spot.entry(str(text), number, None).differs(name, ChangeKind.REMOVE, text, None)
    for number, text in enumerate(after):
        if text not in before:
            yield spot.entry(str(text), None, number).differs(name, ChangeKind.ADD, None, text)


def same(before: object, after: object) -> bool:
    """Equal as data of YAML: 1 is 1.0, and not true."""
    match before, after:
        case (bool(), _) | (_, bool()):
            return before is after
        case Mapping(), Mapping():
            return before.keys() == after.keys() and all(same(before[k], after[k]) for k in before)
        case list(), list():
            return len(before) == len(after) and all(map(same, before, after))
        case _:
            return before == after


def _kind(before: object, after: object) -> ChangeKind:
    if before is None:
        return ChangeKind.ADD
    return ChangeKind.REMOVE if after is None else ChangeKind.CHANGE


def _are_mappings(*values: object) -> bool:
    return all(v is None or isinstance(v, Mapping) for v in values)


def _are_lists(*values: object) -> bool:
    return all(v is None or isinstance(v, list) for v in values)


def _are_records(*values: object) -> bool:
    return all(v is None or (isinstance(v, list) and all(isinstance(e, Mapping) for e in v)) for v in values)
