"""Decisions by the rules that come with Hansa: owners, grants, purposes, classes, scopes, and what time changes."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from hansa.access.deciding import CedarDecider, LiveDecider
from hansa.access.protocol import Action
from hansa.ledger import AccessStepped
from hansa.ledger.memory import MemoryLedger
from hansa.model import AccessStep, Column, Decision, Grant, Mesh, Principal, PrincipalKind, Reader, Schema, StepKind
from hansa.model.types import String
from hansa.names import DomainName, PortMajor, PortName, ProductName

Decide = Callable[..., Decision]
Seen = Callable[[Decision], dict[str, str]]
Granting = Callable[..., Grant]
CHURN = ("ada", ("insight",), "churn", "retention")
MASKED = {"id": "clear", "email": "mask-alphanum", "age": "replace-with-null", "iban": "replace-with-null", "region": "clear"}
CLEAR = dict.fromkeys(MASKED, "clear")


def test_nobody_sees_anything_without_a_rule_that_lets_them(decide: Decide) -> None:
    refused = decide("eve", ())
    assert not refused.allowed
    assert refused.columns == ()
    assert "eve is not of crm" in refused.reasons[0]
    assert "hansa access request customer.profiles.profiles" in refused.mend


@pytest.mark.parametrize("teams", [("crm",), ("other", "crm")])
def test_the_owner_team_sees_everything_clear(decide: Decide, seen: Seen, teams: tuple[str, ...]) -> None:
    decision = decide("joe", teams)
    assert seen(decision) == CLEAR
    assert {r.id for r in decision.rules} == {"hansa.owner"}
    assert decision.rules[0].place is not None
    assert decision.rules[0].place.file == "hansa/cedar/base.cedar"


def test_an_owner_by_name_is_an_owner_and_a_person_called_like_a_team_is_not(decide: Decide) -> None:
    assert decide("crm@x.org", ("crm@x.org",)).allowed, "as the directory has it: a team of one"
    assert not decide("crm@x.org", ()).allowed
    assert not decide("crm", ()).allowed


def test_an_owner_who_acts_for_a_consumer_sees_what_the_consumer_does(decide: Decide, seen: Seen, granting: Granting) -> None:
    assert not decide("joe", ("crm", "insight"), "churn", "retention").allowed
    assert seen(decide("joe", ("crm", "insight"), "churn", "retention", grants=[granting()])) == MASKED


def test_a_grant_gives_its_columns_masked_as_their_classes_say(decide: Decide, seen: Seen, granting: Granting) -> None:
    decision = decide(*CHURN, grants=[granting()])
    assert seen(decision) == MASKED, "a mask that does not fit an integer replaces with null; of several the strictest"
    email = next(c for c in decision.columns if c.column == "email")
    assert [str(r) for r in email.rules] == [
        "class:personal (governance/classifications.yaml:6)",
        "hansa.grant.columns (hansa/cedar/base.cedar:23)",
        "req-1",
    ]
    assert decision.grant == "req-1"


def test_what_a_grant_does_not_name_is_hidden_and_what_it_unmasks_is_clear(
    decide: Decide, seen: Seen, granting: Granting
) -> None:
    few = granting(columns=("id", "EMAIL"), unmasked=("email", "iban"))
    decision = decide(*CHURN, grants=[few])
    assert seen(decision) == {"id": "clear", "email": "clear", "age": "hidden", "iban": "hidden", "region": "hidden"}


def test_grants_with_the_same_rows_are_taken_together_and_others_are_not(decide: Decide, seen: Seen, granting: Granting) -> None:
    one, two = granting(columns=("id",)), granting("req-2", columns=("region",))
    assert [c for c, how in seen(decide(*CHURN, grants=[one, two])).items() if how != "hidden"] == ["id", "region"]
    fewer = granting("req-3", columns=("region",), row_filter="region = 'north'", begins=two.begins + dt.timedelta(hours=1))
    decision = decide(*CHURN, grants=[one, fewer])
    assert [c for c, how in seen(decision).items() if how != "hidden"] == ["region"], "rows of one with columns of another"
    assert "region" in decision.row_filter


@pytest.mark.parametrize(
    ("who", "grants", "reason"),
    [
        (("ada", ("insight",), "churn", "research"), [{}], "for `retention`, not for `research`"),
        (("ada", ("insight",), "churn", ""), [{}], "said no purpose"),
        (("ada", ("insight",), "churn", "fun"), [{}], "is no purpose of churn"),
        (("ada", ("insight",), "chrun", "retention"), [{}], "there is no consumer `chrun`"),
        (("eve", ("shop",), "churn", "retention"), [{}], "eve is not of insight"),
        (("ada", ("insight",), "churn", "retention"), [], "has no grant of customer.profiles.profiles@1"),
        (("ada", ("insight",), "churn", "retention"), [{"expires": 0}], "held until 2026-06-01 12:30 UTC (req-1)"),
        (("ada", ("insight",), "churn", "retention"), [{"revoked": -1}], "was revoked on 2026-05-31 (req-1)"),
        (("ada", ("insight",), "churn", "retention"), [{"begins": 1}], "begins on 2026-06-02"),
        (("ada", ("insight",), "churn", "retention"), [{"port": 2}], "this is the older major 1"),
    ],
)
def test_a_refusal_says_why(
    decide: Decide, granting: Granting, now: dt.datetime, who: tuple[str, ...], grants: list[dict[str, int]], reason: str
) -> None:
    def value(key: str, days: int) -> object:
        if key == "port":
            return PortMajor(PortName("customer", "profiles", "profiles"), days)
        return now + dt.timedelta(days=days)

    made = [granting(**{k: value(k, v) for k, v in said.items()}) for said in grants]
    refused = decide(*who, grants=made)
    assert not refused.allowed
    assert reason in refused.reasons[0]
    assert refused.mend


def test_a_decision_ends_with_what_it_rests_on(decide: Decide, granting: Granting, now: dt.datetime) -> None:
    end = now + dt.timedelta(days=3)
    grants = [granting(expires=end)]
    decision = decide(*CHURN, grants=grants)
    assert decision.until == end
    assert decision.notices == ("the grant req-1 of customer.profiles.profiles@1 holds until 2026-06-04 12:30 UTC",)
    assert decide(*CHURN, grants=grants, now=end - dt.timedelta(seconds=1)).allowed
    assert not decide(*CHURN, grants=grants, now=end).allowed


def test_a_kept_decision_is_given_again_until_it_ends(
    decider: Callable[..., CedarDecider], granting: Granting, now: dt.datetime, mesh: Mesh
) -> None:
    end = now + dt.timedelta(days=3)
    made = decider([granting(expires=end)])
    port = mesh.products[0].outputs[0]
    reader = Reader(Principal("ada", teams=("insight",)), "churn", "retention")
    first = made.decide(reader, port.pinned, port.schema, now)
    assert made.decide(reader, port.pinned, port.schema, now + dt.timedelta(days=1)) is first
    assert not made.decide(reader, port.pinned, port.schema, end).allowed
    assert made.decide(reader, port.pinned, port.schema, now).allowed, "a clock that goes back asks anew"


def test_a_use_case_reads_up_to_the_end_of_its_last_day(decide: Decide, granting: Granting, now: dt.datetime) -> None:
    grants = [granting(consumer="spring", purpose="campaign")]
    who = ("ada", ("insight",), "spring", "campaign")
    assert decide(*who, grants=grants).allowed
    assert decide(*who, grants=grants).until == dt.datetime(2026, 6, 2, tzinfo=dt.UTC)
    after = decide(*who, grants=grants, now=now + dt.timedelta(hours=12))
    assert after.reasons == ("the use case spring ended on 2026-06-01",)


def test_a_column_that_is_not_declared_is_hidden_and_so_is_a_port(decide: Decide, seen: Seen, granting: Granting) -> None:
    stored = Schema((Column("id", String()), Column("surprise", String())))
    assert seen(decide("joe", ("crm",), schema=stored)) == {"id": "clear", "surprise": "hidden"}
    gone = PortMajor(PortName("customer", "profiles", "profiles"), 7)
    assert "not declared any more" in decide("joe", ("crm",), at=gone).reasons[0]


def test_the_operator_sees_everything_and_for_a_consumer_what_it_may(decide: Decide, seen: Seen, granting: Granting) -> None:
    stored = Schema((Column("id", String()), Column("surprise", String())))
    decision = decide("root", (), schema=stored, kind=PrincipalKind.OPERATOR)
    assert seen(decision) == {"id": "clear", "surprise": "clear"}
    assert decision.rules[0].id == "hansa.operator"
    acting = decide("root", (), "churn", "retention", grants=[granting()], kind=PrincipalKind.OPERATOR)
    assert seen(acting) == MASKED
    assert not decide("root", (), "churn", "retention", kind=PrincipalKind.OPERATOR).allowed


def test_a_token_is_good_for_its_scopes_alone(
    decide: Decide, decider: Callable[..., CedarDecider], granting: Granting, now: dt.datetime
) -> None:
    grants = [granting()]
    assert decide(*CHURN, grants=grants, scopes=("read",)).allowed
    assert decide(*CHURN, grants=grants, scopes=("consumer:churn",)).allowed
    for scopes in (("request",), ("consumer:spring",), ("read", "consumer:spring")):
        refused = decide(*CHURN, grants=grants, scopes=scopes)
        assert (refused.allowed, refused.rules[0].id) == (False, "hansa.scope")
    owner = Principal("joe", teams=("crm",), scopes=("read",))
    product = ProductName("customer", "profiles")
    assert not decider().may(owner, Action.APPROVE, product, now).allowed
    assert decider().may(replace(owner, scopes=("approve",)), Action.APPROVE, product, now).allowed


def test_a_product_reads_what_its_own_owner_offers_masked(decide: Decide, seen: Seen) -> None:
    assert seen(decide("joe", ("crm",), "customer.profiles", "product")) == MASKED
    assert not decide("sam", ("shop",), "orders.history", "product").allowed


def test_who_may_do_what(decider: Callable[..., CedarDecider], now: dt.datetime) -> None:
    port = PortMajor(PortName("customer", "profiles", "profiles"), 1)
    by = decider()
    crm, shop, insight = (Principal(n, teams=(t,)) for n, t in (("joe", "crm"), ("sam", "shop"), ("ada", "insight")))
    chief = Principal("root", administrator=True)
    for anybody in (crm, shop, insight, chief):
        assert by.may(anybody, Action.DISCOVER, port, now).allowed
        assert by.may(anybody, Action.DESCRIBE, DomainName("orders"), now).allowed
    assert by.may(crm, Action.APPROVE, port, now).allowed
    assert not by.may(shop, Action.APPROVE, port, now).allowed
    assert by.may(insight, Action.REQUEST, port, now, {"consumer": "churn"}).allowed
    assert not by.may(shop, Action.REQUEST, port, now, {"consumer": "churn"}).allowed
    assert by.may(chief, Action.ADMINISTER, None, now).allowed
    assert not by.may(crm, Action.ADMINISTER, None, now).allowed
    assert not by.may(crm, Action.GRANT, port, now, {"approvals": 0}).allowed
    assert by.may(crm, Action.GRANT, port, now, {"approvals": 1}).allowed
    assert not by.may(crm, Action.APPROVE, ProductName("customer", "gone"), now).allowed


def test_a_name_without_a_pin_means_the_granted_major(
    decider: Callable[..., CedarDecider], granting: Granting, now: dt.datetime
) -> None:
    port = PortMajor(PortName("customer", "profiles", "profiles"), 2)
    reader = Reader(Principal("ada", teams=("insight",)), "churn", "retention")
    by = decider([granting()])
    assert by.bound(reader, port, (1, 2), now) == 1
    assert by.bound(reader, port, (2, 3), now) == 3, "the granted one is not published any more, and later ones inherit"
    assert by.bound(replace(reader, consumer="", purpose=""), port, (1, 2), now) == 2


def test_a_live_decider_follows_mesh_and_ledger(mesh: Mesh, now: dt.datetime, seen: Seen) -> None:
    ledger, meshes = MemoryLedger(), [mesh]
    live = LiveDecider(lambda: meshes[0], ledger)
    port = mesh.products[0].outputs[0]
    reader = Reader(Principal("ada", teams=("insight",)), "churn", "retention")
    before = live.version
    assert not live.decide(reader, port.pinned, port.schema, now).allowed
    for kind in (StepKind.REQUESTED, StepKind.APPROVED, StepKind.GRANTED):
        at = now - dt.timedelta(hours=1)
        ledger.apply([AccessStepped(AccessStep("req-1", kind, "churn", "retention", port.pinned, at, "joe"))])
    assert live.decide(reader, port.pinned, port.schema, now).allowed
    assert live.version != before
    meshes[0] = replace(mesh, governance=replace(mesh.governance, consumers=()))
    assert not live.decide(reader, port.pinned, port.schema, now).allowed


def test_the_version_tells_policies_grants_and_classes_apart(decider: Callable[..., CedarDecider], granting: Granting) -> None:
    forbid = 'forbid (principal, action == Action::"read", resource);'
    versions = [decider().version, decider([granting()]).version, decider([], [forbid]).version]
    assert len({*versions}) == 3
    assert decider().version == versions[0]
