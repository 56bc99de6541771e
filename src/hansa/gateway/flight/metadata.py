"""The answers to metadata commands: small tables, exact in schema and order, of what the caller may discover and nothing else."""

import re
from collections.abc import Iterable
from typing import assert_never

import pyarrow as pa

from hansa.gateway.flight.calls import Caller
from hansa.gateway.flight.messages import (
    GetCatalogs,
    GetDbSchemas,
    GetForeignKeys,
    GetPrimaryKeys,
    GetSqlInfo,
    GetTables,
    GetTableTypes,
    GetXdbcTypeInfo,
)
from hansa.gateway.flight.schemas import (
    CATALOGS,
    DB_SCHEMAS,
    FOREIGN_KEYS,
    PRIMARY_KEYS,
    SQL_INFO,
    TABLE_TYPES,
    TABLES,
    TABLES_WITH_SCHEMA,
    XDBC_TYPES,
)
from hansa.gateway.flight.shown import TABLE, Shown, ShownTable
from hansa.gateway.flight.sqlinfo import sql_info
from hansa.gateway.flight.xdbc import xdbc_types

Metadata = GetCatalogs | GetDbSchemas | GetTables | GetTableTypes | GetSqlInfo | GetPrimaryKeys | GetForeignKeys | GetXdbcTypeInfo


def schema_of(command: Metadata) -> pa.Schema:
    """The schema of the answer, which does not depend on who asks."""
    match command:
        case GetCatalogs():
            return CATALOGS
        case GetDbSchemas():
            return DB_SCHEMAS
        case GetTables(include_schema=included):
            return TABLES_WITH_SCHEMA if included else TABLES
        case GetTableTypes():
            return TABLE_TYPES
        case GetSqlInfo():
            return SQL_INFO
        case GetPrimaryKeys():
            return PRIMARY_KEYS
        case GetForeignKeys():
            return FOREIGN_KEYS
        case GetXdbcTypeInfo():
            return XDBC_TYPES
        case _:
            assert_never(command)


def table_of(command: Metadata, shown: Shown, caller: Caller, statement_seconds: float) -> pa.Table:
    """The answer."""
    match command:
        case GetTableTypes():
            rows: Iterable[dict[str, object]] = [{"table_type": TABLE}]
        case GetSqlInfo(info):
            return sql_info(info, statement_seconds)
        case GetXdbcTypeInfo(data_type):
            return xdbc_types(data_type)
        case GetForeignKeys():
            # Contracts of ports know keys, and not yet whose keys they repeat.
            rows = []
        case GetCatalogs():
            rows = [{"catalog_name": name} for name in sorted({t.domain for t in _tables(shown, caller)})]
        case GetDbSchemas(catalog, pattern):
            those = _chosen(_tables(shown, caller), catalog, pattern, None)
            rows = [{"catalog_name": c, "db_schema_name": s} for c, s in sorted({(t.domain, t.product) for t in those})]
        case GetTables():
            rows = _table_rows(command, shown, caller)
        case GetPrimaryKeys(catalog, schema, table):
            those = [t for t in _chosen(_tables(shown, caller), catalog, None, None) if schema in (None, t.product)]
            rows = _key_rows([t for t in those if t.name == table], shown, caller)
        case _:
            assert_never(command)
    return pa.Table.from_pylist(list(rows), schema=schema_of(command))


def _tables(shown: Shown, caller: Caller) -> list[ShownTable]:
    return sorted(shown.tables(caller.reader, caller.environment), key=lambda t: (t.domain, t.product, t.name))


def _table_rows(command: GetTables, shown: Shown, caller: Caller) -> list[dict[str, object]]:
    if command.types and TABLE not in command.types:
        return []
    those = _chosen(_tables(shown, caller), command.catalog, command.schema_pattern, command.table_pattern)
    rows: list[dict[str, object]] = []
    for each in those:
        row: dict[str, object] = {**_named(each), "table_type": TABLE}
        if command.include_schema:
            row["table_schema"] = (
                _described(each, shown.columns(caller.reader, caller.environment, each)).serialize().to_pybytes()
            )
        rows.append(row)
    return rows


def _key_rows(tables: list[ShownTable], shown: Shown, caller: Caller) -> list[dict[str, object]]:
    """Keys of which the reader sees every column."""
    rows: list[dict[str, object]] = []
    for each in tables:
        seen = set(shown.columns(caller.reader, caller.environment, each).names) if each.primary_key else set()
        if set(each.primary_key) <= seen:
            key = {"key_name": None}
            rows += [
                {**_named(each), **key, "column_name": c, "key_sequence": n} for n, c in enumerate(each.primary_key, start=1)
            ]
    return rows


def _named(table: ShownTable) -> dict[str, object]:
    return {"catalog_name": table.domain, "db_schema_name": table.product, "table_name": table.name}


def _described(table: ShownTable, schema: pa.Schema) -> pa.Schema:
    """The columns with what drivers look for in their metadata."""
    whose = {"CATALOG_NAME": table.domain, "DB_SCHEMA_NAME": table.product, "TABLE_NAME": table.name, "IS_READ_ONLY": "1"}
    common = {f"ARROW:FLIGHT:SQL:{key}": value for key, value in whose.items()}
    return pa.schema([field.with_metadata({**common, **_sizes(field.type)}) for field in schema])


def _sizes(type_: pa.DataType) -> dict[str, str]:
    if not pa.types.is_decimal(type_):
        return {}
    return {"ARROW:FLIGHT:SQL:PRECISION": str(type_.precision), "ARROW:FLIGHT:SQL:SCALE": str(type_.scale)}


def _chosen(tables: Iterable[ShownTable], catalog: str | None, schema: str | None, table: str | None) -> list[ShownTable]:
    """An empty catalogue means tables without one, of which there are none."""
    schemas, names = _pattern(schema), _pattern(table)
    return [
        t
        for t in tables
        if catalog in (None, t.domain) and schemas.fullmatch(t.product) is not None and names.fullmatch(t.name) is not None
    ]


def _pattern(written: str | None) -> re.Pattern[str]:
    """A filter with `%` for any text, `_` for one character, and a backslash before one that stands for itself.

    What stands between two `%` is matched where it first fits and nowhere else, so that no filter takes long.
    """
    parts = re.findall(r"\\.|.", "%" if written is None else written, re.DOTALL)
    pieces = [""]
    for part in parts:
        if part == "%":
            pieces.append("")
        else:
            pieces[-1] += "." if part == "_" else re.escape(part[-1])
    first, *middle = pieces
    last = middle.pop() if middle else None
    between = "".join(f"(?>.*?{m})" for m in middle if m)
    return re.compile(first + between + ("" if last is None else f".*{last}"), re.DOTALL | re.IGNORECASE)
