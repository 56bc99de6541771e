"""The catalogue as DCAT has it, read by another library; what DCAT-AP 3 demands of every thing is there."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
import rdflib
from rdflib import DCTERMS, FOAF, RDF, RDFS, Namespace

from hansa.catalog.exports import Iris, Told, dcat, turtle
from hansa.catalog.exports.endpoints import MEDIA_TYPES
from hansa.catalog.exports.graph import Resource
from hansa.model import Mesh, Publication
from hansa.server.reading.forms import MEDIA_TYPES as SERVED

Parsed = Callable[[Iterable[Resource]], rdflib.Graph]
SHAPES = Path(__file__).parents[4] / "shared" / "standards" / "dcat-ap"
DCAT = Namespace("http://www.w3.org/ns/dcat#")  # the one of rdflib knows DCAT 2 only
VCARD, ADMS = Namespace("http://www.w3.org/2006/vcard/ns#"), Namespace("http://www.w3.org/ns/adms#")
# DCAT-AP 3.0, "mandatory".
DEMANDED = {
    DCAT.Catalog: (DCTERMS.title, DCTERMS.description, DCTERMS.publisher),
    DCAT.Dataset: (DCTERMS.title, DCTERMS.description),
    DCAT.Distribution: (DCAT.accessURL,),
    DCAT.DataService: (DCTERMS.title, DCAT.endpointURL),
    FOAF.Agent: (FOAF.name,),
}


def demanded_stands(graph: rdflib.Graph) -> None:
    for kind, properties in DEMANDED.items():
        for each in graph.subjects(RDF.type, kind):
            for name in properties:
                assert graph.value(each, name), (each, name)
    told = set(graph.subjects())
    for name in (
        DCTERMS.publisher,
        DCAT.theme,
        DCAT.contactPoint,
        DCTERMS.conformsTo,
        DCTERMS.license,
        DCTERMS.rights,
        DCAT.distribution,
    ):
        assert set(graph.objects(predicate=name)) <= told, name


def iri(told: Told, path: str) -> rdflib.URIRef:
    return rdflib.URIRef(told.iris.base + path)


def test_an_odd_mesh(told: Told, parsed: Parsed) -> None:
    graph = parsed(dcat(told))
    demanded_stands(graph)
    new, old = iri(told, "dataset/a.people.people@2"), iri(told, "dataset/a.people.people@1")
    assert str(graph.value(new, DCTERMS.title)) == told.mesh.products[0].title
    assert graph.value(new, DCAT.previousVersion) == old
    assert str(graph.value(new, DCAT.version)) == "2.1.0"
    assert graph.value(old, ADMS.status) == rdflib.URIRef("http://purl.org/adms/status/Deprecated")
    assert graph.value(new, DCTERMS.isPartOf) == iri(told, "product/a.people")
    assert {str(k) for k in graph.objects(new, DCAT.keyword)} == {"tag <1>", "z"}
    assert graph.value(new, DCTERMS.modified) == rdflib.Literal("2027-01-31T12:00:00Z", datatype=rdflib.XSD.dateTime)
    assert str(graph.value(graph.value(new, DCTERMS.temporal), DCAT.endDate)) == "2027-01-30"
    assert str(graph.value(graph.value(new, DCTERMS.license), DCTERMS.title)) == "CC-BY-4.0 <x>"
    assert "Price: 1.5 EUR" in str(graph.value(graph.value(new, DCTERMS.rights), RDFS.label))
    assert str(graph.value(graph.value(new, DCTERMS.publisher), FOAF.name)) == "team <a> & b"
    assert str(graph.value(graph.value(new, DCTERMS.conformsTo), DCTERMS.identifier)) == "a.people <c>"
    reached = {
        str(o) for c in graph.objects(new, DCAT.contactPoint) for n in ("hasEmail", "hasURL") for o in graph.objects(c, VCARD[n])
    }
    assert reached == {"mailto:me@mail.example", "mailto:team@a.example", "https://help.example.com/a%20b?q=%22x%22&y=%5B1%5D"}


def test_a_port_comes_from_the_ports_that_its_rows_come_from(told: Told, parsed: Parsed) -> None:
    graph = parsed(dcat(told))
    assert list(graph.objects(iri(told, "dataset/b.uses.uses@1"), DCTERMS.source)) == [iri(told, "dataset/a.people.people@2")]
    assert "internal" not in "".join(turtle(dcat(told))), "where a source lies is nobody's business"


def test_each_form_at_each_address(told: Told, parsed: Parsed) -> None:
    graph = parsed(dcat(told))
    had = list(graph.objects(iri(told, "dataset/a.people.people@2"), DCAT.distribution))
    assert len(had) == len(MEDIA_TYPES) + 1
    urls = {str(graph.value(d, DCAT.downloadURL)) for d in had}
    assert "https://hansa.example.com/api/v1/ports/a.people.people_v2/data?format=csv" in urls
    services = {graph.value(d, DCAT.accessService) for d in had}
    assert {str(graph.value(s, DCAT.endpointURL)) for s in services} == {
        "https://hansa.example.com",
        "grpc+tls://hansa.example.com:8816",
    }


def test_forms_are_those_of_the_server() -> None:
    assert {form: media_type.partition(";")[0] for form, media_type in SERVED.items()} == dict(MEDIA_TYPES)


def test_without_an_address_there_is_nothing_to_read_at(told: Told, parsed: Parsed) -> None:
    graph = parsed(dcat(replace(told, endpoints=())))
    demanded_stands(graph)
    assert not list(graph.subjects(RDF.type, DCAT.Distribution))
    assert not list(graph.subjects(RDF.type, DCAT.DataService))


def test_the_same_mesh_makes_the_same_bytes(told: Told, odd: Mesh, published: Publication) -> None:
    again = Told(odd, Iris.of(odd.name), {published.product: published}, told.endpoints)
    assert "".join(turtle(dcat(told))) == "".join(turtle(dcat(again)))


def test_titles_that_say_nothing_are_passed_over(odd: Mesh, parsed: Parsed) -> None:
    products = tuple(replace(p, title=" ", outputs=tuple(replace(o, title="\t") for o in p.outputs)) for p in odd.products)
    domains = tuple(replace(d, title=" ", products=(p,)) for d, p in zip(odd.domains, products, strict=True))
    told = Told(replace(odd, title="\n", description="", domains=domains), Iris.of(odd.name))
    graph = parsed(dcat(told))
    demanded_stands(graph)
    assert str(graph.value(iri(told, "dataset/a.people.people@2"), DCTERMS.title)) == "a.people: people"


def test_an_empty_mesh_is_a_catalogue(parsed: Parsed) -> None:
    graph = parsed(dcat(Told(Mesh("empty", (), ()), Iris.of("empty"))))
    demanded_stands(graph)
    assert len(list(graph.subjects(RDF.type, DCAT.Catalog))) == 1


def test_the_reference_mesh(retail: Mesh, parsed: Parsed) -> None:
    graph = parsed(dcat(Told(retail, Iris.of(retail.name, "https://data.example.com/"))))
    demanded_stands(graph)
    ports = sum(len(p.outputs) for p in retail.products)
    assert len(set(graph.subjects(RDF.type, DCAT.Dataset))) == len(retail.products) + ports
    assert len(set(graph.objects(predicate=DCAT.theme))) == len(retail.domains)


@pytest.mark.skipif(not SHAPES.is_dir(), reason="the shapes of DCAT-AP are not beside the repository")
@pytest.mark.parametrize("name", ["shapes.ttl", "range.ttl"])
def test_the_shapes_of_dcat_ap_hold(name: str, told: Told, parsed: Parsed) -> None:
    pyshacl = pytest.importorskip("pyshacl")
    holds, _, said = pyshacl.validate(parsed(dcat(told)), shacl_graph=rdflib.Graph().parse(SHAPES / name), advanced=True)
    assert holds, said
