"""The mesh as its readers saw it at earlier moments, rebuilt from what publications recorded of their products."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace

from hansa.frozen import dataclass
from hansa.governance import Facts
from hansa.governance.rehearsal import Moment
from hansa.ledger import Ledger, PointerMove
from hansa.model import DEFAULT_ENVIRONMENT, Domain, Mesh, Product, Publication, PublicationId, Team
from hansa.names import DomainName, ProductName
from hansa.plan import recorded_product


@dataclass(frozen=True, slots=True)
class _Pointers:
    """Where the pointers of one environment went, newest move first, by product."""

    environment: str
    moves: Mapping[ProductName, tuple[PointerMove, ...]]

    def at(self, product: ProductName, moment: dt.datetime) -> PublicationId | None:
        return next((m.after for m in self.moves.get(product, ()) if m.at <= moment), None)


class Past:
    """What was published when, in one environment. Reads the ledger once a product; each publication when it is asked for."""

    def __init__(self, mesh: Mesh, ledger: Ledger, environment: str) -> None:
        self._mesh = mesh
        self._ledger = ledger
        self._environment = environment
        products = sorted({*ledger.published_products(), *(p.address for p in mesh.products)})
        names = dict.fromkeys((environment, DEFAULT_ENVIRONMENT))
        self._pointers = [_Pointers(name, {p: ledger.moves(p, name) for p in products}) for name in names]
        self._products = products
        self._today = mesh.by_name()
        self._publications: dict[PublicationId, Publication | None] = {}
        self._recorded: dict[PublicationId, Product | None] = {}

    def changes(self, most: int) -> tuple[dt.datetime, ...]:
        """The newest moments at which something was published, rolled back or withdrawn, newest first; one for each run."""
        moves = sorted((m for p in self._pointers for each in p.moves.values() for m in each), key=lambda m: m.at, reverse=True)
        found: dict[object, dt.datetime] = {}
        for move in moves:
            if len(found) == most:
                break
            publication = self._publication(move.after) if move.after is not None else None
            # All that one run published is one moment: its last.
            found.setdefault(publication.run if publication is not None else move.at, move.at)
        return tuple(dict.fromkeys(found.values()))

    def at(self, moment: dt.datetime) -> Moment:
        """The mesh of a moment, under the governance of today, but without waivers that were granted later."""
        products: dict[ProductName, Product] = {}
        visible: dict[ProductName, Publication] = {}
        untold = []
        for name, publication_id in self._visible(moment):
            publication = self._publication(publication_id)
            product = self._product(publication) if publication is not None else None
            if publication is not None:
                visible[name] = publication
            if product is None:
                untold.append(str(name))
            else:
                products[name] = product
        facts = Facts(environment=self._environment, visible=visible, publications=tuple(visible.values()))
        return Moment(moment, _mesh_of(self._mesh, products, moment.date()), facts, tuple(untold))

    def _visible(self, moment: dt.datetime) -> Iterator[tuple[ProductName, PublicationId]]:
        for product in self._products:
            shown = (pointers.at(product, moment) for pointers in self._pointers)
            first = next((p for p in shown if p is not None), None)
            if first is not None:
                yield product, first

    def _publication(self, publication: PublicationId) -> Publication | None:
        if publication not in self._publications:
            self._publications[publication] = self._ledger.publication(publication)
        return self._publications[publication]

    def _product(self, publication: Publication) -> Product | None:
        """The product that a publication recorded, with what records leave out taken from the product of today."""
        if publication.id not in self._recorded:
            recorded = recorded_product(publication.declaration)
            now = self._today.get(publication.product)
            self._recorded[publication.id] = recorded and _completed(recorded, now, self._mesh.teams)
        return self._recorded[publication.id]


def _completed(recorded: Product, now: Product | None, teams: tuple[Team, ...]) -> Product:
    """A recorded product with its README, the members of its team and what its inputs' contracts say, as they are today."""
    known = {t.name: t for t in (*((now.team,) if now is not None and now.team is not None else ()), *teams)}
    given = {(i.name, i.contract.id): i for i in now.inputs} if now is not None else {}
    inputs = tuple(
        replace(i, contract=same.contract, table=same.table) if (same := given.get((i.name, i.contract.id))) is not None else i
        for i in recorded.inputs
    )
    return replace(
        recorded,
        inputs=inputs,
        readme=now.readme if now is not None else "",
        team=known.get(recorded.team.name, recorded.team) if recorded.team is not None else None,
    )


def _mesh_of(mesh: Mesh, products: Mapping[ProductName, Product], day: dt.date) -> Mesh:
    """A mesh of recorded products. What is said of domains, teams and governance is not recorded, so it is that of today."""
    known = {d.name: d for d in mesh.domains}
    by_domain: dict[DomainName, list[Product]] = {}
    for name in sorted(products):
        by_domain.setdefault(name.in_domain, []).append(products[name])
    domains = tuple(replace(known.get(name) or Domain(name), products=tuple(found)) for name, found in by_domain.items())
    waivers = tuple(w for w in mesh.governance.waivers if w.granted is None or w.granted <= day)
    return replace(mesh, domains=domains, broken=frozenset(), governance=replace(mesh.governance, waivers=waivers))
