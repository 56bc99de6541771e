"""Every kind of change has a case: what is edited, where the change is said to be, and which rule judges it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from hansa.model import ChangeKind, Impact
from hansa.plan.difference import RULES, ContractChange, difference

Contract = dict[str, Any]
Edit = Callable[[Contract], object]


def table(contract: Contract) -> Contract:
    found: Contract = contract["schema"][0]
    return found


def column(contract: Contract, name: str) -> Contract:
    return next(p for p in table(contract)["properties"] if p["name"] == name)


def said(name: str, /, **keys: object) -> Edit:
    """The column says this too; None takes a key away."""
    return lambda c: update(column(c, name), **keys)


def option(name: str, /, **keys: object) -> Edit:
    return lambda c: update(column(c, name).setdefault("logicalTypeOptions", {}), **keys)


def update(record: Contract, **keys: object) -> None:
    record.update(keys)
    for name in [n for n, value in keys.items() if value is None]:
        del record[name]


def without(name: str) -> Edit:
    return lambda c: table(c)["properties"].remove(column(c, name))


def enum(*values: str) -> Edit:
    """The column accepts these; what was said about one that it accepted before stays."""

    def edit(contract: Contract) -> None:
        known = {e["value"]: e for e in column(contract, "state")["enum"]}
        column(contract, "state")["enum"] = [known.get(v, {"value": v}) for v in values]

    return edit


def rule(number: int, **keys: object) -> Edit:
    return lambda c: update(column(c, "amount")["quality"][number], **keys)


def level(number: int, **keys: object) -> Edit:
    return lambda c: update(c["slaProperties"][number], **keys)


ORDERS = "schema.orders"
AT = "schema.orders.properties"

# The rule, the edit, the path, add (+), remove (-) or change (~).
CASES: list[tuple[str, Edit, str, str]] = [
    ("table-added", lambda c: c["schema"].append({"name": "lines", "properties": []}), "schema.lines", "+"),
    ("table-removed", lambda c: c["schema"].clear(), ORDERS, "-"),
    ("table-renamed", lambda c: update(table(c), name="sales"), f"{ORDERS}.name", "~"),
    ("table-kind", lambda c: update(table(c), physicalType="view"), f"{ORDERS}.physicalType", "~"),
    ("column-added", lambda c: table(c)["properties"].append({"name": "note"}), f"{AT}.note", "+"),
    ("column-added", lambda c: column(c, "address")["properties"].append({"name": "zip"}), f"{AT}.address.properties.zip", "+"),
    ("column-removed", without("amount"), f"{AT}.amount", "-"),
    ("column-removed", lambda c: column(c, "address")["properties"].pop(0), f"{AT}.address.properties.street", "-"),
    ("column-renamed", said("order_id", name="id"), f"{AT}.order_id.name", "~"),
    ("physical-name-changed", said("order_id", physicalName="ID"), f"{AT}.order_id.physicalName", "~"),
    ("physical-name-changed", said("order_id", physicalName=None), f"{AT}.order_id.physicalName", "-"),
    ("physical-name-changed", lambda c: update(table(c), physicalName="O"), f"{ORDERS}.physicalName", "~"),
    ("physical-name-said", said("amount", physicalName="AMT"), f"{AT}.amount.physicalName", "+"),
    ("critical-changed", said("amount", criticalDataElement=True), f"{AT}.amount.criticalDataElement", "~"),
    ("classification-changed", said("customer", classification="personal"), f"{AT}.customer.classification", "~"),
    ("classification-changed", said("amount", classification="internal"), f"{AT}.amount.classification", "+"),
    ("deprecation", said("amount", deprecated=True), f"{AT}.amount.deprecated", "~"),
    ("deprecation", lambda c: update(table(c), deprecated=True), f"{ORDERS}.deprecated", "~"),
    ("column-told", said("amount", semanticType="measure"), f"{AT}.amount.semanticType", "+"),
    ("partitioning-changed", said("amount", partitioned=True), f"{AT}.amount.partitioned", "~"),
    ("type-widened", said("amount", physicalType="DECIMAL(12,2)"), f"{AT}.amount.physicalType", "~"),
    ("type-widened", said("amount", physicalType="VARCHAR"), f"{AT}.amount.physicalType", "~"),
    ("type-widened", said("amount", physicalType=None), f"{AT}.amount.physicalType", "-"),
    ("type-widened", said("amount", physicalType="geometry(4326)"), f"{AT}.amount.physicalType", "~"),
    ("type-widened", said("state", physicalType="VARCHAR(30)"), f"{AT}.state.physicalType", "~"),
    ("type-widened", said("state", physicalType="VARCHAR"), f"{AT}.state.physicalType", "~"),
    ("type-widened", said("customer", logicalType="number"), f"{AT}.customer.logicalType", "~"),
    ("type-widened", said("customer", physicalType="VARCHAR"), f"{AT}.customer.physicalType", "+"),
    ("type-widened", option("placed", timezone=None), f"{AT}.placed.logicalTypeOptions.timezone", "~"),
    ("type-widened", option("meaning", elementType="float64"), f"{AT}.meaning.logicalTypeOptions.elementType", "~"),
    ("type-widened", lambda c: update(column(c, "words")["items"], logicalType="integer"), f"{AT}.words.items.logicalType", "~"),
    ("type-narrowed", said("amount", physicalType="DECIMAL(8,2)"), f"{AT}.amount.physicalType", "~"),
    ("type-narrowed", said("order_id", physicalType="INTEGER"), f"{AT}.order_id.physicalType", "~"),
    ("type-narrowed", said("order_id", physicalType="SMALLINT"), f"{AT}.order_id.physicalType", "~"),
    ("type-narrowed", said("state", physicalType="VARCHAR(10)"), f"{AT}.state.physicalType", "~"),
    ("type-relabelled", said("state", logicalType="date"), f"{AT}.state.logicalType", "~"),
    ("type-respelled", said("order_id", physicalType="int8"), f"{AT}.order_id.physicalType", "~"),
    ("type-respelled", said("state", physicalType="character varying ( 20 )"), f"{AT}.state.physicalType", "~"),
    ("type-said", said("customer", physicalType="BIGINT"), f"{AT}.customer.physicalType", "+"),
    ("type-said", option("customer", format="i32"), f"{AT}.customer.logicalTypeOptions.format", "+"),
    ("type-withdrawn", said("order_id", physicalType=None), f"{AT}.order_id.physicalType", "-"),
    ("required-dropped", said("customer", required=False), f"{AT}.customer.required", "~"),
    ("required-added", said("amount", required=True), f"{AT}.amount.required", "~"),
    ("required-added", said("order_id", required=None), f"{AT}.order_id.required", "~"),
    ("unique-dropped", said("customer", unique=None), f"{AT}.customer.unique", "~"),
    ("unique-added", said("amount", unique=True), f"{AT}.amount.unique", "~"),
    ("unique-added", said("order_id", unique=None), f"{AT}.order_id.unique", "~"),
    ("key-changed", said("order_id", primaryKey=None), f"{AT}.order_id.primaryKey", "~"),
    ("key-changed", said("customer", primaryKey=True), f"{AT}.customer.primaryKey", "~"),
    (
        "key-changed",
        lambda c: table(c)["properties"].append({"name": "line", "primaryKey": True}),
        f"{AT}.line",
        "+",
    ),
    ("key-order-changed", said("order_id", primaryKeyPosition=1), f"{AT}.order_id.primaryKeyPosition", "+"),
    ("enum-extended", enum("open", "paid", "sent", "lost"), f"{AT}.state.enum.lost", "+"),
    ("enum-shortened", enum("sent", "open"), f"{AT}.state.enum.paid", "-"),
    ("enum-set", said("customer", enum=[{"value": 7}]), f"{AT}.customer.enum.7", "+"),
    ("limit-loosened", option("amount", minimum=-1), f"{AT}.amount.logicalTypeOptions.minimum", "~"),
    ("limit-loosened", option("amount", minimum=None), f"{AT}.amount.logicalTypeOptions.minimum", "-"),
    ("limit-loosened", option("amount", exclusiveMaximum=2000), f"{AT}.amount.logicalTypeOptions.exclusiveMaximum", "~"),
    ("limit-loosened", option("amount", multipleOf=0.001), f"{AT}.amount.logicalTypeOptions.multipleOf", "~"),
    ("limit-loosened", option("state", minLength=1), f"{AT}.state.logicalTypeOptions.minLength", "~"),
    ("limit-loosened", option("state", maxLength=None), f"{AT}.state.logicalTypeOptions.maxLength", "-"),
    ("limit-loosened", option("state", pattern="^[a-z ]+$"), f"{AT}.state.logicalTypeOptions.pattern", "~"),
    ("limit-loosened", option("state", pattern=None), f"{AT}.state.logicalTypeOptions.pattern", "-"),
    ("limit-loosened", option("words", uniqueItems=False), f"{AT}.words.logicalTypeOptions.uniqueItems", "~"),
    ("limit-loosened", option("address", required=None), f"{AT}.address.logicalTypeOptions.required.street", "-"),
    (
        "limit-loosened",
        lambda c: update(column(c, "words")["items"]["logicalTypeOptions"], maxLength=12),
        f"{AT}.words.items.logicalTypeOptions.maxLength",
        "~",
    ),
    ("limit-tightened", option("amount", minimum=1), f"{AT}.amount.logicalTypeOptions.minimum", "~"),
    ("limit-tightened", option("amount", multipleOf=0.05), f"{AT}.amount.logicalTypeOptions.multipleOf", "~"),
    ("limit-tightened", option("state", maxLength=10), f"{AT}.state.logicalTypeOptions.maxLength", "~"),
    ("limit-tightened", option("customer", minimum=1), f"{AT}.customer.logicalTypeOptions.minimum", "+"),
    ("limit-tightened", option("address", required=["street", "city"]), f"{AT}.address.logicalTypeOptions.required.city", "+"),
    ("meaning-changed", option("placed", defaultTimezone="CET"), f"{AT}.placed.logicalTypeOptions.defaultTimezone", "~"),
    ("meaning-changed", option("meaning", dimensions=16), f"{AT}.meaning.logicalTypeOptions.dimensions", "~"),
    ("measure-told", option("meaning", distanceMetric="hamming"), f"{AT}.meaning.logicalTypeOptions.distanceMetric", "~"),
    (
        "rule-added",
        lambda c: table(c)["quality"].append({"metric": "duplicateValues", "arguments": {"properties": ["amount"]}, "mustBe": 0}),
        f"{ORDERS}.quality.duplicateValues",
        "+",
    ),
    (
        "rule-changed",
        lambda c: update(table(c)["quality"][0], mustBeGreaterThan=9),
        f"{ORDERS}.quality.rowCount.mustBeGreaterThan",
        "~",
    ),
    ("rule-changed", lambda c: update(table(c)["quality"][1], query="SELECT 2"), f"{ORDERS}.quality.fresh.query", "~"),
    ("rule-changed", rule(1, mustBeLessThan=9), f"{AT}.amount.quality.few_odd.mustBeLessThan", "~"),
    ("rule-removed", lambda c: table(c)["quality"].pop(1), f"{ORDERS}.quality.fresh", "-"),
    ("promise-dropped", lambda c: column(c, "amount")["quality"].pop(0), f"{AT}.amount.quality.no_nulls", "-"),
    ("promise-dropped", rule(0, mustBe=3), f"{AT}.amount.quality.no_nulls.mustBe", "~"),
    ("promise-dropped", rule(0, severity="warning"), f"{AT}.amount.quality.no_nulls.severity", "+"),
    ("rule-described", rule(0, description="No nulls."), f"{AT}.amount.quality.no_nulls.description", "+"),
    ("relationship-added", said("state", relationships=[{"to": "states.id"}]), f'{AT}.state.relationships."states.id"', "+"),
    (
        "relationship-dropped",
        lambda c: update(table(c), relationships=None),
        f'{ORDERS}.relationships."orders.customer to customers.id"',
        "-",
    ),
    ("schema-documented", lambda c: update(table(c), description="Orders."), f"{ORDERS}.description", "~"),
    ("schema-documented", said("amount", description="In euros."), f"{AT}.amount.description", "+"),
    ("schema-documented", said("state", tags=["code", "x"]), f"{AT}.state.tags.x", "+"),
    ("schema-documented", said("state", customProperties=None), f"{AT}.state.customProperties.origin", "-"),
    ("schema-documented", lambda c: update(column(c, "state")["enum"][0], label="Opened"), f"{AT}.state.enum.open.label", "~"),
    ("contract-replaced", lambda c: update(c, id="sales"), "id", "~"),
    ("status-changed", lambda c: update(c, status="deprecated"), "status", "~"),
    ("standard-version", lambda c: update(c, apiVersion="v3.1.0"), "apiVersion", "~"),
    ("described", lambda c: update(c["description"], purpose="All orders."), "description.purpose", "~"),
    ("described", lambda c: update(c, contractCreatedTs="2026-01-01T00:00:00Z"), "contractCreatedTs", "+"),
    ("described", lambda c: update(c["roles"][0], description="Reads."), "roles.reader.description", "+"),
    ("level-worsened", level(0, value=6), 'slaProperties."latency of orders.placed".value', "~"),
    ("level-worsened", level(1, value=1), "slaProperties.retention.value", "~"),
    ("level-worsened", lambda c: c["slaProperties"].pop(), "slaProperties.retention", "-"),
    (
        "level-worsened",
        lambda c: c["slaProperties"].append({"property": "endOfLife", "value": "2030-01-01"}),
        "slaProperties.endOfLife",
        "+",
    ),
    ("level-changed", level(0, value=2), 'slaProperties."latency of orders.placed".value', "~"),
    (
        "section-added",
        lambda c: c["slaProperties"].append({"property": "availability", "value": 99}),
        "slaProperties.availability",
        "+",
    ),
    ("section-added", lambda c: c["tags"].append("new"), "tags.new", "+"),
    ("section-added", lambda c: c["servers"].append({"server": "dev", "type": "local"}), "servers.dev", "+"),
    ("section-changed", lambda c: update(c["servers"][0], host="x.example.org"), "servers.prod.host", "~"),
    ("section-changed", lambda c: update(c["price"], priceAmount=2), "price.priceAmount", "~"),
    ("section-changed", lambda c: update(c["customProperties"][0], value=2), "customProperties.tier.value", "~"),
    ("section-changed", lambda c: update(c, domain="shop"), "domain", "~"),
    ("section-removed", lambda c: c["tags"].remove("gold"), "tags.gold", "-"),
    ("section-removed", lambda c: c["roles"].clear(), "roles.reader", "-"),
    ("section-removed", lambda c: c["team"]["members"].clear(), "team.members.ann", "-"),
    ("section-removed", lambda c: c["support"].clear(), 'support."#orders"', "-"),
    ("section-removed", lambda c: update(c, price=None), "price.priceAmount", "-"),
]
# Kinds of changes that come in several, or with another contract before: tested on their own below.
ELSEWHERE = {"key-declared", "enum-dropped", "limit-respelled", "level-respelled"}
KINDS = {"+": ChangeKind.ADD, "-": ChangeKind.REMOVE, "~": ChangeKind.CHANGE}
# These edits are several changes by their nature; the case looks at the one that it names.
SEVERAL = {"price.priceAmount"}


@pytest.mark.parametrize(("kind", "edit", "path", "sign"), CASES, ids=[f"{k}-{p}" for k, _, p, _ in CASES])
def test_a_change_is_found_where_it_is_and_judged_by_its_rule(
    contract: Contract, kind: str, edit: Edit, path: str, sign: str
) -> None:
    after = copy.deepcopy(contract)
    edit(after)
    found = difference(contract, after)
    if path not in SEVERAL or sign == "~":
        assert [c.path for c in found.changes] == [path]
    change = next(c for c in found.changes if c.path == path)
    assert (change.rule, change.kind) == (kind, KINDS[sign])
    assert (change.impact, change.breaking) == (RULES[kind].impact, RULES[kind].breaking)
    assert change.before != change.after
    assert (change.before is None) == (sign == "+")
    assert (change.after is None) == (sign == "-")


@pytest.mark.parametrize(("kind", "edit", "path", "sign"), CASES, ids=[f"{k}-{p}" for k, _, p, _ in CASES])
def test_the_way_back_has_the_same_paths_with_before_and_after_exchanged(
    contract: Contract, kind: str, edit: Edit, path: str, sign: str
) -> None:
    after = copy.deepcopy(contract)
    edit(after)
    there, back = difference(contract, after), difference(after, contract)
    inverse = {ChangeKind.ADD: ChangeKind.REMOVE, ChangeKind.REMOVE: ChangeKind.ADD, ChangeKind.CHANGE: ChangeKind.CHANGE}
    if "renamed" not in kind:  # paths have the old name, which is another one on the way back
        assert sorted(c.path for c in there.changes) == sorted(c.path for c in back.changes)
    assert sorted(inverse[c.kind] for c in there.changes) == sorted(c.kind for c in back.changes)
    assert sorted(str(c.before) for c in there.changes) == sorted(str(c.after) for c in back.changes)


def test_every_kind_of_change_has_a_case() -> None:
    assert {kind for kind, *_ in CASES} | ELSEWHERE == set(RULES)


def test_what_breaks_readers_is_major() -> None:
    assert all(rule.impact is Impact.MAJOR for rule in RULES.values() if rule.breaking)


def changed(before: Contract, edit: Edit) -> tuple[ContractChange, ...]:
    after = copy.deepcopy(before)
    edit(after)
    return difference(before, after).changes


def test_a_table_that_had_no_key_may_get_one(contract: Contract) -> None:
    said("order_id", primaryKey=None)(contract)
    (change,) = changed(contract, said("order_id", primaryKey=True))
    assert (change.rule, change.breaking) == ("key-declared", False)


def test_an_enumeration_that_is_gone_lets_any_value_in(contract: Contract) -> None:
    changes = changed(contract, said("state", enum=None))
    assert {c.rule for c in changes} == {"enum-dropped"}
    assert len(changes) == 3
    assert all(c.breaking for c in changes)


def test_a_limit_that_moves_to_its_exclusive_form_is_judged_as_one_limit(contract: Contract) -> None:
    tighter = changed(contract, option("amount", minimum=None, exclusiveMinimum=0))
    assert {c.rule for c in tighter} == {"limit-tightened"}
    looser = changed(contract, option("amount", exclusiveMaximum=None, maximum=1000))
    assert {c.rule for c in looser} == {"limit-loosened"}
    option("amount", exclusiveMinimum=5)(contract)
    weaker = changed(contract, option("amount", minimum=1))
    assert [c.rule for c in weaker] == ["limit-respelled"]


def test_dates_are_limits_too(contract: Contract) -> None:
    option("placed", minimum="2020-01-01")(contract)
    assert [c.rule for c in changed(contract, option("placed", minimum="2021-01-01"))] == ["limit-tightened"]
    assert [c.rule for c in changed(contract, option("placed", minimum="2019-01-01"))] == ["limit-loosened"]


def test_a_level_in_another_unit_is_compared_as_what_it_is(contract: Contract) -> None:
    assert {c.rule for c in changed(contract, level(0, value=240, unit="min"))} == {"level-respelled"}
    assert {c.rule for c in changed(contract, level(0, value=1, unit="d"))} == {"level-worsened"}


def test_a_rule_over_accepted_values_is_a_promise_about_each_row(contract: Contract) -> None:
    rule(1, mustBeLessThan=None, unit=None, mustBe=0)(contract)
    fewer = changed(contract, rule(1, arguments={"validValues": [1]}))
    assert [c.rule for c in fewer] == ["rule-changed"]
    more = changed(contract, rule(1, arguments={"validValues": [1, 2, 3]}))
    assert [c.rule for c in more] == ["promise-dropped"]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("INTEGER", "BIGINT", "type-widened"),
        ("BIGINT", "INTEGER", "type-narrowed"),
        ("TINYINT", "SMALLINT", "type-widened"),
        ("INTEGER", "DECIMAL(10,0)", "type-widened"),
        ("DECIMAL(10,2)", "DECIMAL(10,3)", "type-widened"),
        ("DOUBLE", "FLOAT", "type-narrowed"),
        ("DOUBLE", "DECIMAL(10,2)", "type-widened"),
        ("DATE", "TIMESTAMP", "type-widened"),
        ("TIMESTAMP", "TIMESTAMPTZ", "type-widened"),
        ("VARCHAR", "JSON", "type-narrowed"),
        ("JSON", "VARCHAR", "type-widened"),
        ("VARCHAR", "UUID", "type-narrowed"),
        ("STRING", "TEXT", "type-respelled"),
        ("NUMBER(10,2)", "DECIMAL(10, 2)", "type-respelled"),
        ("ARRAY<INT>", "INTEGER[]", "type-respelled"),
        ("INTEGER[]", "BIGINT[]", "type-widened"),
        ("STRUCT(a INTEGER)", "STRUCT(a INTEGER, b DATE)", "type-narrowed"),
        ("STRUCT(a INTEGER, b DATE)", "STRUCT(a INTEGER)", "type-widened"),
        ("geography", "GEOGRAPHY ", "type-respelled"),
        ("geography", "geometry", "type-widened"),
        ("VARCHAR(10)", "VARCHAR(max)", "type-widened"),
    ],
)
def test_types_are_compared_by_the_values_that_they_hold(contract: Contract, before: str, after: str, kind: str) -> None:
    update(column(contract, "amount"), logicalType=None, logicalTypeOptions=None, physicalType=before)
    (change,) = changed(contract, said("amount", physicalType=after))
    assert change.rule == kind
