"""What the gateway says about names, without what the caller may not know of.

The gateway tells what is published and who forbids it, since most readers may know; an agent's caller may not. So a name that is
hidden is answered as one that never was, and what is suggested is only what the caller may discover.
"""

import re

from hansa.gateway.asking import Refused
from hansa.names import ProductName
from hansa.server.agents.asking import Asking
from hansa.trouble import Trouble, TroubleError, did_you_mean, one_of

_NAMED = re.compile(r"(?<![A-Za-z0-9_.])([a-z][a-z0-9_]{0,62})\.([a-z][a-z0-9_]{0,62})(?![A-Za-z0-9_])")
_FINDS = "`search` finds what there is"


def discreet(asking: Asking, error: TroubleError) -> TroubleError:
    """What may be told of a query's trouble."""
    ports = [d.port for d in error.decisions] if isinstance(error, Refused) else []
    named = [p.name.of_product for p in ports]
    named += [ProductName(*words) for t in error.troubles for words in _NAMED.findall(t.summary)]
    for product in named:
        if error.troubles[0].code == "H703" or not asking.sight.discovers(product):
            return _no_product(asking, product)
    for port in ports:
        if not asking.sight.discovers(port):
            return _no_port(asking, port.name.of_product, port.name.port)
    match error.troubles[0].code:
        case "H703":
            return TroubleError(Trouble("H703", error.troubles[0].summary, mend=_FINDS))
        case "H704" if named:
            return TroubleError(Trouble("H704", error.troubles[0].summary, mend=_ports(asking, named[0])))
        case _:
            return error


def _no_product(asking: Asking, product: ProductName) -> TroubleError:
    """In the words of the gateway for a name that nothing has."""
    known = (str(p.address) for p in asking.sight.products)
    mend = did_you_mean(str(product), known) or _FINDS
    return TroubleError(Trouble("H703", f"no data product `{product}` is published", mend=mend))


def _no_port(asking: Asking, product: ProductName, word: str) -> TroubleError:
    return TroubleError(Trouble("H704", f"{product} publishes no port `{word}`", mend=_ports(asking, product)))


def _ports(asking: Asking, product: ProductName) -> str:
    found = asking.sight.product(product)
    ports = [str(o.address) for o in asking.sight.ports(found)] if found is not None else []
    return f"its ports: {one_of(ports)}" if ports else _FINDS
