"""The workflow of access: who may do what, in which order, and what is left on record."""

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hansa.access import Action, Decider, Verdict
from hansa.access.deciding import CedarDecider
from hansa.access.grants import grants_of
from hansa.access.history import AccessRequest, Status
from hansa.access.requests import AccessDesk, Asked
from hansa.ledger.opening import open_ledger
from hansa.model import Grant, Mesh, Principal, PrincipalKind, StepKind, Terms
from hansa.names import parse_port
from hansa.trouble import TroubleError

Person = Callable[[str], Principal]
PORT = "customer.profiles.profiles"
ASKED = Asked(PORT, "campaign", "vouchers", reason="spring")
OPERATOR = Principal("root", PrincipalKind.OPERATOR)


@pytest.fixture
def mesh(desks: Any) -> Mesh:
    made: Mesh = desks.mesh()
    return made


@pytest.fixture
def desk(desks: Any, mesh: Mesh) -> AccessDesk:
    made: AccessDesk = desks.before(mesh)
    return made


def in_days(clock: Any, days: float) -> Terms:
    return Terms(expires=clock.at + dt.timedelta(days=days))


def refused(code: str, do: Callable[[], object]) -> str:
    with pytest.raises(TroubleError) as error:
        do()
    assert [t.code for t in error.value.troubles] == [code]
    return error.value.troubles[0].summary


def kinds(request: AccessRequest) -> list[str]:
    return [str(s.kind) for s in request.steps]


def grants(desks: Any, mesh: Mesh) -> tuple[Grant, ...]:
    return grants_of(desks.ledger.access_steps(), mesh.governance.agreements, mesh)


def test_an_approval_by_the_owner_is_the_grant(desk: AccessDesk, desks: Any, mesh: Mesh, person: Person) -> None:
    asked = desk.request(person("mia"), ASKED)
    assert (asked.status(desks.clock.at), desk.awaits(asked)) == (Status.REQUESTED, "insights")
    assert grants(desks, mesh) == ()
    granted = desk.approve(person("ada"), asked.id, in_days(desks.clock, 30), "fine")
    assert kinds(granted) == ["requested", "approved", "granted"]
    (grant,) = grants(desks, mesh)
    assert (grant.consumer, grant.purpose, str(grant.port), grant.approvers) == ("campaign", "vouchers", f"{PORT}@1", ("ada",))
    assert grant.holds(desks.clock.at)
    assert not grant.holds(desks.clock.at + dt.timedelta(days=30))
    assert all(s.rules for s in granted.steps if s.kind is not StepKind.REQUESTED)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (Asked("customer.profile", "campaign", "vouchers"), "H750"),
        (Asked("customer.profiles.profile", "campaign", "vouchers"), "H750"),
        (Asked(f"{PORT}@7", "campaign", "vouchers"), "H750"),
        (Asked("no port at all", "campaign", "vouchers"), "H750"),
        (Asked("customer.history", "campaign", "vouchers"), "H750"),
        (Asked(PORT, "campaing", "vouchers"), "H751"),
        (Asked(PORT, "campaign", "voucher"), "H751"),
        (Asked(PORT, "campaign"), "H751"),
        (Asked(PORT, "churn", "retention"), "H752"),
        (Asked(PORT, "campaign", "vouchers", Terms(columns=("nmae",))), "H755"),
        (Asked(PORT, "campaign", "vouchers", Terms(expires=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))), "H759"),
    ],
)
def test_what_cannot_be_asked_for_leaves_nothing(desk: AccessDesk, desks: Any, person: Person, asked: Asked, code: str) -> None:
    refused(code, lambda: desk.request(person("mia"), asked))
    assert desks.ledger.access_steps() == ()


HIDDEN = """
forbid (principal, action == Action::"discover", resource)
when { resource in Product::"customer.profiles" && principal != User::"pat" };
"""


@pytest.mark.parametrize("rest", ["", ".profiles", ".profiles@1", ".profiles_v1", ".profiles@7", ".profile", "_v1"])
def test_what_may_not_be_discovered_is_asked_for_as_what_never_was(desks: Any, person: Person, rest: str) -> None:
    desk = desks.before(desks.mesh(cedar=HIDDEN))
    told = []
    for name in ("profiles", "nothings"):
        asked = Asked(f"customer.{name}{rest}", "campaign", "vouchers")
        told.append(refused("H750", partial(desk.request, person("mia"), asked)))
    assert told[0].replace("profiles", "nothings") == told[1].replace("profiles", "nothings")
    assert desks.ledger.access_steps() == ()


