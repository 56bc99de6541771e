"""Who reads a port besides the models of the mesh: consumers who queried it lately, and those who hold a grant for it."""

from collections.abc import Iterator
from functools import cached_property

from hansa.model import ConsumerHit, Mesh, ReadOutcome
from hansa.names import PortMajor
from hansa.plan.recorded import Recorded


class Granted:
    """Consumers by what is recorded of them, which is looked into only once somebody asks."""

    def __init__(self, mesh: Mesh, recorded: Recorded) -> None:
        self._mesh = mesh
        self._recorded = recorded

    def of(self, port: PortMajor, column: str = "") -> tuple[ConsumerHit, ...]:
        """The consumers of a port or of one of its columns, by name. Who queried it is told so, and who only may by the grant."""
        learnt = dict.fromkeys(self._allowed(port, column), "grant") | dict.fromkeys(self._seen(port, column), "queries")
        return tuple(ConsumerHit(*self._named(name), learnt[name], reads=column) for name in sorted(learnt))

    def _named(self, name: str) -> tuple[str, str, str, str, str]:
        """The kind and name of a consumer, no model or column of its own, and its owner."""
        if name in self._products:
            return "product", name, "", "", self._products[name]
        return "consumer", name, "", "", next((c.owner for c in self._mesh.governance.consumers if c.name == name), "")

    @cached_property
    def _products(self) -> dict[str, str]:
        return {str(p.address): p.owner for p in self._mesh.products}

    def _allowed(self, port: PortMajor, column: str) -> Iterator[str]:
        for grant in self._recorded.grants:
            columns = grant.terms.columns
            if grant.covers(port) and (not column or not columns or _among(column, columns)):
                yield grant.consumer

    def _seen(self, port: PortMajor, column: str) -> Iterator[str]:
        """Reads without a consumer are the owner's own and the operator's."""
        for record in self._recorded.reads:
            if not record.consumer or record.outcome is ReadOutcome.REFUSED:
                continue
            if any(read.port == port and (not column or _among(column, read.columns)) for read in record.ports):
                yield record.consumer


def _among(column: str, columns: tuple[str, ...]) -> bool:
    return column.lower() in {c.lower() for c in columns}
