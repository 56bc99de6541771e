"""Who looks, and at what: the caller, what they may know of, and how it stands now."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, NoReturn

from fastapi import Depends, Request

from hansa.access import Action
from hansa.access.identity import good_for
from hansa.catalog import ProductState, states
from hansa.model import Mesh, OutputPort, Principal, Product, Publication
from hansa.names import PortMajor, PortName, ProductName, parse, unpinned
from hansa.publish import visible
from hansa.server.backing import Backing
from hansa.server.callers import Called, Caller
from hansa.server.catalogue import Catalogue
from hansa.server.governing import Discretion
from hansa.server.problems import Answered
from hansa.server.sight import Sight
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
        return Discretion(self.sight)

    @property
    def environment(self) -> str:
        return self.caller.environment

    @property
    def administers(self) -> bool:
        """Whether the caller may administer the mesh, with the credential that they came with."""
        if not good_for(self.principal, Action.ADMINISTER):
            return False
        return self.backing.decider.may(self.principal, Action.ADMINISTER, None, self.now).allowed

    def answers_for(self, name: ProductName) -> bool:
        """Whether a product is the caller's own, or lies in a domain of theirs. A credential for less answers for nothing."""
        product = self.sight.product(name)
        if product is None or not good_for(self.principal, Action.APPROVE):
            return False
        domain = next((d for d in self.mesh.domains if d.name == name.in_domain), None)
        owners = {
            product.owner,
            domain.owner if domain is not None else "",
            product.team.name if product.team is not None else "",
        }
        return not owners.isdisjoint(self.principal.teams)

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
        return tuple(o for o in self.sight.ports(product) if self.sight.described(o.pinned))

    def port(self, text: str) -> OutputPort:
        """`domain.product`, `domain.product.port`, or one of its majors as `…@2` or `…_v2`. Raises a trouble with 404."""
        try:
            name = parse(text)
        except ValueError:
            self.nothing(text, "port")
        match name:
            case ProductName():
                product, port, major = name, "", None
            case PortMajor():
                product, port, major = name.name.of_product, name.name.port, name.major
            case PortName():
                product, port, major = name.of_product, name.port, None
            case _:
                self.nothing(text, "port")
        return self._port(product, port, major) or self.nothing(text, "port")

    def _port(self, name: ProductName, port: str, major: int | None) -> OutputPort | None:
        product = self.sight.product(name)
        offered = self.ports(product) if product is not None else ()
        if product is not None and not port:
            port = product.main_port or (offered[0].address.port if offered else "")
        tried = ((port, major), unpinned(port) if major is None else (port, major))
        for word, pinned in tried:
            named = [o for o in offered if o.address.port == word and pinned in (None, o.major)]
            if named:
                return max(named, key=lambda o: o.major)
        return None

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
