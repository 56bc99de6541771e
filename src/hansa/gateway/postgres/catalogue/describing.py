"""What a reader may discover, as rows of the catalogue: schema = domain, table = data product.

`domain.product` is a product's main port, so that the name which a tool puts together from schema and table means the same in a
query. Other ports, and majors that are not the highest, are tables called `product.port`.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from hansa.frozen import dataclass
from hansa.gateway.flight.shown import ShownTable
from hansa.gateway.postgres.catalogue.relations import OWNER
from hansa.gateway.postgres.types import (
    BOOL,
    BPCHAR,
    BYTEA,
    DATE,
    FLOAT4,
    FLOAT8,
    INT2,
    INT4,
    INT8,
    INTERVAL,
    NUMERIC,
    SCALARS,
    TEXT,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    VARCHAR,
    PgType,
    modifier_of,
    type_of,
)

Row = dict[str, Any]

_FIRST = 16_384  # below it are PostgreSQL's own numbers
_SQL_NAMES = {
    BOOL: "boolean", INT2: "smallint", INT4: "integer", INT8: "bigint", FLOAT4: "real", FLOAT8: "double precision",
    TIME: "time without time zone", TIMESTAMP: "timestamp without time zone", TIMESTAMPTZ: "timestamp with time zone",
    VARCHAR: "character varying", BPCHAR: "character",
}  # fmt: skip
_CATEGORIES = {
    **dict.fromkeys((INT2, INT4, INT8, FLOAT4, FLOAT8, NUMERIC), "N"), **dict.fromkeys((TEXT, VARCHAR, BPCHAR), "S"),
    **dict.fromkeys((DATE, TIME, TIMESTAMP, TIMESTAMPTZ), "D"), BOOL: "B", INTERVAL: "T", BYTEA: "U",
}  # fmt: skip
_RECEIVES, _RECEIVES_ARRAY = 2414, 2400
"""Functions that read a value in its binary format, by which some clients tell arrays from other types."""

_PROCEDURES = {_RECEIVES: "textrecv", _RECEIVES_ARRAY: "array_recv"}
_PRECISIONS = {INT2: 16, INT4: 32, INT8: 64, FLOAT4: 24, FLOAT8: 53}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the catalogue says of one session: its database and user, and the names and numbers of what its reader may discover.

    `columns` asks what the reader will see of a table, which takes a moment for each.
    """

    database: str
    user: str
    tables: tuple[ShownTable, ...]
    columns: Callable[[ShownTable], pa.Schema]
    settings: Mapping[str, str]

    @property
    def schemas(self) -> Mapping[str, int]:
        return _numbers(sorted({table.domain for table in self.tables}))

    @property
    def numbered(self) -> Mapping[str, int]:
        """Tables by `schema.table`."""
        return _numbers(sorted(f"{table.domain}.{table_name(table)}" for table in self.tables))


def table_name(table: ShownTable) -> str:
    return table.product if table.main else f"{table.product}.{table.name}"


def rows_of(facts: Facts, relation: str) -> list[Row]:
    """The rows of a relation; none of one that says nothing here."""
    made = _MADE.get(relation)
    return list(made(facts)) if made is not None else []


def sql_name(type_: PgType) -> str:
    """A type as SQL writes it."""
    if type_.of is not None:
        return f"{sql_name(type_.of)}[]"
    return _SQL_NAMES.get(type_, type_.name)


def _numbers(names: Sequence[str]) -> dict[str, int]:
    """A number for each name, the same each time as long as no two names meet in one."""
    taken: dict[int, str] = {}
    for name in names:
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) >> 2 | _FIRST
        while number in taken:
            number += 1
        taken[number] = name
    return {name: number for number, name in taken.items()}


def _namespaces(facts: Facts) -> Iterator[Row]:
    yield {"oid": 11, "nspname": "pg_catalog"}
    yield {"oid": 2200, "nspname": "public"}
    yield {"oid": 13_000, "nspname": "information_schema"}
    yield from ({"oid": number, "nspname": name} for name, number in facts.schemas.items())


def _classes(facts: Facts) -> Iterator[Row]:
    schemas, numbered = facts.schemas, facts.numbered
    for table in facts.tables:
        name = table_name(table)
        yield {"oid": numbered[f"{table.domain}.{name}"], "relname": name, "relnamespace": schemas[table.domain]}


def _attributes(facts: Facts) -> Iterator[Row]:
    numbered = facts.numbered
    for table in facts.tables:
        number = numbered[f"{table.domain}.{table_name(table)}"]
        for at, column in enumerate(facts.columns(table), start=1):
            type_ = type_of(column.type)
            yield {
                "attrelid": number, "attname": column.name, "atttypid": type_.oid, "attlen": type_.size, "attnum": at,
                "atttypmod": modifier_of(column.type), "attbyval": 0 < type_.size <= 8, "attalign": "i",
                "attndims": int(type_.of is not None), "attnotnull": False,
            }  # fmt: skip


