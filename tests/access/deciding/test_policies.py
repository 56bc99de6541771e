"""Policies of meshes and domains beside the rules that come with Hansa: forbids, confinement, and what cannot be evaluated."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import cedarpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.access.cedar import evaluating, rowrules
from hansa.access.deciding import CedarDecider
from hansa.access.protocol import Action
from hansa.cedar import UNREADABLE, schema_text
from hansa.model import AccessPolicy, Decision, Grant, Mesh, Principal, PrincipalKind, Reader, Schema
from hansa.names import DomainName, PortMajor, PortName, ProductName

Decide = Callable[..., Decision]
Seen = Callable[[Decision], dict[str, str]]
Granting = Callable[..., Grant]
CHURN = ("ada", ("insight",), "churn", "retention")
NO_SECRETS = """
@id("no-secrets") @reason("secrets are for nobody")
forbid (principal, action == Action::"read", resource is Column) when { resource.classes.contains("secret") };
"""
WIDE = '@id("wide") permit (principal, action in [Action::"read", Action::"readUnmasked"], resource);'


def test_a_forbid_hides_a_column_even_from_its_owner(decide: Decide, seen: Seen) -> None:
    decision = decide("joe", ("crm",), policies=[NO_SECRETS])
    assert seen(decision) == {"id": "clear", "email": "clear", "age": "clear", "iban": "hidden", "region": "clear"}
    iban = next(c for c in decision.columns if c.column == "iban")
    assert [str(r) for r in iban.rules] == ["no-secrets (access/0.cedar:2)"]


def test_a_forbidden_port_is_refused_with_the_policy_s_place_and_reason(decide: Decide, granting: Granting) -> None:
    policy = '@id("quiet") @reason("not in June") forbid (principal, action, resource in Port::"customer.profiles.profiles");'
    refused = decide(*CHURN, grants=[granting()], policies=[policy])
    assert refused.reasons == ("forbidden by `quiet` (access/0.cedar:1): not in June",)


def test_who_may_not_see_clear_what_no_class_masks_sees_nothing_of_it(decide: Decide, seen: Seen) -> None:
    policy = 'forbid (principal, action == Action::"readUnmasked", resource == Column::"customer.profiles.profiles#id");'
    assert seen(decide("joe", ("crm",), policies=[policy]))["id"] == "replace-with-null"


def test_a_permit_lets_others_read_what_it_names(decide: Decide, seen: Seen) -> None:
    policy = 'permit (principal in Team::"audit", action == Action::"read", resource in Domain::"customer");'
    decision = decide("kim", ("audit",), policies=[policy])
    assert seen(decision)["email"] == "mask-alphanum"
    assert not decide("kim", ("other",), policies=[policy]).allowed


def test_classes_below_one_are_at_least_reached(decide: Decide, seen: Seen) -> None:
    exact = 'forbid (principal, action == Action::"read", resource is Column) when { resource.classes.contains("internal") };'
    least = 'forbid (principal, action == Action::"read", resource is Column) when { resource.atLeast.contains("internal") };'
    assert [c for c, how in seen(decide("joe", ("crm",), policies=[exact])).items() if how == "hidden"] == ["region"]
    hidden = [c for c, how in seen(decide("joe", ("crm",), policies=[least])).items() if how == "hidden"]
    assert hidden == ["email", "age", "iban", "region"]


@pytest.mark.parametrize(
    "policy",
    [
        "permit (principal, action, resource);",
        'permit (principal, action == Action::"read", resource in Domain::"customer");',
        'permit (principal, action == Action::"read", resource) when { resource in Product::"customer.profiles" };',
        "forbid (principal, action, resource);",
        "forbid (principal, action, resource) when { principal.nothing };",
        "not a policy at all",
    ],
)
def test_a_domain_decides_nothing_beyond_itself(decide: Decide, seen: Seen, granting: Granting, policy: str) -> None:
    for who in (("eve", ()), ("joe", ("crm",)), CHURN):
        without = decide(*who, grants=[granting()])
        beside = decide(*who, grants=[granting()], policies=[("orders", policy)])
        assert (without.allowed, seen(without), without.reasons) == (beside.allowed, seen(beside), beside.reasons)


def test_a_domain_decides_about_its_own(decide: Decide, seen: Seen) -> None:
    assert decide("eve", (), policies=[("customer", WIDE)]).allowed
    assert not decide("eve", (), policies=[("customer", WIDE), NO_SECRETS.replace("is Column) when", "is Port) when")]).allowed


@pytest.mark.parametrize(
    "failing",
    [
        'forbid (principal, action == Action::"read", resource) when { resource.clases.contains("secret") };',
        'forbid (principal, action == Action::"read", resource) when { principal.getTag("region") == "north" };',
        'forbid (principal, action == Action::"read", resource) when { context.consumer.kind == 1 };',
        'forbid (principal, action == Action::"read", resource) when { 9223372036854775807 + 1 == 0 };',
    ],
)
def test_a_forbid_that_cannot_be_evaluated_holds(decide: Decide, failing: str) -> None:
    refused = decide("joe", ("crm",), policies=[f'@id("broken") {failing}'])
    assert not refused.allowed
    assert "`broken` could not be evaluated" in refused.reasons[0]


def test_a_permit_that_cannot_be_evaluated_permits_nothing_and_forbids_nothing(decide: Decide, seen: Seen) -> None:
    policy = 'permit (principal, action == Action::"read", resource) when { principal.getTag("region") == "north" };'
    assert decide("joe", ("crm",), policies=[policy]).allowed
    assert not decide("eve", (), policies=[policy]).allowed
    assert decide("eve", (), policies=[policy], attributes=(("region", "north"),)).allowed
    assert not decide("eve", (), policies=[policy], attributes=(("region", "north"), ("region", "south"))).allowed


@pytest.mark.parametrize(
    "text", [UNREADABLE, "forbid (princpal, action, resource);", "forbid (principal == ?principal, action, resource);"]
)
def test_a_file_that_cannot_be_read_keeps_everything_shut_that_it_is_about(decide: Decide, text: str) -> None:
    refused = decide("joe", ("crm",), policies=[text])
    assert not refused.allowed
    assert "cannot be read" in refused.reasons[0]
    assert not decide("joe", ("crm",), policies=[("customer", text)]).allowed
    assert decide("joe", ("crm",), policies=[("orders", text)]).allowed
    assert decide("root", (), policies=[text], kind=PrincipalKind.OPERATOR).allowed, "somebody has to mend it"


def test_a_rule_that_looks_at_the_clock_is_asked_every_minute(decide: Decide, now: dt.datetime) -> None:
    policy = 'forbid (principal, action == Action::"read", resource) when { context.now >= datetime("2026-06-01T12:31:00Z") };'
    open_ = decide("joe", ("crm",), policies=[policy])
    assert open_.allowed
    assert open_.until == now.replace(minute=31, second=0)
    assert not decide("joe", ("crm",), policies=[policy], now=open_.until).allowed


def test_rows_are_filtered_by_the_grant_and_by_policy(decide: Decide, granting: Granting) -> None:
    policy = """
        forbid (principal, action == Action::"readRow", resource is customer::profiles::profiles::Row)
        when { resource has region && resource.region == principal.getTag("away") };
    """
    filtered = granting(row_filter="age >= 18")
    decision = decide(*CHURN, grants=[filtered], policies=[policy], attributes=(("away", "north"),))
    assert decision.allowed
    assert "18" in decision.row_filter
    assert "'north'" in decision.row_filter
    assert decide(*CHURN, grants=[granting()]).row_filter == ""


def test_a_rule_about_other_rows_filters_nothing_and_one_that_fails_filters_all(decide: Decide, granting: Granting) -> None:
    other = (
        'forbid (principal, action == Action::"readRow", resource in Port::"orders.history.purchases") when { resource.x == 1 };'
    )
    assert decide(*CHURN, grants=[granting()], policies=[other]).row_filter == ""
    failing = 'forbid (principal, action == Action::"readRow", resource) when { principal.getTag("away") == "x" };'
    decision = decide(*CHURN, grants=[granting()], policies=[failing])
    assert decision.row_filter == "(false)"
    assert "could not be evaluated" in decision.notices[0]


def test_two_persons_have_to_approve_where_a_policy_says_so(decider: Callable[..., CedarDecider], now: dt.datetime) -> None:
    two = """@id("two") forbid (principal, action == Action::"grant", resource)
        when { context.approvals < 2 && context.classes.contains("secret") };"""
    own = 'forbid (principal, action == Action::"approve", resource) when { principal.name == context.requester };'
    auto = """permit (principal == Service::"auto", action == Action::"approve", resource)
        when { !context.atLeast.contains("personal") };"""
    by = decider([], [two, own, auto])
    port = PortMajor(PortName("customer", "profiles", "profiles"), 1)
    joe, machine = Principal("joe", teams=("crm",)), Principal("auto", PrincipalKind.SERVICE)
    assert not by.may(joe, Action.GRANT, port, now, {"approvals": 1}).allowed
    assert by.may(joe, Action.GRANT, port, now, {"approvals": 2}).allowed
    assert by.may(joe, Action.GRANT, port, now, {"approvals": 1, "columns": ("id", "email")}).allowed
    assert not by.may(joe, Action.APPROVE, port, now, {"requester": "joe"}).allowed
    assert by.may(machine, Action.APPROVE, port, now, {"columns": ("id", "region")}).allowed
    assert not by.may(machine, Action.APPROVE, port, now, {"columns": ("id", "email")}).allowed
    assert not by.may(machine, Action.APPROVE, port, now).allowed, "no columns are all columns"


def test_what_is_put_to_cedar_fits_the_schema(
    decider: Callable[..., CedarDecider], mesh: Mesh, granting: Granting, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entities and contexts are made without the schema, for speed; here each is held against it."""
    schema = cedarpy.Schema.from_str(schema_text(mesh))
    looked: list[str] = []
    ask = cedarpy.is_authorized_batch

    def strict(requests: list[dict[str, Any]], policies: object, entities: object) -> object:
        cedarpy.Entities.from_json_str(str(entities), schema)
        results = ask(requests, policies, entities, schema)  # type: ignore[arg-type]
        looked.extend(r["action"]["id"] for r in requests)
        assert not [e for r in results for e in r.diagnostics.errors]
        return results

    monkeypatch.setattr(cedarpy, "is_authorized_batch", strict)
    by, port = decider([granting(expires=now + dt.timedelta(1))]), mesh.products[0].outputs[0]
    for kind in PrincipalKind:
        who = Principal("ada", kind, ("insight",), (("region", "north"),))
        by.decide(Reader(who, "churn", "retention"), port.pinned, port.schema, now)
        by.decide(Reader(who, "spring", "campaign"), port.pinned, port.schema, now)
        for action in (a for a in Action if a not in (Action.READ_UNMASKED, Action.READ_ROW, Action.READ)):
            on = (DomainName("orders"), None) if action in (Action.DISCOVER, Action.DESCRIBE, Action.ADMINISTER) else ()
            for resource in (port.pinned, ProductName("orders", "history"), *on):
                by.may(who, action, resource, now, {"consumer": "churn", "expires": now, "approvals": 1})
    assert {*looked} >= {str(a) for a in Action} - {"readRow"}


