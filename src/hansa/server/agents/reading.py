"""The tools `query` and `sample`: rows under the same decision, masks, limits and record as in every other way of reading."""

import json
from collections.abc import Iterator
from dataclasses import field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hansa.frozen import dataclass
from hansa.gateway.asking import GovernedAnswer, Query
from hansa.model import table_written
from hansa.rows import as_dicts, distinct
from hansa.server.agents.asking import WAY, Asking
from hansa.server.agents.texts import CONTENT, cleaned

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS = 1000
MOST_BYTES = 250_000
"""Of rows as JSON. An agent reads all that it is given, and nobody reads more than this."""
_LONGEST = 4_000  # characters of a text in a cell
_SAMPLED = 20


@dataclass(frozen=True, slots=True)
class Ask:
    """One SELECT of DuckDB's SQL."""

    sql: Annotated[
        str, Field(min_length=1, max_length=100_000, description="One SELECT over domain.product or domain.product.port.")
    ]
    consumer: Annotated[str, Field(max_length=200, description="The use case or product in whose name to read.")] = ""
    purpose: Annotated[str, Field(max_length=200, description="What the rows are for.")] = ""
    parameters: Annotated[
        list[Any] | dict[str, Any], Field(description="Values of `?` in their order, or of `$name` by name.")
    ] = field(default_factory=list)
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS, description="The most rows to give.")] = 100


@dataclass(frozen=True, slots=True)
class Sample:
    """A port to see some rows of."""

    name: Annotated[str, Field(max_length=300, description="domain.product or domain.product.port.")]
    consumer: Annotated[str, Field(max_length=200, description="The use case or product in whose name to read.")] = ""
    purpose: Annotated[str, Field(max_length=200, description="What the rows are for.")] = ""
    limit: Annotated[int, Field(ge=1, le=_SAMPLED)] = 5


@dataclass(frozen=True, slots=True)
class ColumnGiven:
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Rows:
    columns: list[ColumnGiven]
    rows: list[list[Any]]
    complete: Annotated[bool, Field(description="False when there are more rows than were given.")]
    notices: Annotated[list[str], Field(description="What a reader should know: masks, deprecations, freshness.")]
    query: Annotated[str, Field(description="What the query is called on record.")]
    note: str = CONTENT


def query(asking: Asking, asked: Ask) -> Rows:
    parameters = asked.parameters if isinstance(asked.parameters, dict) else tuple(asked.parameters)
    reader = asking.reader(asked.consumer, asked.purpose)
    # One row more than is given tells whether there are more.
    question = Query(asked.sql, reader, WAY, asking.caller.environment, parameters, asked.limit + 1)
    answer = asking.catalogue.backing.inquiring.ask(question, asking.caller.credential, asking.cancellation)
    try:
        rows, complete = _taken(answer, asked.limit)
    finally:
        answer.reader.close()
    names = distinct(answer.schema.names)
    columns = [ColumnGiven(name, str(f.type)) for name, f in zip(names, answer.schema, strict=True)]
    return Rows(columns, rows, complete, list(answer.notices), answer.id)


def sample(asking: Asking, asked: Sample) -> Rows:
    """The first rows that come. A port that the caller may not read is refused by the gateway, which says why."""
    product, port = asking.port(asked.name)
    table = table_written(product.address if asking.address(asked.name) == product.address else port.pinned)
    return query(asking, Ask(f"SELECT * FROM {table} LIMIT {asked.limit}", asked.consumer, asked.purpose, limit=asked.limit))


def _taken(answer: GovernedAnswer, limit: int) -> tuple[list[list[Any]], bool]:
    """As many of the rows as are asked for and fit, and whether those are all."""
    taken: list[list[Any]] = []
    size = 0
    for row in _rows(answer):
        size += len(json.dumps(row, ensure_ascii=False, default=str).encode("utf-8", "replace"))
        if len(taken) == limit or (taken and size > MOST_BYTES):
            return taken, False
        taken.append(row)
    return taken, True


def _rows(answer: GovernedAnswer) -> Iterator[list[Any]]:
    batch: pa.RecordBatch
    for batch in answer.reader:
        for start in range(0, batch.num_rows, 64):
            # A batch may be large, and most of it will not be given.
            for row in as_dicts([batch.slice(start, 64)], answer.schema):
                held = cleaned(list(row.values()), _LONGEST)
                assert isinstance(held, list)
                yield held
