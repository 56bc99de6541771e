"""The little of Protocol Buffers that is ours: what is written is read again, and nothing that strangers send breaks it."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.gateway.flight.messages import (
    COMMANDS,
    CreatedPreparedStatement,
    GetSqlInfo,
    GetTables,
    Option,
    Options,
    OptionValue,
    StatementQuery,
    command_of,
    wrapped,
)
from hansa.gateway.flight.wire import Garbled, decode, encode, unwrap, wrap


@given(st.text(), st.none() | st.binary())
def test_what_is_written_is_read_again(query: str, transaction: bytes | None) -> None:
    message = StatementQuery(query, transaction)
    assert decode(StatementQuery, encode(message)) == message
    assert command_of(wrapped("CommandStatementQuery", message)) == message


@given(st.none() | st.text(), st.lists(st.text(min_size=1)), st.booleans())
def test_what_was_not_given_differs_from_what_is_empty(catalog: str | None, types: list[str], included: bool) -> None:
    message = GetTables(catalog, None, None, tuple(types), included)
    assert decode(GetTables, encode(message)) == message


def test_the_bytes_are_those_of_the_standard_encoder() -> None:
    # Written by protobuf 7.36 for a descriptor with the numbers of FlightSql.proto.
    assert encode(StatementQuery("SELECT 1", b"t")) == b"\n\x08SELECT 1\x12\x01t"
    assert encode(CreatedPreparedStatement(b"h", b"", b"p")) == b"\n\x01h\x1a\x01p"
    assert wrap("a.B", StatementQuery("x")) == b"\n\x17type.googleapis.com/a.B\x12\x03\n\x01x"


def test_numbers_come_packed_or_one_by_one() -> None:
    assert decode(GetSqlInfo, b"\x0a\x03\x01\xac\x02") == GetSqlInfo((1, 300))
    assert decode(GetSqlInfo, b"\x08\x01\x08\xac\x02") == GetSqlInfo((1, 300))


def test_messages_within_messages_and_unknown_fields() -> None:
    options = Options((Option("consumer", (OptionValue(text="churn"),)), Option("purpose", (OptionValue(),))))
    assert decode(Options, encode(options)) == options
    assert decode(StatementQuery, b"\x0a\x01x\x98\x06\x01\x9d\x06\x00\x00\x00\x00") == StatementQuery("x")


@given(st.binary(max_size=200), st.sampled_from([*COMMANDS.values(), Options]))
def test_nothing_but_garbled_comes_of_garbage(data: bytes, kind: type) -> None:
    with contextlib.suppress(Garbled):
        decode(kind, data)
    with contextlib.suppress(Garbled):
        unwrap(data)


@pytest.mark.parametrize(
    "data",
    [b"\x0a", b"\x0a\x05ab", b"\x0a\x02\xff\xfe", b"\x08\x01", b"\x0b", b"\x00", b"\xff" * 11, b"\x0a" + b"\x80" * 9 + b"\x01"],
)
def test_what_is_no_message_is_told(data: bytes) -> None:
    with pytest.raises(Garbled):
        decode(StatementQuery, data)
