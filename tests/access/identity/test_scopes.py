"""Scopes narrow what a credential is good for."""

import pytest

from hansa.access.identity import good_for, scopes_of
from hansa.access.protocol import Action
from hansa.model import Principal
from hansa.trouble import TroubleError


def test_scopes_are_kept_once_and_sorted() -> None:
    assert scopes_of(["read", "consumer:campaign", "read"]) == ("consumer:campaign", "read")


@pytest.mark.parametrize("word", ["", "reed", "READ", "consumer:", "consumer:a b", "read ", "all", "consumer:x\n"])
def test_a_scope_that_there_is_not_is_refused(word: str) -> None:
    with pytest.raises(TroubleError, match="H787"):
        scopes_of([word])


DATA = (Action.READ, Action.READ_ROW, Action.READ_UNMASKED)
REST = (Action.REQUEST, Action.APPROVE, Action.GRANT, Action.ADMINISTER)


@pytest.mark.parametrize(
    ("scopes", "consumer", "good"),
    [
        ((), "", {*DATA, *REST}),
        (("read",), "", {*DATA}),
        (("read",), "campaign", {*DATA}),
        (("request", "approve"), "", {Action.REQUEST, Action.APPROVE, Action.GRANT}),
        (("administer",), "", {Action.ADMINISTER}),
        (("consumer:campaign",), "campaign", {*DATA}),
        (("consumer:campaign",), "other", set()),
        (("consumer:campaign",), "", set()),
        (("consumer:campaign", "request"), "campaign", {Action.REQUEST}),
        (("consumer:campaign", "read", "consumer:b"), "b", {*DATA}),
        (("something-of-later",), "", set()),
    ],
)
def test_a_credential_is_good_for_what_its_scopes_say(scopes: tuple[str, ...], consumer: str, good: set[Action]) -> None:
    principal = Principal("ada", scopes=scopes)
    found = {action for action in Action if good_for(principal, action, consumer)}
    assert found == good | {Action.DISCOVER, Action.DESCRIBE}
