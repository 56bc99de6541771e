"""Who depends on a column with a thousand consumers is answered within 50 ms, on a mesh of 10,000 products of 100 columns.

Size: a million columns in memory, each made of one or two others; one product that a thousand others read, every tenth of which
is read in turn; its key, which all of them join by. A graph is made anew for each first question, so that its index over inputs
counts. The peer is what a general graph does: a dictionary of all edges, made before the question, which is told apart.
"""

import gc
import time
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.outcome import Outcome
from benchmarks.process import part, spoken
from benchmarks.series import amount, interleaved, peak
from benchmarks.setting import Setting

if TYPE_CHECKING:
    from hansa.model import ColumnRead, LineageGraph, Mesh, OutputPort, Product, Schema
    from hansa.names import ColumnName

LIMIT = 50.0
ROUNDS = 5


def measure(setting: Setting) -> Outcome:
    sizes = (200, 20, 10) if setting.small else (10_000, 1000, 100)
    plain = part("benchmarks.hub", "dictionary", *sizes, within="ms")
    graph = part("benchmarks.hub", "graph", *sizes, within="ms")
    peer, ours = interleaved((plain, graph), setting)
    of = f"of {sizes[0]:,} products × {sizes[2]} columns"
    return Outcome(
        (peer, ours),
        (
            amount(f"down from a hub's column {of}, fresh graph", ours.said("ms"), "ms", LIMIT),
            amount("the same, the graph asked before", ours.said("again"), "ms", LIMIT),
            amount("up from a column at the end, to its sources", ours.said("up"), "ms", LIMIT),
            amount("down from the key that all join by: its consumers", ours.said("key"), "ms", LIMIT),
            amount("the same at any distance, every edge", ours.said("everything"), "ms"),
            amount("consumers of the port", ours.said("ports"), "ms", LIMIT),
            amount("walk of a dictionary that holds all edges", peer.said("ms"), "ms"),
            amount("making that dictionary", peer.said("making"), "ms"),
            peak("peak memory of the mesh and its graph", ours),
        ),
    )


def _graph(products: str, consumers: str, columns: str) -> Mapping[str, float]:
    from hansa.model import LineageGraph

    gc.set_threshold(100_000, 20, 20)  # as every command of Hansa does
    mesh = mesh_of(int(products), int(consumers), int(columns))
    hub, end = _column(0, "c001"), _column(int(products) - 1, "c001")
    key, port = _column(0, "id"), _column(0, "id").port.at(1)
    fresh, again, up, of_key, everything, ports = (list[float]() for _ in range(6))
    for _ in range(ROUNDS):
        graph = LineageGraph(mesh)
        fresh.append(_milliseconds(graph, hub))
        again.append(_milliseconds(graph, hub))
        of_key.append(_milliseconds(graph, key, 1))
        everything.append(_milliseconds(graph, key))
        began = time.perf_counter()
        assert graph.upstream(end)
        up.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        assert len(graph.consumers(port)) == int(consumers)
        ports.append((time.perf_counter() - began) * 1000)
    figures = {"ms": fresh, "again": again, "up": up, "key": of_key, "everything": everything, "ports": ports}
    return {name: median(values) for name, values in figures.items()}


def _milliseconds(graph: "LineageGraph", column: "ColumnName", depth: int | None = None) -> float:
    began = time.perf_counter()
    assert graph.downstream(column, depth)
    return (time.perf_counter() - began) * 1000


def _dictionary(products: str, consumers: str, columns: str) -> Mapping[str, float]:
    mesh = mesh_of(int(products), int(consumers), int(columns))
    began = time.perf_counter()
    made_of: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for product in mesh.products:
        origins = {i.name: str(getattr(i.origin, "port", "")) for i in product.inputs}
        port = product.outputs[0]
        name = str(port.address)
        for column in port.lineage.columns:
            for read in column.reads:
                made_of[origins[read.table], read.column].append((name, column.column))
    making = time.perf_counter() - began
    began = time.perf_counter()
    seen: set[tuple[str, str]] = set()
    ahead = [(str(_column(0, "c001").port), "c001")]
    while ahead:
        here = ahead.pop()
        if here not in seen:
            seen.add(here)
            ahead += made_of.get(here, ())
    assert len(seen) > int(consumers)
    return {"ms": (time.perf_counter() - began) * 1000, "making": making * 1000}


def _column(number: int, column: str) -> "ColumnName":
    from hansa.names import ColumnName, PortName

    return ColumnName(PortName(f"d{number // 100}", f"p{number}", "facts"), column, 1)


def _suppliers(number: int, consumers: int) -> list[int]:
    """The hub for its consumers, each tenth of these for one more; the rest read one to three others of their own."""
    root = consumers + consumers // 10 + 1
    if number in (0, root):
        return []
    if number <= consumers:
        return [0]
    if number < root:
        return [(number - consumers) * 10]
    near, far = (number - root) // 2, (number * 37) % (number - root)
    return sorted({root, root + near, root + far})


def mesh_of(products: int, consumers: int, columns: int) -> "Mesh":
    from hansa.model import Domain, Mesh, Platform
    from hansa.names import DomainName

    names = ["id", *(f"c{i:03}" for i in range(1, columns))]
    made = [_product(n, _suppliers(n, consumers), names) for n in range(products)]
    domains = (Domain(DomainName(f"d{d}"), tuple(made[d * 100 : d * 100 + 100])) for d in range((products + 99) // 100))
    return Mesh("hub", tuple(domains), (Platform("embedded", "duckdb"),))


@cache
def _schema(names: tuple[str, ...]) -> "Schema":
    """One for all products, which have the same columns."""
    from hansa.model import Column, Schema
    from hansa.model.types import Integer

    return Schema(tuple(Column(name, Integer(64)) for name in names))


def _product(number: int, suppliers: list[int], names: list[str]) -> "Product":
    from hansa.model import Contract, InputPort, MeshOrigin, Platform, Product, Schema, Table
    from hansa.names import Version

    table = Table("facts", ())
    contract = Contract("facts", Version(1, 0, 0), (table,))
    given = tuple(
        InputPort(f"given_{i}", contract, table, Schema(()), MeshOrigin(_column(s, "id").port, 1))
        for i, s in enumerate(suppliers)
    )
    port = _port(number, [g.name for g in given], names)
    platform = Platform("embedded", "duckdb")
    return Product(port.address.of_product, str(port.address), "1.0.0", platform, given, (port,), ())


def _port(number: int, given: list[str], names: list[str]) -> "OutputPort":
    from hansa.model import ColumnLineage, ColumnRead, Contract, Lineage, OutputPort, Subtype, Table
    from hansa.names import Version

    def reads(position: int) -> "tuple[ColumnRead, ...]":
        if not given:
            return ()
        first = ColumnRead(given[0], names[position], Subtype.IDENTITY)
        other = ColumnRead(given[-1], names[position * 7 % len(names)], Subtype.CONDITIONAL)
        return (first, other) if position % 2 else (first,)

    columns = tuple(ColumnLineage(name, reads(i)) for i, name in enumerate(names))
    rows = tuple(ColumnRead(g, "id", Subtype.JOIN) for g in given)
    contract = Contract("facts", Version(1, 0, 0), (Table("facts", ()),))
    address = _column(number, "id").port
    return OutputPort(address, contract, contract.tables[0], _schema(tuple(names)), "", lineage=Lineage(columns, rows))


if __name__ == "__main__":
    spoken({"graph": _graph, "dictionary": _dictionary})