def test_only_what_may_be_discovered_is_suggested(desks: Any, person: Person) -> None:
    desk = desks.before(desks.mesh(cedar=HIDDEN))

    def mend(who: str, port: str, consumer: str = "campaign") -> str:
        with pytest.raises(TroubleError) as error:
            desk.request(person(who), Asked(port, consumer, "vouchers"))
        return error.value.troubles[0].mend

    assert "customer.profiles" not in mend("mia", "customer.profile")
    assert "customer.profiles" not in mend("mia", "customer.history.x", "customer.profile")
    assert "customer.profiles" in mend("pat", "customer.profile")
    visible = desks.before(desks.mesh())
    with pytest.raises(TroubleError) as error:
        visible.request(person("mia"), Asked(PORT, "customer.profile", "product"))
    assert "customer.profiles" in error.value.troubles[0].mend
    with pytest.raises(TroubleError) as error:
        desks.before(desks.mesh(cedar=HIDDEN.replace("customer.profiles", "customer.history"))).request(
            person("mia"), Asked(PORT, "customer.histori", "product")
        )
    assert "customer.history" not in error.value.troubles[0].mend


def test_the_operator_asks_for_what_is_hidden_from_others(desks: Any) -> None:
    desk = desks.before(desks.mesh(cedar=HIDDEN))
    assert str(desk.request(OPERATOR, Asked(PORT, "campaign", "vouchers")).port) == f"{PORT}@1"


def test_a_product_is_asked_for_by_its_main_port_at_its_highest_major(desks: Any, person: Person) -> None:
    desk = desks.before(desks.mesh(majors=(1, 2)))
    assert str(desk.request(person("mia"), Asked("customer.profiles", "campaign", "report")).port) == f"{PORT}@2"
    assert str(desk.request(person("mia"), Asked("customer.profiles_v1", "campaign", "vouchers")).port) == f"{PORT}@1"


def test_columns_are_granted_in_the_spelling_of_the_port(desk: AccessDesk, person: Person) -> None:
    asked = desk.request(person("mia"), Asked(PORT, "campaign", "vouchers", Terms(columns=("NAME", "name", "Id"))))
    assert asked.terms.columns == ("name", "id")


@pytest.mark.parametrize("who", ["mia", "max", "pat", "nobody"])
def test_only_who_answers_for_the_product_approves_denies_and_revokes(desk: AccessDesk, person: Person, who: str) -> None:
    asked = desk.request(person("mia"), ASKED)
    stranger = person(who)
    refused("H760" if who == "mia" else "H752", lambda: desk.approve(stranger, asked.id))
    refused("H752", lambda: desk.deny(stranger, asked.id, "no"))
    assert desk.find(asked.id) == asked


def test_a_delegate_approves_in_the_name_of_the_team(desk: AccessDesk, desks: Any, person: Person) -> None:
    asked = desk.request(person("mia"), ASKED)
    assert desk.approve(person("dee"), asked.id).status(desks.clock.at) is Status.GRANTED


def test_nobody_approves_what_they_asked_for_unless_one_team_owns_both_sides(
    desk: AccessDesk, desks: Any, person: Person
) -> None:
    both = Principal("eva", teams=("insights", "marketing"))
    asked = desk.request(both, ASKED)
    refused("H760", lambda: desk.approve(both, asked.id))
    assert not desk.waits_for(both, asked)
    own = desk.request(person("ada"), Asked(PORT, "churn"))
    assert desk.approve(person("ada"), own.id).status(desks.clock.at) is Status.GRANTED


def test_the_operator_may_do_everything_and_is_on_record(desk: AccessDesk) -> None:
    asked = desk.request(OPERATOR, ASKED)
    assert [s.actor for s in desk.approve(OPERATOR, asked.id).steps] == ["root"] * 3


def test_a_request_is_decided_once(desk: AccessDesk, person: Person) -> None:
    asked = desk.request(person("mia"), ASKED)
    granted = desk.approve(person("ada"), asked.id)
    refused("H753", lambda: desk.approve(person("bob"), asked.id))
    refused("H753", lambda: desk.deny(person("bob"), asked.id, "no"))
    refused("H753", lambda: desk.withdraw(person("mia"), asked.id))
    assert desk.find(asked.id) == granted


