"""The embedded directory: people, services and tokens."""

from dataclasses import replace

import pytest
from tests.behaviour.ledgers.records import NOW, a_token, later

from hansa.ledger import Ledger, TokenKept, UserKept
from hansa.model import PrincipalKind, UserRecord

ADA = UserRecord("ada", PrincipalKind.USER, "Ada Löw", ("crm", "sales"), (("region", "Süd"),), True, False, NOW)
ROBOT = UserRecord("robot", PrincipalKind.SERVICE, disabled=True)


def test_users_are_read_as_they_were_kept_by_name(ledger: Ledger) -> None:
    ledger.apply([UserKept(ROBOT), UserKept(ADA)])
    assert ledger.users() == (ADA, ROBOT)


def test_a_user_kept_again_takes_the_place_of_the_earlier_one(ledger: Ledger) -> None:
    ledger.apply([UserKept(ADA)])
    changed = replace(ADA, teams=("crm",), changed=None)
    ledger.apply([UserKept(changed)])
    assert ledger.users() == (changed,)


def test_tokens_are_read_oldest_first_and_by_user(ledger: Ledger) -> None:
    first, second, third = a_token("z"), a_token("a"), replace(a_token("b", "bob"), expires=None)
    ledger.apply([TokenKept(first), TokenKept(second), TokenKept(third)])
    assert ledger.tokens() == (first, second, third)
    assert ledger.tokens(user="ada") == (first, second)
    assert ledger.token("b") == third
    assert ledger.token("c") is None


def test_a_token_can_be_revoked_and_the_first_revocation_counts(ledger: Ledger) -> None:
    ledger.apply([TokenKept(a_token())])
    ledger.apply([TokenKept(replace(a_token(), revoked=later(2)))])
    ledger.apply([TokenKept(replace(a_token(), revoked=later(9)))])
    assert ledger.token("t1") == replace(a_token(), revoked=later(2))


@pytest.mark.parametrize("change", [{"revoked": None}, {"expires": None, "revoked": NOW}, {"user": "eve", "revoked": NOW}])
def test_a_revoked_token_stays_revoked_and_nothing_else_of_it_changes(ledger: Ledger, change: dict[str, object]) -> None:
    revoked = replace(a_token(), revoked=NOW)
    ledger.apply([TokenKept(revoked)])
    with pytest.raises(ValueError, match="token t1"):
        ledger.apply([TokenKept(replace(revoked, **change))])  # type: ignore[arg-type]
    assert ledger.token("t1") == revoked


def test_the_hash_of_a_token_is_not_shown_where_records_are_printed() -> None:
    assert "0000" not in repr(a_token())
