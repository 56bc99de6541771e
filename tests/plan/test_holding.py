"""What policies refuse is not built; who reads it keeps what is published, unless that lacks what it reads by now."""

from collections.abc import Callable
from dataclasses import replace

from hansa.model import Mesh, PolicyLevel, PolicyMode, Violation
from hansa.names import ProductName
from hansa.plan import Block, Build, Keep, Plan, Recorded, make_plan, recorded_as
from hansa.trouble import Severity

ORDERS, SPEND = ProductName("shop", "orders"), ProductName("finance", "spend")
NOTE = "      - {name: note, logicalType: string, physicalType: VARCHAR}\n"
WITH_NOTE = "SELECT CAST(1 AS BIGINT) AS id, CAST(2 AS DECIMAL(10,2)) AS total, 'x' AS note"
REFUSED = Violation(
    "no-notes", PolicyLevel.GLOBAL, PolicyMode.ENFORCE, Severity.ERROR, "shop.orders", "holds notes", product="shop.orders"
)

Meshed = Callable[..., Mesh]


def plan(now: Mesh, recorded: Recorded, *violations: Violation) -> dict[str, object]:
    made = make_plan(now, recorded, violations=violations)
    assert isinstance(made, Plan)
    return {s.name if isinstance(s, Block) else str(s.product.address): s for s in made.steps}


def test_a_refused_product_is_blocked_with_policy_and_message(meshed: Meshed) -> None:
    mesh = meshed()
    steps = plan(mesh, recorded_as(mesh, mesh, "now"), REFUSED, replace(REFUSED, subject="shop.orders.orders"))
    blocked = steps["shop.orders"]
    assert isinstance(blocked, Block)
    assert (blocked.reason, blocked.codes) == ("policy no-notes: holds notes (and 1 more)", ("H310",))
    assert isinstance(steps["finance.spend"], Keep)


def test_what_is_reported_waived_or_about_nobody_refuses_nothing(meshed: Meshed) -> None:
    mesh = meshed()
    told = replace(REFUSED, mode=PolicyMode.REPORT)
    warned = replace(REFUSED, severity=Severity.WARNING)
    made = make_plan(mesh, recorded_as(mesh, mesh, "now"), violations=(told, warned, replace(REFUSED, product="")))
    assert not made.blocked
    assert len(made.violations) == 3


def test_a_reader_of_what_was_never_published_is_held_too(meshed: Meshed) -> None:
    steps = plan(meshed(), Recorded(), REFUSED)
    held = steps["finance.spend"]
    assert isinstance(held, Block)
    assert "shop.orders.orders@1, which is not published" in held.reason


def test_a_reader_of_a_column_that_is_not_published_yet_is_held_and_another_is_not(meshed: Meshed) -> None:
    before = meshed()
    reads_note = meshed(sql=WITH_NOTE, more=NOTE, spend_sql="SELECT count(note) AS orders FROM orders")
    held = plan(reads_note, recorded_as(before, reads_note, "before"), REFUSED)["finance.spend"]
    assert isinstance(held, Block)
    assert "shop.orders.orders@1#note" in held.reason
    reads_total = meshed(sql=WITH_NOTE, more=NOTE, spend_sql="SELECT count(total) AS orders FROM orders")
    assert isinstance(plan(reads_total, recorded_as(before, reads_total, "before"), REFUSED)["finance.spend"], Build)
