"""Plans are values: what changed, what would be done, and why."""

from collections.abc import Callable

import pytest

from hansa.model import ChangeKind, Mesh, Publication
from hansa.names import ProductName
from hansa.plan import (
    Audit,
    Block,
    Build,
    Impact,
    Keep,
    Plan,
    Recorded,
    Republish,
    action,
    declaration_of,
    from_text,
    make_plan,
    select,
    subject,
    to_text,
)
from hansa.trouble import TroubleError

ORDERS, SPEND = ProductName("shop", "orders"), ProductName("finance", "spend")
NULLABLE = "      - {name: note, logicalType: string, physicalType: VARCHAR}\n"
SQL_WITH_NOTE = "SELECT CAST(1 AS BIGINT) AS id, CAST(2 AS DECIMAL(10,2)) AS total, 'x' AS note"

Meshed = Callable[..., Mesh]
Published = Callable[..., Publication]


def settled(mesh: Mesh, publication: Published) -> Recorded:
    """Everything published as the mesh declares it."""
    products = mesh.by_name()
    orders = publication(products[ORDERS], id=1)
    visible = {ORDERS: orders}
    if SPEND in products:
        visible[SPEND] = publication(products[SPEND], id=2, inputs=(("orders", f"snapshot {orders.ports[0].snapshot}"),))
    return Recorded(visible=visible)


def steps(plan: Plan) -> dict[str, str]:
    return {subject(s): action(s) for s in plan.steps}


def test_a_new_mesh_is_built_in_dependency_order(meshed: Meshed) -> None:
    plan = make_plan(meshed(), Recorded())
    assert [subject(s) for s in plan.steps] == ["shop.orders", "finance.spend"]
    assert all(isinstance(s, Build) and s.full and s.reason == "never published" for s in plan.steps)
    assert isinstance(plan.steps[1], Build)
    assert plan.steps[1].awaits == ("shop.orders",)


def test_a_plan_of_an_unchanged_mesh_is_idle(meshed: Meshed, publication: Published) -> None:
    mesh = meshed()
    plan = make_plan(mesh, settled(mesh, publication))
    assert plan.idle
    assert plan.changes == ()


def test_formatting_and_comments_change_nothing(meshed: Meshed, publication: Published) -> None:
    recorded = settled(meshed(), publication)
    again = meshed(sql="-- a comment\nselect CAST(1 as bigint)   as id,\n  CAST(2 as decimal(10,2)) as total /* more */")
    assert make_plan(again, recorded).idle


def test_a_changed_model_is_built_in_full_and_its_readers_after_it(meshed: Meshed, publication: Published) -> None:
    recorded = settled(meshed(), publication)
    plan = make_plan(meshed(sql="SELECT CAST(2 AS BIGINT) AS id, CAST(2 AS DECIMAL(10,2)) AS total"), recorded)
    assert steps(plan) == {"shop.orders": "build", "finance.spend": "build"}
    first, second = plan.steps
    assert isinstance(first, Build)
    assert first.full
    assert isinstance(second, Build)
    assert not second.full
    assert second.awaits == ("shop.orders",)
    assert [(c.change, c.impact) for c in plan.changes] == [("model orders changed", Impact.PATCH)]


def test_a_nullable_column_is_a_minor_change_that_blocks_nobody(meshed: Meshed, publication: Published) -> None:
    recorded = settled(meshed(), publication)
    plan = make_plan(meshed(sql=SQL_WITH_NOTE, more=NULLABLE), recorded)
    added = next(c for c in plan.changes if c.subject == "shop.orders.orders@1#note")
    assert (added.kind, added.impact, added.breaking, added.consumers) == (ChangeKind.ADD, Impact.MINOR, False, ())
    assert not plan.blocked


def test_a_removed_column_is_breaking(meshed: Meshed, publication: Published) -> None:
    recorded = settled(meshed(sql=SQL_WITH_NOTE, more=NULLABLE), publication)
    gone = next(c for c in make_plan(meshed(), recorded).changes if c.kind is ChangeKind.REMOVE)
    assert gone.subject == "shop.orders.orders@1#note"
    assert gone.impact is Impact.MAJOR
    assert gone.breaking


def test_a_retyped_column_is_breaking(meshed: Meshed, publication: Published) -> None:
    recorded = settled(meshed(), publication)
    mesh = meshed(total="DECIMAL(12,2)")
    change = next(c for c in make_plan(mesh, recorded).changes if c.subject.endswith("#total"))
    assert (change.before, change.after, change.breaking) == ("DECIMAL(10,2)", "DECIMAL(12,2)", True)


