"""What somebody may know of by name: what is hidden from them is answered, and suggested, as little as what never was.

The decider is asked only where a name is unknown or something is refused, never on the way of an allowed query.
"""

import datetime as dt
import threading
from collections import OrderedDict
from dataclasses import replace

from hansa.access.consumers import may_be_named
from hansa.access.protocol import Action, Decider
from hansa.model import Consumer, OutputPort, Principal, Product
from hansa.names import PortMajor, ProductName

REMEMBERED = dt.timedelta(seconds=60)
"""Policies may look at the time, so that what was known is asked again after this."""
_MOST = 256


class Known:
    """What one principal may discover, asked once for each thing. Safe in many threads."""

    def __init__(self, decider: Decider, principal: Principal, now: dt.datetime) -> None:
        self.made = now
        self.version = decider.version
        self._decider, self._principal = decider, principal
        self._said: dict[ProductName | PortMajor, bool] = {}

    def discovers(self, resource: ProductName | PortMajor) -> bool:
        """Whether something may be named. A port is not, unless its product is."""
        if isinstance(resource, PortMajor) and not self.discovers(resource.name.of_product):
            return False
        if resource not in self._said:
            self._said[resource] = self._decider.may(self._principal, Action.DISCOVER, resource, self.made).allowed
        return self._said[resource]

    def names(self, consumer: Consumer) -> bool:
        """Whether a consumer may be named."""
        return may_be_named(consumer, self._principal, self.discovers)

    def narrowed(self, product: Product) -> Product:
        """A product without the ports that may not be discovered."""
        return replace(product, outputs=tuple(filter(self.offers, product.outputs)))

    def offers(self, port: OutputPort) -> bool:
        return self.discovers(port.pinned)


class Knowledge:
    """What those may know of who lately named something that is unknown or refused."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Principal, Known] = OrderedDict()

    def of(self, principal: Principal, decider: Decider, now: dt.datetime) -> Known:
        """What somebody may know of under a version of the policies."""
        with self._lock:
            known = self._kept.get(principal)
            if known is None or known.version != decider.version or abs(now - known.made) >= REMEMBERED:
                known = self._kept[principal] = Known(decider, principal, now)
            self._kept.move_to_end(principal)
            if len(self._kept) > _MOST:
                self._kept.popitem(last=False)
            return known