@pytest.mark.parametrize("end", ["deny", "withdraw", "revoke"])
def test_what_is_over_is_over(desk: AccessDesk, desks: Any, mesh: Mesh, person: Person, end: str) -> None:
    asked = desk.request(person("mia"), ASKED)
    if end == "deny":
        desk.deny(person("ada"), asked.id, "not needed")
    elif end == "withdraw":
        desk.withdraw(person("max"), asked.id)
    else:
        desk.approve(person("ada"), asked.id)
        desk.revoke(person("bob"), asked.id, "over")
    refused("H753", lambda: desk.approve(person("ada"), asked.id))
    refused("H753", lambda: desk.renew(person("ada"), asked.id, None))
    refused("H753", lambda: desk.revoke(person("ada"), asked.id, "again"))
    desks.clock.pass_days(1)
    assert not any(g.holds(desks.clock.at) for g in grants(desks, mesh))
    assert desk.request(person("mia"), ASKED).id != asked.id


def test_revocation_takes_effect_at_once_and_the_consumer_may_give_back(
    desk: AccessDesk, desks: Any, mesh: Mesh, person: Person
) -> None:
    asked = desk.request(person("mia"), ASKED)
    desk.approve(person("ada"), asked.id)
    refused("H752", lambda: desk.revoke(person("pat"), asked.id, "no"))
    desk.revoke(person("max"), asked.id, "not needed any more")
    (grant,) = grants(desks, mesh)
    assert not grant.holds(desks.clock.at)


def test_what_was_asked_for_is_not_asked_for_twice(desk: AccessDesk, person: Person) -> None:
    asked = desk.request(person("mia"), ASKED)
    assert asked.id in refused("H757", lambda: desk.request(person("max"), ASKED))
    desk.approve(person("ada"), asked.id, Terms(columns=("id", "name")))
    narrower = Asked(PORT, "campaign", "vouchers", Terms(columns=("id",)))
    assert asked.id in refused("H757", lambda: desk.request(person("mia"), narrower))
    wider = desk.request(person("mia"), Asked(PORT, "campaign", "vouchers", Terms(columns=("region",))))
    assert wider.recorded is Status.REQUESTED


def test_approvers_grant_less_never_more(desk: AccessDesk, person: Person) -> None:
    terms = Terms(columns=("id", "name"), unmasked=("name",))
    asked = desk.request(person("mia"), Asked(PORT, "campaign", "vouchers", terms))
    refused("H755", lambda: desk.approve(person("ada"), asked.id, Terms(columns=("id", "region"))))
    refused("H755", lambda: desk.approve(person("ada"), asked.id, Terms(unmasked=("id",))))
    granted = desk.approve(person("ada"), asked.id, Terms(columns=("id",)))
    assert (granted.terms.columns, granted.terms.unmasked) == (("id",), ())
    assert granted.first.terms == terms


def test_row_filters_of_both_sides_hold_together(desk: AccessDesk, person: Person) -> None:
    asked = desk.request(person("mia"), Asked(PORT, "campaign", "vouchers", Terms(row_filter="region = 'north'")))
    granted = desk.approve(person("ada"), asked.id, Terms(row_filter="name <> 'x' OR id = '1'"))
    assert granted.terms.row_filter == "(region = 'north') AND (name <> 'x' OR id = '1')"


def test_a_row_filter_that_reaches_beyond_its_row_is_refused(desk: AccessDesk, person: Person) -> None:
    for text in ("id IN (SELECT 1)", "nope = 1", "id = ", "read_text('/etc/passwd') = ''"):
        with pytest.raises(TroubleError):
            desk.request(person("mia"), Asked(PORT, "campaign", "vouchers", Terms(row_filter=text)))
    assert desk.all() == ()


def test_what_was_asked_for_until_a_day_cannot_be_approved_after_it(desk: AccessDesk, desks: Any, person: Person) -> None:
    asked = desk.request(person("mia"), Asked(PORT, "campaign", "vouchers", in_days(desks.clock, 2)))
    desks.clock.pass_days(3)
    refused("H759", lambda: desk.approve(person("ada"), asked.id))
    assert desk.approve(person("ada"), asked.id, in_days(desks.clock, 5)).status(desks.clock.at) is Status.GRANTED


