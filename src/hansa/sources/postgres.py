"""A table of a PostgreSQL database, landed as Parquet: one SELECT in a read-only transaction, streamed through ADBC."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import adbc_driver_manager
import adbc_driver_postgresql.dbapi as adbc
import pyarrow as pa

from hansa.frozen import dataclass
from hansa.model import Column, DataType, Relation, Schema, Server, Table, quoted
from hansa.model.types import Binary, Boolean, Date, Decimal, Float, Integer, List, String, Time, Timestamp, Uuid
from hansa.sources.compare import physical_name
from hansa.sources.files import refuse_unfit
from hansa.sources.landing import land
from hansa.sources.protocol import SourceFailed, failed
from hansa.trouble import did_you_mean

CONNECT_SECONDS = 10

# Types that ADBC gives as Arrow's own. All others are read as PostgreSQL's text, which the engine casts strictly.
_DIRECT: dict[str, DataType] = {
    "bool": Boolean(),
    "int2": Integer(32),
    "int4": Integer(32),
    "int8": Integer(64),
    "float4": Float(32),
    "float8": Float(64),
    "text": String(),
    "varchar": String(),
    "bytea": Binary(),
    "date": Date(),
    "time": Time(),
    "timestamp": Timestamp(),
    "timestamptz": Timestamp(zoned=True),
}

_COLUMNS = """
SELECT a.attname::text, t.typname::text, a.atttypmod::int, coalesce(e.typname::text, '')
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""
_TABLES = """
SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""


@dataclass(frozen=True, slots=True)
class _Found:
    """A column as the database declares it: the type it is read as, and whether it is read as text."""

    column: Column
    as_text: bool


class PostgresSource:
    """One table or view. The user and password come from the environment: `HANSA_<SERVER>_USER` and `_PASSWORD`, else `PGUSER`
    and `PGPASSWORD`; `<SERVER>` is the server's name in upper case, with `_` for what is no letter or digit.
    """

    def __init__(self, server: Server, table: Table, schema: Schema, environ: Mapping[str, str]) -> None:
        self._server = server
        self._table = table
        self._schema = schema
        namespace, _, self._name = (table.physical_name or table.name).rpartition(".")
        self._namespace = namespace or server.option("schema", "public")
        prefix = "HANSA_" + re.sub(r"[^A-Z0-9]", "_", server.name.upper())
        self._user = environ.get(f"{prefix}_USER") or environ.get("PGUSER", "")
        self._password = environ.get(f"{prefix}_PASSWORD") or environ.get("PGPASSWORD", "")
        self._variables = f"{prefix}_USER and {prefix}_PASSWORD"

    def version(self) -> str | None:
        """PostgreSQL has no cheap token that surely changes with a table's rows."""
        return None

    def size(self) -> int | None:
        return None

    def describe(self) -> Schema | None:
        with self._connected() as connection:
            return Schema(tuple(f.column for f in self._found(connection)))

    def relation(self, landing: Path) -> Relation:
        with self._connected() as connection:
            found = self._found(connection)
            refuse_unfit(Schema(tuple(f.column for f in found)), self._table, self._schema)
            with closing(connection.cursor()) as cursor:
                cursor.execute(self._query(found))
                reader = cursor.fetch_record_batch()
                schema = pa.schema([pa.field(f.name, _storage(f.type)) for f in reader.schema])
                batches = (pa.record_batch([_stored(c) for c in batch.columns], schema) for batch in reader)
                return land(self._server, landing, schema, batches, self._schema)

    def _query(self, found: tuple[_Found, ...]) -> str:
        by_name = {f.column.name.lower(): f for f in found}
        parts = []
        for column in self._schema:
            there = by_name[physical_name(self._table, column.name).lower()]
            cast = "::text" if there.as_text else ""
            parts.append(f"{quoted(there.column.name)}{cast} AS {quoted(column.name)}")
        return f"SELECT {', '.join(parts)} FROM {quoted(self._namespace)}.{quoted(self._name)}"

    def _found(self, connection: Any) -> tuple[_Found, ...]:
        with closing(connection.cursor()) as cursor:
            cursor.execute(_COLUMNS, (self._namespace, self._name))
            rows = cursor.fetchall()
            if rows:
                return tuple(_column(*row) for row in rows)
            cursor.execute(_TABLES, (self._namespace,))
            hint = did_you_mean(self._name, [str(row[0]) for row in cursor.fetchall()])
        raise failed(
            "H504",
            f"the database of `{self._server.name}` has no table `{self._namespace}.{self._name}` that this user can see",
            self._server,
            (f"{hint} " if hint else "") + "say the table's name there as the `physicalName` of the schema object",
        )

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """A connection in a read-only session. Whatever the driver raises within the block becomes `SourceFailed`."""
        try:
            with closing(adbc.connect(self._address())) as connection:
                yield connection
        except (adbc_driver_manager.Error, pa.ArrowException) as error:
            raise self._failure(str(error)) from None

    def _address(self) -> str:
        user = quote(self._user, safe="") + (f":{quote(self._password, safe='')}" if self._password else "")
        options = {
            "connect_timeout": str(CONNECT_SECONDS),
            "application_name": "hansa",
            "options": "-c default_transaction_read_only=on",
        }
        if self._server.option("sslmode"):
            options["sslmode"] = self._server.option("sslmode")
        host, port = quote(self._server.option("host"), safe=""), self._server.option("port")
        at = f"{user}@" if user else ""
        database = quote(self._server.option("database"), safe="")
        return f"postgresql://{at}{host}:{port}/{database}?{urlencode(options, quote_via=quote)}"

    def _failure(self, text: str) -> SourceFailed:
        reason = self._without_secrets(text)
        name = f"the database of `{self._server.name}`"
        if re.search(r"password|authentication|role .* does not exist|no pg_hba", reason, re.IGNORECASE):
            return failed("H507", f"{name} refuses the user: {reason}", self._server, f"set {self._variables} in the environment")
        if re.search(r"permission denied", reason, re.IGNORECASE):
            return failed(
                "H507", f"{name} refuses to show the table: {reason}", self._server, "ask its owner to grant SELECT on it"
            )
        if re.search(r"connect|timeout|could not translate|terminat|server closed|starting up", reason, re.IGNORECASE):
            return failed("H503", f"{name} cannot be reached: {reason}", self._server, "check host and port, and that it runs")
        return failed("H502", f"{name} cannot be read: {reason}", self._server, "read the table there with the same user")

    def _without_secrets(self, text: str) -> str:
        for secret in {self._password, quote(self._password, safe="")} - {""}:
            text = text.replace(secret, "***")
        return " ".join(text.split())[:300]


def _column(name: str, kind: str, modifier: int, element: str) -> _Found:
    if kind in _DIRECT:
        return _Found(Column(name, _DIRECT[kind]), as_text=False)
    if element in _DIRECT:
        return _Found(Column(name, List(_DIRECT[element])), as_text=False)
    if kind == "numeric" and modifier >= 4:
        # The modifier holds precision and, in 11 bits with a sign, scale (PostgreSQL: src/backend/utils/adt/numeric.c).
        precision, scale = ((modifier - 4) >> 16) & 0xFFFF, (((modifier - 4) & 0x7FF) ^ 1024) - 1024
        if 1 <= precision <= 38 and 0 <= scale <= precision:
            return _Found(Column(name, Decimal(precision, scale)), as_text=True)
    return _Found(Column(name, Uuid() if kind == "uuid" else String()), as_text=True)


def _storage(kind: pa.DataType) -> pa.DataType:
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def _stored(column: pa.Array) -> pa.Array:
    return column.storage if isinstance(column, pa.ExtensionArray) else column
