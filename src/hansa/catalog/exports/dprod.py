"""Data products in the words of DPROD (EKGF and OMG, errata 2 of 2024), the profile of DCAT for them.

A port is a data service that is the access service of distributions of a dataset. An input port is the output port of whoever
supplies it; for a source from outside, of which nothing is told but its contract, it is the product's own.
"""

from collections.abc import Iterator

from hansa.catalog.exports.agents import agent, agents, owner
from hansa.catalog.exports.datasets import contract, contract_iri, dataset, distributions, media_types, rights, service
from hansa.catalog.exports.dcat import about_mesh, themes
from hansa.catalog.exports.endpoints import Endpoint, Way
from hansa.catalog.exports.graph import Fact, Iri, Resource, once, resource, text
from hansa.catalog.exports.telling import Told
from hansa.model import Domain, InputPort, MeshOrigin, OutputPort, Product

_STAGES = {"proposed": "Ideation", "draft": "Build", "active": "Consume"}
_STAGE = "https://ekgf.github.io/dprod/data/lifecycle-status/"
_PROTOCOLS = {Way.HTTP: "HTTP", Way.FLIGHT: "Arrow Flight SQL"}


def dprod(told: Told) -> Iterator[Resource]:
    """The products, one resource at a time; each once, in the same order for the same mesh."""
    return once(_resources(told))


def _resources(told: Told) -> Iterator[Resource]:
    yield _catalogue(told)
    yield from agents(told)
    yield rights()
    yield from themes(told)
    yield from _protocols(told)
    yield from media_types(told)
    yield from (service(told, e) for e in told.endpoints)
    offered = {o.pinned for p in told.mesh.products for o in p.outputs}
    for domain in told.mesh.domains:
        for product in domain.products:
            yield _product(told, domain, product)
            yield from _lifecycle(told, product.status)
            for output in product.outputs:
                yield from _port(told, domain, product, output)
            for given in product.inputs:
                # What another product of this document supplies is told of there, and in full.
                if not (isinstance(given.origin, MeshOrigin) and given.origin.pinned in offered):
                    yield from _input(told, product, given)


def _catalogue(told: Told) -> Resource:
    facts: list[Fact] = [
        ("dct:title", text(told.mesh.title, told.mesh.name)),
        ("rdfs:label", text(told.mesh.title, told.mesh.name)),
        ("dct:description", text(about_mesh(told.mesh))),
        ("dct:publisher", told.iris.publisher()),
        *(("dcat:resource", told.iris.product(p.address)) for p in told.mesh.products),
    ]
    return resource(told.iris.catalogue(), ("dcat:Catalog",), facts)


def _product(told: Told, domain: Domain, product: Product) -> Resource:
    title = text(product.title, str(product.address))
    facts: list[Fact] = [
        ("dct:title", title),
        ("rdfs:label", title),
        ("dct:description", text(product.purpose, f"The data product {product.address}.")),
        ("dprod:purpose", text(product.purpose)),
        ("dct:identifier", text(str(product.address))),
        ("dcat:version", text(product.version)),
        ("dprod:dataProductOwner", agent(told, owner(product, domain))),
        ("dprod:domain", told.iris.domain(domain.name)),
        ("dprod:lifecycleStatus", _stage(told, product.status)),
        *(("dprod:inputPort", _input_iri(told, product, i)) for i in product.inputs),
        *(("dprod:inputDataset", _input_dataset(told, i)) for i in product.inputs),
        *(("dprod:outputPort", told.iris.port(o.pinned)) for o in product.outputs),
        *(("dprod:outputDataset", told.iris.dataset(o.pinned)) for o in product.outputs),
    ]
    return resource(told.iris.product(product.address), ("dprod:DataProduct",), facts)


def _port(told: Told, domain: Domain, product: Product, output: OutputPort) -> Iterator[Resource]:
    had = tuple(distributions(told, output)) or ((_bare(told, output), None, _formless(output)),)
    yield _service(told, output, had)
    for iri, _, facts in had:
        about: list[Fact] = [
            ("dprod:isDistributionOf", told.iris.dataset(output.pinned)),
            ("dct:conformsTo", contract_iri(told, output.contract)),
            ("dcat:accessService", told.iris.port(output.pinned)),
        ]
        yield resource(iri, ("dcat:Distribution",), [*facts, *about])
    classes = _classes(told, output)
    label = text(output.title, str(output.address))
    first, *more = dataset(told, domain, product, output)
    more_facts: list[Fact] = [
        ("rdfs:label", label),
        *(("dcat:distribution", iri) for iri, _, _ in had),
        *(("dprod:informationSensitivityClassification", c.iri) for c in classes),
    ]
    extra = resource(first.iri, (), more_facts)
    yield Resource(first.iri, first.types, (*first.facts, *extra.facts))
    yield from more
    yield from classes


