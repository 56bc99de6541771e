"""Sessions, one-time links and uses of tokens: the same in every ledger, and for all who share one."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.behaviour.ledgers.records import NOW, SHARED, later

from hansa.ledger import (
    Conflict,
    InvitationGood,
    InvitationUsed,
    Invited,
    Ledger,
    SessionOpened,
    SessionsEnded,
    SessionsSwept,
    SessionUsed,
    TokenUsed,
)
from hansa.ledger.opening import open_ledger
from hansa.model import Invitation, SessionRecord

ADA = SessionRecord(
    "s1", "0" * 64, "ada", NOW, later(43_200), NOW, issuer="https://id.example", groups=("a", "b"), service=True, known=True
)
BOB = SessionRecord("s2", "1" * 64, "bob", later(1), later(3600), later(60), token="t1", own=True, browser="Firefox on Linux")
LINK = Invitation("h1", "ada", later(1800))


def ids(ledger: Ledger) -> list[str]:
    return [s.id for s in ledger.sessions()]


def test_sessions_are_read_as_they_were_opened(ledger: Ledger) -> None:
    ledger.apply([SessionOpened(BOB), SessionOpened(ADA)])
    assert ledger.sessions() == (ADA, BOB)
    assert ledger.sessions(user="bob") == (BOB,)
    assert ledger.session("s1") == ADA
    assert ledger.session("s3") is None


def test_the_use_of_a_session_goes_forward_only_and_brings_none_back(ledger: Ledger) -> None:
    ledger.apply([SessionOpened(ADA), SessionUsed("s1", later(120))])
    ledger.apply([SessionUsed("s1", later(60)), SessionUsed("s9", later(60))])
    assert ledger.session("s1") == replace(ADA, used=later(120))
    ledger.apply([SessionsEnded(("s1", "s9")), SessionUsed("s1", later(180))])
    assert ledger.sessions() == ()


def test_what_is_over_is_swept_and_of_the_rest_what_was_used_longest_ago(ledger: Ledger) -> None:
    old = replace(ADA, id="old", used=later(-7200))
    ledger.apply([*(SessionOpened(replace(ADA, id=f"n{n}", used=later(n))) for n in range(4)), SessionOpened(old)])
    ledger.apply([SessionOpened(replace(ADA, id="ended", ends=NOW))])
    ledger.apply([SessionsSwept(NOW, later(-7200), 10)])
    assert ids(ledger) == ["n0", "n1", "n2", "n3"]
    ledger.apply([SessionsSwept(NOW, later(-7200), 2)])
    assert ids(ledger) == ["n2", "n3"]
    ledger.apply([SessionsSwept(NOW, later(-7200), 0)])
    assert ids(ledger) == []


def test_a_link_is_good_once_and_not_for_ever(ledger: Ledger) -> None:
    ledger.apply([Invited(LINK, 16)])
    assert ledger.invitation("h1") == LINK
    with pytest.raises(Conflict):
        ledger.apply([InvitationUsed("h1")], [InvitationGood("h1", LINK.until)])
    ledger.apply([InvitationUsed("h1")], [InvitationGood("h1", NOW)])
    with pytest.raises(Conflict) as raised:
        ledger.apply([InvitationUsed("h1")], [InvitationGood("h1", NOW)])
    assert raised.value.found is None
    assert ledger.invitation("h1") is None


def test_links_are_few_and_those_too_old_go(ledger: Ledger) -> None:
    for n in range(4):
        ledger.apply([Invited(Invitation(f"h{n}", "ada", later(n)), 3)])
    assert [ledger.invitation(f"h{n}") is not None for n in range(4)] == [False, True, True, True]
    ledger.apply([SessionsSwept(later(2), NOW, 9)])
    assert [ledger.invitation(f"h{n}") is not None for n in range(4)] == [False, False, False, True]


def test_the_last_use_of_a_token_is_kept(ledger: Ledger) -> None:
    assert ledger.token_used("t1") is None
    ledger.apply([TokenUsed("t1", later(60)), TokenUsed("t1", NOW)])
    assert ledger.token_used("t1") == later(60)


@pytest.mark.parametrize(
    "nonsense",
    [
        SessionOpened(replace(ADA, used=NOW.replace(tzinfo=None))),
        SessionOpened(replace(ADA, issuer="")),
        SessionUsed("s1", NOW.replace(tzinfo=None)),
        TokenUsed("t1", NOW.replace(tzinfo=None)),
        Invited(replace(LINK, until=NOW.replace(tzinfo=None)), 1),
        SessionsSwept(NOW.replace(tzinfo=None), NOW, 1),
    ],
)
def test_a_session_that_rests_on_nothing_and_times_without_zones_are_refused(ledger: Ledger, nonsense: object) -> None:
    with pytest.raises(ValueError):
        ledger.apply([nonsense])  # type: ignore[list-item]
    assert ledger.sessions() == ()


def test_secrets_are_not_shown_where_records_are_printed() -> None:
    assert "0000" not in repr(ADA)
    assert "h1" not in repr(LINK)


@pytest.mark.parametrize("kind", sorted(SHARED))
def test_who_shares_a_ledger_shares_sessions_and_links(kind: str, tmp_path: Path) -> None:
    one, other = open_ledger(SHARED[kind], tmp_path), open_ledger(SHARED[kind], tmp_path)
    one.apply([SessionOpened(ADA), Invited(LINK, 16)])
    assert other.session("s1") == ADA
    other.apply([InvitationUsed("h1"), SessionsEnded(("s1",))], [InvitationGood("h1", NOW)])
    with pytest.raises(Conflict):
        one.apply([InvitationUsed("h1")], [InvitationGood("h1", NOW)])
    assert one.session("s1") is None
    one.close()
    other.close()
