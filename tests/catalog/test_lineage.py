"""Lineage as people ask for it: names that are found, links told column by column, products of other repositories."""

import pytest

from hansa.catalog import LineageView, column_by_column, find, lineage, nodes
from hansa.catalog.lineage import MOST_LINKS
from hansa.model import (
    EVERY,
    Column,
    ColumnLineage,
    ColumnRead,
    Contract,
    Domain,
    InputPort,
    Lineage,
    LineageGraph,
    Mesh,
    MeshOrigin,
    OutputPort,
    Platform,
    Product,
    Schema,
    Subtype,
    Table,
)
from hansa.model.types import String
from hansa.names import ColumnName, DomainName, PortMajor, PortName, Version, parse_product
from hansa.trouble import TroubleError

TABLE = Table("t", ())
CONTRACT = Contract("c", Version(1, 0, 0), (TABLE,))
PLATFORM = Platform("here", "duckdb")
HUB = PortName("a", "hub", "out")


def hub(*ports: str) -> Product:
    schema = Schema((Column("key", String()),))
    outputs = tuple(OutputPort(PortName("a", "hub", p), CONTRACT, TABLE, schema, "") for p in ports)
    return Product(parse_product("a.hub"), "hub", "1.0.0", PLATFORM, (), outputs, (), owner="ann", main_port="out")


def reader(number: int, columns: int, manifest: str = "") -> Product:
    """A product without models, as manifests bring them, whose port joins by the hub's key."""
    names = [f"c{i}" for i in range(columns)]
    found = Lineage(tuple(ColumnLineage(n, ()) for n in names), (ColumnRead("given", "key", Subtype.JOIN),))
    schema = Schema(tuple(Column(n, String()) for n in names))
    output = OutputPort(PortName("b", f"p{number}", "out"), CONTRACT, TABLE, schema, "", lineage=found)
    given = InputPort("given", CONTRACT, TABLE, Schema((Column("key", String()),)), MeshOrigin(HUB, 1))
    return Product(output.address.of_product, f"p{number}", "1.0.0", PLATFORM, (given,), (output,), (), manifest=manifest)


def graph(*readers: Product, first: Product | None = None) -> LineageGraph:
    domains = (Domain(DomainName("a"), (first or hub("out"),)), Domain(DomainName("b"), readers))
    return LineageGraph(Mesh("m", domains, (PLATFORM,), broken=frozenset({parse_product("b.broken")})))


def asked(of: LineageGraph) -> LineageView:
    return column_by_column(lineage(of, ColumnName(HUB, "key", 1), None, up=False, down=True), of)


def test_a_join_is_told_for_each_column_of_the_port() -> None:
    mesh = graph(reader(1, 3))
    view = asked(mesh)
    assert [str(link.target) for link in view.down] == [f"b.p1.out@1#c{i}" for i in range(3)]
    assert nodes(view, mesh)[0].owner == "ann"


def test_beyond_what_anybody_reads_a_join_is_told_once_for_its_port() -> None:
    count = MOST_LINKS // 100 + 1
    view = asked(graph(*(reader(n, 100) for n in range(count))))
    assert len(view.down) == count
    assert {link.target.column for link in view.down if isinstance(link.target, ColumnName)} == {EVERY}


def test_a_product_of_another_repository_takes_part_by_its_ports() -> None:
    mesh = graph(reader(1, 2, manifest="../other.json"))
    assert len(asked(mesh).down) == 2
    (link,) = lineage(mesh, PortMajor(HUB, 1), None, up=True, down=True).down
    assert (str(link.target), link.columns, link.kind) == ("b.p1.out@1", 1, "indirect")
    (together,) = lineage(mesh, parse_product("b.p1"), None, up=True, down=False).up
    assert (str(together.source), str(together.target)) == ("a.hub", "b.p1")


@pytest.mark.parametrize("name", ["a.hub#KEY", "a/hub/out#key", "a.hub.out_v1#key", "a.hub.out@1#Key"])
def test_a_column_is_found_by_each_of_its_names(name: str) -> None:
    assert find(graph(), name) == ColumnName(HUB, "key", 1)


def test_a_product_without_a_main_port_needs_one_named() -> None:
    several = graph(first=hub("one", "two"))
    with pytest.raises(TroubleError) as refused:
        find(several, "a.hub#key")
    assert "`a.hub.one`, `a.hub.two`" in str(refused.value)


def test_a_product_in_trouble_says_so() -> None:
    with pytest.raises(TroubleError) as refused:
        find(graph(), "b.broken")
    assert "hansa check" in str(refused.value)
