"""The ports of a mesh as datasets, their contracts, and the forms in which they are had: what DCAT and DPROD have in common."""

import datetime as dt
import math
from collections.abc import Iterator

from hansa.catalog.exports.agents import agent, contact_points, owner
from hansa.catalog.exports.endpoints import MEDIA_TYPES, Endpoint, Way
from hansa.catalog.exports.graph import Fact, Iri, Literal, Resource, Word, moment, resource, text
from hansa.catalog.exports.iris import web
from hansa.catalog.exports.telling import Told, previous, suppliers
from hansa.model import Contract, Domain, MeshOrigin, OutputPort, Product
from hansa.names import PortMajor
from hansa.rows import Format

_IANA = "https://www.iana.org/assignments/media-types/"
_RESTRICTED = Iri("http://publications.europa.eu/resource/authority/access-right/RESTRICTED")
_STATUSES = {
    "proposed": "UnderDevelopment",
    "draft": "UnderDevelopment",
    "active": "Completed",
    "deprecated": "Deprecated",
    "retired": "Withdrawn",
}


def contract_iri(told: Told, contract: Contract) -> Iri:
    return told.iris.named("contract", contract.id, str(contract.version))


def contract(told: Told, of: Contract) -> Resource:
    """A contract, as the standard that a dataset keeps to."""
    facts: list[Fact] = [
        ("dct:title", text(of.title, of.id)),
        ("dct:identifier", text(of.id)),
        ("dct:description", text(of.description)),
        ("owl:versionInfo", text(str(of.version))),
    ]
    return resource(contract_iri(told, of), ("dct:Standard",), facts)


def dataset(told: Told, domain: Domain, product: Product, output: OutputPort) -> Iterator[Resource]:
    """A port as a dataset, and what it speaks of that nobody else does: its contract, its licence, and whom to ask."""
    contacts = tuple(contact_points(told, product, output, domain))
    contracted = output.contract
    licence = _licence(told, contracted)
    facts: list[Fact] = [
        ("dct:title", text(output.title, f"{product.title.strip() or product.address}: {output.address.port}")),
        ("dct:description", text(described(product, output))),
        ("dct:identifier", text(str(output.pinned))),
        ("dct:isPartOf", told.iris.product(product.address)),
        ("dct:publisher", agent(told, owner(product, domain))),
        *(("dcat:contactPoint", c.iri) for c in contacts),
        ("dcat:theme", told.iris.domain(domain.name)),
        *(("dcat:keyword", text(t)) for t in sorted({*domain.tags, *product.tags, *contracted.tags})),
        ("dct:conformsTo", contract_iri(told, contracted)),
        ("dcat:version", text(str(contracted.version))),
        ("dcat:previousVersion", _previous(told, product, output)),
        ("adms:status", status("deprecated" if output.deprecated else contracted.status)),
        ("dct:license", licence.iri if licence is not None else None),
        ("dct:accessRights", _RESTRICTED),
        *(("dct:rights", t.iri) for t in _terms_of_use(told, contracted)),
        *(("dct:source", told.iris.dataset(s)) for s in _sources(product, output)),
        *_published(told, output),
    ]
    yield resource(told.iris.dataset(output.pinned), ("dcat:Dataset",), facts)
    yield from contacts
    yield contract(told, contracted)
    if licence is not None:
        yield licence
    yield from _terms_of_use(told, contracted)
    yield from _period(told, output)


def distributions(told: Told, output: OutputPort) -> Iterator[tuple[Iri, Endpoint, list[Fact]]]:
    """The forms in which a port is had at the addresses that were told: what each is called, where, and what is said of it."""
    for endpoint in told.endpoints:
        forms = tuple(MEDIA_TYPES) if endpoint.way is Way.HTTP else (Format.ARROW,)
        for form in forms:
            iri = told.iris.named("distribution", str(output.pinned), endpoint.url, str(form))
            at = endpoint.data(output.pinned) if endpoint.way is Way.HTTP else endpoint.url
            over = "Flight SQL" if endpoint.way is Way.FLIGHT else "HTTP"
            facts: list[Fact] = [
                ("dct:title", text(f"{output.address.port} as {form} over {over}")),
                ("dcat:accessURL", Iri(at)),
                ("dcat:downloadURL", Iri(f"{at}?format={form}") if endpoint.way is Way.HTTP else None),
                ("dcat:mediaType", Iri(f"{_IANA}{MEDIA_TYPES[form]}")),
                ("dcat:accessService", service_iri(told, endpoint)),
            ]
            yield iri, endpoint, [*facts, *_rights(told, output.contract)]


