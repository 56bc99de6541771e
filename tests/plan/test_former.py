"""Records that were written before column lineage stay readable, and a mesh that did not change since has no changes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hansa.model import ChangeKind, Mesh, Publication
from hansa.names import ProductName
from hansa.plan import FormerDeclaration, Recorded, Republish, changes_in, from_text, make_plan, recorded_product

ORDERS = ProductName("shop", "orders")
NOTE = (
    "      - {name: note, logicalType: string, physicalType: VARCHAR, description: A remark.,"
    " quality: [{type: library, metric: nullValues, mustBe: 0}]}\n"
)
SQL = "SELECT CAST(1 AS BIGINT) AS id, CAST(2 AS DECIMAL(10,2)) AS total, 'x' AS note"
# Written by the last version that had format 1, of the mesh that the fixture makes with these parts.
RECORD = (Path(__file__).parent / "declaration_format_1.json").read_text()

Meshed = Callable[..., Mesh]
Published = Callable[..., Publication]


def recorded(mesh: Mesh, publication: Published) -> Recorded:
    return Recorded(visible={ORDERS: replace(publication(mesh.by_name()[ORDERS]), declaration=RECORD)})


def test_a_record_of_format_1_is_read(meshed: Meshed) -> None:
    read = from_text(RECORD)
    assert isinstance(read, FormerDeclaration)
    assert (read.product, read.main, read.changes) == ("shop.orders", "orders", ("x",))
    assert [c.name for c in read.ports[0].columns] == ["id", "total", "note"]
    assert recorded_product(RECORD) is None


def test_the_same_mesh_has_no_changes_and_is_recorded_anew_once(meshed: Meshed, publication: Published) -> None:
    mesh = meshed(sql=SQL, more=NOTE, spend=False)
    plan = make_plan(mesh, recorded(mesh, publication))
    assert plan.changes == ()
    (step,) = plan.steps
    assert isinstance(step, Republish)
    again = make_plan(mesh, Recorded(visible={ORDERS: publication(mesh.by_name()[ORDERS])}))
    assert again.idle


def test_what_changed_since_is_told_with_its_readers(meshed: Meshed, publication: Published) -> None:
    before = meshed(sql=SQL, more=NOTE)
    now = meshed(total="DECIMAL(12,2)", spend_sql="SELECT CAST(sum(total) AS BIGINT) AS orders FROM orders")
    changes = make_plan(now, recorded(before, publication)).changes
    columns = {c.column: c for c in changes if c.port == "shop.orders.orders@1" and c.column}
    assert columns["note"].kind is ChangeKind.REMOVE
    assert (columns["total"].before, columns["total"].after) == ("DECIMAL(10,2)", "DECIMAL(12,2)")
    assert [(h.name, h.column) for h in columns["total"].consumers] == [("finance.spend", "orders")]
    assert "model orders changed" in [c.change for c in changes]


def test_changed_rules_are_seen_by_their_fingerprints(meshed: Meshed, publication: Published) -> None:
    before = meshed(sql=SQL, more=NOTE)
    now = meshed(sql=SQL, more=NOTE.replace("mustBe: 0", "mustBe: 1"), spend=False)
    changes = make_plan(now, recorded(before, publication)).changes
    assert [(c.subject, c.change) for c in changes] == [("shop.orders.orders@1#note", "quality rules changed")]


def test_what_changed_is_read_of_records_of_every_format() -> None:
    assert changes_in(RECORD) == ("x",)
    assert changes_in('{"format": 2, "changes": ["a", "b"]}') == ("a", "b")
    for unread in ("", "{", "[]", "7", '{"format": 9, "changes": ["a"]}', '{"format": 2}', '{"format": 2, "changes": [1]}'):
        assert changes_in(unread) == ()
