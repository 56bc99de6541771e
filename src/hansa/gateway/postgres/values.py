"""The values that a client binds to parameters, in text or in PostgreSQL's binary format, as the values that the engine takes."""

import contextlib
import datetime as dt
import struct
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from hansa.gateway.postgres.types import (
    BOOL,
    BY_ARRAY,
    BY_OID,
    BYTEA,
    DATE,
    FLOAT4,
    FLOAT8,
    INT2,
    INT4,
    INT8,
    INTERVAL,
    NUMERIC,
    OID,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    UUID,
)
from hansa.trouble import Trouble, TroubleError

_EPOCH = dt.datetime(2000, 1, 1)
_INTEGERS = {
    INT2.oid: struct.Struct("!h"),
    INT4.oid: struct.Struct("!i"),
    INT8.oid: struct.Struct("!q"),
    OID.oid: struct.Struct("!I"),
}
_FLOATS = {FLOAT4.oid: struct.Struct("!f"), FLOAT8.oid: struct.Struct("!d")}
_TRUE, _FALSE = frozenset({"t", "true", "y", "yes", "on", "1"}), frozenset({"f", "false", "n", "no", "off", "0"})
_LENGTH = struct.Struct("!i")
_MOST = 100_000
"""Elements of an array that is bound."""


def value_of(raw: bytes | None, oid: int, *, binary: bool) -> object:
    """A value. Raises TroubleError H735 when it is none of its type."""
    if raw is None:
        return None
    try:
        return _binary(raw, oid) if binary else _text(raw.decode(), oid)
    except (ValueError, ArithmeticError, struct.error, IndexError):
        known = BY_OID.get(oid) or BY_ARRAY.get(oid)
        called = known.name if known is not None else f"type {oid}"
        mend = "bind it in the form of its type, or as text"
        raise TroubleError(Trouble("H735", f"the value of a parameter is no {called}", mend=mend)) from None


def _text(text: str, oid: int) -> object:
    if oid in BY_ARRAY:
        return [None if item is None else _text(item, BY_ARRAY[oid].oid) for item in _items(text)]
    read = _TEXTS.get(oid)
    return text if read is None else read(text)


def _binary(raw: bytes, oid: int) -> object:
    if oid in BY_ARRAY:
        return _array(raw)
    if oid in _INTEGERS:
        return _INTEGERS[oid].unpack(raw)[0]
    if oid in _FLOATS:
        return _FLOATS[oid].unpack(raw)[0]
    read = _BINARIES.get(oid)
    return raw.decode() if read is None else read(raw)