def test_expiry_comes_by_time_and_is_recorded_when_noticed(desk: AccessDesk, desks: Any, mesh: Mesh, person: Person) -> None:
    asked = desk.request(person("mia"), ASKED)
    desk.approve(person("ada"), asked.id, in_days(desks.clock, 30))
    desks.clock.pass_days(30)
    assert desk.find(asked.id).status(desks.clock.at) is Status.EXPIRED
    assert not any(g.holds(desks.clock.at) for g in grants(desks, mesh))
    desk.note_expired()
    desk.note_expired()
    assert kinds(desk.find(asked.id)) == ["requested", "approved", "granted", "expired"]
    refused("H753", lambda: desk.renew(person("ada"), asked.id, None))


def test_an_approver_renews_at_once_and_the_consumer_asks_anew(desk: AccessDesk, desks: Any, mesh: Mesh, person: Person) -> None:
    asked = desk.request(person("mia"), ASKED)
    desk.approve(person("ada"), asked.id, Terms(("id",), expires=desks.clock.at + dt.timedelta(days=30)))
    desks.clock.pass_days(29)
    again = desk.renew(person("mia"), asked.id, desks.clock.at + dt.timedelta(days=30))
    assert again.id != asked.id
    assert (again.terms.columns, again.recorded) == (("id",), Status.REQUESTED)
    renewed = desk.renew(person("bob"), asked.id, desks.clock.at + dt.timedelta(days=30))
    assert kinds(renewed)[-1] == "renewed"
    desks.clock.pass_days(20)
    assert [g.id for g in grants(desks, mesh) if g.holds(desks.clock.at)] == [asked.id]
    refused("H752", lambda: desk.renew(person("pat"), asked.id, None))


def test_a_clock_that_went_back_opens_nothing_and_keeps_the_order(
    desk: AccessDesk, desks: Any, mesh: Mesh, person: Person
) -> None:
    asked = desk.request(person("mia"), ASKED)
    desks.clock.pass_days(-2)
    granted = desk.approve(person("ada"), asked.id)
    assert [s.at for s in granted.steps] == sorted(s.at for s in granted.steps)
    (grant,) = grants(desks, mesh)
    assert not grant.holds(desks.clock.at)
    desks.clock.pass_days(2)
    assert grant.holds(desks.clock.at)


def test_a_use_case_past_its_end_is_granted_nothing(desks: Any, person: Person) -> None:
    mesh = desks.mesh(ends=dt.date(2026, 11, 22))
    desk = desks.before(mesh)
    asked = desk.request(person("mia"), ASKED)
    desk.approve(person("ada"), asked.id)
    (grant,) = grants(desks, mesh)
    assert grant.terms.expires == dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    desks.clock.pass_days(1)
    refused("H761", lambda: desk.request(person("mia"), Asked(PORT, "campaign", "report")))


def test_terms_of_use_have_to_be_accepted_and_the_text_is_on_record(desks: Any, person: Person) -> None:
    desk = desks.before(desks.mesh(terms_of_use="No letters to children."))
    assert "No letters to children." in refused("H756", lambda: desk.request(person("mia"), ASKED))
    asked = desk.request(person("mia"), Asked(PORT, "campaign", "vouchers", accept_terms=True))
    desk.approve(person("ada"), asked.id)
    other = desks.before(desks.mesh(terms_of_use="No letters at all."))
    refused("H756", lambda: other.renew(person("mia"), asked.id, None))
    assert len(asked.first.accepted) == 16


def test_two_approvals_where_a_policy_wants_them(desks: Any, mesh: Mesh, person: Person) -> None:
    cedar = '@id("two")\nforbid (principal, action == Action::"grant", resource) when { context.approvals < 2 };'
    desk = desks.before(desks.mesh(cedar=cedar))
    asked = desk.request(person("mia"), ASKED)
    once = desk.approve(person("ada"), asked.id)
    assert (kinds(once), grants(desks, mesh)) == (["requested", "approved"], ())
    refused("H753", lambda: desk.approve(person("ada"), asked.id))
    twice = desk.approve(person("bob"), asked.id)
    assert kinds(twice)[-1] == "granted"
    assert grants(desks, mesh)[0].approvers == ("ada", "bob")


def test_a_policy_limits_how_long_access_lasts(desks: Any, person: Person) -> None:
    cedar = '@id("year")\nforbid (principal, action == Action::"grant", resource) when { context.days > 365 };'
    desk = desks.before(desks.mesh(cedar=cedar))
    asked = desk.request(person("mia"), ASKED)
    assert "year" in refused("H752", lambda: desk.approve(person("ada"), asked.id))
    assert kinds(desk.find(asked.id)) == ["requested"]
    assert desk.approve(person("ada"), asked.id, in_days(desks.clock, 365)).recorded is Status.GRANTED


