"""Masks as DuckDB expressions: of the column's own type, the same bytes wherever they are computed, and without an error.

An expression is pure and deterministic but for the keys that stand in it as constants: whoever shows a text of it, a plan or an
error of DuckDB's to a reader gives the keys away.
"""

from typing import assert_never

from hansa.access.masking.keys import MaskKeys
from hansa.access.masking.tokens import binary_token, integer_token, text_token, uuid_token
from hansa.model.masks import effective
from hansa.model.types import (
    Binary,
    Boolean,
    DataType,
    Date,
    Decimal,
    Float,
    Integer,
    List,
    Map,
    String,
    Struct,
    Time,
    Timestamp,
    Uuid,
    quoted,
    sql,
)


def masked(expression: str, type_: DataType, mask: str, keys: MaskKeys) -> str:
    """The DuckDB expression of a masked value, of the same type. `expression` is one of that type, such as a quoted column.

    A mask that does not fit the type, or that nobody knows, replaces with null.
    """
    match effective(mask, type_):
        case "mask-to-fixed-value":
            return fixed(type_)
        case "mask-alphanum":
            return _alphanum(expression)
        case "show-first-4":
            return f"(left({expression}, 4) || {_alphanum(f'substr({expression}, 5)')})"
        case "show-last-4":
            return f"({_alphanum(f'substr({expression}, 1, greatest(length({expression}) - 4, 0))')} || right({expression}, 4))"
        case "truncate-to-year":
            return _truncated(expression, type_, "year")
        case "truncate-to-month":
            return _truncated(expression, type_, "month")
        case "sha-256-global":
            return _hashed(expression, type_, b"")
        case "sha-256-query-local":
            return _hashed(expression, type_, keys.query_key)
        case "tokenise":
            return _token(expression, type_, keys.global_key)
        case _:
            return f"CAST(NULL AS {sql(type_)})"


def fixed(type_: DataType) -> str:
    """The one value that `mask-to-fixed-value` makes of everything of a type, NULL too: those of Iceberg's read restrictions."""
    match type_:
        case Struct(fields):
            parts = ", ".join(f"{quoted(f.name)} := {fixed(f.type)}" for f in fields)
            return f"CAST(struct_pack({parts}) AS {sql(type_)})"
        case String():
            value = "'XXXXXXXX'"
        case Boolean():
            value = "FALSE"
        case Integer() | Decimal() | Float():
            value = "0"
        case Binary():
            value = "''"
        case Date():
            value = "'1970-01-01'"
        case Time():
            value = "'00:00:00'"
        case Timestamp(zoned):
            value = "'1970-01-01 00:00:00+00'" if zoned else "'1970-01-01 00:00:00'"
        case Uuid():
            value = "'00000000-0000-0000-0000-000000000000'"
        case List():
            value = "[]"
        case Map():
            value = "MAP {}"
        case _:
            assert_never(type_)
    return f"CAST({value} AS {sql(type_)})"


def blob(data: bytes) -> str:
    """Bytes as a constant."""
    return f"unhex('{data.hex()}')"


def _alphanum(expression: str) -> str:
    return f"translate(regexp_replace({expression}, '[^0-9(),.@-]', 'x', 'g'), '0123456789', 'nnnnnnnnnn')"


def _truncated(expression: str, type_: DataType, unit: str) -> str:
    """Moments are truncated in UTC, whatever the session's zone. A value whose year begins before the first date is null."""
    if type_ == Timestamp(zoned=True):
        return f"TRY(timezone('UTC', date_trunc('{unit}', timezone('UTC', {expression}))))"
    return f"TRY(CAST(date_trunc('{unit}', {expression}) AS {sql(type_)}))"


def _hashed(expression: str, type_: DataType, salt: bytes) -> str:
    """SHA-256 of salt and value. Integers are hashed as their little-endian bytes, and become the first of the digest's."""
    before = f"{blob(salt)} || " if salt else ""
    match type_:
        case String():
            return f"sha256({before}encode({expression}))"
        case Binary():
            return f"unhex(sha256({before}{expression}))"
        case Integer(bits):
            return _from_little_endian(f"sha256({before}{_little_endian(expression, bits)})", bits)
        case _:
            raise AssertionError(f"no hash of {sql(type_)}")


def _little_endian(expression: str, bits: int) -> str:
    digits = bits // 4
    written = f"format('{{:0{digits}x}}', CAST({expression} AS HUGEINT) & {2**bits - 1})"
    return f"unhex({_reversed_bytes(written, digits)})"


def _from_little_endian(digest: str, bits: int) -> str:
    """The signed number of the digest's first bytes; each part stands once, since plans of repeated parts take long."""
    digits, sign = bits // 4, 2 ** (bits - 1)
    unsigned = f"CAST(CAST('0x' || {_reversed_bytes(f'left({digest}, {digits})', digits)} AS UBIGINT) AS HUGEINT)"
    return f"CAST(xor({unsigned}, {sign}) - {sign} AS {sql(Integer(bits))})"


def _reversed_bytes(hexadecimal: str, digits: int) -> str:
    count = digits // 2
    backwards = "".join(f"\\{n}" for n in range(count, 0, -1))
    return f"regexp_replace({hexadecimal}, '{'(..)' * count}', '{backwards}')"


def _token(expression: str, type_: DataType, key: bytes) -> str:
    match type_:
        case String():
            return text_token(expression, key)
        case Binary():
            return binary_token(expression, key)
        case Uuid():
            return uuid_token(expression, key)
        case Integer(bits):
            return integer_token(expression, bits, key)
        case _:
            raise AssertionError(f"no token of {sql(type_)}")
