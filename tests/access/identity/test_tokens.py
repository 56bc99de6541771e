"""Tokens: their text, their record, and what a wrong one is taken for."""

import datetime as dt
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.access.identity.session_text import new_session, parse_session
from hansa.access.identity.tokens import MOST_DAYS, TokenText, expiry, new_token, parse_token, token_for
from hansa.trouble import TroubleError

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
DIGITS = string.digits + string.ascii_letters


@given(st.text(DIGITS, min_size=12, max_size=12), st.text(DIGITS, min_size=43, max_size=43))
def test_every_token_is_read_from_its_own_text(id_: str, secret: str) -> None:
    token = TokenText(id_, secret)
    assert parse_token(str(token)) == token


TOKEN = new_token()


@given(st.integers(0, len(str(TOKEN)) - 1), st.characters(codec="utf-8"))
def test_a_token_with_one_wrong_character_is_none(at: int, wrong: str) -> None:
    text = str(TOKEN)
    changed = text[:at] + wrong + text[at + 1 :]
    assert changed == text or parse_token(changed) is None


@given(st.text(max_size=80))
def test_any_text_is_read_or_is_none(text: str) -> None:
    assert parse_token(text) is None
    assert parse_token(f"hansa_{text}") is None


def test_tokens_and_sessions_are_told_apart_by_their_text() -> None:
    token, session = new_token(), new_session()
    assert parse_session(str(session)) == session
    assert parse_session(str(token)) is None
    assert parse_token(str(session)) is None
    # Not even with another prefix in front of what is left, which the checksum covers.
    assert parse_session(str(token).replace("hansa_", "hansas_")) is None
    assert parse_token(str(session).replace("hansas_", "hansa_")) is None


def test_a_token_has_256_random_bits_and_never_comes_twice() -> None:
    assert len(DIGITS) ** 43 >= 2**256
    assert len({str(new_token()) for _ in range(1000)}) == 1000
    assert set("".join(new_token().secret for _ in range(200))) == set(DIGITS)


def test_neither_the_record_nor_what_is_printed_of_a_token_tells_its_secret() -> None:
    token, record = token_for("ada", now=NOON)
    assert token.secret not in repr(token)
    assert token.secret not in repr(record)
    assert record.hash not in repr(record)
    assert token.secret not in record.hash
    assert len(record.hash) == 64


def test_a_token_proves_only_its_own_record() -> None:
    token, record = token_for("ada", now=NOON)
    other, others = token_for("ada", now=NOON)
    assert token.proves(record)
    assert not token.proves(others)
    assert not TokenText(token.id, other.secret).proves(record)
    # A hash that was moved to another id is of no use.
    assert not TokenText(other.id, token.secret).proves(record)
    assert not token.proves(None)


def test_without_a_wish_it_is_good_for_90_days() -> None:
    _, record = token_for("ada", now=NOON)
    assert record.expires == NOON + dt.timedelta(days=90)


@pytest.mark.parametrize("days", [0, -1, MOST_DAYS + 1, 10**9])
def test_no_token_is_good_for_ever_or_never(days: int) -> None:
    with pytest.raises(TroubleError, match="H786"):
        token_for("ada", now=NOON, days=days)


def test_a_record_that_says_no_end_or_a_far_one_ends_all_the_same() -> None:
    from dataclasses import replace

    _, record = token_for("ada", now=NOON)
    longest = NOON + dt.timedelta(days=MOST_DAYS)
    assert expiry(replace(record, expires=None)) == longest
    assert expiry(replace(record, expires=NOON + dt.timedelta(days=10_000))) == longest


@pytest.mark.parametrize("label", ["x" * 201, "two\nlines", "a\x1b[31m"])
def test_a_label_is_one_plain_line(label: str) -> None:
    with pytest.raises(TroubleError, match="H786"):
        token_for("ada", now=NOON, label=label)