def test_changed_rules_alone_are_audited_on_the_published_data(meshed: Meshed, publication: Published) -> None:
    recorded = settled(meshed(), publication)
    stricter = "    quality:\n      - {type: library, metric: rowCount, mustBeGreaterThan: 0}\n"
    plan = make_plan(meshed(more=stricter), recorded)
    assert isinstance(plan.steps[0], Audit)
    assert isinstance(plan.steps[1], Keep)


def test_a_changed_owner_is_republished_without_computing(meshed: Meshed, publication: Published) -> None:
    mesh = meshed()
    recorded = settled(mesh, publication)
    older = recorded.visible[ORDERS]
    text = older.declaration.replace('"owner":"ada"', '"owner":"eve"')
    assert text != older.declaration
    from dataclasses import replace

    plan = make_plan(mesh, Recorded(visible={**recorded.visible, ORDERS: replace(older, declaration=text)}))
    assert isinstance(plan.steps[0], Republish)
    assert [c.change for c in plan.changes] == ["owner changed from eve to ada"]


def test_a_product_that_is_declared_no_longer_is_a_breaking_change_and_stays_published(
    meshed: Meshed, publication: Published
) -> None:
    recorded = settled(meshed(), publication)
    plan = make_plan(meshed(spend=False), recorded)
    gone = next(c for c in plan.changes if c.subject == "finance.spend")
    assert gone.breaking
    assert "finance.spend" not in steps(plan)


def test_after_a_rollback_the_same_version_is_not_built_again(meshed: Meshed, publication: Published) -> None:
    old, new = meshed(), meshed(sql="SELECT CAST(7 AS BIGINT) AS id, CAST(2 AS DECIMAL(10,2)) AS total")
    before = settled(old, publication)
    left = publication(new.by_name()[ORDERS], id=9)
    rolled = Recorded(visible=before.visible, rolled_back={ORDERS: left})
    plan = make_plan(new, rolled)
    assert isinstance(plan.steps[0], Keep)
    assert "rolled back" in plan.steps[0].reason
    changed = meshed(sql="SELECT CAST(8 AS BIGINT) AS id, CAST(2 AS DECIMAL(10,2)) AS total")
    assert isinstance(make_plan(changed, rolled).steps[0], Build)
    assert isinstance(make_plan(new, rolled, force=True).steps[0], Build)


def test_the_fingerprint_moves_with_what_the_plan_rests_on(meshed: Meshed, publication: Published) -> None:
    mesh = meshed()
    recorded = settled(mesh, publication)
    plan = make_plan(mesh, recorded)
    assert make_plan(meshed(), recorded).fingerprint == plan.fingerprint
    assert (
        make_plan(meshed(sql="SELECT CAST(3 AS BIGINT) AS id, CAST(2 AS DECIMAL(10,2)) AS total"), recorded).fingerprint
        != plan.fingerprint
    )
    assert make_plan(mesh, Recorded(visible={ORDERS: recorded.visible[ORDERS]})).fingerprint != plan.fingerprint


def test_a_product_in_trouble_is_blocked_and_says_so(meshed: Meshed) -> None:
    from dataclasses import replace

    mesh = replace(meshed(spend=False), broken=frozenset({SPEND}))
    blocked = make_plan(mesh, Recorded()).steps[0]
    assert isinstance(blocked, Block)
    assert blocked.name == "finance.spend"


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        ("shop", {ORDERS}),
        ("shop.orders", {ORDERS}),
        ("shop/orders", {ORDERS}),
        ("shop.*", {ORDERS}),
        ("shop.orders+", {ORDERS, SPEND}),
        ("+finance.spend", {ORDERS, SPEND}),
        ("finance.spend", {SPEND}),
        ("shop,finance", {ORDERS, SPEND}),
    ],
)
def test_selectors_name_products_domains_suppliers_and_readers(meshed: Meshed, selector: str, chosen: set[ProductName]) -> None:
    assert select(meshed(), [selector]) == chosen


def test_a_selector_that_names_nothing_suggests_what_was_meant(meshed: Meshed) -> None:
    with pytest.raises(TroubleError, match="did you mean `shop`"):
        select(meshed(), ["shpo"])


@pytest.mark.parametrize("selectors", [[""], [" ", ","]])
def test_an_empty_text_is_not_everything(meshed: Meshed, selectors: list[str]) -> None:
    with pytest.raises(TroubleError, match="H301"):
        select(meshed(), selectors)


def test_a_declaration_is_read_back_from_its_text(meshed: Meshed) -> None:
    declared = declaration_of(meshed().by_name()[ORDERS], changes=("x",))
    assert from_text(to_text(declared)) == declared
    assert from_text("") is None
    assert from_text('{"format": 999}') is None
