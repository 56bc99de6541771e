"""Who looks, and at what: the caller, what they may know of, and how it stands now."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, NoReturn

from fastapi import Depends, Request

from hansa.catalog import ProductState, states
from hansa.frozen import dataclass
from hansa.model import Mesh, OutputPort, Principal, Product, Publication
from hansa.names import ProductName, parse
from hansa.publish import visible
from hansa.server.api.callers import Called, Caller
from hansa.server.backing import Backing
from hansa.server.catalogue import Catalogue
from hansa.server.sight import Discretion, Reach, Sight, administers, answers_for, described_ports, meant_port
from hansa.server.transport import Answered
from hansa.trouble import Trouble, did_you_mean


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whatever a caller may not discover is not there for them: neither named, nor counted, nor told from what never was."""

    caller: Caller
    catalogue: Catalogue
    sight: Sight
    now: dt.datetime

    @property
    def backing(self) -> Backing:
        return self.catalogue.backing

    @property
    def mesh(self) -> Mesh:
        return self.sight.mesh

    @property
    def principal(self) -> Principal:
        return self.caller.principal

    @property
    def discretion(self) -> Discretion:
        """What may be shown of texts and findings that others made."""
        return self.sight.discretion

    @property
    def environment(self) -> str:
        return self.caller.environment

    @property
    def administers(self) -> bool:
        """Whether the caller may administer the mesh, with the credential that they came with."""
        return administers(self.backing, self.principal, self.now)

    @property
    def reach(self) -> Reach:
        return Reach.of(self.backing, self.sight, self.now)

    def answers_for(self, name: ProductName) -> bool:
        """Whether a product is the caller's own, or lies in a domain of theirs."""
        product = self.sight.product(name)
        return product is not None and answers_for(self.principal, product, self.mesh)

    def states(self) -> Mapping[str, ProductState]:
        """How products stand in the caller's environment; to be asked only for those that they have described to them."""
        if self.environment == self.catalogue.environment:
            return self.catalogue.states()
        found = states(self.mesh, self.backing.ledger, self.environment, self.now)
        return {s.name: s for s in found}

    def publication(self, product: ProductName) -> Publication | None:
        return visible(self.backing.ledger, product, self.environment)

    def product(self, text: str) -> Product:
        """A product by its address. Raises a trouble with 404."""
        try:
            name = parse(text.replace("/", "."))
        except ValueError:
            name = None
        found = self.sight.product(name) if isinstance(name, ProductName) else None
        return found if found is not None else self.nothing(text, "product")

    def described_product(self, text: str) -> Product:
        """A product that the caller may know the inside of. Raises a trouble with 404."""
        found = self.product(text)
        return found if self.sight.described(found.address) else self.nothing(text, "product")

    def ports(self, product: Product) -> tuple[OutputPort, ...]:
        """The ports of a product whose columns and contracts the caller may know."""
        return described_ports(self.sight, product)

    def port(self, text: str) -> OutputPort:
        """`domain.product`, `domain.product.port`, or one of its majors as `…@2` or `…_v2`. Raises a trouble with 404."""
        try:
            found = meant_port(self.sight, parse(text))
        except ValueError:
            found = None
        return found or self.nothing(text, "port")

    def nothing(self, text: str, what: str) -> NoReturn:
        """Suggests only what the caller may know of."""
        known = {
            "product": [str(p.address) for p in self.sight.products],
            "port": [str(o.address) for p in self.sight.products for o in self.sight.ports(p)],
            "domain": [str(d.name) for d in self.sight.domains],
        }.get(what, ())
        raise nothing(text, what, did_you_mean(text[:200], known))


def nothing(text: str, what: str, mend: str = "") -> Answered:
    """The same whether there is none, or the caller may not know of it."""
    summary = f"there is no {what} `{text[:100]}`, or you may not know of it"
    return Answered(Trouble("H857", summary, mend=mend or f"list what there is, and take the {what} from there"), 404)


# Not a coroutine on purpose: it asks the decider, and FastAPI calls it in a thread.
def viewer_of(request: Request, caller: Called) -> Viewer:
    catalogue: Catalogue = request.app.state.catalogue
    now = catalogue.now()
    sight = catalogue.sights.of(catalogue.backing.mesh(), caller.principal, now)
    return Viewer(caller, catalogue, sight, now)


Viewing = Annotated[Viewer, Depends(viewer_of)]