def test_a_policy_approves_by_itself(desks: Any, mesh: Mesh, person: Person) -> None:
    cedar = (
        '@id("harmless")\npermit (principal == Service::"auto", action == Action::"approve", resource)\n'
        'when { !context.columns.contains("name") };'
    )
    desk = desks.before(desks.mesh(cedar=cedar))
    granted = desk.request(person("mia"), Asked(PORT, "campaign", "vouchers", Terms(columns=("id",))))
    assert [(str(s.kind), s.actor) for s in granted.steps] == [("requested", "mia"), ("approved", "auto"), ("granted", "auto")]
    assert any("harmless" in rule for rule in granted.approvals[0].rules)
    assert desk.request(person("mia"), Asked(PORT, "campaign", "report")).recorded is Status.REQUESTED


def test_a_policy_forbids_what_the_owners_would_approve(desks: Any, person: Person) -> None:
    cedar = '@id("never")\nforbid (principal, action == Action::"approve", resource) when { context.purpose == "vouchers" };'
    desk = desks.before(desks.mesh(cedar=cedar))
    asked = desk.request(person("mia"), ASKED)
    assert "never" in refused("H752", lambda: desk.approve(person("ada"), asked.id))
    assert "never" in refused("H752", lambda: desk.approve(person("dee"), asked.id))


def test_the_contract_names_who_approves(desks: Any, person: Person) -> None:
    roles = ({"role": "reader", "firstLevelApprovers": "ada", "secondLevelApprovers": "privacy, Data Protection Officer"},)
    desk = desks.before(desks.mesh(roles=roles))
    asked = desk.request(person("mia"), ASKED)
    assert desk.awaits(asked) == "ada"
    refused("H752", lambda: desk.approve(person("bob"), asked.id))
    refused("H752", lambda: desk.approve(person("pat"), asked.id))
    once = desk.approve(person("ada"), asked.id)
    assert (once.recorded, desk.awaits(once)) == (Status.REQUESTED, "privacy")
    assert desk.approve(person("pat"), asked.id).recorded is Status.GRANTED


def test_titles_in_a_contract_name_nobody(desks: Any, person: Person) -> None:
    desk = desks.before(desks.mesh(roles=({"role": "reader", "firstLevelApprovers": "Reporting Manager"},)))
    asked = desk.request(person("mia"), ASKED)
    assert desk.approve(person("bob"), asked.id).recorded is Status.GRANTED


