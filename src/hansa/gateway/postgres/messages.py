"""What a client of PostgreSQL says, read from bytes into records (protocol 3.0,
https://www.postgresql.org/docs/current/protocol-message-formats.html).

Everything that is read comes from strangers: each length is checked, and nothing is taken that the message does not hold.
"""

import struct

from hansa.frozen import dataclass

VERSION = 3 << 16
"""The protocol that is spoken: 3.0. Who asks for a later minor version is told of this one."""

_CANCEL, _TLS, _GSS = (1234 << 16 | code for code in (5678, 5679, 5680))
_INT32, _INT16, _LENGTH = struct.Struct("!I"), struct.Struct("!H"), struct.Struct("!i")


class Garbled(Exception):
    """The bytes are no message, or not this one."""


@dataclass(frozen=True, slots=True)
class Encryption:
    """A wish to encrypt what follows, by TLS or by GSSAPI."""

    tls: bool


@dataclass(frozen=True, slots=True)
class Cancel:
    """A wish, on a connection of its own, to stop the query of another one."""

    process: int
    key: bytes


@dataclass(frozen=True, slots=True)
class StartUp:
    """The first message of a session."""

    version: int
    parameters: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Password:
    text: str


@dataclass(frozen=True, slots=True)
class Simple:
    """One text, in which several statements may stand."""

    text: str


@dataclass(frozen=True, slots=True)
class Parse:
    """A statement under a name; `types` are those that the client says of its parameters, 0 for one that it leaves open."""

    name: str
    text: str
    types: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bind:
    """A statement with values, as a portal. Formats are 0 for text and 1 for binary: none, one for all, or one for each."""

    portal: str
    statement: str
    formats: tuple[int, ...]
    values: tuple[bytes | None, ...]
    results: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Describe:
    of_portal: bool
    name: str


@dataclass(frozen=True, slots=True)
class Execute:
    """`rows` is the most that are wanted now; 0 for all."""

    portal: str
    rows: int


@dataclass(frozen=True, slots=True)
class Close:
    of_portal: bool
    name: str


@dataclass(frozen=True, slots=True)
class Sync:
    pass


@dataclass(frozen=True, slots=True)
class Flush:
    pass


@dataclass(frozen=True, slots=True)
class Terminate:
    pass


@dataclass(frozen=True, slots=True)
class Copying:
    """A part of a COPY that nobody began; the protocol wants it passed over."""


First = Encryption | Cancel | StartUp
Message = Password | Simple | Parse | Bind | Describe | Execute | Close | Sync | Flush | Terminate | Copying


def first(body: bytes) -> First:
    """A message without a kind, as they come before a session has begun. Raises `Garbled`."""
    parts = _Parts(body)
    code = parts.int32()
    if code in (_TLS, _GSS):
        parts.end()
        return Encryption(tls=code == _TLS)
    if code == _CANCEL:
        process, key = parts.int32(), parts.rest()
        if not 4 <= len(key) <= 256:
            raise Garbled("a key of another length")
        return Cancel(process, key)
    if code >> 16 != VERSION >> 16:
        raise Garbled(f"protocol {code >> 16}.{code & 0xFFFF} is not spoken here, but 3.0")
    said: list[tuple[str, str]] = []
    while name := parts.text():
        said.append((name, parts.text()))
    parts.end()
    return StartUp(code, tuple(said))


def message(kind: bytes, body: bytes) -> Message:
    """A message of a session. Raises `Garbled`."""
    parts = _Parts(body)
    read = _read(kind, parts)
    parts.end()
    return read


def _read(kind: bytes, parts: "_Parts") -> Message:
    match kind:
        case b"Q":
            return Simple(parts.text())
        case b"P":
            return Parse(parts.text(), parts.text(), tuple(parts.int32() for _ in range(parts.int16())))
        case b"B":
            return _bind(parts)
        case b"D":
            return Describe(parts.of_portal(), parts.text())
        case b"E":
            return Execute(parts.text(), parts.int32() & 0x7FFF_FFFF)
        case b"C":
            return Close(parts.of_portal(), parts.text())
        case b"p":
            return Password(parts.text())
        case b"S":
            return Sync()
        case b"H":
            return Flush()
        case b"X":
            return Terminate()
        case b"d" | b"c" | b"f":
            parts.rest()
            return Copying()
        case _:
            raise Garbled(f"there is no message {kind!r}")


def _bind(parts: "_Parts") -> Bind:
    portal, statement = parts.text(), parts.text()
    formats = parts.formats()
    values = tuple(parts.value() for _ in range(parts.int16()))
    return Bind(portal, statement, formats, values, parts.formats())


class _Parts:
    """The body of a message, read from its beginning."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def take(self, size: int) -> bytes:
        if size < 0 or size > len(self._body) - self._at:
            raise Garbled("a length goes past the end")
        self._at += size
        return self._body[self._at - size : self._at]

    def int16(self) -> int:
        return int(_INT16.unpack(self.take(2))[0])

    def int32(self) -> int:
        return int(_INT32.unpack(self.take(4))[0])

    def text(self) -> str:
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise Garbled("a text has no end")
        raw = self.take(end - self._at)
        self._at += 1
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise Garbled("a text is no UTF-8") from None

    def value(self) -> bytes | None:
        (size,) = _LENGTH.unpack(self.take(4))
        return None if size == -1 else self.take(size)

    def formats(self) -> tuple[int, ...]:
        found = tuple(self.int16() for _ in range(self.int16()))
        if not set(found) <= {0, 1}:
            raise Garbled("there is no such format")
        return found

    def of_portal(self) -> bool:
        kind = self.take(1)
        if kind not in (b"S", b"P"):
            raise Garbled("neither a statement nor a portal")
        return kind == b"P"

    def rest(self) -> bytes:
        return self.take(len(self._body) - self._at)

    def end(self) -> None:
        if self._at != len(self._body):
            raise Garbled("something stands behind the end")
