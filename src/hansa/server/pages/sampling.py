"""A few rows of a port as the viewer may read them: asked of the gateway like any query, decided and on record like any query."""

import json
from collections.abc import Mapping
from contextlib import closing

from hansa.engines import Cancellation
from hansa.frozen import dataclass
from hansa.gateway.asking import Query
from hansa.gateway.discovering import quoted
from hansa.model import ColumnEffect, Decision, OutputPort, Reader, table_written
from hansa.server.pages.query.asking import WAY, asked, batches, masks, notices
from hansa.server.pages.query.values import Cell, ResultColumn, cells, result_columns
from hansa.server.pages.schema import Reading
from hansa.server.pages.visit import Visit

ROWS = 5
MOST_COLUMNS = 60
_LONGEST = 200  # characters of a value
_MOST_EXAMPLES = 4


@dataclass(frozen=True, slots=True)
class Sample:
    """Some rows. `masked` are the names of columns whose values are masked; `left_out` columns are not shown for want of room."""

    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    masked: frozenset[str]
    left_out: int
    query: str
    notices: tuple[str, ...]


def sample(visit: Visit, port: OutputPort, reading: Reading, decision: Decision) -> Sample:
    """Raises TroubleError when the gateway refuses it, or cannot answer."""
    seen = [c.column for c in decision.columns if c.effect is not ColumnEffect.HIDDEN]
    names = ", ".join(quoted(c) for c in seen[:MOST_COLUMNS]) or "*"
    reader = Reader(visit.principal, reading.consumer, reading.purpose)
    query = Query(
        f"SELECT {names} FROM {table_written(port.pinned)} LIMIT {ROWS}", reader, WAY, visit.catalogue.environment, rows=ROWS
    )
    answer = asked(visit, query, Cancellation())
    with closing(answer.reader):
        rows = tuple(tuple(row) for batch in batches(answer) for row in cells(batch, _LONGEST))[:ROWS]
    masked = frozenset(c.column for c in decision.columns if c.effect is ColumnEffect.MASKED)
    columns, told = tuple(result_columns(answer.schema)), tuple(notices(answer, masks(answer)))
    return Sample(columns, rows, masked, max(0, len(seen) - MOST_COLUMNS), answer.id, told)


def contract_examples(port: OutputPort) -> Mapping[str, tuple[str, ...]]:
    """The examples that the contract itself gives of its columns (ODCS `examples`), by column."""
    try:
        tables = json.loads(port.contract.document).get("schema") if port.contract.document else None
    except (ValueError, AttributeError):
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for table in tables if isinstance(tables, list) else ():
        if isinstance(table, dict) and table.get("name") == port.table.name and isinstance(table.get("properties"), list):
            for column in table["properties"]:
                given = column.get("examples") if isinstance(column, dict) else None
                if isinstance(given, list) and given:
                    found[str(column.get("name"))] = tuple(str(v)[:_LONGEST] for v in given[:_MOST_EXAMPLES])
    return found