def test_of_two_who_decide_at_once_one_wins(desks: Any, mesh: Mesh, person: Person, tmp_path: Path) -> None:
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
    racing = type(desks)(ledger, desks.clock)
    asked = racing.before(mesh).request(person("mia"), ASKED)
    barrier, told = threading.Barrier(2), []

    def decide(who: str, how: str) -> None:
        desk = racing.before(mesh)
        barrier.wait()
        try:
            desk.approve(person(who), asked.id) if how == "approve" else desk.deny(person(who), asked.id, "no")
            told.append(how)
        except TroubleError as error:
            told.append(error.troubles[0].code)

    threads = [threading.Thread(target=decide, args=a) for a in (("ada", "approve"), ("bob", "deny"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 2
    assert set(told) & {"approve", "deny"}
    assert set(told) & {"H754", "H753"}
    assert kinds(racing.before(mesh).find(asked.id)) in (["requested", "approved", "granted"], ["requested", "denied"])
    ledger.close()


class Interrupted:
    """A decider that is asked while a colleague decides the same request."""

    def __init__(self, decider: Decider, meanwhile: Callable[[], object]) -> None:
        self.decider = decider
        self.meanwhile = meanwhile

    def may(self, principal: Principal, action: Action, *about: Any) -> Verdict:
        if action is Action.GRANT:
            self.meanwhile()
        return self.decider.may(principal, action, *about)


def test_who_looked_before_another_decided_is_told(desks: Any, mesh: Mesh, desk: AccessDesk, person: Person) -> None:
    asked = desk.request(person("mia"), ASKED)
    interrupted: Any = Interrupted(CedarDecider(mesh, ()), lambda: desk.deny(person("bob"), asked.id, "no"))
    slow = AccessDesk(mesh, desks.ledger, interrupted, desks.clock)
    assert "bob was quicker" in refused("H754", lambda: slow.approve(person("ada"), asked.id))
    assert kinds(desk.find(asked.id)) == ["requested", "denied"]


def test_inbox_and_own_requests(desk: AccessDesk, person: Person) -> None:
    asked = desk.request(person("mia"), ASKED)
    assert [desk.waits_for(person(p), asked) for p in ("ada", "dee", "mia", "pat")] == [True, True, False, False]
    assert [desk.concerns(person(p), asked) for p in ("mia", "max", "ada")] == [True, True, False]
    granted = desk.approve(person("ada"), asked.id)
    assert not desk.waits_for(person("bob"), granted)


def test_a_later_major_inherits_the_grant(desks: Any, person: Person) -> None:
    first = desks.mesh()
    asked = desks.before(first).request(person("mia"), ASKED)
    desks.before(first).approve(person("ada"), asked.id)
    later = desks.mesh(majors=(1, 2))
    (grant,) = grants(desks, later)
    assert [grant.covers(parse_port(f"{PORT}@{m}")) for m in (1, 2)] == [True, True]  # type: ignore[arg-type]
    retired = desks.before(desks.mesh(majors=(2,)))
    assert retired.renew(person("ada"), asked.id, None).recorded is Status.GRANTED


def test_who_is_called_like_a_team_is_not_that_team(desk: AccessDesk, desks: Any, person: Person) -> None:
    refused("H752", lambda: desk.request(Principal("marketing"), ASKED))
    asked = desk.request(person("mia"), ASKED)
    for impostor in (Principal("insights"), Principal("auto", PrincipalKind.SERVICE)):
        assert not desk.waits_for(impostor, asked)
        refused("H752", lambda who=impostor: desk.approve(who, asked.id))  # type: ignore[misc]
    refused("H752", lambda: desk.withdraw(Principal("marketing"), asked.id))
    second = desks.before(desks.mesh(roles=({"role": "reader", "firstLevelApprovers": "privacy, pat"},)))
    refused("H752", lambda: second.approve(Principal("privacy"), asked.id))
    assert second.approve(Principal("pat"), asked.id).recorded is Status.GRANTED


def test_what_the_first_of_two_approvers_leaves_out_the_second_cannot_give(desks: Any, person: Person) -> None:
    cedar = '@id("two")\nforbid (principal, action == Action::"grant", resource) when { context.approvals < 2 };'
    desk = desks.before(desks.mesh(cedar=cedar))
    asked = desk.request(person("mia"), Asked(PORT, "campaign", "vouchers", Terms(("id", "region"), row_filter="id > ''")))
    soon, late = in_days(desks.clock, 30).expires, in_days(desks.clock, 90).expires
    once = desk.approve(person("ada"), asked.id, Terms(("id",), row_filter="region = 'north'", expires=soon))
    assert once.terms == Terms(("id",), row_filter="(id > '') AND (region = 'north')", expires=soon)
    refused("H755", lambda: desk.approve(person("bob"), asked.id, Terms(("region",))))
    assert desk.approve(person("bob"), asked.id, Terms(expires=late)).terms == once.terms


def test_a_renewal_says_up_to_when(desk: AccessDesk, desks: Any, person: Person) -> None:
    asked = desk.request(person("mia"), ASKED)
    desk.approve(person("ada"), asked.id, in_days(desks.clock, 30))
    refused("H759", lambda: desk.renew(person("ada"), asked.id, None))
    refused("H759", lambda: desk.renew(person("mia"), asked.id, None))


def test_access_in_the_name_of_a_use_case_that_is_gone_can_be_ended(desks: Any, mesh: Mesh, person: Person) -> None:
    asked = desks.before(mesh).request(person("mia"), ASKED)
    waiting = desks.before(mesh).request(person("mia"), Asked(PORT, "campaign", "report"))
    desks.before(mesh).approve(person("ada"), asked.id)
    desk = desks.before(replace(mesh, governance=replace(mesh.governance, consumers=())))
    refused("H752", lambda: desk.revoke(person("mia"), asked.id, "no use for it"))
    assert desk.revoke(person("ada"), asked.id, "nobody is left").recorded is Status.REVOKED
    refused("H751", lambda: desk.approve(person("ada"), waiting.id))
    assert desk.deny(person("ada"), waiting.id, "nobody is left").recorded is Status.DENIED


def test_a_refusal_has_a_reason(desk: AccessDesk, person: Person) -> None:
    asked = desk.request(person("mia"), ASKED)
    refused("H762", lambda: desk.deny(person("ada"), asked.id, " "))
    desk.approve(person("ada"), asked.id)
    refused("H762", lambda: desk.revoke(person("ada"), asked.id, ""))
