"""Where columns come from and where they go, over a whole mesh."""

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.model import (
    Column,
    ColumnLineage,
    ColumnRead,
    Contract,
    Domain,
    InputPort,
    Language,
    Learnt,
    Lineage,
    LineageEdge,
    LineageGraph,
    Mesh,
    MeshOrigin,
    Model,
    OutputPort,
    Platform,
    Product,
    Schema,
    Server,
    SourceOrigin,
    Subtype,
    Table,
)
from hansa.model.types import String
from hansa.names import ColumnName, DomainName, PortMajor, SourceColumn, SourceName, Version, parse, parse_product

PLATFORM = Platform("here", "duckdb")
Reads = dict[str, str]


def lineage(columns: dict[str, Reads], rows: Reads) -> Lineage:
    """From `{column: {"input.column": "subtype"}}`."""

    def reads(written: Reads) -> tuple[ColumnRead, ...]:
        split = ((source.partition("."), how) for source, how in written.items())
        return tuple(ColumnRead(table, column, Subtype(how)) for (table, _, column), how in split)

    return Lineage(tuple(ColumnLineage(c, reads(r)) for c, r in columns.items()), reads(rows))


def contract(id: str) -> Contract:  # noqa: A002
    return Contract(id, Version(1, 0, 0), (Table("t", ()),), servers=(Server("files", "local"),))


def product(address: str, inputs: dict[str, str], columns: dict[str, Reads], rows: Reads | None = None) -> Product:
    """A product `a.b` with one port `a.b.b@1`. Inputs are `a.b` or `source:…`."""
    name = parse_product(address)
    given = []
    for table, origin in inputs.items():
        outside = origin.startswith("source:")
        port = SourceOrigin(Server("files", "local")) if outside else MeshOrigin(pinned(origin).name, 1)
        given.append(InputPort(table, contract(origin.removeprefix("source:")), Table("t", ()), Schema(()), port))
    found = lineage(columns, rows or {})
    made = Schema(tuple(Column(c, String()) for c in columns))
    model = Model("m", Language.SQL, "", reads=tuple(inputs), lineage=found)
    output = OutputPort(name.port(name.product), contract(address), Table("t", ()), made, "m", lineage=found)
    return Product(name, address, "1.0.0", PLATFORM, tuple(given), (output,), (model,))


def pinned(address: str) -> PortMajor:
    name = parse_product(address)
    return name.port(name.product).at(1)


def mesh(*products: Product) -> LineageGraph:
    names = sorted({p.address.domain for p in products})
    return LineageGraph(
        Mesh("m", tuple(Domain(DomainName(d), tuple(p for p in products if p.address.domain == d)) for d in names), (PLATFORM,))
    )


def column(text: str) -> ColumnName:
    found = parse(text)
    assert isinstance(found, ColumnName)
    return found


def told(edges: Iterable[LineageEdge]) -> set[str]:
    return {f"{e.source} {e.subtype} {e.target}" for e in edges}


FIRST = product("a.first", {"raw": "source:till"}, {"id": {"raw.nr": "identity"}, "paid": {"raw.amount": "transformation"}})
SECOND = product(
    "b.second", {"f": "a.first"}, {"id": {"f.id": "identity"}, "total": {"f.paid": "aggregation"}}, {"f.id": "group_by"}
)
THIRD = product("c.third", {"s": "b.second"}, {"sum": {"s.total": "identity"}, "n": {}})
CHAIN = mesh(FIRST, SECOND, THIRD)


def test_a_column_is_followed_upstream_to_its_source_over_domains() -> None:
    assert told(CHAIN.upstream(column("c.third.third@1#sum"))) == {
        "b.second.second@1#total identity c.third.third@1#sum",
        "a.first.first@1#paid aggregation b.second.second@1#total",
        "a.first.first@1#id group_by b.second.second@1#*",
        "source:till#amount transformation a.first.first@1#paid",
        "source:till#nr identity a.first.first@1#id",
    }


