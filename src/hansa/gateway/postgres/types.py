"""How columns of an answer are called in PostgreSQL: the type that clients know by its number, for each of Arrow's.

Numbers, sizes and modifiers are those of PostgreSQL's `pg_type`. What PostgreSQL has no type for, such as records, maps and lists
of lists, is JSON; what is larger than its largest integer is `numeric`.
"""

import pyarrow as pa

from hansa.frozen import dataclass


@dataclass(frozen=True, slots=True)
class PgType:
    """A type: its number and size in bytes (-1 for a varying one), and the number of the array of it."""

    name: str
    oid: int
    size: int
    array: int
    of: "PgType | None" = None


BOOL = PgType("bool", 16, 1, 1000)
BYTEA = PgType("bytea", 17, -1, 1001)
NAME = PgType("name", 19, 64, 1003)
INT8 = PgType("int8", 20, 8, 1016)
INT2 = PgType("int2", 21, 2, 1005)
INT4 = PgType("int4", 23, 4, 1007)
TEXT = PgType("text", 25, -1, 1009)
OID = PgType("oid", 26, 4, 1028)
JSON = PgType("json", 114, -1, 199)
FLOAT4 = PgType("float4", 700, 4, 1021)
FLOAT8 = PgType("float8", 701, 8, 1022)
UNKNOWN = PgType("unknown", 705, -2, 0)
BPCHAR = PgType("bpchar", 1042, -1, 1014)
VARCHAR = PgType("varchar", 1043, -1, 1015)
DATE = PgType("date", 1082, 4, 1182)
TIME = PgType("time", 1083, 8, 1183)
TIMESTAMP = PgType("timestamp", 1114, 8, 1115)
TIMESTAMPTZ = PgType("timestamptz", 1184, 8, 1185)
INTERVAL = PgType("interval", 1186, 16, 1187)
NUMERIC = PgType("numeric", 1700, -1, 1231)
UUID = PgType("uuid", 2950, 16, 2951)

SCALARS = (
    *(BOOL, BYTEA, NAME, INT8, INT2, INT4, TEXT, OID, JSON, FLOAT4, FLOAT8, UNKNOWN, BPCHAR, VARCHAR, DATE, TIME, TIMESTAMP),
    *(TIMESTAMPTZ, INTERVAL, NUMERIC, UUID),
)
BY_OID = {t.oid: t for t in SCALARS}
BY_ARRAY = {t.array: t for t in SCALARS if t.array}

_INTEGERS = {
    pa.int8(): INT2, pa.uint8(): INT2, pa.int16(): INT2, pa.uint16(): INT4, pa.int32(): INT4, pa.uint32(): INT8, pa.int64(): INT8,
    pa.uint64(): NUMERIC,
}  # fmt: skip


def array_of(element: PgType) -> PgType:
    return PgType(f"_{element.name}", element.array, -1, 0, element)


def type_of(arrow: pa.DataType) -> PgType:
    """The type of a column of an answer."""
    if pa.types.is_dictionary(arrow):
        return type_of(arrow.value_type)
    if pa.types.is_list(arrow) or pa.types.is_large_list(arrow) or pa.types.is_fixed_size_list(arrow):
        element = type_of(arrow.value_type)
        return JSON if element.of is not None or element is JSON else array_of(element)
    return _scalar(arrow)


def modifier_of(arrow: pa.DataType) -> int:
    """What is said beside the number of a type: precision and scale of a decimal."""
    return (arrow.precision << 16 | arrow.scale) + 4 if pa.types.is_decimal(arrow) else -1


def _scalar(arrow: pa.DataType) -> PgType:
    is_ = pa.types
    if arrow in _INTEGERS:
        return _INTEGERS[arrow]
    if is_.is_boolean(arrow):
        return BOOL
    if is_.is_floating(arrow):
        return FLOAT8 if is_.is_float64(arrow) else FLOAT4
    if is_.is_decimal(arrow):
        return NUMERIC
    if is_.is_null(arrow) or is_.is_string(arrow) or is_.is_large_string(arrow) or is_.is_string_view(arrow):
        return TEXT
    if is_.is_binary(arrow) or is_.is_large_binary(arrow) or is_.is_binary_view(arrow) or is_.is_fixed_size_binary(arrow):
        return BYTEA
    if is_.is_date(arrow):
        return DATE
    if is_.is_time(arrow):
        return TIME
    if is_.is_timestamp(arrow):
        return TIMESTAMP if arrow.tz is None else TIMESTAMPTZ
    if is_.is_interval(arrow) or is_.is_duration(arrow):
        return INTERVAL
    return JSON