def _truth(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered not in _TRUE | _FALSE:
        raise ValueError
    return lowered in _TRUE


def _number(text: str) -> Decimal:
    with contextlib.suppress(InvalidOperation):
        return Decimal(text.strip())
    raise ValueError


def _moment(text: str) -> object:
    """A moment, or the words of one that Python has no value for, which the engine reads itself."""
    with contextlib.suppress(ValueError):
        return dt.datetime.fromisoformat(text.strip())
    return text


def _day(text: str) -> object:
    with contextlib.suppress(ValueError):
        return dt.date.fromisoformat(text.strip())
    return text


def _bytes(text: str) -> bytes:
    if not text.startswith("\\x"):
        raise ValueError
    return bytes.fromhex(text[2:])


def _decimal(raw: bytes) -> Decimal:
    count, weight, sign, scale = struct.unpack_from("!hhHH", raw)
    if sign == 0xC000:
        return Decimal("NaN")
    groups = struct.unpack_from(f"!{count}h", raw, 8)
    if sign not in (0, 0x4000) or len(raw) != 8 + 2 * count or scale > 1000 or abs(weight) > 1000:
        raise ValueError
    number = sum((Decimal(group).scaleb(4 * (weight - at)) for at, group in enumerate(groups)), Decimal(0))
    exact = number.quantize(Decimal(1).scaleb(-scale)) if count * 4 + scale < 28 else number
    return -exact if sign else exact


def _counted(raw: bytes) -> object:
    (ticks,) = struct.unpack("!q", raw)
    if ticks in (2**63 - 1, -(2**63)):
        return "infinity" if ticks > 0 else "-infinity"
    return _EPOCH + dt.timedelta(microseconds=ticks)


def _zoned(raw: bytes) -> object:
    found = _counted(raw)
    return found.replace(tzinfo=dt.UTC) if isinstance(found, dt.datetime) else found


def _days(raw: bytes) -> object:
    (days,) = struct.unpack("!i", raw)
    if days in (2**31 - 1, -(2**31)):
        return "infinity" if days > 0 else "-infinity"
    return _EPOCH.date() + dt.timedelta(days=days)


def _clock(raw: bytes) -> dt.time:
    (ticks,) = struct.unpack("!q", raw)
    return (_EPOCH + dt.timedelta(microseconds=ticks)).time()


def _span(raw: bytes) -> object:
    micros, days, months = struct.unpack("!qii", raw)
    if months:
        return f"{months} months {days} days {micros} microseconds"
    return dt.timedelta(days=days, microseconds=micros)


def _array(raw: bytes) -> list[object]:
    dimensions, _, oid = struct.unpack_from("!iiI", raw)
    if dimensions == 0:
        return []
    (count,) = _LENGTH.unpack_from(raw, 12)
    if dimensions != 1 or not 0 <= count <= _MOST:
        raise ValueError
    found: list[object] = []
    at = 20
    for _ in range(count):
        (size,) = _LENGTH.unpack_from(raw, at)
        at += 4
        if size > len(raw) - at or size < -1:
            raise ValueError
        found.append(None if size < 0 else _binary(raw[at : at + size], oid))
        at += max(size, 0)
    return found


def _items(text: str) -> Iterator[str | None]:
    """The elements of an array as text: `{1,NULL,"a b"}`. Raises ValueError for one of several dimensions."""
    if not (text.startswith("{") and text.endswith("}")):
        raise ValueError
    at, end = 1, len(text) - 1
    for number in range(_MOST):
        if at >= end:
            if number:
                raise ValueError
            return
        item, quoted, at = _item(text, at, end)
        yield None if not quoted and item.upper() == "NULL" else item
        if at == end:
            return
        if text[at] != ",":
            raise ValueError
        at += 1
    raise ValueError


def _item(text: str, at: int, end: int) -> tuple[str, bool, int]:
    """One element, whether it stood in quotes, and where it ends."""
    quoted = text[at] == '"'
    at += quoted
    found = []
    while at < end:
        sign = text[at]
        if sign == ('"' if quoted else ","):
            break
        if sign in "{}" and not quoted:
            raise ValueError
        if sign == "\\":
            at += 1
        found.append(text[at])
        at += 1
    if quoted and (at >= end or text[at] != '"'):
        raise ValueError
    return "".join(found), quoted, at + quoted


_TEXTS: dict[int, Callable[[str], object]] = {
    BOOL.oid: _truth, INT2.oid: int, INT4.oid: int, INT8.oid: int, OID.oid: int, FLOAT4.oid: float, FLOAT8.oid: float,
    NUMERIC.oid: _number, DATE.oid: _day, TIME.oid: dt.time.fromisoformat, TIMESTAMP.oid: _moment, TIMESTAMPTZ.oid: _moment,
    BYTEA.oid: _bytes,
}  # fmt: skip
_BINARIES: dict[int, Callable[[bytes], Any]] = {
    BOOL.oid: lambda raw: raw != b"\0", BYTEA.oid: bytes, NUMERIC.oid: _decimal, DATE.oid: _days, TIME.oid: _clock,
    TIMESTAMP.oid: _counted, TIMESTAMPTZ.oid: _zoned, INTERVAL.oid: _span, UUID.oid: lambda raw: str(uuid.UUID(bytes=raw)),
}  # fmt: skip