def _types(_: Facts) -> Iterator[Row]:
    for each in SCALARS:
        io = {"typinput": f"{each.name}in", "typoutput": f"{each.name}out", "typreceive": _RECEIVES}
        yield {
            "oid": each.oid, "typname": each.name, "typlen": each.size, "typarray": each.array, "typbyval": 0 < each.size <= 8,
            "typcategory": _CATEGORIES.get(each, "U"), "sqlname": sql_name(each), **io,
        }  # fmt: skip
        if each.array:
            array = {"typinput": "array_in", "typoutput": "array_out", "typreceive": _RECEIVES_ARRAY}
            yield {
                "oid": each.array, "typname": f"_{each.name}", "typlen": -1, "typelem": each.oid, "typcategory": "A",
                "typsubscript": "array_subscript_handler", "sqlname": f"{sql_name(each)}[]", **array,
            }  # fmt: skip


def _keys(facts: Facts) -> Iterator[tuple[ShownTable, list[str], list[str]]]:
    """Primary keys of which the reader sees every column, and all columns of these tables."""
    for table in facts.tables:
        seen = list(facts.columns(table).names) if table.primary_key else []
        if seen and set(table.primary_key) <= set(seen):
            yield table, list(table.primary_key), seen


def _constraints(facts: Facts) -> Iterator[Row]:
    schemas, numbered = facts.schemas, facts.numbered
    for table, key, seen in _keys(facts):
        name = table_name(table)
        number = numbered[f"{table.domain}.{name}"]
        yield {
            "oid": number + 1, "conname": f"{name}_pkey", "connamespace": schemas[table.domain], "contype": "p",
            "conrelid": number, "conkey": [seen.index(column) + 1 for column in key],
            "written": f"PRIMARY KEY ({', '.join(key)})",
        }  # fmt: skip


def _named(facts: Facts, table: ShownTable, prefix: str = "table") -> Row:
    name = {"table_name": table_name(table)} if prefix == "table" else {"constraint_name": f"{table_name(table)}_pkey"}
    return {f"{prefix}_catalog": facts.database, f"{prefix}_schema": table.domain, **name}


def _info_columns(facts: Facts) -> Iterator[Row]:
    for table in facts.tables:
        for at, column in enumerate(facts.columns(table), start=1):
            type_ = type_of(column.type)
            decimal = pa.types.is_decimal(column.type)
            precision = column.type.precision if decimal else _PRECISIONS.get(type_)
            yield {
                **_named(facts, table), "column_name": column.name, "ordinal_position": at,
                "data_type": "ARRAY" if type_.of is not None else sql_name(type_), "udt_name": type_.name,
                "udt_catalog": facts.database, "dtd_identifier": str(at), "numeric_precision": precision,
                "numeric_precision_radix": None if precision is None else 10 if decimal else 2,
                "numeric_scale": column.type.scale if decimal else 0 if type_ in (INT2, INT4, INT8) else None,
                "datetime_precision": 6 if type_ in (TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL) else 0 if type_ == DATE else None,
            }  # fmt: skip


def _info_keys(facts: Facts) -> Iterator[Row]:
    for table, key, _ in _keys(facts):
        for at, column in enumerate(key, start=1):
            constraint = {**_named(facts, table), **_named(facts, table, "constraint")}
            yield {**constraint, "column_name": column, "ordinal_position": at}


def _info_usage(facts: Facts) -> Iterator[Row]:
    return ({name: value for name, value in row.items() if name != "ordinal_position"} for row in _info_keys(facts))


_MADE: dict[str, Callable[[Facts], Iterator[Row]]] = {
    "pg_namespace": _namespaces,
    "pg_class": _classes,
    "pg_attribute": _attributes,
    "pg_type": _types,
    "pg_constraint": _constraints,
    "pg_database": lambda facts: iter([{"oid": 5, "datname": facts.database}]),
    "pg_roles": lambda facts: iter([{"oid": OWNER, "rolname": "hansa"}, {"oid": 16_383, "rolname": facts.user}]),
    "pg_user": lambda facts: iter([{"usesysid": OWNER, "usename": "hansa"}, {"usesysid": 16_383, "usename": facts.user}]),
    "pg_am": lambda _: iter([{"oid": 2, "amname": "heap", "amhandler": "heap_tableam_handler", "amtype": "t"}]),
    "pg_proc": lambda _: iter([{"oid": o, "proname": n, "pronamespace": 11, "prokind": "f"} for o, n in _PROCEDURES.items()]),
    "pg_settings": lambda facts: ({"name": n, "setting": s, "source": "default"} for n, s in facts.settings.items()),
    "pg_tables": lambda facts: ({"schemaname": t.domain, "tablename": table_name(t)} for t in facts.tables),
    "schemata": lambda facts: ({"catalog_name": facts.database, "schema_name": row["nspname"]} for row in _namespaces(facts)),
    "tables": lambda facts: (_named(facts, table) for table in facts.tables),
    "columns": _info_columns,
    "table_constraints": lambda facts: (
        {**_named(facts, t), **_named(facts, t, "constraint"), "constraint_type": "PRIMARY KEY"} for t, _, _ in _keys(facts)
    ),
    "key_column_usage": _info_keys,
    "constraint_column_usage": _info_usage,
}
