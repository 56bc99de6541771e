"""Checks: what a contract asks of data, engine-neutral and free of SQL. A closed family of small records."""

import enum

from hansa.frozen import dataclass
from hansa.model import DataType, Operator, Scalar
from hansa.trouble import Place


@dataclass(frozen=True, slots=True)
class Presence:
    """The column is there."""


@dataclass(frozen=True, slots=True)
class TypeIs:
    """The column has this type or one whose every value is a value of it; without `exact`, a type of the logical family."""

    type: DataType | None
    logical_type: str = ""
    exact: bool = False


@dataclass(frozen=True, slots=True)
class NotNull:
    """No value is null."""


@dataclass(frozen=True, slots=True)
class Unique:
    """No key stands in two rows; a key with a null part is no key, as SQL has it."""

    columns: tuple[str, ...]
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """Values lie between the bounds that are given. NaN is greater than every number."""

    minimum: Scalar = None
    maximum: Scalar = None
    exclusive_minimum: Scalar = None
    exclusive_maximum: Scalar = None


@dataclass(frozen=True, slots=True)
class Length:
    """Texts have so many characters (Unicode code points), binary values so many bytes."""

    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """Texts contain a match of an ECMA-262 pattern. As in JSON Schema it is not anchored: write `^…$` for the whole text."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Format:
    """Texts have a named format: email, uuid, uri, hostname, ipv4, ipv6 or byte (base64)."""

    format: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """Values are among these."""

    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class MultipleOf:
    """Numbers are whole multiples of this one: exactly for exact types, within a billionth of a step for floats."""

    step: float | int


@dataclass(frozen=True, slots=True)
class ItemCount:
    """Lists and maps have so many entries."""

    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class UniqueItems:
    """No list holds an element twice; two nulls are equal here."""


class MetricName(enum.StrEnum):
    """The library metrics of ODCS 3.1 and later."""

    ROW_COUNT = "rowCount"
    NULL_VALUES = "nullValues"
    MISSING_VALUES = "missingValues"
    INVALID_VALUES = "invalidValues"
    DUPLICATE_VALUES = "duplicateValues"


@dataclass(frozen=True, slots=True)
class Metric:
    """A library metric compared with a bound.

    A null is always missing and never invalid. `columns` are the key of duplicateValues, which counts key values that
    repeat and leaves out keys with a null part. With `percent`, the count is taken relative to the rows of the table.
    """

    metric: MetricName
    operator: Operator
    percent: bool = False
    missing: tuple[Scalar, ...] = ()
    valid: tuple[Scalar, ...] = ()
    pattern: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SqlRule:
    """A query of the contract's author that gives one value. Without an operator the value must be true."""

    query: str
    operator: Operator | None = None


@dataclass(frozen=True, slots=True)
class Unsupported:
    """What no engine of ours evaluates, with the reason: its verdict is `skip`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Mistaken:
    """A rule that cannot mean anything as it is written, with the reason: its verdict is `error`."""

    reason: str


# Judged row by row, so that the rows that fail can be told from the others.
RowTest = NotNull | Range | Length | Pattern | Format | Accepted | MultipleOf | ItemCount | UniqueItems
Question = Presence | TypeIs | RowTest | Unique | Metric | SqlRule | Unsupported | Mistaken


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `id` is stable and unique within a port; `kind` and `threshold` are for people.

    `column` keeps the contract's spelling and is empty for checks on the whole table.
    """

    id: str
    kind: str
    question: Question
    column: str = ""
    severity: str = "error"
    dimension: str = ""
    threshold: str = ""
    place: Place | None = None

    @property
    def lenient(self) -> bool:
        """Whether a failure only warns."""
        return lenient(self.severity)


def lenient(severity: str) -> bool:
    """Severity is free text in ODCS; these words turn a failure into a warning (as datacontract-cli reads them)."""
    return severity.strip().lower() in {"info", "warning", "warn", "low", "minor", "trivial"}
