"""Whatever people write comes back from both forms as it was."""

import json
from collections.abc import Iterator

import rdflib
from hypothesis import given
from hypothesis import strategies as st

from hansa.catalog.exports import SHORT, json_ld, turtle
from hansa.catalog.exports.graph import Iri, Literal, Resource, Word, once, resource, text
from hansa.catalog.exports.vocabulary import PREFIXES

THING = Iri("urn:x:thing")


def graph_of(each: Resource) -> rdflib.Graph:
    first = rdflib.Graph().parse(data="".join(turtle((each,))), format="turtle")
    assert set(first) == set(rdflib.Graph().parse(data="".join(json_ld((each,))), format="json-ld"))
    assert set(first) == set(rdflib.Graph().parse(data="".join(json_ld((each,), SHORT)), format="json-ld"))
    return first


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(said: str) -> None:
    found = graph_of(resource(THING, ("dcat:Dataset",), [("dct:title", Literal(said))]))
    assert [str(o) for o in found.objects(predicate=rdflib.DCTERMS.title)] == [said]


@given(st.text())
def test_no_text_makes_more_than_one_statement_or_ends_a_script(said: str) -> None:
    each = resource(THING, ("dcat:Dataset",), [("dct:title", text(said))])
    assert len(graph_of(each)) == (2 if said.strip() else 1)
    assert "<" not in "".join(json_ld((each,)))
    "".join(turtle((each,))).encode()


def test_facts_are_said_once_and_in_order() -> None:
    facts = [("dct:title", Literal("b")), ("dct:source", None), ("dct:title", Literal("a")), ("dct:title", Literal("b"))]
    assert resource(THING, ("dcat:Dataset",), facts).facts == (("dct:title", (Literal("a"), Literal("b"))),)


def test_values_keep_their_types() -> None:
    day = Literal("2027-01-31", Word("xsd:date"))
    found = graph_of(resource(THING, ("dcat:Dataset", "dct:Standard"), [("dct:issued", day), ("dct:type", Word("skos:Concept"))]))
    assert (rdflib.URIRef(THING.text), rdflib.DCTERMS.issued, rdflib.Literal("2027-01-31", datatype=rdflib.XSD.date)) in found
    assert (rdflib.URIRef(THING.text), rdflib.DCTERMS.type, rdflib.SKOS.Concept) in found


def test_a_thing_comes_once() -> None:
    assert len(tuple(once((resource(THING, ("dcat:Dataset",), ()), resource(THING, ("dcat:Dataset",), ()))))) == 1


def test_an_empty_document_is_one() -> None:
    assert json.loads("".join(json_ld(()))) == {"@context": dict(PREFIXES), "@graph": []}
    assert len(rdflib.Graph().parse(data="".join(turtle(())), format="turtle")) == 0


def test_documents_come_in_pieces() -> None:
    def endless() -> Iterator[Resource]:
        number = 0
        while True:
            yield resource(Iri(f"urn:x:{number}"), ("dcat:Dataset",), ())
            number += 1

    for form in (turtle, json_ld):
        pieces = form(endless())
        assert "urn:x:4" in [next(pieces) for _ in range(6)][-1]
