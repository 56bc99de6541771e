"""A chain of three products in two domains, made by hand, for tests that need no files."""

import pytest

from hansa.model import (
    Column,
    ColumnLineage,
    ColumnRead,
    Contract,
    ContractColumn,
    Domain,
    InputPort,
    Lineage,
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
from hansa.names import DomainName, PortMajor, ProductName, Version

PLATFORM = Platform("embedded", "duckdb")


def _product(name: str, owner: str, columns: dict[str, str], supplier: Product | None) -> Product:
    """A product with one port of its own name; `columns` maps each column to the supplier's one that it comes from."""
    address = ProductName(*name.split("."))
    table = Table(address.product, tuple(ContractColumn(c, String()) for c in columns))
    schema = Schema(tuple(Column(c, String()) for c in columns))
    contract = Contract(f"{name}.{address.product}", Version(1), (table,))
    inputs: tuple[InputPort, ...] = ()
    lineage = Lineage(tuple(ColumnLineage(c, ()) for c in columns))
    if supplier is not None:
        read = supplier.outputs[0]
        inputs = (InputPort("given", read.contract, read.table, read.schema, MeshOrigin(read.address, 1)),)
        found = {c: (ColumnRead("given", source, Subtype.IDENTITY),) if source else () for c, source in columns.items()}
        lineage = Lineage(tuple(ColumnLineage(c, reads) for c, reads in found.items()))
    port = OutputPort(address.port(address.product), contract, table, schema, address.product, lineage=lineage)
    assert port.pinned == PortMajor(port.address, 1)
    return Product(address, name, "1.0.0", PLATFORM, inputs, (port,), (), address.product, owner=owner)


@pytest.fixture
def chain() -> Mesh:
    """`shop.raw` (id, name) → `shop.clean` (id, name, made) → `finance.report` (total, who); each from the one before it.

    `made` comes from nothing that is read, and `total` from `made` alone.
    """
    raw = _product("shop.raw", "ann", {"id": "", "name": ""}, None)
    clean = _product("shop.clean", "ann", {"id": "id", "name": "name", "made": ""}, raw)
    report = _product("finance.report", "", {"total": "made", "who": "name"}, clean)
    domains = (Domain(DomainName("finance"), (report,)), Domain(DomainName("shop"), (clean, raw)))
    return Mesh("chain", domains, (PLATFORM,))
