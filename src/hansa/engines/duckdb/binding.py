"""What a statement results in: bound by DuckDB, and not run."""

from collections.abc import Sequence

import _duckdb

from hansa.engines.duckdb.types import DuckDbType


def bound(connection: _duckdb.DuckDBPyConnection, statement: _duckdb.Statement) -> tuple[Sequence[str], Sequence[DuckDbType]]:
    """The names and types of a SELECT's columns, as `connection.sql` finds them. Raises `duckdb.Error`.

    `sql` belongs to DuckDB's relations, which are written in Python and take three times as long to load as DuckDB itself. What
    it begins with is asked here; whatever is not plain, and a DuckDB that has it otherwise, is left to it.
    """
    try:
        found = connection._bind(statement, with_writes=True)
    except (AttributeError, TypeError):
        found = ()
    match found:
        case [names, types, [], "query_result", False, False]:
            return names, types
        case _:
            import duckdb

            relation = duckdb.DuckDBPyConnection.sql(connection, statement)
            return relation.columns, relation.types
