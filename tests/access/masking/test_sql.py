"""Masked values are those of Apache Iceberg's functions, byte by byte, and no value raises or shows more than it may."""

import datetime as dt
import hashlib
import hmac
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal as Number
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.access.masking import MASKS, MaskKeys, applicable, masked
from hansa.access.masking.tokens import round_keys
from hansa.model.types import (
    Binary,
    Boolean,
    DataType,
    Date,
    Decimal,
    Field,
    Float,
    Integer,
    List,
    Map,
    String,
    Struct,
    Time,
    Timestamp,
    Uuid,
    sql,
)

KEYS = MaskKeys(bytes(range(32)), bytes(range(100, 116)))
Masking = Callable[..., Any]
ONE_AFTER_THE_OTHER = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute("SET TimeZone = 'Pacific/Apia'")
        yield made


@pytest.fixture
def mask(connection: duckdb.DuckDBPyConnection) -> Masking:
    """The masked value of one value, whose type must be kept. Moments with a zone come as microseconds since 1970."""

    def masked_value(value: Any, type_: DataType, name: str, keys: MaskKeys = KEYS) -> Any:
        expression = masked("x", type_, name, keys)
        shown = f"epoch_us({expression})" if type_ == Timestamp(zoned=True) else expression
        found = connection.execute(
            f"SELECT {shown}, typeof({expression}) = typeof(x), typeof(x) FROM (SELECT CAST(? AS {sql(type_)}) AS x)", [value]
        ).fetchone()
        assert found is not None
        assert found[1], f"{name} makes something else of {found[2]}"
        return found[0]

    return masked_value


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        # The cases of Apache Iceberg's own tests (TestIcebergFunctions, 2026).
        ("mask-alphanum", "prashant010696@gmail.com", "xxxxxxxxnnnnnn@xxxxx.xxx"),
        ("mask-alphanum", "(555) 123-4567", "(nnn)xnnn-nnnn"),
        ("mask-alphanum", "a.b,c", "x.x,x"),
        ("mask-alphanum", "", ""),
        ("show-first-4", "prashant010696@gmail.com", "prasxxxxnnnnnn@xxxxx.xxx"),
        ("show-first-4", "abcd", "abcd"),
        ("show-first-4", "", ""),
        ("show-last-4", "4111-1111-1111-4444", "nnnn-nnnn-nnnn-4444"),
        ("show-last-4", "ab", "ab"),
        ("mask-to-fixed-value", "anything", "XXXXXXXX"),
        ("mask-to-fixed-value", None, "XXXXXXXX"),
        ("sha-256-global", "hello", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
        ("replace-with-null", "hello", None),
        # Characters are code points, whatever their width.
        ("mask-alphanum", "é٣日👩‍👧 1", "xxxxxxxn"),
        ("show-first-4", "👩👧日本x1", "👩👧日本xn"),
        ("show-last-4", "a\n1é日本👧", "xxné日本👧"),
    ],
)
def test_texts_are_masked_as_iceberg_masks_them(mask: Masking, name: str, value: str | None, expected: str | None) -> None:
    assert mask(value, String(), name) == expected


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (Integer(32), 42, 0),
        (Integer(), None, 0),
        (Float(), 3.14, 0.0),
        (Float(32), 3.5, 0.0),
        (Boolean(), True, False),
        (Date(), dt.date(2024, 7, 15), dt.date(1970, 1, 1)),
        (Time(), dt.time(12, 1), dt.time(0)),
        (Timestamp(), dt.datetime(2024, 7, 15, 13, 45, 30), dt.datetime(1970, 1, 1)),
        (Timestamp(zoned=True), "2024-07-15 13:45:30+00", 0),
        (Binary(), b"\x01\x02\x03", b""),
        (Decimal(10, 2), Number("12.34"), Number("0.00")),
        (Uuid(), uuid.UUID(int=7), uuid.UUID(int=0)),
        (List(String()), ["a"], []),
        (Map(String(), Integer()), {"a": 1}, {}),
        (Struct((Field("a b", Integer()), Field("c", List(String())))), {"a b": 7, "c": ["x"]}, {"a b": 0, "c": []}),
    ],
)
def test_a_fixed_value_is_the_one_of_its_type(mask: Masking, type_: DataType, value: Any, expected: Any) -> None:
    assert mask(value, type_, "mask-to-fixed-value") == expected
    assert mask(None, type_, "mask-to-fixed-value") == expected


