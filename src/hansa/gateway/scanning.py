"""Queries that only hand on columns of one port as they are stored: every row, nothing computed, masked or left out.

Of these alone the rows are read without the engine (`row_groups`), which has bound the query by then, so names and types are
its own. What may be in such a query is listed here; whatever else stands in one, be it of a later DuckDB, makes it one for the
engine.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hansa.frozen import dataclass
from hansa.gateway.kept import Kept
from hansa.gateway.planned import Planned, PlannedPort
from hansa.gateway.tree import Node

if TYPE_CHECKING:
    import pyarrow as pa

    from hansa.gateway.row_groups import RowGroups, Stored

WORTH_BYTES = 4 << 20
"""Of files: for fewer, the engine is as quick, and looking into the files costs more than it saves."""

ROWS = 131_072
"""Of a batch: a row group as the engine writes it is one."""

SCANS = 32
"""Sets of files whose row groups are known without looking."""

_PLACE = frozenset({"query_location", "query_location_length"})
_STATEMENT = frozenset({"node"})
_QUERY = frozenset({"type", "cte_map", "select_list", "from_table", "aggregate_handling"})
_TABLE = frozenset({"type", "alias", "schema_name", "table_name", "qualified_name"}) | _PLACE
_STAR = frozenset({"class", "type", "columns"}) | _PLACE
_COLUMN = frozenset({"class", "type", "column_names"}) | _PLACE


@dataclass(frozen=True, slots=True)
class Handed:
    """What such a query asks for: files, and columns of them in the order of the answer."""

    paths: tuple[str, ...]
    columns: tuple[str, ...]


class Scans:
    """Reads what is handed on. Safe in many threads."""

    def __init__(self, threads: int) -> None:
        """`threads` decode one scan, 0 for one a core."""
        self._threads = threads or os.cpu_count() or 1
        self._known: Kept[tuple[Handed, pa.Schema], Stored | None] = Kept(SCANS)

    def of(self, planned: Planned, schema: "Callable[[], pa.Schema]") -> "RowGroups | None":
        """The rows of a plan in the schema that the engine says; None when it is for the engine."""
        found = handed(planned)
        if found is None or _bytes(found.paths) < WORTH_BYTES:
            return None
        from hansa.gateway.row_groups import RowGroups, stored

        said = schema()
        known = self._known.made((found, said), lambda: stored(found.paths, found.columns, said))
        return None if known is None else RowGroups(known, self._threads, ROWS)


def handed(planned: Planned) -> Handed | None:
    """What a plan hands on as it is stored; None for every other plan."""
    if len(planned.ports) != 1 or planned.checked.parameters:
        return None
    (port,) = planned.ports
    relation = port.governed.relation
    if port.decision.row_filter or relation.renamed or not relation.paths:
        return None
    columns = _columns(planned.statement, port)
    return None if columns is None else Handed(relation.paths, columns)


def _columns(statement: Node, port: PlannedPort) -> tuple[str, ...] | None:
    query = statement.get("node", {})
    table = query.get("from_table", {})
    if not (
        _only(statement, _STATEMENT)
        and _only(query, _QUERY, type="SELECT_NODE", aggregate_handling="STANDARD_HANDLING", cte_map={})
        and _only(table, _TABLE, type="BASE_TABLE")
    ):
        return None
    seen = port.governed.seen
    found: list[str] = []
    for item in query.get("select_list", ()):
        if _only(item, _STAR, type="STAR", columns=False):
            found.extend(seen)
        elif _only(item, _COLUMN, type="COLUMN_REF") and _is_own(item["column_names"], table):
            found.append(item["column_names"][-1])
        else:
            return None
    clear = {name.lower(): name for name in seen if name.lower() not in port.governed.masked}
    columns = tuple(clear.get(name.lower(), "") for name in found)
    return columns if columns and all(columns) else None


def _only(node: Node, fields: frozenset[str], **values: object) -> bool:
    """Whether a node has no other fields than these, and in some of them just these values."""
    return node.keys() <= fields and all(node.get(name) == value for name, value in values.items())


def _is_own(words: Sequence[str], table: Node) -> bool:
    """Whether a column is named alone, or by the alias of its table: other words may mean a part of a column."""
    return len(words) == 1 or (len(words) == 2 and words[0].lower() == str(table.get("alias", "")).lower())


def _bytes(paths: Sequence[str]) -> int:
    """The size of files; 0 when one is gone, of which the engine tells."""
    try:
        return sum(Path(path).stat().st_size for path in paths)
    except OSError:
        return 0
