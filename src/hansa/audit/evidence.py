"""Evidence: what was learnt about each check, and how. Values only; what they mean is judged elsewhere."""

from collections.abc import Mapping
from typing import Any

from hansa.frozen import dataclass
from hansa.model import DataType, Evidence


@dataclass(frozen=True, slots=True)
class Shape:
    """The type that was found for a column; None when the column is not there."""

    type: DataType | None


@dataclass(frozen=True, slots=True)
class Counted:
    """So many rows fail a row test, or count for a metric."""

    rows: int
    how: Evidence


@dataclass(frozen=True, slots=True)
class Repeated:
    """So many key values stand in several rows, and so many rows hold them."""

    keys: int
    rows: int
    how: Evidence


@dataclass(frozen=True, slots=True)
class Answered:
    """The one value that an SQL rule gave."""

    value: Any


@dataclass(frozen=True, slots=True)
class NotAnswered:
    """There is no evidence, because something went wrong; the reason is one line."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotAsked:
    """There is no evidence, because the question makes no sense here; the reason is one line."""

    reason: str


Measurement = Shape | Counted | Repeated | Answered | NotAnswered | NotAsked


@dataclass(frozen=True, slots=True)
class Measurements:
    """What was learnt, by the id of the check, and the rows of the table (None when they could not be counted)."""

    rows: int | None
    found: Mapping[str, Measurement]
