"""Data products in the words of DPROD, read by another library."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
import rdflib
from rdflib import DCTERMS, RDF, RDFS, Namespace

from hansa.catalog.exports import SHORT, Iris, Told, about, dprod, json_ld
from hansa.catalog.exports.graph import Resource
from hansa.model import Mesh

Parsed = Callable[[Iterable[Resource]], rdflib.Graph]
SHAPES = Path(__file__).parents[4] / "shared" / "standards" / "dprod"
DPROD, DCAT = Namespace("https://ekgf.github.io/dprod/"), Namespace("http://www.w3.org/ns/dcat#")
PROV = Namespace("http://www.w3.org/ns/prov#")
# What the shapes of DPROD say of the class of each object.
CLASSES = {
    DPROD.dataProductOwner: PROV.Agent,
    DPROD.lifecycleStatus: DPROD.DataProductLifecycleStatus,
    DPROD.inputPort: DCAT.DataService,
    DPROD.outputPort: DCAT.DataService,
    DPROD.inputDataset: DCAT.Dataset,
    DPROD.outputDataset: DCAT.Dataset,
    DPROD.isAccessServiceOf: DCAT.Distribution,
    DPROD.isDistributionOf: DCAT.Dataset,
    DPROD.informationSensitivityClassification: DPROD.InformationSensitivityClassification,
    DCAT.distribution: DCAT.Distribution,
    DCAT.accessService: DCAT.DataService,
}


def classes_stand(graph: rdflib.Graph) -> None:
    for name, kind in CLASSES.items():
        for found in graph.objects(predicate=name):
            assert (found, RDF.type, kind) in graph, (name, found)


def test_an_odd_mesh(told: Told, parsed: Parsed) -> None:
    graph = parsed(dprod(told))
    classes_stand(graph)
    people, uses = (rdflib.URIRef(f"{told.iris.base}product/{n}") for n in ("a.people", "b.uses"))
    assert str(graph.value(people, DPROD.purpose)) == told.mesh.products[0].purpose
    assert graph.value(people, DPROD.lifecycleStatus) == rdflib.URIRef(f"{DPROD}data/lifecycle-status/Consume")
    assert str(graph.value(graph.value(uses, DPROD.lifecycleStatus), RDFS.label)) == "retired"
    assert len(list(graph.objects(people, DPROD.outputPort))) == 2
    (dataset,) = set(graph.subjects(DPROD.informationSensitivityClassification))
    assert str(dataset).endswith("a.people.people@2")
    assert str(graph.value(graph.value(dataset, DPROD.informationSensitivityClassification), RDFS.label)) == "Personal data"


def test_lineage_is_walked_from_port_to_product(told: Told, parsed: Parsed) -> None:
    """As the specification's own example walks it."""
    query = """
        SELECT DISTINCT ?input WHERE {
          ?product dct:identifier "b.uses" ; dprod:inputPort/dprod:isAccessServiceOf/dprod:isDistributionOf/dct:isPartOf ?input
        }"""
    found = parsed(dprod(told)).query(query, initNs={"dprod": DPROD, "dct": DCTERMS})
    assert [str(row[0]) for row in found] == [f"{told.iris.base}product/a.people"]  # type: ignore[index]


def test_what_a_part_of_the_mesh_reads_is_told_by_its_contract(told: Told, parsed: Parsed) -> None:
    part = replace(told, mesh=about(told.mesh, "b.uses"), endpoints=())
    graph = parsed(dprod(part))
    classes_stand(graph)
    assert [str(p) for p in graph.subjects(RDF.type, DPROD.DataProduct)] == [f"{told.iris.base}product/b.uses"]
    assert len(set(graph.objects(predicate=DPROD.inputDataset))) == 2
    assert "internal" not in "".join(json_ld(dprod(part)))


def test_the_short_names_are_those_of_dprods_own_examples(told: Told) -> None:
    document = json.loads("".join(json_ld(dprod(told), SHORT)))
    product = next(n for n in document["@graph"] if n["type"] == "DataProduct")
    assert {"id", "title", "description", "purpose", "dataProductOwner", "lifecycleStatus", "outputPort"} <= product.keys()
    long = rdflib.Graph().parse(data="".join(json_ld(dprod(told))), format="json-ld")
    assert set(long) == set(rdflib.Graph().parse(data=json.dumps(document), format="json-ld"))


def test_an_empty_mesh_has_no_product(parsed: Parsed) -> None:
    graph = parsed(dprod(Told(Mesh("empty", (), ()), Iris.of("empty"))))
    assert not list(graph.subjects(RDF.type, DPROD.DataProduct))


def test_the_reference_mesh(retail: Mesh, parsed: Parsed) -> None:
    graph = parsed(dprod(Told(retail, Iris.of(retail.name))))
    classes_stand(graph)
    assert len(set(graph.subjects(RDF.type, DPROD.DataProduct))) == len(retail.products)


@pytest.mark.skipif(not SHAPES.is_dir(), reason="the shapes of DPROD are not beside the repository")
def test_the_shapes_of_dprod_hold(told: Told, parsed: Parsed) -> None:
    pyshacl = pytest.importorskip("pyshacl")
    shapes = rdflib.Graph().parse(SHAPES / "dprod-shapes.ttl")
    holds, _, said = pyshacl.validate(parsed(dprod(told)), shacl_graph=shapes, advanced=True)
    assert holds, said
