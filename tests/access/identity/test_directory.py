"""The directory joins what is declared with what the ledger keeps."""

import datetime as dt
import os
import pwd
from dataclasses import replace

import pytest

from hansa.access.identity import Directory, UserChange, add_user, change_user, operator
from hansa.ledger.memory import MemoryLedger
from hansa.model import Domain, Mesh, Principal, PrincipalKind, Team, UserRecord
from hansa.names import DomainName
from hansa.trouble import TroubleError

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def test_members_delegates_services_and_administrators_are_somebody(mesh: Mesh) -> None:
    found = {u.name: (u.kind.value, u.teams, u.administrator) for u in Directory(mesh)}
    assert found == {
        "ada": ("user", ("insights", "orders"), False),
        "bob": ("user", ("insights",), True),
        "dee": ("user", (), False),
        "nightly": ("service", ("orders",), False),
    }


def test_the_ledger_adds_to_what_is_declared_and_takes_nothing_away(mesh: Mesh) -> None:
    kept = [
        UserRecord("ada", PrincipalKind.SERVICE, teams=("extra",), attributes=(("region", "south"),), administrator=True),
        UserRecord("bob", disabled=True),
        UserRecord("nightly", PrincipalKind.USER, attributes=(("region", "south"), ("level", "2"))),
        UserRecord("new", teams=("orders",)),
    ]
    found = Directory(mesh, kept)
    ada, bob, nightly, new = (found.named(n) for n in ("ada", "bob", "nightly", "new"))
    assert (ada.kind, ada.teams, ada.administrator) == (PrincipalKind.USER, ("extra", "insights", "orders"), True)
    assert (bob.disabled, bob.administrator, bob.teams) == (True, True, ("insights",))
    assert (nightly.kind, nightly.attributes) == (PrincipalKind.SERVICE, (("level", "2"), ("region", "south")))
    assert new.teams == ("orders",)


def test_a_name_that_no_credential_can_have_is_nobody() -> None:
    mesh = Mesh("m", (), (), teams=(Team("t", ("operator:root", "Zoë", "a b", "", "ok")),))
    assert [u.name for u in Directory(mesh)] == ["ok"]


def test_a_narrowed_credential_of_an_administrator_administers_only_if_it_says_so(mesh: Mesh) -> None:
    directory, bob = Directory(mesh), UserRecord("bob", administrator=True)
    assert directory.principal(bob, "local").administrator
    assert not directory.principal(bob, "token:x", ("read",)).administrator
    assert directory.principal(bob, "token:x", ("administer",)).administrator


def test_who_owns_something_in_their_own_name_is_a_team_of_one_unless_a_team_is_called_so(mesh: Mesh) -> None:
    owned = [Domain(DomainName(d), (), owner=owner) for d, owner in (("a", "ada"), ("b", "orders"), ("c", "gone"))]
    directory = Directory(replace(mesh, domains=tuple(owned)), [UserRecord(n) for n in ("orders", "gone", "bob")])
    teams = {n: directory.principal(directory.named(n), "local").teams for n in ("ada", "orders", "gone", "bob")}
    assert teams == {"ada": ("ada", "insights", "orders"), "orders": (), "gone": (), "bob": ("insights",)}


@pytest.mark.parametrize("name", ["insights", "orders", "auto", "hansa"])
def test_nobody_is_called_like_a_team_or_like_hansa_itself(mesh: Mesh, ledger: MemoryLedger, name: str) -> None:
    with pytest.raises(TroubleError) as refused:
        add_user(ledger, mesh, name, UserChange(), now=NOON)
    assert [t.code for t in refused.value.troubles] == ["H784"]


def test_somebody_is_added_changed_disabled_and_enabled(mesh: Mesh, ledger: MemoryLedger) -> None:
    added = add_user(ledger, mesh, "new", UserChange("New", ("orders",), (("region", "north"), ("level", "1"))), now=NOON)
    assert (added.title, added.teams, added.changed) == ("New", ("orders",), NOON)
    changed = change_user(ledger, mesh, "new", UserChange(teams=(), attributes=(("region", ""),), disabled=True), now=NOON)
    assert (changed.title, changed.teams, changed.attributes, changed.disabled) == ("New", (), (("level", "1"),), True)
    assert not change_user(ledger, mesh, "new", UserChange(disabled=False), now=NOON).disabled
    # Whoever is only declared gets an entry that says no more than what changed.
    assert change_user(ledger, mesh, "nightly", UserChange(disabled=True), now=NOON).disabled
    assert UserRecord("nightly", PrincipalKind.SERVICE, disabled=True, changed=NOON) in ledger.users()


@pytest.mark.parametrize(
    ("name", "change", "code"),
    [
        ("ada", UserChange(), "H785"),
        ("nightly", UserChange(), "H785"),
        ("operator:x", UserChange(), "H784"),
        ("Zoë", UserChange(), "H784"),
        ("-x", UserChange(), "H784"),
        ("x" * 201, UserChange(), "H784"),
        ("new", UserChange(teams=("insihgts",)), "H789"),
    ],
)
def test_nobody_is_added_twice_or_wrongly(name: str, change: UserChange, code: str, mesh: Mesh, ledger: MemoryLedger) -> None:
    with pytest.raises(TroubleError) as refused:
        add_user(ledger, mesh, name, change, now=NOON)
    assert refused.value.troubles[0].code == code
    assert ledger.users() == ()


def test_nobody_unknown_is_changed(mesh: Mesh, ledger: MemoryLedger) -> None:
    with pytest.raises(TroubleError, match="did you mean `ada`"):
        change_user(ledger, mesh, "adda", UserChange(disabled=True), now=NOON)


def test_the_operator_has_the_name_of_the_account_and_no_user_can_have_it() -> None:
    account = pwd.getpwuid(os.getuid()).pw_name
    assert operator({}) == Principal(f"operator:{account}", PrincipalKind.OPERATOR, administrator=True)
    assert operator({"HANSA_ACTOR": "ci"}).name == "operator:ci"
    assert operator({}).is_operator
