"""Whether a value may be null: three answers, with the reason for the second."""

import enum
from collections.abc import Iterable
from dataclasses import field

from hansa.frozen import dataclass


class Nulls(enum.Enum):
    NEVER = "never"
    MAYBE = "maybe"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Nullness:
    """Never null, may be null because of something that can be named, or not known. Only the second is ever told.

    `accepted` are the only values that its contract accepts, as text, where it lists them.
    """

    nulls: Nulls
    because: str = ""
    accepted: frozenset[str] = frozenset()

    @property
    def never(self) -> bool:
        return self.nulls is Nulls.NEVER

    @property
    def maybe(self) -> bool:
        return self.nulls is Nulls.MAYBE


NEVER = Nullness(Nulls.NEVER)
UNKNOWN = Nullness(Nulls.UNKNOWN)


LITERAL = "it is NULL"


def proven(value: Nullness) -> Nullness:
    """A value that a condition has shown not to be null."""
    return Nullness(Nulls.NEVER, accepted=value.accepted)


def maybe(because: str) -> Nullness:
    return Nullness(Nulls.MAYBE, because)


def strict(parts: Iterable[Nullness]) -> Nullness:
    """The result of an operation that is null just when a part is."""
    found = tuple(parts)
    told = next((p for p in found if p.maybe), None)
    if told is not None:
        return told
    return NEVER if all(p.never for p in found) else UNKNOWN


def either(parts: Iterable[Nullness]) -> Nullness:
    """A value that comes from one of the parts, nobody knows which: null if any may be."""
    return strict(parts)


def first_of(parts: Iterable[Nullness]) -> Nullness:
    """COALESCE: null only if every part is. Parts that may be null for different reasons need not be so in the same row:
    of the two sides of a full join, one is always there."""
    found = tuple(parts)
    if any(p.never for p in found):
        return NEVER
    reasons = {p.because for p in found if p.because != LITERAL}
    return found[0] if found and all(p.maybe for p in found) and len(reasons) <= 1 else UNKNOWN


@dataclass(frozen=True, slots=True)
class Relation:
    """The columns of a table or query result, in order, with their nullness; `complete` when no others are there."""

    columns: tuple[tuple[str, Nullness], ...]
    complete: bool = True
    _by_name: dict[str, Nullness] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, Nullness] = {}
        for name, nullness in self.columns:
            low = name.lower()
            found[low] = UNKNOWN if low in found else nullness
        object.__setattr__(self, "_by_name", found)

    def find(self, name: str) -> Nullness | None:
        """The nullness of a column; None when it is not there, unknown when the name stands twice."""
        return self._by_name.get(name.lower())

    def renamed(self, names: tuple[str, ...]) -> "Relation":
        """The relation under an alias with column names, `t(a, b)`."""
        if not names or not self.complete:
            return self if not names else Relation(tuple((n, UNKNOWN) for n in names), complete=False)
        kept = [(names[i] if i < len(names) else c, n) for i, (c, n) in enumerate(self.columns)]
        return Relation(tuple(kept))


NOTHING_KNOWN = Relation((), complete=False)
