"""The tables of one call: relations registered under their names, the instance locked, and the one at fault found."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from hansa.engines.duckdb.errors import Said, failure, kind_of, refusal, said
from hansa.engines.duckdb.scan import files, select
from hansa.engines.duckdb.session import lock
from hansa.engines.duckdb.statement import single_select
from hansa.engines.protocol import EngineFailed, QueryRefused
from hansa.model import Relation, View, quoted


def register(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Relation], writable: Iterable[Path] = ()) -> None:
    """Make relations readable under their names and lock the instance to their files. Raises `EngineFailed`, `QueryRefused`."""
    readable: list[str] = []
    selects: dict[str, str] = {}
    for number, (name, relation) in enumerate(tables.items()):
        readable += files(relation)
        if not isinstance(relation, View):
            selects[name] = _external(connection, name, relation, f"hansa attached {number}")
    folders = [str(folder) for folder in writable]
    lock(connection, [*readable, *folders], folders)
    # Views of models come last in the locked instance: binding them must not reach anything either.
    for name, relation in tables.items():
        if isinstance(relation, View):
            _view(connection, name, relation)
        else:
            _registered(connection, name, selects[name])


def _external(connection: duckdb.DuckDBPyConnection, name: str, relation: Relation, attach_as: str) -> str:
    try:
        return select(connection, relation, attach_as)
    except duckdb.Error as error:
        raise EngineFailed(said(error).line, "input", name) from None
    except EngineFailed as failed:
        raise EngineFailed(failed.reason, failed.kind, name) from None


def _registered(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    try:
        connection.execute(f"CREATE VIEW {quoted(name)} AS {query}")
    except duckdb.Error as error:
        raise EngineFailed(said(error).line, "input", name) from None


def _view(connection: duckdb.DuckDBPyConnection, name: str, relation: View) -> None:
    query = single_select(connection, relation.sql)
    head = f"CREATE VIEW {quoted(name)} AS "
    body = select(connection, View(query, relation.schema), "")
    try:
        connection.execute(head + body)
    except duckdb.Error as error:
        what = said(error)
        if what.refused:
            before = len(head.encode()) + len(body[: body.index(query)].encode())
            refused = refusal(what, query, before)
            raise QueryRefused(f"{name}: {refused.reason}", refused.line, refused.column, refused.candidates) from None
        raise failure(what, name) from None


def at_fault(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Relation], error: Said) -> EngineFailed:
    """The failure, with the input that caused it where one did.

    DuckDB names the file for what it cannot read. A value that does not fit an input's declared type carries no name of a
    table, so each input is read once more, alone: the dear way, on the way to failing anyway.
    """
    for name, relation in tables.items():
        if any(path in error.message for path in files(relation)):
            return failure(Said("IO", error.message) if kind_of(error) != "disk" else error, name)
    if kind_of(error) in ("input", "data"):
        for name, relation in tables.items():
            if not isinstance(relation, View):
                reason = _unreadable(connection, name, relation)
                if reason is not None:
                    return EngineFailed(reason.line, "input", name)
    return failure(error)


def _unreadable(connection: duckdb.DuckDBPyConnection, name: str, relation: Relation) -> Said | None:
    if isinstance(relation, View):
        return None
    columns = ", ".join(f"count({quoted(column)})" for column in relation.schema.names)
    try:
        connection.execute(f"SELECT {columns} FROM {quoted(name)}").fetchall()
    except duckdb.Error as error:
        return said(error)
    return None