def _service(told: Told, output: OutputPort, had: tuple[tuple[Iri, Endpoint | None, list[Fact]], ...]) -> Resource:
    title = text(output.title, str(output.address))
    at = told.endpoints
    facts: list[Fact] = [
        ("dct:title", title),
        ("rdfs:label", title),
        ("dct:identifier", text(str(output.pinned))),
        *(("dcat:endpointURL", Iri(e.data(output.pinned) if e.way is Way.HTTP else e.url)) for e in at),
        *(("dcat:endpointDescription", Iri(f"{e.url}/api/v1/openapi.json")) for e in at if e.way is Way.HTTP),
        *(("dprod:protocol", told.iris.named("protocol", e.way)) for e in at),
        *(("dprod:isAccessServiceOf", iri) for iri, _, _ in had),
    ]
    return resource(told.iris.port(output.pinned), ("dcat:DataService",), facts)


def _bare(told: Told, output: OutputPort) -> Iri:
    return told.iris.named("distribution", str(output.pinned))


def _formless(output: OutputPort) -> list[Fact]:
    return [("dct:title", text(str(output.address)))]


def _protocols(told: Told) -> Iterator[Resource]:
    for way in dict.fromkeys(e.way for e in told.endpoints):
        # The ontology has `dprod:Protocol`; the shapes that come with it want a `dcat:Protocol`, which DCAT has not.
        types = ("dprod:Protocol", "dcat:Protocol")
        yield resource(told.iris.named("protocol", way), types, [("rdfs:label", text(_PROTOCOLS[way]))])


def _stage(told: Told, status: str) -> Iri | None:
    """The stage of DPROD's list that a status of ODPS is; one of our own for what comes after its last."""
    word = status.strip().lower()
    if not word:
        return None
    return Iri(f"{_STAGE}{_STAGES[word]}") if word in _STAGES else told.iris.named("lifecycle-status", word)


def _lifecycle(told: Told, status: str) -> Iterator[Resource]:
    iri, word = _stage(told, status), status.strip().lower()
    if iri is not None:
        label = text(_STAGES.get(word, word))
        yield resource(iri, ("dprod:DataProductLifecycleStatus",), [("rdfs:label", label)])


def _classes(told: Told, output: OutputPort) -> tuple[Resource, ...]:
    """The classes that hold for any column of a port, as kinds of sensitivity."""
    found = []
    for name in sorted({n for c in output.classes for n in c.effective}):
        known = told.mesh.governance.find_class(name)
        label = text((known.title if known is not None else "") or name)
        facts: list[Fact] = [("rdfs:label", label), ("dct:description", text(known.description) if known is not None else None)]
        found.append(resource(told.iris.named("class", name), ("dprod:InformationSensitivityClassification",), facts))
    return tuple(found)


def _input_iri(told: Told, product: Product, given: InputPort) -> Iri:
    if isinstance(given.origin, MeshOrigin):
        return told.iris.port(given.origin.pinned)
    return told.iris.named("input", str(product.address), given.name)


def _input_dataset(told: Told, given: InputPort) -> Iri:
    if isinstance(given.origin, MeshOrigin):
        return told.iris.dataset(given.origin.pinned)
    return told.iris.named("source", given.contract.id, given.table.name)


def _input(told: Told, product: Product, given: InputPort) -> Iterator[Resource]:
    """An input port as a service, the dataset behind it by its contract, and the distribution between the two."""
    of_mesh = isinstance(given.origin, MeshOrigin)
    name = str(given.origin.pinned) if isinstance(given.origin, MeshOrigin) else given.name
    service, source = _input_iri(told, product, given), _input_dataset(told, given)
    had = told.iris.named("distribution", *((name,) if of_mesh else (str(product.address), name)))
    yield resource(service, ("dcat:DataService",), [("rdfs:label", text(name)), ("dprod:isAccessServiceOf", had)])
    yield resource(had, ("dcat:Distribution",), [("dprod:isDistributionOf", source), ("dcat:accessService", service)])
    title = text(given.table.title, given.contract.title, given.contract.id)
    facts: list[Fact] = [
        ("dct:title", title),
        ("rdfs:label", title),
        ("dct:description", text(given.table.description, given.contract.description)),
        ("dct:conformsTo", contract_iri(told, given.contract)),
    ]
    yield resource(source, ("dcat:Dataset",), facts)
    yield contract(told, given.contract)
