"""Values of an answer as a page shows them: one text each, of no more than a page can hold; NULL stays apart from every text."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hansa.frozen import dataclass
from hansa.model import sql
from hansa.rows import distinct, shown, values

if TYPE_CHECKING:
    import pyarrow as pa

LONGEST = 2_000
"""Characters of a value that a page shows; the rest of it is in a download."""

Cell = str | None | dict[str, object]
"""A value: NULL, its text, or `{"cut": …, "length": …}` of one that is too long."""


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of an answer. `kind` is number, time, truth, nested, bytes or text: how it is laid out, and drawn."""

    name: str
    type: str
    kind: str


def result_columns(schema: "pa.Schema") -> list[ResultColumn]:
    """The columns, none named as another."""
    names = distinct(schema.names)
    return [ResultColumn(n, _type(f.type), _kind(f.type)) for n, f in zip(names, schema, strict=True)]


def cells(batch: "pa.RecordBatch", longest: int = LONGEST) -> Iterator[list[Cell]]:
    """The rows of a batch."""
    if not batch.num_columns:
        yield from ([] for _ in range(batch.num_rows))
        return
    for row in zip(*map(values, batch.columns), strict=True):
        yield [cell(value, longest) for value in row]


def cell(value: object, longest: int = LONGEST) -> Cell:
    """Text is left as it is, line breaks and all; other kinds are as in every table that people read."""
    text = value if isinstance(value, str) else shown(value)
    if text is None:
        return None
    text = str(text)
    return text if len(text) <= longest else {"cut": text[:longest], "length": len(text)}


def _type(kind: "pa.DataType") -> str:
    """As SQL calls it; as Arrow does where there is no such word."""
    import pyarrow.types as t

    from hansa.sources.arrow_types import from_arrow

    known = from_arrow(kind)
    if known is not None:
        return sql(known)
    return "INTERVAL" if t.is_interval(kind) else "NULL" if t.is_null(kind) else str(kind)


def _kind(kind: "pa.DataType") -> str:
    import pyarrow.types as t

    if t.is_integer(kind) or t.is_floating(kind) or t.is_decimal(kind):
        return "number"
    if t.is_timestamp(kind) or t.is_date(kind):
        return "time"
    if t.is_boolean(kind):
        return "truth"
    if t.is_nested(kind):
        return "nested"
    if t.is_binary(kind) or t.is_large_binary(kind) or t.is_fixed_size_binary(kind) or t.is_binary_view(kind):
        return "bytes"
    return "text"