def test_days_and_moments_are_truncated_in_utc(mask: Masking) -> None:
    assert mask(dt.date(2024, 7, 15), Date(), "truncate-to-year") == dt.date(2024, 1, 1)
    assert mask(dt.date(2024, 7, 15), Date(), "truncate-to-month") == dt.date(2024, 7, 1)
    assert mask(dt.datetime(1969, 12, 31, 23), Timestamp(), "truncate-to-month") == dt.datetime(1969, 12, 1)
    new_year = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)  # in the session's zone it is still the year before
    assert mask("2024-01-01 05:00:00+00", Timestamp(zoned=True), "truncate-to-year") == int(new_year.timestamp()) * 1_000_000


@pytest.mark.parametrize("name", ["truncate-to-year", "truncate-to-month"])
@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (Date(), "infinity"),
        (Date(), "-infinity"),
        (Date(), "5877642-06-25 (BC)"),
        (Date(), "5881580-07-10"),
        (Timestamp(), "290309-12-22 (BC) 00:00:00"),
        (Timestamp(), "infinity"),
        (Timestamp(zoned=True), "290309-12-22 (BC) 00:00:00+00"),
        (Timestamp(zoned=True), "-infinity"),
    ],
)
def test_the_ends_of_time_do_not_raise(connection: duckdb.DuckDBPyConnection, name: str, type_: DataType, value: str) -> None:
    expression = masked("x", type_, name, KEYS)
    ((later,),) = connection.execute(f"SELECT {expression} > x FROM (SELECT CAST('{value}' AS {sql(type_)}) AS x)").fetchall()
    assert not later


