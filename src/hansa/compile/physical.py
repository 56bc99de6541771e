"""The type that a contract's `physicalType` names: the common SQL spellings, read by SQLGlot whatever dialect they come from."""

import re
from functools import cache

from sqlglot import exp
from sqlglot.errors import SqlglotError

from hansa.model.types import (
    Binary,
    Boolean,
    DataType,
    Date,
    Decimal,
    Field,
    Float,
    Integer,
    List,
    Map,
    String,
    Struct,
    Time,
    Timestamp,
    Uuid,
)

# Dialects in the order in which they are asked. DuckDB's own spelling comes first; the others read what it does not know.
_DIALECTS = ("duckdb", "postgres", "bigquery", "snowflake", "spark", "mysql", "tsql", "oracle")

# Words whose meaning SQLGlot's DuckDB dialect narrows or does not know, and that people write in contracts all the same.
_WORDS: dict[str, DataType] = {
    "bytes": Binary(),
    "bytea": Binary(),
    "float64": Float(64),
    "float32": Float(32),
    "datetime": Timestamp(),
    "uniqueidentifier": Uuid(),
    "smalldatetime": Timestamp(),
    "image": Binary(),
    "rowversion": Binary(),
    "sysname": String(),
    "citext": String(),
    "nclob": String(),
    "utf8": String(),
    "large_string": String(),
    "uint8": Integer(32),
    "uint16": Integer(32),
    "uint32": Integer(64),
    "uint64": Decimal(20, 0),
}
# Types of fixed digits that databases do not agree upon, in the widest of their forms.
_MONEY: dict[exp.DType, DataType] = {exp.DType.MONEY: Decimal(19, 4), exp.DType.SMALLMONEY: Decimal(10, 4)}

# What a mistyped word was probably meant to be.
COMMON_SPELLINGS = (
    *(
        "BOOLEAN",
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "NUMERIC",
        "DECIMAL",
        "NUMBER",
        "FLOAT",
        "DOUBLE",
        "REAL",
    ),
    *("VARCHAR", "CHAR", "TEXT", "STRING", "JSON", "UUID", "BLOB", "BYTES", "BINARY", "VARBINARY"),
    *("DATE", "TIME", "DATETIME", "TIMESTAMP", "TIMESTAMPTZ"),
)

# What a type may be written with; anything else would be read by SQLGlot as more than a type.
_TYPE_LIKE = re.compile(r"[\w\s<>()\[\],:'\"`.]+")
_STRINGS_OF_BITS = re.compile(r"(?i)bit varying.*|varbit.*|bitstring.*")
_RAW = re.compile(r"(?i)(long )?raw(\(\d+\))?")

_T = exp.DataType.Type
_SIMPLE: dict[exp.DType, DataType] = {
    _T.BOOLEAN: Boolean(),
    _T.TINYINT: Integer(32),
    _T.SMALLINT: Integer(32),
    _T.MEDIUMINT: Integer(32),
    _T.INT: Integer(32),
    _T.SERIAL: Integer(32),
    _T.SMALLSERIAL: Integer(32),
    _T.BIGINT: Integer(64),
    _T.BIGSERIAL: Integer(64),
    _T.UTINYINT: Integer(32),
    _T.USMALLINT: Integer(32),
    _T.UINT: Integer(64),
    _T.UBIGINT: Decimal(20, 0),
    _T.INT128: Decimal(38, 0),
    _T.DOUBLE: Float(64),
    _T.VARCHAR: String(),
    _T.CHAR: String(),
    _T.NCHAR: String(),
    _T.NVARCHAR: String(),
    _T.BPCHAR: String(),
    _T.TEXT: String(),
    _T.TINYTEXT: String(),
    _T.MEDIUMTEXT: String(),
    _T.LONGTEXT: String(),
    _T.NAME: String(),
    _T.JSON: String(),
    _T.JSONB: String(),
    _T.ENUM: String(),
    _T.BINARY: Binary(),
    _T.VARBINARY: Binary(),
    _T.BLOB: Binary(),
    _T.TINYBLOB: Binary(),
    _T.MEDIUMBLOB: Binary(),
    _T.LONGBLOB: Binary(),
    _T.DATE: Date(),
    _T.TIME: Time(),
    _T.TIMESTAMP: Timestamp(),
    _T.TIMESTAMPNTZ: Timestamp(),
    _T.DATETIME: Timestamp(),
    _T.DATETIME2: Timestamp(),
    _T.TIMESTAMP_S: Timestamp(),
    _T.TIMESTAMP_MS: Timestamp(),
    _T.TIMESTAMP_NS: Timestamp(),
    _T.TIMESTAMPTZ: Timestamp(zoned=True),
    _T.TIMESTAMPLTZ: Timestamp(zoned=True),
    _T.UUID: Uuid(),
}


