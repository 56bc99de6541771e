"""Which entry of a list is which in two versions, and how an entry is called in a path. Positions never count."""

import json
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Mapping, Sequence

from hansa.declare.bitol import AuthoritativeDefinition, Constraint, CustomProperty, Synonym, TeamMember, VerifiedStatement
from hansa.declare.odcs import (
    EnumValue,
    Quality,
    Relationship,
    Role,
    SchemaObject,
    SchemaProperty,
    Server,
    ServiceLevelProperty,
    Support,
)
from hansa.plan.difference.normal import Data

Identity = Callable[[Data], Hashable]
"""What makes an entry the same as another; None when the entry does not say it."""


def _said(*names: str) -> Identity:
    """The values at these keys, of entries that have at least one of them."""

    def identity(entry: Data) -> Hashable:
        return _frozen([entry.get(name) for name in names]) if any(entry.get(name) for name in names) else None

    return identity


def _name(entry: Data) -> Hashable:
    return str(entry.get("name") or "").lower() or None


def _stored_name(entry: Data) -> Hashable:
    return str(entry.get("physicalName") or entry.get("name") or "").lower() or None


def _value(entry: Data) -> Hashable:
    """An accepted value: `true`, `1` and `"1"` are three, `1` and `1.0` are one."""
    value = entry.get("value")
    return _frozen(int(value) if isinstance(value, float) and value.is_integer() else value)


def _content(entry: Data) -> Hashable:
    return _frozen({k: v for k, v in entry.items() if k not in ("id", "name", "description")})


def _unnamed(*names: str) -> Identity:
    """As `_said`, of entries that nothing else tells apart."""
    said = _said(*names)
    return lambda entry: None if entry.get("id") or entry.get("name") else said(entry)


def _frozen(value: object) -> Hashable:
    return json.dumps(value, sort_keys=True, default=str)


_id = _said("id")
_IDENTITIES: Mapping[type, tuple[Identity, ...]] = {
    SchemaObject: (_id, _stored_name, _name),
    SchemaProperty: (_id, _stored_name, _name),
    Quality: (_id, _said("name"), _content, _unnamed("metric", "query"), _unnamed("metric"), _unnamed("type", "engine")),
    Server: (_said("server"), _id),
    ServiceLevelProperty: (_id, _said("property", "element", "driver"), _said("property", "element")),
    Support: (_said("channel", "url"), _said("channel"), _id),
    Role: (_said("role"), _id),
    TeamMember: (_said("username"), _id),
    CustomProperty: (_said("vendor", "property"), _said("property")),
    AuthoritativeDefinition: (_said("type", "url"), _said("url"), _id),
    EnumValue: (_value,),
    Relationship: (_said("from", "to"), _id),
    Synonym: (_said("synonym", "locale"), _id),
    VerifiedStatement: (_said("question"), _id),
    Constraint: (_said("constraint"), _id),
}
_LABELS: Mapping[type, tuple[str, ...]] = {
    SchemaObject: ("name", "physicalName", "id"),
    SchemaProperty: ("name", "physicalName", "id"),
    Quality: ("id", "name", "metric", "type", "rule"),
    Server: ("server", "id"),
    TeamMember: ("username", "name", "id"),
}
_LABEL = ("property", "channel", "role", "url", "synonym", "question", "constraint", "id", "name")

Pairs = list[tuple[int, int]]


def matched(record: type, before: Sequence[Data], after: Sequence[Data]) -> tuple[Pairs, list[int], list[int]]:
    """The positions of entries that are the same, in the order of `after`, then of what is only before, then only after.

    The first identity decides before the second; entries that share one are paired in their order.
    """
    pairs: Pairs = []
    old, new = dict.fromkeys(range(len(before))), dict.fromkeys(range(len(after)))
    for identity in (*_IDENTITIES.get(record, ()), _frozen):
        if not old or not new:
            break
        waiting: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for number in old:
            if (key := identity(before[number])) is not None:
                waiting[key].append(number)
        for number in list(new):
            if same := waiting.get(identity(after[number])):
                pairs.append((first := same.popleft(), number))
                del old[first], new[number]
    return sorted(pairs, key=lambda pair: pair[1]), list(old), list(new)


def labels(record: type, entries: Sequence[Data]) -> list[str]:
    """What the entries of a list are called in paths; a name that is taken already is numbered."""
    taken: Counter[str] = Counter()
    found = []
    for entry in entries:
        name = _label(record, entry)
        taken[name] += 1
        found.append(name if taken[name] == 1 else f"{name} {taken[name]}")
    return found


def _label(record: type, entry: Data) -> str:
    if record is EnumValue:
        value = entry.get("value")
        return value if isinstance(value, str) else json.dumps(value, default=str)
    if record is Relationship:
        ends = (entry.get(name) for name in ("from", "to"))
        return " to ".join(", ".join(map(str, end)) for end in ends if isinstance(end, list)) or "unnamed"
    if record is ServiceLevelProperty:
        return " of ".join(str(entry[name]) for name in ("property", "element") if entry.get(name))
    return next((str(entry[name]) for name in _LABELS.get(record, _LABEL) if entry.get(name)), "unnamed")
