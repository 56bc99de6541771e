"""Finds what people mean by the name of a product, port, column or source, in every form in which it may be written."""

from typing import NoReturn

from hansa.catalog.lineage import Subject
from hansa.model import LineageGraph, OutputPort, Product
from hansa.names import ColumnName, PortMajor, PortName, ProductName, SourceColumn, is_word, parse, unpinned
from hansa.trouble import Trouble, TroubleError, did_you_mean, one_of

SOURCE = "source:"


def find(graph: LineageGraph, text: str) -> Subject:
    """The subject of a name. A port without a major is meant at its highest; a product before `#` is meant by its main port.

    Raises TroubleError when there is none.
    """
    if text.startswith(SOURCE):
        return _source(graph, text)
    body, hash_sign, column = text.strip().partition("#")
    words = body.strip("/").replace("/", ".")
    try:
        address = parse(words)
    except ValueError as wrong:
        raise TroubleError(Trouble("H935", str(wrong), mend="`hansa status` lists the products")) from wrong
    match address:
        case ProductName():
            product = _product(graph, address, text)
            if not hash_sign:
                return address
            output = product.main or _refuse_portless(product, text)
        case PortName() | PortMajor():
            output = _output(graph, address, text)
        case _ if any(d.name == address for d in graph.mesh.domains):
            products = one_of(str(p.address) for p in graph.mesh.products if p.address.in_domain == address)
            mend = f"name one of its products: {products}" if products else "it has no products yet"
            raise TroubleError(Trouble("H935", f"`{text}` is a domain; lineage is of products, ports and columns", mend=mend))
        case _:
            _unknown(text, [str(p.address) for p in graph.mesh.products])
    return _column(output, column, text) if hash_sign else output.pinned


def _source(graph: LineageGraph, text: str) -> Subject:
    """A contract's id may hold any sign, so the whole text is tried as a source before its last part is taken for a column."""
    if text in graph.sources:
        return graph.sources[text][0]
    body, hash_sign, column = text.rpartition("#")
    found = graph.sources.get(body) if hash_sign else None
    if found is None:
        _unknown(text, list(graph.sources))
    name, given = found
    known = given.schema.find(column)
    if known is None:
        _unknown(text, [f"{name}#{c}" for c in given.schema.names])
    return SourceColumn(name, known.name)


def _product(graph: LineageGraph, address: ProductName, text: str) -> Product:
    found = graph.product(address)
    if found is None and address in graph.mesh.broken:
        summary = f"{address} is in trouble, so its lineage is not known"
        raise TroubleError(Trouble("H935", summary, mend="`hansa check` says what"))
    if found is None:
        _unknown(text, [str(p.address) for p in graph.mesh.products])
    return found


def _output(graph: LineageGraph, address: PortName | PortMajor, text: str) -> OutputPort:
    name, major = (address.name, address.major) if isinstance(address, PortMajor) else (address, None)
    product = _product(graph, name.of_product, text)
    found = product.output(name.port, major)
    if found is None and major is None:
        port, pinned = unpinned(name.port)
        found = product.output(port, pinned) if is_word(port) else None
    if found is None:
        _unknown(text, [known for o in product.outputs for known in (str(o.address), str(o.pinned))])
    return found


def _column(output: OutputPort, column: str, text: str) -> ColumnName:
    found = output.schema.find(column)
    if found is None:
        _unknown(text, [f"{output.address}#{c}" for c in output.schema.names])
    return ColumnName(output.address, found.name, output.major)


def _refuse_portless(product: Product, text: str) -> NoReturn:
    ports = one_of(str(o.address) for o in product.outputs)
    raise TroubleError(Trouble("H935", f"`{text}`: {product.address} has no main port", mend=f"name one of its ports: {ports}"))


def _unknown(text: str, known: list[str]) -> NoReturn:
    mend = did_you_mean(text, known) or f"known: {one_of(known)}"
    raise TroubleError(Trouble("H935", f"there is no `{text}`", mend=mend))