def hashed(data: bytes, bits: int, salt: bytes = b"") -> int:
    return int.from_bytes(hashlib.sha256(salt + data).digest()[: bits // 8], "little", signed=True)


@ONE_AFTER_THE_OTHER
@given(value=st.text(), data=st.binary(), small=st.integers(-(2**31), 2**31 - 1), large=st.integers(-(2**63), 2**63 - 1))
def test_hashes_are_those_of_sha_256(mask: Masking, value: str, data: bytes, small: int, large: int) -> None:
    salt = KEYS.query_key
    assert mask(value, String(), "sha-256-global") == hashlib.sha256(value.encode()).hexdigest()
    assert mask(value, String(), "sha-256-query-local") == hashlib.sha256(salt + value.encode()).hexdigest()
    assert mask(data, Binary(), "sha-256-global") == hashlib.sha256(data).digest()
    assert mask(data, Binary(), "sha-256-query-local") == hashlib.sha256(salt + data).digest()
    for number, bits in ((small, 32), (large, 64)):
        written = number.to_bytes(bits // 8, "little", signed=True)
        assert mask(number, Integer(bits), "sha-256-global") == hashed(written, bits)
        assert mask(number, Integer(bits), "sha-256-query-local") == hashed(written, bits, salt)


@ONE_AFTER_THE_OTHER
@given(value=st.text(), data=st.binary(), key=st.uuids(), secret=st.binary(min_size=32, max_size=100))
def test_tokens_are_those_of_hmac(mask: Masking, value: str, data: bytes, key: uuid.UUID, secret: bytes) -> None:
    keys = MaskKeys(secret, bytes(16))
    assert mask(value, String(), "tokenise", keys) == hmac.new(secret, value.encode(), "sha256").hexdigest()
    assert mask(data, Binary(), "tokenise", keys) == hmac.digest(secret, data, "sha256")
    assert mask(key, Uuid(), "tokenise", keys) == uuid.UUID(hmac.new(secret, str(key).encode(), "sha256").hexdigest()[:32])


def permuted(number: int, bits: int, key: bytes) -> int:
    """The Feistel network of the documentation, in Python."""
    half = bits // 2
    left, right = divmod(number + 2 ** (bits - 1), 2**half)
    for secret in round_keys(key, bits):
        left, right = right, left ^ int.from_bytes(hashlib.sha256(secret + str(right).encode()).digest()[: half // 8], "big")
    return int((left << half) + right - 2 ** (bits - 1))


@ONE_AFTER_THE_OTHER
@given(small=st.integers(-(2**31), 2**31 - 1), large=st.integers(-(2**63), 2**63 - 1))
def test_integers_are_permuted_as_documented(mask: Masking, small: int, large: int) -> None:
    assert mask(small, Integer(32), "tokenise") == permuted(small, 32, KEYS.global_key)
    assert mask(large, Integer(64), "tokenise") == permuted(large, 64, KEYS.global_key)


@pytest.mark.parametrize("bits", [32, 64])
def test_no_two_integers_have_one_token(connection: duckdb.DuckDBPyConnection, bits: int) -> None:
    type_ = Integer(bits)
    token = masked("x", type_, "tokenise", KEYS)
    counted = connection.execute(
        f"SELECT count(DISTINCT {token}) FROM (SELECT CAST(range AS {sql(type_)}) AS x FROM range(100_000))"
    )
    assert counted.fetchall() == [(100_000,)]


def test_a_salt_of_another_query_makes_other_hashes(mask: Masking) -> None:
    one, other = MaskKeys.for_query(KEYS.global_key), MaskKeys.for_query(KEYS.global_key)
    assert mask("a", String(), "sha-256-query-local", one) != mask("a", String(), "sha-256-query-local", other)
    assert mask("a", String(), "tokenise", one) == mask("a", String(), "tokenise", other)
    assert mask("a", String(), "sha-256-global", one) == mask("a", String(), "sha-256-global", other)


VALUES: tuple[tuple[DataType, st.SearchStrategy[Any]], ...] = (
    (String(), st.text()),
    (Integer(32), st.integers(-(2**31), 2**31 - 1)),
    (Integer(), st.integers(-(2**63), 2**63 - 1)),
    (Float(), st.floats()),
    (Boolean(), st.booleans()),
    (Binary(), st.binary()),
    (Date(), st.dates()),
    (Time(), st.times()),
    (Timestamp(), st.datetimes()),
    (Timestamp(zoned=True), st.datetimes().map(lambda moment: f"{moment.isoformat(' ')}+00")),
    (Decimal(12, 3), st.decimals(-999_999_999, 999_999_999, places=3)),
    (Uuid(), st.uuids()),
    (List(String()), st.lists(st.text())),
)


@pytest.mark.parametrize("name", MASKS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_no_value_raises_and_null_stays_null(mask: Masking, name: str, data: st.DataObject) -> None:
    for type_, values in VALUES:
        result = mask(data.draw(values), type_, name)
        nothing = mask(None, type_, name)
        assert (nothing is None) == (name != "mask-to-fixed-value")
        assert (result is None) == (name == "replace-with-null" or not applicable(name, type_))


@pytest.mark.parametrize("name", ["mask-alphanum", "show-first-4", "show-last-4"])
@ONE_AFTER_THE_OTHER
@given(value=st.text(), other=st.text())
def test_of_a_text_only_what_may_be_seen_matters(mask: Masking, name: str, value: str, other: str) -> None:
    def shape(text: str) -> str:
        return "".join("n" if c in "0123456789" else c if c in "(),.-@" else "x" for c in text)

    result = mask(value, String(), name)
    start = 4 if name == "show-first-4" else 0
    end = 4 if name == "show-last-4" else 0
    if name == "mask-alphanum" or len(value) > 4:
        middle = value[start : len(value) - end]
        assert result == value[:start] + shape(middle) + (value[-end:] if end else "")
    else:
        assert result == value


def test_the_keys_are_not_shown_by_accident() -> None:
    assert KEYS.global_key.hex() not in repr(KEYS)
    assert repr(KEYS) == "MaskKeys()"


@pytest.mark.parametrize(("key", "salt"), [(b"short", bytes(16)), (bytes(32), b"short")])
def test_keys_that_could_be_guessed_are_refused(key: bytes, salt: bytes) -> None:
    with pytest.raises(ValueError, match="at least"):
        MaskKeys(key, salt)
