"""What strangers send is read as what it says, or refused: nothing else comes of any bytes."""

import contextlib
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hansa.gateway.postgres.messages import Bind, Cancel, Encryption, Execute, Garbled, Parse, Simple, StartUp, first, message

KINDS = [bytes([kind]) for kind in b"QPBDECpSHXdcfF\0\xff"]


@given(st.sampled_from(KINDS), st.binary(max_size=200))
@example(b"B", b"\0\0\0\0\0\1\xff\xff\xff\xfe\0\0")
@example(b"B", b"\0\0\0\0\0\1\x7f\xff\xff\xff\0\0")
@example(b"B", b"\0\0\0\0\xff\xff")
@example(b"P", b"\0SELECT 1\0\xff\xff")
@example(b"Q", b"")
@example(b"Q", b"\xff\xfe\0")
@example(b"D", b"")
def test_any_bytes_are_a_message_or_garbled(kind: bytes, body: bytes) -> None:
    with contextlib.suppress(Garbled):
        message(kind, body)


@given(st.binary(max_size=200))
@example(struct.pack("!I", 3 << 16))
@example(struct.pack("!I", 80877102))
def test_any_bytes_begin_a_session_or_are_garbled(body: bytes) -> None:
    with contextlib.suppress(Garbled):
        first(body)


@given(st.binary(max_size=60), st.integers(0, 60))
def test_a_message_that_is_cut_off_is_never_read(value: bytes, cut: int) -> None:
    body = b"p\0s\0" + struct.pack("!HHHi", 1, 1, 1, len(value)) + value + struct.pack("!HH", 1, 1)
    assert message(b"B", body) == Bind("p", "s", (1,), (value,), (1,))
    if cut < len(body):
        with pytest.raises(Garbled):
            message(b"B", body[:cut])


def test_messages_are_read_as_they_are_meant() -> None:
    assert message(b"Q", "SELECT 'ä'\0".encode()) == Simple("SELECT 'ä'")
    assert message(b"P", b"s\0SELECT $1\0" + struct.pack("!HI", 1, 20)) == Parse("s", "SELECT $1", (20,))
    assert message(b"B", b"\0\0" + struct.pack("!HHiH", 0, 1, -1, 0)) == Bind("", "", (), (None,), ())
    assert message(b"E", b"p\0" + struct.pack("!I", 5)) == Execute("p", 5)
    assert first(struct.pack("!I", 3 << 16) + b"user\0anna\0\0") == StartUp(3 << 16, (("user", "anna"),))
    assert first(struct.pack("!I", 80877103)) == Encryption(tls=True)
    assert first(struct.pack("!II", 80877102, 7) + b"keys") == Cancel(7, b"keys")


@pytest.mark.parametrize("version", [2 << 16, 4 << 16, 0])
def test_another_protocol_is_refused(version: int) -> None:
    with pytest.raises(Garbled, match="not spoken here"):
        first(struct.pack("!I", version) + b"user\0anna\0\0")
