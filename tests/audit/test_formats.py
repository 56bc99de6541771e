"""The named formats take what their standards take and refuse what they refuse."""

import base64
import ipaddress

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.audit.formats import integer_range, whole

CONNECTION = duckdb.connect()


def has(name: str, text: str) -> bool:
    (row,) = CONNECTION.execute("SELECT regexp_matches(?, ?)", [text, whole(name)]).fetchall()
    return bool(row[0])


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [
        ("email", ["a@b.ch", "o'hara+x@mail.example.org"], ["a", "a@b", "@b.ch", "a@b..ch", "a b@c.de", ".a@b.ch", "a@b.ch\n"]),
        ("uuid", ["123e4567-e89b-12d3-a456-426614174000"], ["123e4567e89b12d3a456426614174000", "x"]),
        (
            "uri",
            ["https://example.org/a?b=c#d", "urn:isbn:1", "mailto:a@b"],
            ["example.org", "https://a b", "1http://x", "a:%zz"],
        ),
        ("hostname", ["example.org", "localhost", "a-b.c"], ["-a.b", "a_b", "a..b", "x" * 64, ""]),
        ("ipv4", ["0.0.0.0", "255.1.20.3"], ["256.0.0.1", "1.2.3", "01.2.3.4"]),
        (
            "ipv6",
            ["::", "::1", "1::", "fe80::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4"],
            ["1:2", "1::2::3", ":::", "12345::", "1:2:3:4:5:6:7:8:9"],
        ),
        ("byte", ["", "YQ==", "YWI=", "YWJj"], ["Y", "YQ=", "a b=", "YQ==\n"]),
    ],
)
def test_a_format(name: str, yes: list[str], no: list[str]) -> None:
    assert [text for text in yes if not has(name, text)] == []
    assert [text for text in no if has(name, text)] == []


@settings(max_examples=200, deadline=None)
@given(st.ip_addresses(v=6), st.binary(max_size=9), st.text("0123456789abcdef:.", max_size=20))
def test_addresses_and_base64_agree_with_the_standard_library(address: ipaddress.IPv6Address, data: bytes, text: str) -> None:
    assert has("ipv6", str(address))
    assert has("ipv6", address.exploded)
    assert has("byte", base64.b64encode(data).decode())
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        assert not has("ipv6", text)
    else:
        assert has("ipv6", text)


def test_integer_formats_are_ranges() -> None:
    assert integer_range("i8") == (-128, 127)
    assert integer_range("u16") == (0, 65535)
    assert integer_range("u128") == (0, 2**128 - 1)
    assert integer_range("f64") is None
    assert integer_range("i7") is None
