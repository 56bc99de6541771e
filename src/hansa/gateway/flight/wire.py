"""The little of Protocol Buffers that Flight SQL needs: our own encoder and decoder, for messages told as dataclasses.

A field of a message is a dataclass field made by `at`; what a message does not know is passed over, as the specification wants it
(https://protobuf.dev/programming-guides/encoding/). Everything that is read comes from strangers: each length is checked.
"""

import struct
from collections.abc import Iterator
from dataclasses import field, fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Message = TypeVar("Message", bound="DataclassInstance")

_ANY = "type.googleapis.com/"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


class Garbled(Exception):
    """The bytes are no message, or not this one."""


def at(number: int, default: Any = "", *, of: type | None = None) -> Any:
    """A field of a message. Its annotation tells its kind; a tuple is a repeated field, and `of` is the type of messages in it.

    None stands for a text or bytes that were not given, which is different from empty ones.
    """
    return field(default=default, metadata={"number": number, "of": of})


def decode(kind: type[Message], data: bytes) -> Message:
    """Read a message. Raises `Garbled`."""
    known = {f.metadata["number"]: f for f in fields(kind)}
    values: dict[str, Any] = {}
    for number, wire, value in _parts(data):
        if number not in known:
            continue
        each = known[number]
        read = _read(each.type, each.metadata["of"], wire, value)
        repeated = isinstance(each.default, tuple)
        if repeated:
            values[each.name] = (*values.get(each.name, ()), *(read if isinstance(read, tuple) else (read,)))
        else:
            values[each.name] = read
    return kind(**values)


def encode(message: "DataclassInstance") -> bytes:
    """Write a message; fields that hold their default are left out."""
    written = bytearray()
    for each in fields(message):
        value = getattr(message, each.name)
        if value is None or value == each.default:
            continue
        for one in value if isinstance(value, tuple) else (value,):
            written += _written(each.metadata["number"], one)
    return bytes(written)


def wrap(name: str, message: "DataclassInstance") -> bytes:
    """A `google.protobuf.Any` with a message inside, `name` being the full one."""
    return _written(1, f"{_ANY}{name}") + _written(2, encode(message))


def unwrap(data: bytes) -> tuple[str, bytes]:
    """The full name and the bytes of the message in a `google.protobuf.Any`. Raises `Garbled`."""
    url, inside = "", b""
    for number, wire, value in _parts(data):
        if number in (1, 2) and wire != _BYTES:
            raise Garbled("no Any")
        if number == 1:
            url = _text(value)
        elif number == 2:
            inside = bytes(value)
    if "/" not in url:
        raise Garbled("it does not say what it is")
    return url.rpartition("/")[2], inside


def _parts(data: bytes) -> Iterator[tuple[int, int, Any]]:
    place, end = 0, len(data)
    while place < end:
        key, place = _varint(data, place)
        number, wire = key >> 3, key & 7
        value: Any
        if wire == _VARINT:
            value, place = _varint(data, place)
        elif wire in (_FIXED64, _FIXED32, _BYTES):
            size, place = _varint(data, place) if wire == _BYTES else (8 if wire == _FIXED64 else 4, place)
            if size > end - place:
                raise Garbled("a length goes past the end")
            value, place = data[place : place + size], place + size
        else:
            raise Garbled(f"there is no wire type {wire}")
        if number == 0:
            raise Garbled("there is no field 0")
        yield number, wire, value


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(data):
            raise Garbled("a number is cut off")
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, place
    raise Garbled("a number is too long")


def _read(annotation: object, of: type | None, wire: int, value: Any) -> Any:
    """One value of a field; a packed list of numbers gives all of them."""
    named = str(annotation)
    if of is not None and wire == _BYTES:
        return decode(of, value)
    if "str" in named and wire == _BYTES:
        return _text(value)
    if "bytes" in named and wire == _BYTES:
        return bytes(value)
    if "bool" in named and wire == _VARINT:
        return value != 0
    if "int" in named and wire == _VARINT:
        return _signed(value)
    if "int" in named and wire == _FIXED64:
        return int.from_bytes(value, "little", signed=True)
    if "float" in named and wire == _FIXED64:
        return _double(value)
    if "tuple[int" in named and wire == _BYTES:
        return _packed(value)
    raise Garbled("a field is of another kind")


def _packed(value: bytes) -> tuple[int, ...]:
    found, place = [], 0
    while place < len(value):
        number, place = _varint(value, place)
        found.append(_signed(number))
    return tuple(found)


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _double(value: bytes) -> float:
    (number,) = struct.unpack("<d", value)
    return float(number)


def _text(value: bytes) -> str:
    try:
        return bytes(value).decode()
    except UnicodeDecodeError:
        raise Garbled("a text is no UTF-8") from None


def _written(number: int, value: Any) -> bytes:
    match value:
        case bool() | int():
            return _number(number << 3 | _VARINT) + _number(int(value) & 0xFFFF_FFFF_FFFF_FFFF)
        case str():
            return _sized(number, value.encode())
        case bytes():
            return _sized(number, value)
        case _:
            return _sized(number, encode(value))


def _sized(number: int, value: bytes) -> bytes:
    return _number(number << 3 | _BYTES) + _number(len(value)) + value


def _number(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