@pytest.mark.parametrize(
    "which",
    [
        'resource.name == "age"',
        'resource["n\\u{61}me"] == "age"',
        'resource == Column::"customer.profiles.profiles#age"',
        '[Column::"customer.profiles.profiles#age"].contains(resource)',
    ],
)
def test_a_rule_may_be_about_one_of_several_columns_that_are_alike(decide: Decide, seen: Seen, which: str) -> None:
    policy = f'forbid (principal, action == Action::"read", resource is Column) when {{ {which} }};'
    assert [c for c, how in seen(decide("joe", ("crm",), policies=[policy])).items() if how == "hidden"] == ["age"]


CONDITIONS = st.sampled_from(
    [
        'resource.classes.contains("personal")',
        'resource.name == "id"',
        'context.purpose == "retention"',
        'principal.getTag("region") == "north"',
        'principal in Team::"insight"',
        "context has consumer",
        'resource.nothing == "x"',
        "context.approvals > 1",
        "resource is Port && resource.major == 1",
    ]
)
ACTIONS = st.sampled_from(['action == Action::"read"', 'action == Action::"readUnmasked"', "action"])
POLICIES = st.builds(
    lambda effect, action, conditions: f"{effect} (principal, {action}, resource) when {{ {' || '.join(conditions)} }};",
    st.sampled_from(["permit", "forbid"]),
    ACTIONS,
    st.lists(CONDITIONS, min_size=1, max_size=2),
)
RANK = {"hidden": 0, "clear": 2}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    policies=st.lists(POLICIES, max_size=4),
    forbid=POLICIES,
    holder=st.sampled_from(["", "customer", "orders"]),
    member=st.booleans(),
)
def test_another_forbid_never_shows_more(
    decide: Decide, seen: Seen, granting: Granting, policies: list[str], forbid: str, holder: str, member: bool
) -> None:
    forbid = "forbid" + forbid.removeprefix("permit").removeprefix("forbid")
    who = CHURN if member else ("joe", ("crm",))
    before = decide(*who, grants=[granting()], policies=policies)
    after = decide(*who, grants=[granting()], policies=[*policies, (holder, forbid)])
    assert before.allowed or not after.allowed
    for column, how in seen(after).items() if after.allowed else ():
        assert RANK.get(how, 1) <= RANK.get(seen(before)[column], 1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(policies=st.lists(POLICIES, max_size=4), order=st.permutations(range(5)), mixed=st.randoms())
def test_columns_and_policies_have_no_order(
    decide: Decide, seen: Seen, mesh: Mesh, granting: Granting, policies: list[str], order: list[int], mixed: Any
) -> None:
    columns = mesh.products[0].outputs[0].schema.columns
    one = decide(*CHURN, grants=[granting()], policies=policies)
    shuffled = list(policies)
    mixed.shuffle(shuffled)
    other = decide(*CHURN, grants=[granting()], policies=shuffled, schema=Schema(tuple(columns[n] for n in order)))
    assert (one.allowed, seen(one)) == (other.allowed, seen(other))


def test_the_rules_about_rows_agree_with_cedar_row_by_row(mesh: Mesh) -> None:
    """What is folded before Cedar evaluates leaves the same verdict as Cedar gives on each concrete row."""
    import duckdb

    texts = """
        permit (principal, action == Action::"readRow", resource);
        forbid (principal, action == Action::"readRow", resource is customer::profiles::profiles::Row)
        when { resource has region && resource.region == principal.name };
        forbid (principal, action == Action::"readRow", resource)
        when { resource is customer::profiles::profiles::Row in Domain::"customer" && resource.id > 7 };
        forbid (principal, action, resource in Domain::"orders") when { resource.id == 1 };
        forbid (principal, action, resource)
        when { resource in [Port::"orders.history.purchases", Product::"orders.history"] };
    """
    port = mesh.products[0].outputs[0]
    rules = evaluating.PolicyBook([AccessPolicy("a.cedar", texts)]).rules("customer")
    who = {"uid": {"type": "User", "id": "north"}, "attrs": {"name": "north"}, "parents": []}
    context = {"purpose": "", "way": "", "now": {"__extn": {"fn": "datetime", "arg": "2026-06-01"}}}
    sql, errors = rowrules.row_rules(rules, ("User", "north"), port.address, port.schema, context, [who])
    assert not errors
    above = [("Domain", "customer"), ("Port", str(port.address))]
    for number in range(5, 10):
        for region in ("north", "south", None):
            attrs = {"id": number} | ({"region": region} if region else {})
            row = {"uid": {"type": "customer::profiles::profiles::Row", "id": "1"}, "attrs": attrs}
            row["parents"] = [{"type": kind, "id": name} for kind, name in above]
            request = {"principal": 'User::"north"', "action": 'Action::"readRow"', "resource": row["uid"], "context": context}
            concrete = cedarpy.is_authorized(request, texts, json.dumps([who, row])).allowed
            given_row = "SELECT ?::BIGINT AS id, ?::VARCHAR AS region, '' AS email, 0 AS age, '' AS iban"
            query = f"SELECT coalesce(({sql}), false) FROM ({given_row})"
            found = duckdb.connect().execute(query, [number, region]).fetchone()
            assert found == (concrete,), (number, region, sql)


@pytest.mark.parametrize("name", ['o"neil', "a\\b", "line\nbreak", "ünïcode", "", 'x" || true'])
def test_rules_about_rows_take_any_name_and_never_show_more(decide: Decide, granting: Granting, name: str) -> None:
    policy = 'forbid (principal, action == Action::"readRow", resource) unless { principal == User::"nobody else" };'
    decision = decide(name, ("insight",), "churn", "retention", grants=[granting()], policies=[policy])
    assert decision.row_filter == "(false)"
