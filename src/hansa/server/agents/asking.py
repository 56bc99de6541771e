"""What a tool is asked with: who asks, through which connection, over which catalogue."""

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property

from hansa.engines import Cancellation
from hansa.model import OutputPort, Principal, Product, Reader
from hansa.names import DomainName, PortMajor, PortName, ProductName, parse
from hansa.server.api import Caller
from hansa.server.catalogue import Catalogue
from hansa.server.sight import Sight, described_ports, meant_port
from hansa.trouble import Trouble, TroubleError, did_you_mean

WAY = "mcp"


@dataclass(frozen=True)
class Asking:
    """One request. `cancellation` is requested when nobody waits for its answer any longer."""

    catalogue: Catalogue
    caller: Caller
    cancellation: Cancellation

    @property
    def principal(self) -> Principal:
        return self.caller.principal

    @cached_property
    def now(self) -> dt.datetime:
        return self.catalogue.now()

    @cached_property
    def sight(self) -> Sight:
        """What the caller may know of."""
        return self.catalogue.sights.of(self.catalogue.backing.mesh(), self.principal, self.now)

    def reader(self, consumer: str, purpose: str) -> Reader:
        """For whom this call reads. What the connection was opened for cannot be changed by an argument: an agent that was led
        astray by a text could say any purpose. Raises TroubleError H866."""
        return replace(self.caller, consumer=self._bound("consumer", consumer), purpose=self._bound("purpose", purpose)).reader

    def _bound(self, what: str, said: str) -> str:
        held: str = getattr(self.caller, what)
        if held and said and said != held:
            mend = f"leave `{what}` out, or open a connection for it"
            raise TroubleError(Trouble("H866", f"this connection is for the {what} `{held}` alone", mend=mend))
        return held or said

    def product(self, name: str) -> Product:
        """A product by its name. What the caller may not know of is not there, nor suggested. Raises TroubleError H865."""
        address = self.address(name)
        found = self.sight.product(address) if isinstance(address, ProductName) else None
        if found is None:
            raise self.unknown(name)
        return found

    def port(self, name: str) -> tuple[Product, OutputPort]:
        """A port that may be described: by `domain.product` (its main port), `domain.product.port`, or with a major."""
        found = meant_port(self.sight, self.address(name))
        product = self.sight.product(found.address.of_product) if found is not None else None
        if found is None or product is None:
            raise self.unknown(name)
        return product, found

    def described_ports(self, product: Product) -> tuple[OutputPort, ...]:
        """The ports that the caller may have described, the main one first."""
        return described_ports(self.sight, product)

    def address(self, name: str) -> DomainName | ProductName | PortName | PortMajor | None:
        try:
            found = parse(name.strip().strip("/").replace("/", "."))
        except ValueError:
            return None
        return found if isinstance(found, DomainName | ProductName | PortName | PortMajor) else None

    def unknown(self, name: str) -> TroubleError:
        """The same for what is not there and for what the caller may not know of."""
        known = [str(p.address) for p in self.sight.products]
        mend = did_you_mean(name[:100], known) or "`search` finds what there is"
        return TroubleError(Trouble("H865", f"there is no `{name[:100]}` that you may know of", mend=mend))
