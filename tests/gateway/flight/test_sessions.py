"""Session options in a cookie, and cookies that nobody of ours wrote."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.gateway.flight.messages import Option, Options, OptionValue
from hansa.gateway.flight.sessions import COOKIE, changed, cookie, session_of


def _header(value: object) -> str:
    return f"{COOKIE}={base64.urlsafe_b64encode(json.dumps(value).encode()).decode()}"


def test_options_survive_in_the_cookie_and_are_unset_again() -> None:
    session, errors = changed({}, Options((Option("consumer", (OptionValue(text="churn"),)),)))
    assert not errors.errors
    assert session_of(cookie(session).partition(";")[0]) == {"consumer": "churn"}
    assert changed(session, Options((Option("consumer", (OptionValue(),)),)))[0] == {}
    assert session_of(cookie(None).partition(";")[0]) == {}


@pytest.mark.parametrize("value", [OptionValue(flag=True), OptionValue(number=1), OptionValue(text="x" * 300)])
def test_what_cannot_be_set_is_told_and_changes_nothing(value: OptionValue) -> None:
    session, errors = changed(
        {"purpose": "research"}, Options((Option("consumer", (value,)), Option("colour", (OptionValue(text="b"),))))
    )
    assert session == {"purpose": "research"}
    assert [(e.name, e.error[0].status) for e in errors.errors] == [("consumer", 2), ("colour", 1)]


@pytest.mark.parametrize(
    "header",
    ["", "other=1", f"{COOKIE}=", f"{COOKIE}=!!!", f"{COOKIE}=" + base64.urlsafe_b64encode(b"[" * 5000).decode(), _header([1])],
)
def test_a_cookie_that_is_none_of_ours_is_no_session(header: str) -> None:
    assert session_of(header) == {}


def test_only_known_options_of_a_fair_length_are_believed() -> None:
    assert session_of(_header({"consumer": "x", "principal": "operator", "purpose": 3, "environment": "y" * 300})) == {
        "consumer": "x"
    }


@given(st.text())
def test_no_header_breaks_the_reader(header: str) -> None:
    assert isinstance(session_of(header), dict)
