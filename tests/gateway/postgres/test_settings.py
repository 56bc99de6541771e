"""Settings of a session: what may be set, what it is afterwards, and what is refused."""

import contextlib

import pytest

from hansa.gateway.postgres.settings import Settings
from hansa.gateway.postgres.statements import Ask, Assign, Begin, End, Forget, Nothing, Show, Tagged, statements_of
from hansa.gateway.postgres.troubles import WithState


def test_a_setting_has_the_value_of_the_start_until_it_is_set_and_after_it_is_reset() -> None:
    settings = Settings("anna", [("application_name", "tool"), ("hansa.consumer", "churn")])
    assert (settings.show("Application_Name"), settings.claim("consumer"), settings.claim("purpose")) == ("tool", "churn", "")
    settings.set("hansa.consumer", "other")
    settings.set("hansa.purpose", "letters")
    assert (settings.claim("consumer"), settings.claim("purpose")) == ("other", "letters")
    settings.set("hansa.consumer", None)
    settings.set("hansa.purpose", None)
    assert (settings.claim("consumer"), settings.claim("purpose")) == ("churn", "")
    settings.set("statement_timeout", "5s")
    settings.set("all", None)
    assert settings.show("statement_timeout") == "0"


@pytest.mark.parametrize("name", ["nope", "hansa.nope", "memory_limit"])
def test_what_is_no_setting_is_neither_set_nor_shown_nor_reset(name: str) -> None:
    settings = Settings("anna", [])
    before = settings.all()
    for value in ("1", None):
        with pytest.raises(WithState) as refused:
            settings.set(name, value)
        assert refused.value.state == "42704"
    assert settings.all() == before


@pytest.mark.parametrize(("name", "value"), [("client_encoding", "LATIN1"), ("DateStyle", "German"), ("server_version", "9.6")])
def test_what_would_change_how_values_are_written_is_refused(name: str, value: str) -> None:
    with pytest.raises(WithState):
        Settings("anna", [(name, value)])


def test_a_session_cannot_be_filled_with_settings() -> None:
    settings = Settings("anna", [])
    for number in range(200 - len(settings.all()) + 50):
        with contextlib.suppress(WithState):
            settings.set(f"my.{number}", "x")
    assert len(settings.all()) < 300
    with pytest.raises(WithState, match="settings"):
        settings.set("my.more", "x")


STATEMENTS = (
    ("", [Nothing()]),
    (" ; ;", [Nothing()]),
    ("-- only a comment", [Nothing()]),
    ("SELECT 1", [Ask("SELECT 1")]),
    ("SELECT ';' ; SELECT $$;$$", [Ask("SELECT ';' "), Ask(" SELECT $$;$$")]),
    ("begin; START TRANSACTION READ ONLY", [Begin("BEGIN"), Begin("START TRANSACTION")]),
    ("COMMIT; END; ROLLBACK; ABORT", [End(True), End(True), End(False), End(False)]),
    ("SAVEPOINT a; ROLLBACK TO SAVEPOINT a", [Tagged("SAVEPOINT"), Tagged("ROLLBACK", mends=True)]),
    ("SET hansa.purpose = 'it''s'", [Assign("hansa.purpose", "it's")]),
    ("SET SESSION search_path TO a, b", [Assign("search_path", "a, b")]),
    ("SET LOCAL TIME ZONE 'UTC'", [Assign("timezone", "UTC")]),
    ("SET x TO DEFAULT; RESET x; RESET ALL", [Assign("x", None), Assign("x", None, "RESET"), Assign("all", None, "RESET")]),
    ("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", [Tagged("SET")]),
    ("SHOW TRANSACTION ISOLATION LEVEL", [Show("transaction_isolation")]),
    ("DEALLOCATE PREPARE \"p 1\"; DEALLOCATE ALL", [Forget("p 1"), Forget("")]),
    ("DISCARD ALL", [Assign("all", None, "DISCARD ALL")]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "found"), STATEMENTS, ids=[text for text, _ in STATEMENTS])
def test_a_text_is_split_into_queries_and_commands(text: str, found: list[object]) -> None:
    assert statements_of(text) == found


@pytest.mark.parametrize("text", ["SET", "SET x", "SET x =", "RESET", "SHOW", "DEALLOCATE", "SET SESSION", "SELECT 'x", "\0"])
def test_a_text_that_is_cut_off_is_refused_or_asked_and_breaks_nothing(text: str) -> None:
    try:
        found = statements_of(text)
    except WithState:
        return
    assert len(found) == 1
