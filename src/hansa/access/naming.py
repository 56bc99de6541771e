"""What people call ports and consumers when they ask for access, looked up in the mesh."""

import datetime as dt
from collections.abc import Mapping

from hansa.access.knowing import Known
from hansa.access.protocol import Decider
from hansa.model import Consumer, Mesh, OutputPort, Product, Reader
from hansa.names import PortMajor, PortName, ProductName, parse, unpinned
from hansa.trouble import Trouble, TroubleError, did_you_mean, one_of


def offered_port(text: str, mesh: Mesh, known: Known | None = None) -> OutputPort:
    """The port that a text names: `domain.product` for the main one, `….port`, `….port@2` or `….port_v2`.

    Without a major it is the highest that is offered. Raises TroubleError for a port that is not offered; with `known` also, and
    in the same words, for one that may not be discovered.
    """
    word, pinned = unpinned(text.strip())
    try:
        said = parse(word if pinned is not None else text)
    except ValueError as error:
        before, _, digits = text.strip().partition("@")
        pinned_main = before.count(".") == 1 and digits.isdecimal()
        mend = f"write it as {before}_v{digits}" if pinned_main else "write the port as domain.product.port"
        raise TroubleError(Trouble("H750", str(error), mend=mend)) from None
    match said:
        case ProductName() as name:
            product = _product(name, mesh, known)
            main = product.main
            if main is None:
                raise _unknown(text, product)
            name, major = main.address, pinned
        case PortMajor(name, at):
            major = at
        case PortName() as name:
            major = pinned
        case _:
            raise TroubleError(Trouble("H750", f"`{text[:80]}` does not name a port", mend="write it as domain.product.port"))
    product = _product(name.of_product, mesh, known)
    found = product.output(name.port, major)
    if found is None:
        raise _unknown(text, product)
    return found


def meant_port(text: str, reader: Reader, mesh: Mesh, decider: Decider, now: dt.datetime) -> OutputPort:
    """The port that a reader means: as `offered_port`, but without a major the one that a query of theirs is bound to."""
    found = offered_port(text, mesh)
    if _major_of(text) is not None:
        return found
    product = _product(found.address.of_product, mesh)
    majors = tuple(sorted(o.major for o in product.outputs if o.address == found.address))
    bound = product.output(found.address.port, decider.bound(reader, found.pinned, majors, now))
    return bound if bound is not None else found


def inheriting_port(port: PortMajor, mesh: Mesh) -> OutputPort:
    """The port as it is offered now: at the major that was asked for, else at the next one, which inherits the grant."""
    product = _product(port.name.of_product, mesh)
    later = [o for o in product.outputs if o.address == port.name and o.major >= port.major]
    if not later:
        raise _unknown(str(port), product)
    return min(later, key=lambda o: o.major)


def known_consumer(name: str, purpose: str, consumers: Mapping[str, Consumer]) -> tuple[Consumer, str]:
    """The consumer of a name, and its purpose: the one that was said, or the only one that it has. Raises TroubleError."""
    consumer = consumers.get(name)
    if consumer is None:
        mend = did_you_mean(name, consumers) or f"consumers: {one_of(consumers)}; a use case is declared in governance/consumers"
        raise TroubleError(Trouble("H751", f"`{name[:80]}` is neither a declared use case nor a product", mend=mend))
    said = purpose or (consumer.purposes[0] if len(consumer.purposes) == 1 else "")
    if said not in consumer.purposes:
        mend = did_you_mean(said, consumer.purposes) if said else ""
        what = f"{consumer.name} has no purpose `{said[:60]}`" if said else f"{consumer.name} has several purposes"
        raise TroubleError(Trouble("H751", what, mend=mend or f"say --purpose: {one_of(consumer.purposes)}"))
    return consumer, said


def _major_of(text: str) -> int | None:
    """The major that a text pins, as `…@2` or `…_v2`."""
    word, pinned = unpinned(text.strip())
    said = parse(word)
    return said.major if isinstance(said, PortMajor) else pinned


def _product(name: ProductName, mesh: Mesh, known: Known | None = None) -> Product:
    product = mesh.product(name)
    if product is not None and (known is None or known.discovers(name)):
        return product if known is None else known.narrowed(product)
    if name in mesh.broken and (known is None or known.discovers(name)):
        summary = f"{name} has troubles, so nothing of it can be asked for"
        raise TroubleError(Trouble("H750", summary, mend="see `hansa check`"))
    near = (str(p.address) for p in mesh.products if known is None or known.discovers(p.address))
    mend = did_you_mean(str(name), near) or "`hansa search` finds products"
    raise TroubleError(Trouble("H750", f"there is no product {name}", mend=mend))


def _unknown(text: str, product: Product) -> TroubleError:
    ports = [str(o.pinned) for o in product.outputs]
    mend = did_you_mean(text, [*ports, *(str(o.address) for o in product.outputs)]) or (
        f"it offers {one_of(ports)}" if ports else "`hansa search` finds products"
    )
    return TroubleError(Trouble("H750", f"{product.address} offers no port `{text[:80]}`", mend=mend))