def test_only_values_are_followed_when_asked_so() -> None:
    assert told(CHAIN.upstream(column("c.third.third@1#sum"), indirect=False)) == {
        "b.second.second@1#total identity c.third.third@1#sum",
        "a.first.first@1#paid aggregation b.second.second@1#total",
        "source:till#amount transformation a.first.first@1#paid",
    }
    assert told(CHAIN.downstream(column("a.first.first@1#id"), indirect=False)) == {
        "a.first.first@1#id identity b.second.second@1#id"
    }


def test_what_decides_on_rows_reaches_every_column_and_all_that_is_made_of_them() -> None:
    assert told(CHAIN.downstream(SourceColumn(SourceName("till"), "nr"))) == {
        "source:till#nr identity a.first.first@1#id",
        "a.first.first@1#id identity b.second.second@1#id",
        "a.first.first@1#id group_by b.second.second@1#*",
        "b.second.second@1#total identity c.third.third@1#sum",
    }


def test_depth_counts_steps_from_port_to_port() -> None:
    assert len(CHAIN.upstream(column("c.third.third@1#sum"), 1)) == 1
    assert len(CHAIN.downstream(column("a.first.first@1#paid"), 1)) == 1
    assert CHAIN.downstream(column("a.first.first@1#paid"), 0) == ()
    assert len(CHAIN.downstream(column("a.first.first@1#paid"), 2)) == 2


def test_each_edge_is_told_once_however_many_ways_lead_to_it() -> None:
    left = product("b.left", {"f": "a.first"}, {"x": {"f.paid": "identity"}})
    right = product("b.right", {"f": "a.first"}, {"x": {"f.paid": "identity"}}, {"f.paid": "filter"})
    both = product("c.both", {"l": "b.left", "r": "b.right"}, {"y": {"l.x": "identity", "r.x": "identity"}})
    last = product("d.last", {"b": "c.both"}, {"z": {"b.y": "identity"}})
    graph = mesh(FIRST, left, right, both, last)
    for edges in (graph.downstream(column("a.first.first@1#paid")), graph.upstream(column("d.last.last@1#z"))):
        assert len(set(edges)) == len(edges)
        assert "c.both.both@1#y identity d.last.last@1#z" in told(edges)


def test_a_whole_port_can_be_asked_for() -> None:
    assert {str(e.source) for e in CHAIN.upstream(column("b.second.second@1#*"), 1)} == {
        "a.first.first@1#id",
        "a.first.first@1#paid",
    }


def test_a_port_whose_lineage_nobody_knows_is_made_of_everything_that_its_product_reads() -> None:
    elsewhere = product("e.elsewhere", {"f": "a.first"}, {})
    graph = mesh(FIRST, elsewhere, product("f.after", {"e": "e.elsewhere"}, {"w": {"e.v": "identity"}}))
    (edge, further) = graph.downstream(column("a.first.first@1#paid"))
    assert (str(edge.target), edge.learnt) == ("e.elsewhere.elsewhere@1#*", Learnt.ASSUMED)
    assert str(further.target) == "f.after.after@1#w"
    assert "source:till#nr" in {str(e.source) for e in graph.upstream(column("f.after.after@1#w"))}


def test_ports_know_what_they_are_made_of_and_who_is_made_of_them() -> None:
    (up,) = CHAIN.suppliers(pinned("b.second"))
    assert (str(up.source), set(up.direct), set(up.columns), up.learnt) == (
        "a.first.first@1",
        {"id", "paid"},
        {"id", "paid"},
        Learnt.PARSED,
    )
    assert CHAIN.consumers(pinned("a.first")) == (up,)
    (outside,) = CHAIN.consumers(SourceName("till"))
    assert str(outside.target) == "a.first.first@1"
    assert CHAIN.consumers(pinned("c.third")) == ()
    assert CHAIN.suppliers(pinned("x.nowhere")) == ()


