"""Changes between what is recorded and what is declared, and the columns of those whom they concern."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from hansa.model import (
    Acknowledgement,
    ChangeKind,
    ColumnClass,
    DataClass,
    Governance,
    Impact,
    Mesh,
    MeshChange,
    Product,
    Publication,
)
from hansa.model.types import Integer
from hansa.names import ProductName
from hansa.plan import Recorded, Republish, changes_of_mesh, declaration_of, from_text, make_plan, recorded_as, to_text

ORDERS, SPEND = ProductName("shop", "orders"), ProductName("finance", "spend")
READS_TOTAL = "SELECT CAST(sum(total) AS BIGINT) AS orders FROM orders WHERE id > 0"

Meshed = Callable[..., Mesh]
Published = Callable[..., Publication]


def changes(now: Mesh, before: Mesh) -> tuple[MeshChange, ...]:
    return changes_of_mesh(now, recorded_as(before, now, "before"))


def with_product(mesh: Mesh, product: Product) -> Mesh:
    domains = (
        replace(d, products=tuple(product if p.address == product.address else p for p in d.products)) for d in mesh.domains
    )
    return replace(mesh, domains=tuple(domains))


def without(mesh: Mesh, name: ProductName) -> Mesh:
    """The mesh as it is when a product does not compile."""
    domains = tuple(replace(d, products=tuple(p for p in d.products if p.address != name)) for d in mesh.domains)
    return replace(mesh, domains=domains, broken=frozenset({name}))


def test_a_reader_is_named_with_the_columns_that_depend_on_what_changed(meshed: Meshed) -> None:
    (change,) = (c for c in changes(meshed(total="DECIMAL(12,2)", spend_sql=READS_TOTAL), meshed()) if c.column == "total")
    (hit,) = change.consumers
    assert (hit.name, hit.model, hit.column, hit.port) == ("finance.spend", "spend", "orders", "finance.spend.spend@1")
    assert (hit.reads, hit.usage, hit.owner, hit.learnt) == ("total", "aggregation", "bob", "lineage")
    assert change.with_impact


def test_a_column_that_only_decides_on_rows_hits_every_column_of_its_reader(meshed: Meshed) -> None:
    now = meshed(sql="SELECT CAST(1 AS BIGINT) AS id, CAST(2 AS DECIMAL(10,2)) AS total", spend_sql=READS_TOTAL)
    port = now.by_name()[ORDERS].outputs[0]
    stored = tuple(replace(c, type=Integer(32)) if c.name == "id" else c for c in port.schema)
    columns = tuple(replace(c, exact=False) for c in port.table.columns)
    open_port = replace(port, table=replace(port.table, columns=columns), schema=replace(port.schema, columns=stored))
    before = with_product(now, replace(now.by_name()[ORDERS], outputs=(open_port,)))
    after_port = replace(port, table=replace(port.table, columns=columns))
    after = with_product(now, replace(now.by_name()[ORDERS], outputs=(after_port,)))
    (change,) = (c for c in changes(after, before) if c.path == "stored.id")
    assert (change.before, change.after, change.breaking, change.impact) == ("INTEGER", "BIGINT", False, Impact.MINOR)
    assert [(h.column, h.usage) for h in change.consumers] == [("*", "filter")]
    (narrower,) = (c for c in changes(before, after) if c.path == "stored.id")
    assert narrower.breaking


def test_who_does_not_read_a_column_is_not_concerned(meshed: Meshed) -> None:
    (change,) = (c for c in changes(meshed(total="DECIMAL(12,2)"), meshed()) if c.column == "total")
    assert change.breaking
    assert change.consumers == ()
    assert not change.with_impact


def test_a_reader_in_trouble_counts_as_it_was_last_known(meshed: Meshed) -> None:
    before = meshed(spend_sql=READS_TOTAL)
    now = without(meshed(total="DECIMAL(12,2)", spend_sql=READS_TOTAL), SPEND)
    (change,) = (c for c in changes(now, before) if c.column == "total")
    assert [(h.name, h.column, h.owner) for h in change.consumers] == [("finance.spend", "orders", "bob")]


WITH_NOTE = {
    "more": "      - {name: note, logicalType: string, physicalType: VARCHAR}\n",
    "sql": "SELECT CAST(1 AS BIGINT) AS id, CAST(2 AS DECIMAL(10,2)) AS total, 'a' AS note",
}


@pytest.mark.parametrize(
    ("reads", "hit"),
    [
        ("SELECT count(*) AS orders FROM (SELECT DISTINCT * FROM orders)", ("*", "group_by")),
        ("SELECT CAST(max(length(CAST(to_json(o) AS VARCHAR))) AS BIGINT) AS orders FROM orders o", ("orders", "aggregation")),
    ],
)
def test_who_reads_whole_rows_is_hit_by_a_column_that_goes_though_it_compiles(
    meshed: Meshed, reads: str, hit: tuple[str, str]
) -> None:
    (change,) = (c for c in changes(meshed(spend_sql=reads), meshed(**WITH_NOTE, spend_sql=reads)) if c.column == "note")
    assert [(h.column, h.usage) for h in change.consumers] == [hit]


def test_a_reader_that_was_changed_together_with_what_it_read_is_not_hit(meshed: Meshed) -> None:
    before = meshed(**WITH_NOTE, spend_sql="SELECT count(*) AS orders FROM (SELECT DISTINCT * FROM orders)")
    now = meshed(spend_sql="SELECT count(*) AS orders FROM (SELECT DISTINCT id, total FROM orders)")
    (change,) = (c for c in changes(now, before) if c.column == "note")
    assert change.consumers == ()


@pytest.mark.parametrize("changed", ["", "# nothing else\nLIMIT = 3\n"])
def test_a_python_model_of_which_nothing_is_known_is_hit_by_a_column_that_goes(meshed: Meshed, changed: str) -> None:
    model = "def model(inputs):\n    return inputs['orders'].arrow()\n"
    before = meshed(**WITH_NOTE, spend_python=model)
    (change,) = (c for c in changes(meshed(spend_python=changed + model), before) if c.column == "note")
    assert {(h.column, h.usage) for h in change.consumers} == {("*", "assumed"), ("orders", "assumed")}


def test_a_python_model_that_says_what_it_reads_is_hit_by_nothing_else(meshed: Meshed) -> None:
    model = (
        "from hansa.python import lineage\n\n\n@lineage(orders='orders.id', rows=[])\n"
        "def model(inputs):\n    return inputs['orders'].arrow()\n"
    )
    changed = changes(meshed(spend_python=model), meshed(**WITH_NOTE, spend_python=model))
    (change,) = (c for c in changed if c.column == "note")
    assert change.consumers == ()


def test_who_is_declared_no_longer_is_no_reader(meshed: Meshed) -> None:
    now = meshed(total="DECIMAL(12,2)", spend=False)
    found = changes(now, meshed(spend_sql=READS_TOTAL))
    (change,) = (c for c in found if c.column == "total")
    assert change.consumers == ()
    (gone,) = (c for c in found if c.product == "finance.spend")
    assert (gone.kind, gone.impact, gone.breaking) == (ChangeKind.REMOVE, Impact.MAJOR, True)


def test_a_product_that_goes_names_all_its_readers(meshed: Meshed) -> None:
    before = meshed(spend_sql=READS_TOTAL)
    now = without(without(before, SPEND), ORDERS)
    now = replace(now, broken=frozenset({SPEND}))
    (gone,) = (c for c in changes(now, before) if c.product == "shop.orders")
    assert [(h.name, h.model, h.column) for h in gone.consumers] == [("finance.spend", "spend", "*")]


def test_what_is_said_of_a_product_is_a_patch_and_recorded_anew(meshed: Meshed, publication: Published) -> None:
    before, now = meshed(spend=False), meshed(purpose="orders of all shops", spend=False)
    (change,) = changes(now, before)
    assert (change.change, change.impact) == ("purpose changed from orders of the shop to orders of all shops", Impact.PATCH)
    plan = make_plan(now, Recorded(visible={ORDERS: publication(before.by_name()[ORDERS])}))
    assert isinstance(plan.steps[0], Republish)


def test_a_new_input_port_is_told(meshed: Meshed) -> None:
    before = meshed()
    spend = before.by_name()[SPEND]
    (change,) = changes(before, with_product(before, replace(spend, inputs=())))
    assert (change.change, change.kind) == ("input port orders added: reads shop.orders.orders@1", ChangeKind.ADD)


def test_a_stricter_class_concerns_readers_and_a_lower_one_does_not(meshed: Meshed) -> None:
    mesh = meshed(spend_sql=READS_TOTAL)
    classes = (DataClass("internal"), DataClass("personal", above=("internal",)))
    mesh = replace(mesh, governance=Governance(classes=classes))
    orders = mesh.by_name()[ORDERS]

    def classed(name: str) -> Mesh:
        held = (ColumnClass("total", effective=(name,)),)
        return with_product(mesh, replace(orders, outputs=(replace(orders.outputs[0], classes=held),)))

    (raised,) = changes(classed("personal"), classed("internal"))
    assert (raised.subject, raised.impact, raised.breaking) == ("shop.orders.orders@1#total", Impact.MINOR, False)
    assert "class internal → personal" in raised.change
    assert [h.name for h in raised.consumers] == ["finance.spend"]
    (lowered,) = changes(classed("internal"), classed("personal"))
    assert lowered.consumers == ()


def test_a_deprecated_port_concerns_all_its_readers_and_says_until_when(meshed: Meshed) -> None:
    mesh = meshed()
    orders = mesh.by_name()[ORDERS]
    port = replace(orders.outputs[0], deprecated=True)
    (change,) = changes(with_product(mesh, replace(orders, outputs=(port,))), mesh)
    assert (change.change, change.impact, change.breaking) == ("deprecated", Impact.MINOR, False)
    assert [h.name for h in change.consumers] == ["finance.spend"]


def test_a_contract_that_is_deprecated_names_the_readers_of_its_port(meshed: Meshed) -> None:
    before = meshed()
    orders = before.by_name()[ORDERS]
    contract = orders.outputs[0].contract
    document = json.dumps({**json.loads(contract.document), "status": "deprecated"})
    port = replace(orders.outputs[0], contract=replace(contract, status="deprecated", document=document))
    found = changes(with_product(before, replace(orders, outputs=(port,))), before)
    (change,) = (c for c in found if c.path == "deprecated")
    assert [h.name for h in change.consumers] == ["finance.spend"]
    assert not change.breaking
    assert not change.too_small


def test_an_acknowledgement_of_the_port_accepts_all_of_it_and_of_another_version_nothing(meshed: Meshed) -> None:
    now = meshed(total="DECIMAL(12,2)", spend_sql=READS_TOTAL, version="1.1.0")
    recorded = recorded_as(meshed(), now, "before")
    for subject in ("shop.orders.orders", "shop.orders.orders@1", "shop.orders.orders#total", "shop.orders.orders@1#TOTAL"):
        said = Acknowledgement(SPEND, subject, "1.1", "bob")
        mesh = replace(now, governance=Governance(acknowledgements=(said,)))
        (change,) = (c for c in changes_of_mesh(mesh, recorded) if c.column == "total")
        assert [h.acknowledged for h in change.consumers] == [True], subject
        assert not change.with_impact
    for subject, version in (
        ("shop.orders.orders", "1.2.0"),
        ("shop.orders.orders@2", "1.1.0"),
        ("shop.orders.orders#id", "1.1.0"),
    ):
        said = Acknowledgement(SPEND, subject, version, "bob")
        mesh = replace(now, governance=Governance(acknowledgements=(said,)))
        (change,) = (c for c in changes_of_mesh(mesh, recorded) if c.column == "total")
        assert [h.acknowledged for h in change.consumers] == [False], subject


def test_an_acknowledgement_of_what_is_published_has_done_its_work(meshed: Meshed) -> None:
    mesh = meshed()
    said = Acknowledgement(SPEND, "shop.orders.orders#total", "1.0.0", "bob")
    mesh = replace(mesh, governance=Governance(acknowledgements=(said,)))
    assert [t.code for t in make_plan(mesh, recorded_as(mesh, mesh, "now")).warnings] == ["H333"]
    changing = meshed(total="DECIMAL(12,2)", spend_sql=READS_TOTAL)
    changing = replace(changing, governance=mesh.governance)
    assert make_plan(changing, recorded_as(meshed(), changing, "before")).warnings == ()


def test_a_record_holds_no_secret_of_sources_and_engines_and_no_text_of_models(meshed: Meshed) -> None:
    orders = meshed().by_name()[ORDERS]
    platform = replace(orders.platform, options=(("remote", "sc://host/;token=hush"),))
    text = to_text(declaration_of(replace(orders, platform=platform, readme="long")))
    assert "hush" not in text
    assert "long" not in text
    assert "CAST" not in text


def test_what_a_record_says_is_read_back_with_lineage_and_documents(meshed: Meshed) -> None:
    spend = meshed(spend_sql=READS_TOTAL).by_name()[SPEND]
    declared = declaration_of(spend, changes=("x",))
    assert from_text(to_text(declared)) == declared
    read = from_text(to_text(declared))
    assert read is not None
    assert declared.product.models[0].lineage.reads("orders", "total")
    assert declared.product.outputs[0].contract.document


def test_a_damaged_record_says_nothing_and_is_written_anew(meshed: Meshed, publication: Published) -> None:
    mesh = meshed(spend=False)
    for text in ("{", "[]", '{"format": 2}', '{"format": 2, "product": {}, "documents": {}, "lineage": {}, "changes": []}'):
        assert from_text(text) is None
        damaged = replace(publication(mesh.by_name()[ORDERS]), declaration=text)
        plan = make_plan(mesh, Recorded(visible={ORDERS: damaged}))
        assert plan.changes == ()
        assert isinstance(plan.steps[0], Republish)
