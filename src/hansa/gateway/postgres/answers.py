"""What a client of PostgreSQL is told, as bytes (protocol 3.0)."""

import struct
from collections.abc import Iterable, Mapping, Sequence

from hansa.frozen import dataclass
from hansa.gateway.postgres.types import PgType

_INT32, _INT16 = struct.Struct("!I"), struct.Struct("!H")
_COLUMN = struct.Struct("!IHIhiH")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer; `binary` is the format in which it is sent."""

    name: str
    type: PgType
    modifier: int = -1
    binary: bool = False


PARSED, BOUND, CLOSED = (kind + _INT32.pack(4) for kind in (b"1", b"2", b"3"))
NO_DATA, SUSPENDED, EMPTY = (kind + _INT32.pack(4) for kind in (b"n", b"s", b"I"))
ASK_PASSWORD = b"R" + _INT32.pack(8) + _INT32.pack(3)
WELCOME = b"R" + _INT32.pack(8) + _INT32.pack(0)


def ready(status: str) -> bytes:
    """`status` is I outside of a transaction, T within one, E within one that failed."""
    return _message(b"Z", status.encode())


def key(process: int, secret: bytes) -> bytes:
    return _message(b"K", _INT32.pack(process) + secret)


def negotiated(unknown: Sequence[str]) -> bytes:
    """That protocol 3.0 is spoken, and which options of a later one were not understood."""
    return _message(b"v", _INT32.pack(0) + _INT32.pack(len(unknown)) + b"".join(map(_text, unknown)))


def setting(name: str, value: str) -> bytes:
    return _message(b"S", _text(name) + _text(value))


def complete(tag: str) -> bytes:
    return _message(b"C", _text(tag))


def parameters(types: Sequence[int]) -> bytes:
    return _message(b"t", _INT16.pack(len(types)) + b"".join(map(_INT32.pack, types)))


def described(columns: Sequence[Column]) -> bytes:
    """The columns of the rows to come."""
    said = bytearray(_INT16.pack(len(columns)))
    for each in columns:
        said += _text(each.name)
        said += _COLUMN.pack(0, 0, each.type.oid, each.type.size, each.modifier, each.binary)
    return _message(b"T", bytes(said))


def text_row(values: Sequence[str]) -> bytes:
    """One row of texts."""
    written = [value.encode() for value in values]
    return _message(b"D", _INT16.pack(len(written)) + b"".join(_INT32.pack(len(w)) + w for w in written))


def error(fields: Mapping[str, str]) -> bytes:
    return _message(b"E", _fields(fields))


def notice(fields: Mapping[str, str]) -> bytes:
    return _message(b"N", _fields(fields))


def _fields(fields: Mapping[str, str]) -> bytes:
    return b"".join(_each(fields.items())) + b"\0"


def _each(fields: Iterable[tuple[str, str]]) -> Iterable[bytes]:
    return (kind.encode() + _text(text) for kind, text in fields if text)


def _text(text: str) -> bytes:
    return text.replace("\0", "�").encode(errors="replace") + b"\0"


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + _INT32.pack(len(body) + 4) + body