@cache
def physical_type(text: str) -> DataType | None:
    """The type that a physical type's text names, or None when it is no spelling that we know."""
    plain = re.sub(r"\s+", " ", text.strip())
    if not plain or len(plain) > 2000 or not _TYPE_LIKE.fullmatch(plain):
        return None
    word = _WORDS.get(plain.lower())
    if word is not None:
        return word
    if _STRINGS_OF_BITS.fullmatch(plain):
        return None
    if _RAW.fullmatch(plain):
        return Binary()
    for dialect in _DIALECTS:
        try:
            parsed = exp.DataType.build(plain, dialect=dialect)
        except (SqlglotError, ValueError):
            continue
        # SQLGlot gives DuckDB's varchar(20) and decimal its own defaults, which is what DuckDB itself would store.
        try:
            found = _converted(parsed)
        except ValueError:
            return None
        if found is not None:
            return found
    return None


def _converted(parsed: exp.DataType) -> DataType | None:
    match parsed.this:
        case exp.DType.DECIMAL | exp.DType.BIGDECIMAL:
            return _decimal(parsed)
        case exp.DType.MONEY | exp.DType.SMALLMONEY:
            return _MONEY[parsed.this]
        case exp.DType.FLOAT:
            # FLOAT(n) counts binary digits; what has more than 24 is a double.
            return Float(64) if any(int(e.name) > 24 for e in parsed.expressions if e.name.isdecimal()) else Float(32)
        case exp.DType.BIT:
            # A bit is a truth value, a string of bits is not.
            return None if any(e.name != "1" for e in parsed.expressions) else Boolean()
        case exp.DType.ARRAY | exp.DType.LIST:
            element = _part(parsed.expressions[0]) if parsed.expressions else None
            return None if element is None else List(element)
        case exp.DType.MAP:
            parts = [_part(e) for e in parsed.expressions]
            if len(parts) == 2 and parts[0] is not None and parts[1] is not None:
                return Map(parts[0], parts[1])
            return None
        case exp.DType.STRUCT | exp.DType.OBJECT:
            return _struct(parsed)
        case simple:
            return _SIMPLE.get(simple)


def _decimal(parsed: exp.DataType) -> DataType:
    """A decimal; without digits it is DuckDB's DECIMAL(18,3)."""
    numbers = [int(e.name) for e in parsed.expressions if e.name.isdecimal()]
    match numbers:
        case [precision]:
            return Decimal(precision, 0)
        case [precision, scale]:
            return Decimal(precision, scale)
        case _:
            return Decimal(18, 3)


def _struct(parsed: exp.DataType) -> DataType | None:
    fields: list[Field] = []
    for part in parsed.expressions:
        kind = part.args.get("kind") if isinstance(part, exp.ColumnDef) else None
        type_ = _part(kind) if kind is not None else None
        if type_ is None:
            return None
        fields.append(Field(part.name, type_))
    distinct = len({f.name.lower() for f in fields}) == len(fields)
    return Struct(tuple(fields)) if fields and distinct else None


def _part(expression: exp.Expr) -> DataType | None:
    return _converted(expression) if isinstance(expression, exp.DataType) else None