def test_products_that_read_one_source_share_its_node() -> None:
    other = product("b.other", {"again": "source:till"}, {"x": {"again.amount": "identity"}})
    graph = mesh(FIRST, other)
    assert list(graph.sources) == ["source:till"]
    assert {str(e.target) for e in graph.downstream(SourceColumn(SourceName("till"), "amount"))} == {
        "a.first.first@1#paid",
        "b.other.other@1#x",
    }


# ---------------------------------------------------------------------------------------------- both directions, by chance

COLUMNS = ("x", "y", "z")
Written = tuple[dict[str, Reads], Reads]


@st.composite
def layered(draw: st.DrawFn) -> LineageGraph:
    """Up to six products, each of which reads some before it, in all ways of taking part."""
    products: list[Product] = []
    for number in range(draw(st.integers(2, 6))):
        before = draw(st.lists(st.sampled_from([p.address for p in products]), unique=True, max_size=3)) if products else []
        tables = {f"t{i}": str(address) for i, address in enumerate(before)}
        readable = [f"{table}.{column}" for table in tables for column in COLUMNS]
        reads = st.dictionaries(st.sampled_from(readable), st.sampled_from([s.value for s in Subtype]), max_size=2)
        found = {column: draw(reads) if readable else {} for column in COLUMNS}
        rows = draw(st.dictionaries(st.sampled_from(readable), st.just("join"), max_size=1)) if readable else {}
        products.append(product(f"d.p{number}", tables, found, rows))
    return mesh(*products)


def each(end: object) -> list[str]:
    """The columns that an end stands for."""
    assert isinstance(end, ColumnName)
    return [f"{end.port}#{c}" for c in COLUMNS] if end.column == "*" else [f"{end.port}#{end.column}"]


@settings(max_examples=150, deadline=None)
@given(layered())
def test_whatever_a_column_comes_from_goes_into_it(graph: LineageGraph) -> None:
    every = [column(f"{p.address}.{p.address.product}@1#{c}") for p in graph.mesh.products for c in COLUMNS]
    below = {f"{c.port}#{c.column}": {t for e in graph.downstream(c) for t in each(e.target)} for c in every}
    above = {f"{c.port}#{c.column}": {s for e in graph.upstream(c) for s in each(e.source)} for c in every}
    for start, reached in below.items():
        assert reached == {end for end, sources in above.items() if start in sources}


@settings(max_examples=60)
@given(layered(), st.booleans())
def test_a_way_through_everything_is_the_whole_lineage(graph: LineageGraph, forward: bool) -> None:
    for product in graph.mesh.products:
        for name in COLUMNS:
            start = column(f"{product.address}.{product.address.product}@1#{name}")
            way = [edge for _, edge in graph.way(start, lambda _: True, forward=forward)]
            assert way == list(graph.downstream(start) if forward else graph.upstream(start))


def test_a_way_tells_how_far_it_led_and_leads_through_nothing_that_does_not_pass() -> None:
    graph = mesh(
        product("a.raw", {}, {"id": {}}),
        product("a.near", {"r": "a.raw"}, {"id": {"r.id": "identity"}}),
        product("b.shut", {"n": "a.near"}, {"id": {"n.id": "identity"}}),
        product("b.behind", {"s": "b.shut"}, {"id": {"s.id": "identity"}}),
        product("b.beside", {"n": "a.near"}, {"id": {"n.id": "identity"}}),
    )
    start = column("a.raw.raw@1#id")
    everything = [(far, str(edge.target)) for far, edge in graph.way(start, lambda _: True, forward=True)]
    assert everything == [
        (1, "a.near.near@1#id"), (2, "b.shut.shut@1#id"), (2, "b.beside.beside@1#id"), (3, "b.behind.behind@1#id"),
    ]  # fmt: skip
    seen = [str(e.target) for _, e in graph.way(start, lambda holder: "shut" not in str(holder), forward=True)]
    assert seen == ["a.near.near@1#id", "b.beside.beside@1#id"]
    end = column("b.behind.behind@1#id")
    assert [*graph.way(end, lambda holder: "shut" not in str(holder), forward=False)] == []
