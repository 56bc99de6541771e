"""What contracts are about: output ports, and the sources that products take in. Both have a table of promised columns."""

from collections.abc import Iterator

from hansa.frozen import dataclass
from hansa.model import ColumnClass, Contract, Mesh, Schema, SourceOrigin, Table


@dataclass(frozen=True, slots=True)
class Side:
    """A contract where it is in force. `port` is the text form of the output port at its major, or of the input port."""

    port: str
    side: str
    product: str
    domain: str
    contract: Contract
    table: Table
    schema: Schema
    classes: tuple[ColumnClass, ...] = ()


def sides(mesh: Mesh) -> Iterator[Side]:
    """Output ports and sources, by product. A port that is read elsewhere in the mesh stands once, with its producer."""
    for product in mesh.products:
        name, domain = str(product.address), product.address.domain
        for port in product.outputs:
            yield Side(str(port.pinned), "output", name, domain, port.contract, port.table, port.schema, port.classes)
        for given in product.inputs:
            if isinstance(given.origin, SourceOrigin):
                yield Side(f"{name}.{given.name}", "source", name, domain, given.contract, given.table, given.schema)
