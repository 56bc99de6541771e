"""The connection of a client: messages in, bytes out, with a limit on the size and on the time of each."""

import contextlib
import select
import socket
import ssl
import struct
import time

from hansa.gateway.postgres.messages import First, Garbled, Message, first, message

LONGEST_FIRST = 10_000
"""Bytes of a message before a session has begun, as PostgreSQL limits them."""

LONGEST = 16 << 20
"""Bytes of any other message."""

_PIECE = 1 << 16
_SEND_AT = 1 << 17  # bytes that are gathered before they are sent
_LENGTH = struct.Struct("!I")


class Gone(Exception):
    """The client went away, or cannot be waited for any longer; nothing can be told to it."""


class Line:
    """One client. To be used by one thread; only `hang_up`, `end_reading` and `gone` may be called by others."""

    def __init__(self, connection: socket.socket, stalled: float) -> None:
        """`stalled` are the seconds that a client may take to receive what is sent at once, or to end a message that it began."""
        self._raw = self._socket = connection
        self._stalled = stalled
        self._read = bytearray()
        self._unsent: list[bytes | memoryview] = []
        self._size = 0

    @property
    def encrypted(self) -> bool:
        return self._socket is not self._raw

    def begins_with_tls(self, until: float) -> bool:
        """Whether the client begins with TLS itself, without asking for it."""
        self._patience(until)
        try:
            return self._raw.recv(1, socket.MSG_PEEK) == b"\x16"
        except OSError:
            raise Gone from None

    def first(self, until: float) -> First:
        """A message from before the session. It is read to its end and no further: what follows may be encrypted."""
        (size,) = _LENGTH.unpack(self._exactly(4, until))
        if not 8 <= size <= LONGEST_FIRST:
            raise Garbled("a first message of such a length is none")
        return first(self._exactly(size - 4, until))

    def encrypt(self, context: ssl.SSLContext, until: float) -> None:
        self._patience(until)
        try:
            self._socket = context.wrap_socket(self._raw, server_side=True)
        except (OSError, ValueError):
            raise Gone from None

    def message(self, idle: float, longest: int = LONGEST, whole: float = 0) -> Message:
        """The next message. Raises TimeoutError, `Garbled` and `Gone`.

        `idle` is how many seconds its first byte may take, `whole` those for all of it, where that is less than what is usual.
        """
        self.flush()
        self._fill(1, time.monotonic() + idle, waiting=True)
        until = time.monotonic() + (whole or self._stalled)
        self._fill(5, until)
        kind, (size,) = bytes(self._read[:1]), _LENGTH.unpack(self._read[1:5])
        if not 4 <= size <= longest:
            raise Garbled(f"a message of {size:,} bytes is not taken")
        self._fill(size + 1, until)
        body = bytes(self._read[5 : size + 1])
        del self._read[: size + 1]
        return message(kind, body)

    def send(self, *parts: bytes | memoryview) -> None:
        """Send now or a little later: before the next message is read, or with `flush`."""
        for part in parts:
            self._unsent.append(part)
            self._size += len(part)
        if self._size > _SEND_AT:
            self.flush()

    def flush(self) -> None:
        """Raises `Gone` when the client does not take it."""
        unsent, self._unsent, self._size = self._unsent, [], 0
        if not unsent:
            return
        try:
            self._socket.settimeout(self._stalled)
            self._socket.sendall(unsent[0] if len(unsent) == 1 else b"".join(unsent))
        except (OSError, ValueError):
            raise Gone from None

    def gone(self) -> bool:
        """Whether the client closed the connection. From any thread."""
        poll = select.poll()
        try:
            poll.register(self._raw.fileno(), select.POLLRDHUP)
            return bool(poll.poll(0))
        except (OSError, ValueError):
            return True

    def end_reading(self) -> None:
        """Let who reads here see the end. From any thread."""
        with contextlib.suppress(OSError):
            self._raw.shutdown(socket.SHUT_RD)

    def hang_up(self) -> None:
        """End it at once, whoever reads or writes here. From any thread."""
        with contextlib.suppress(OSError):
            self._raw.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._socket.close()

    def _exactly(self, size: int, until: float) -> bytes:
        found = b""
        while len(found) < size:
            found += self._piece(size - len(found), until)
        return found

    def _fill(self, size: int, until: float, *, waiting: bool = False) -> None:
        """Have so many bytes. What is not there yet takes no memory, whatever its length is said to be."""
        while len(self._read) < size:
            try:
                self._read += self._piece(_PIECE, until)
            except TimeoutError:
                if waiting:
                    raise
                raise Gone from None

    def _piece(self, most: int, until: float) -> bytes:
        self._patience(until)
        try:
            piece = self._socket.recv(most)
        except TimeoutError:
            raise
        except (OSError, ValueError):
            raise Gone from None
        if not piece:
            raise Gone
        return piece

    def _patience(self, until: float) -> None:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        with contextlib.suppress(OSError):
            self._socket.settimeout(left)