def media_types(told: Told) -> Iterator[Resource]:
    """The types of the forms in which anything is had."""
    forms = (f for f in MEDIA_TYPES if any(e.way is Way.HTTP for e in told.endpoints) or (told.endpoints and f is Format.ARROW))
    yield from (resource(Iri(f"{_IANA}{MEDIA_TYPES[f]}"), ("dct:MediaType",), ()) for f in forms)


def service_iri(told: Told, endpoint: Endpoint) -> Iri:
    return told.iris.named("service", endpoint.url)


def service(told: Told, endpoint: Endpoint) -> Resource:
    """An address where ports are read, whatever port it is."""
    http = endpoint.way is Way.HTTP
    facts: list[Fact] = [
        ("dct:title", text(f"{told.mesh.title or told.mesh.name} over {'HTTP' if http else 'Arrow Flight SQL'}")),
        ("dct:publisher", told.iris.publisher()),
        ("dcat:endpointURL", Iri(endpoint.url)),
        ("dcat:endpointDescription", Iri(f"{endpoint.url}/api/v1/openapi.json") if http else None),
        ("dct:accessRights", _RESTRICTED),
        *(("dcat:servesDataset", told.iris.dataset(o.pinned)) for p in told.mesh.products for o in p.outputs),
    ]
    return resource(service_iri(told, endpoint), ("dcat:DataService",), facts)


def rights() -> Resource:
    """What is said of the access to all that a mesh offers: it is granted, for a purpose."""
    label = text("granted to a consumer, for a purpose")
    return resource(_RESTRICTED, ("dct:RightsStatement",), [("rdfs:label", label)])


def status(word: str) -> Iri | None:
    """A status of ODPS or ODCS as one of ADMS; None for a word that neither has."""
    known = _STATUSES.get(word.strip().lower())
    return Iri(f"http://purl.org/adms/status/{known}") if known is not None else None


def described(product: Product, output: OutputPort) -> str:
    """What a port is, in the first words that anybody said of it."""
    said = (output.description, output.table.description, output.contract.description, product.purpose)
    return next((s for s in said if s.strip()), f"The port {output.address} of {product.title or product.address}.")


def last_modified(told: Told, products: tuple[Product, ...]) -> Literal | None:
    at = [told.publications[p.address].created for p in products if p.address in told.publications]
    return moment(max(at)) if at else None


def _published(told: Told, output: OutputPort) -> Iterator[Fact]:
    found = told.published(output.pinned)
    if found is not None:
        yield "dct:modified", moment(found[0].created)
    yield from (("dct:temporal", each.iri) for each in _period(told, output))


def _period(told: Told, output: OutputPort) -> Iterator[Resource]:
    """The time that the published rows reach up to, where the port keeps a watermark that is a time."""
    found = told.published(output.pinned)
    end = _time(found[1].watermark) if found is not None else None
    if end is not None:
        yield resource(told.iris.named("period", str(output.pinned)), ("dct:PeriodOfTime",), [("dcat:endDate", end)])


def _time(watermark: str) -> Literal | None:
    try:
        if len(watermark) == len("2027-01-31"):
            return Literal(dt.date.fromisoformat(watermark).isoformat(), Word("xsd:date"))
        at = dt.datetime.fromisoformat(watermark)
    except ValueError:
        return None
    return moment(at) if at.tzinfo is not None else Literal(at.isoformat(), Word("xsd:dateTime"))


def _previous(told: Told, product: Product, output: OutputPort) -> Iri | None:
    before = previous(product, output)
    return told.iris.dataset(before.pinned) if before is not None else None


def _sources(product: Product, output: OutputPort) -> Iterator[PortMajor]:
    yield from (i.origin.pinned for i in suppliers(product, output) if isinstance(i.origin, MeshOrigin))


def _rights(told: Told, of: Contract) -> Iterator[Fact]:
    licence = _licence(told, of)
    if licence is not None:
        yield "dct:license", licence.iri


def _licence(told: Told, of: Contract) -> Resource | None:
    """A licence by its address, else by its name in the words of the contract."""
    if not of.license.strip():
        return None
    page = web(of.license)
    if page is not None:
        return resource(page, ("dct:LicenseDocument",), ())
    iri = told.iris.named("license", of.license.strip())
    return resource(iri, ("dct:LicenseDocument",), [("dct:title", text(of.license))])


def _terms_of_use(told: Told, of: Contract) -> Iterator[Resource]:
    said = "\n\n".join(t.strip() for t in (of.terms_of_use, of.usage, of.limitations, _price(of)) if t.strip())
    if said:
        iri = told.iris.named("terms", of.id, str(of.version))
        yield resource(iri, ("dct:RightsStatement",), [("rdfs:label", text(said))])


def _price(of: Contract) -> str:
    if of.price is None or not math.isfinite(of.price):
        return ""
    return f"Price: {of.price:g} {of.price_currency}".strip() + (f" for {of.price_unit}" if of.price_unit else "")
