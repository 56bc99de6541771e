"""A mesh as a catalogue of DCAT 3 (W3C Recommendation, 2024), with what DCAT-AP 3 wants of every thing.

The mesh is a catalogue, a domain a theme, a product a dataset of the datasets of its ports, a port at one major a dataset, its
contract the standard that it conforms to, a team a publisher, and an address of the server a data service.
"""

from collections.abc import Iterator

from hansa.catalog.exports.agents import agent, agents, contact_points, owner
from hansa.catalog.exports.datasets import (
    dataset,
    distributions,
    last_modified,
    media_types,
    rights,
    service,
    service_iri,
    status,
)
from hansa.catalog.exports.graph import Fact, Resource, once, resource, text
from hansa.catalog.exports.telling import Told
from hansa.model import Domain, Mesh, Product


def dcat(told: Told) -> Iterator[Resource]:
    """The catalogue, one resource at a time; each once, in the same order for the same mesh."""
    return once(_resources(told))


def _resources(told: Told) -> Iterator[Resource]:
    yield _catalogue(told)
    yield from agents(told)
    yield rights()
    yield from themes(told)
    yield from media_types(told)
    yield from (service(told, e) for e in told.endpoints)
    for domain in told.mesh.domains:
        for product in domain.products:
            yield _product(told, domain, product)
            yield from _ports(told, domain, product)


def themes(told: Told) -> Iterator[Resource]:
    """The domains as concepts of one scheme."""
    scheme = told.iris.themes()
    title = text(f"Domains of {told.mesh.title or told.mesh.name}")
    yield resource(scheme, ("skos:ConceptScheme",), [("dct:title", title), ("skos:prefLabel", title)])
    for domain in told.mesh.domains:
        facts: list[Fact] = [
            ("skos:prefLabel", text(domain.title, str(domain.name))),
            ("skos:notation", text(str(domain.name))),
            ("skos:definition", text(domain.description, domain.capability)),
            ("skos:inScheme", scheme),
        ]
        yield resource(told.iris.domain(domain.name), ("skos:Concept",), facts)


def about_mesh(mesh: Mesh) -> str:
    return mesh.description if mesh.description.strip() else f"The data products of {mesh.title or mesh.name}."


def _catalogue(told: Told) -> Resource:
    mesh = told.mesh
    facts: list[Fact] = [
        ("dct:title", text(mesh.title, mesh.name)),
        ("dct:description", text(about_mesh(mesh))),
        ("dct:identifier", text(mesh.name)),
        ("dct:publisher", told.iris.publisher()),
        ("dct:modified", last_modified(told, mesh.products)),
        ("dcat:themeTaxonomy", told.iris.themes()),
        *(("dcat:service", service_iri(told, e)) for e in told.endpoints),
        *(("dcat:dataset", told.iris.product(p.address)) for p in mesh.products),
        *(("dcat:dataset", told.iris.dataset(o.pinned)) for p in mesh.products for o in p.outputs),
    ]
    return resource(told.iris.catalogue(), ("dcat:Catalog",), facts)


def _product(told: Told, domain: Domain, product: Product) -> Resource:
    facts: list[Fact] = [
        ("dct:title", text(product.title, str(product.address))),
        ("dct:description", text(product.purpose, f"The data product {product.address}.")),
        ("dct:identifier", text(str(product.address))),
        ("dct:publisher", agent(told, owner(product, domain))),
        *(("dcat:contactPoint", c.iri) for o in product.outputs for c in contact_points(told, product, o, domain)),
        ("dcat:theme", told.iris.domain(domain.name)),
        *(("dcat:keyword", text(t)) for t in sorted({*domain.tags, *product.tags})),
        ("dcat:version", text(product.version)),
        ("adms:status", status(product.status)),
        ("dct:modified", last_modified(told, (product,))),
        *(("dct:hasPart", told.iris.dataset(o.pinned)) for o in product.outputs),
    ]
    return resource(told.iris.product(product.address), ("dcat:Dataset",), facts)


def _ports(told: Told, domain: Domain, product: Product) -> Iterator[Resource]:
    for output in product.outputs:
        had = tuple(distributions(told, output))
        first, *more = dataset(told, domain, product, output)
        yield Resource(
            first.iri, first.types, (*first.facts, *((("dcat:distribution", tuple(d[0] for d in had)),) if had else ()))
        )
        yield from more
        yield from (resource(iri, ("dcat:Distribution",), facts) for iri, _, facts in had)
