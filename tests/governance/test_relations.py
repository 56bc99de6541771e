"""The mesh as relations: every column is what it says, for a mesh of files, for recorded facts and for examples of policies."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hansa.engines.duckdb.relations import RelationDatabase, open_database
from hansa.governance import NO_FACTS, AccessRecord, Facts
from hansa.governance.relations import RELATIONS, VIEWS, Kind, RelationSchema, example_rows, rows_of, view_queries
from hansa.model import (
    CheckResult,
    CheckStatus,
    ConsumerHit,
    DataClass,
    Declassification,
    Fingerprint,
    Governance,
    Impact,
    Mesh,
    MeshChange,
    PortRead,
    ProductRun,
    ProductStatus,
    Publication,
    PublicationId,
    PublishedPort,
    ReadOutcome,
    ReadRecord,
    Run,
    RunId,
    RunStatus,
    Term,
    Terms,
    Waiver,
)
from hansa.names import PortMajor, PortName, ProductName, Version
from hansa.wiring import Workplace

TODAY = dt.date(2026, 3, 1)
EVERYTHING = (*RELATIONS, *VIEWS)
Ask = Callable[[str], list[tuple[Any, ...]]]

CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: {id}
version: 2.1.0
status: active
description: {{purpose: Who buys, limitations: Only adults, usage: Join by id}}
schema:
  - name: {table}
    quality:
      - {{name: enough, metric: rowCount, mustBeGreaterThan: 0, dimension: completeness}}
    properties:
      - {{name: id, logicalType: integer, primaryKey: true}}
      - name: mail
        logicalType: string
        classification: Private
        tags: [contact]
        customProperties: [{{property: term, value: mail_address, vendor: hansa}}]
"""
MORE = """\
support: [{channel: help, tool: slack, url: https://chat.example/help}]
price: {priceAmount: 5, priceCurrency: EUR, priceUnit: year}
team: {name: people_team, members: [{username: ann, role: owner}]}
slaProperties: [{property: latency, value: 2, unit: d}, {property: endOfSupport, value: 2026-12-31}]
customProperties: [{property: license, value: CC0, vendor: hansa}, {property: costCenter, value: K7}]
"""
SERVERS = """\
servers: [{server: far, type: postgres, host: db.example, port: 5432, database: crm, schema: public}]
"""
FILES = {
    "hansa.yaml": "apiVersion: hansa/v1\nkind: Mesh\nname: shop\nplatforms: {embedded: {engine: duckdb}}\nplatform: embedded\n"
    "domains: [{path: domains/people}, {path: domains/sales}]\n",
    "domains/people/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\nname: people\ndescription: Who.\nowner: ann\n",
    "domains/sales/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\nname: sales\ndescription: What.\nowner: bob\n",
    "domains/people/persons/product.odps.yaml": "apiVersion: v1.1.0\nkind: DataProduct\nid: persons-id\nname: persons\n"
    "status: active\ntags: [core]\ninputPorts: [{name: raw, version: 2.1.0, contractId: crm}]\n"
    "outputPorts: [{name: persons, version: 2.1.0, contractId: persons}]\n"
    "team: {name: people_team, members: [{username: ann, role: owner}]}\n",
    "domains/people/persons/contracts/crm.odcs.yaml": CONTRACT.format(id="crm", table="raw") + SERVERS,
    "domains/people/persons/contracts/persons.odcs.yaml": CONTRACT.format(id="persons", table="persons") + MORE,
    "domains/people/persons/models/persons.sql": "SELECT id, mail FROM raw WHERE id IS NOT NULL\n",
    "domains/people/persons/README.md": "Persons.\n",
    "domains/sales/letters/product.odps.yaml": "apiVersion: v1.1.0\nkind: DataProduct\nid: letters-id\nname: letters\n"
    "status: active\ninputPorts: [{name: people, version: 2.1.0, contractId: persons}]\n"
    "outputPorts: [{name: letters, version: 2.1.0, contractId: letters}]\n",
    "domains/sales/letters/contracts/letters.odcs.yaml": CONTRACT.format(id="letters", table="letters"),
    "domains/sales/letters/models/letters.sql": "SELECT id, lower(mail) AS mail FROM people\n",
}


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Mesh:
    """`people.persons`, from a PostgreSQL source, and `sales.letters`, which reads it."""
    root = tmp_path_factory.mktemp("shop")
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    with Workplace.open(root, {}) as workplace:
        compiled = workplace.compiled
    assert [str(t) for t in compiled.troubles if t.is_error] == []
    return compiled.mesh


def opened(mesh: Mesh, facts: Facts = NO_FACTS) -> RelationDatabase:
    return open_database(rows_of(mesh, facts, TODAY), view_queries())


@pytest.fixture(scope="module")
def ask(mesh: Mesh) -> Iterator[Ask]:
    database = opened(mesh)
    yield lambda sql: list(database.ask(sql).rows)
    database.close()


@pytest.mark.parametrize("schema", EVERYTHING, ids=lambda s: s.name)
def test_every_relation_has_the_columns_that_are_documented(ask: Ask, schema: RelationSchema) -> None:
    described = [(row[0], row[1]) for row in ask(f"DESCRIBE {schema.name}")]
    assert described == [(c.name, str(c.type)) for c in schema.columns]
    ask(f"FROM {schema.name}")


@pytest.mark.parametrize("schema", RELATIONS, ids=lambda s: s.name)
def test_flags_and_lists_are_never_null_and_missing_texts_are(ask: Ask, schema: RelationSchema) -> None:
    for column in schema.columns:
        if column.type in (Kind.FLAG, Kind.TEXTS):
            assert ask(f"FROM {schema.name} WHERE {column.name} IS NULL") == []
        elif column.type is Kind.TEXT:
            assert ask(f"FROM {schema.name} WHERE {column.name} = ''") == []


def test_no_name_needs_quotes() -> None:
    words = duckdb.connect().execute("SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'").fetchall()
    reserved = {w for (w,) in words}
    for schema in EVERYTHING:
        for name in (schema.name, *(c.name for c in schema.columns)):
            assert re.fullmatch(r"[a-z][a-z0-9_]*", name), name
            assert name not in reserved
        assert len({c.name for c in schema.columns}) == len(schema.columns)
    assert len({s.name for s in EVERYTHING}) == len(EVERYTHING)


def test_the_relations_that_were_promised_are_there() -> None:
    promised = """domains teams people products ports columns contracts checks slos inputs lineage classifications terms models
    runs audits publications grants queries waivers policies changes consumers supports tags mesh"""
    assert set(promised.split()) <= {s.name for s in RELATIONS}


def test_products_and_their_people(ask: Ask) -> None:
    assert ask("SELECT product, id, owner, team, tags, readme, main_port, inputs, file, line FROM products ORDER BY 1") == [
        ("people.persons", "persons-id", "ann", "people_team", '["core"]', "Persons.\n", "people.persons.persons@2", 1,
         "domains/people/persons/product.odps.yaml", 3),
        ("sales.letters", "letters-id", "bob", None, "[]", None, "sales.letters.letters@2", 1,
         "domains/sales/letters/product.odps.yaml", 3),
    ]  # fmt: skip
    assert ask("SELECT person, team, role FROM people ORDER BY 1") == [("ann", "people_team", "owner"), ("bob", None, "owner")]
    assert ask("SELECT today, environment FROM mesh") == [("2026-03-01", "prod")]


def test_inputs_say_what_they_read_and_keep_secrets(ask: Ask) -> None:
    assert ask("SELECT input, origin, port, supplier, server_type, location FROM inputs ORDER BY 1") == [
        ("people.persons.raw", "source", None, None, "postgres", "db.example/crm/public"),
        ("sales.letters.people", "mesh", "people.persons.persons@2", "people.persons", None, None),
    ]


def test_columns_of_ports_and_of_sources(ask: Ask) -> None:
    rows = ask("SELECT address, side, type, required, key_position, classification, classes, tags, terms FROM columns ORDER BY 1")
    assert ("people.persons.persons@2#id", "output", "BIGINT", True, 1, None, "[]", "[]", "[]") in rows
    mail = ("source", "VARCHAR", False, None, "Private", '["Private"]', '["contact"]', '["mail_address"]')
    assert ("people.persons.raw#mail", *mail) in rows
    assert len(rows) == 6


def test_contracts_say_who_helps_what_it_costs_and_under_which_licence(ask: Ask) -> None:
    asked = "purpose, limitations, usage, license, price, price_currency, supports, team, members, slos, custom->>'costCenter'"
    (row,) = ask(f"SELECT {asked} FROM contracts WHERE port = 'people.persons.persons@2'")
    assert row == ("Who buys", "Only adults", "Join by id", "CC0", 5.0, "EUR", 1, "people_team", '["ann"]', 2, "K7")
    assert ask("SELECT channel, tool, url FROM supports") == [("help", "slack", "https://chat.example/help")]
    assert ask("SELECT property, value, amount, unit FROM slos ORDER BY 1") == [
        ("endOfSupport", "2026-12-31", None, None),
        ("latency", "2", 2.0, "d"),
    ]
    assert ask("SELECT end_of_support FROM ports WHERE port = 'people.persons.persons@2'") == [("2026-12-31",)]
    assert ask("SELECT document->>'$.schema[0].name' FROM contracts WHERE contract = 'crm'") == [("raw",)]


def test_checks_are_what_people_wrote_and_what_columns_imply(ask: Ask) -> None:
    rows = ask("SELECT column_name, name, kind, implied FROM checks WHERE port = 'sales.letters.letters@2' ORDER BY ALL")
    assert rows == [
        ("id", "primaryKey", "primaryKey", True),
        ("id", "required", "required", True),
        (None, "enough", "library", False),
    ]


def test_who_reads_whom(ask: Ask) -> None:
    assert ask("SELECT port, consumer, consumer_owner FROM port_consumers") == [
        ("people.persons.persons@2", "sales.letters", "bob"),
    ]
    assert ask("SELECT product FROM orphan_products") == [("sales.letters",)]
    assert ask("FROM upstream") == [("sales.letters", "people.persons", 1)]
    assert ask("FROM downstream") == [("people.persons", "sales.letters", 1)]


def test_lineage_leads_from_ports_to_ports_and_sources(chain: Mesh) -> None:
    database = opened(chain)
    try:
        edges = database.ask("SELECT to_port, to_column, from_port, from_column, kind FROM lineage ORDER BY ALL").rows
        assert ("finance.report.report@1", "who", "shop.clean.clean@1", "name", "direct") in edges
        far = database.ask("SELECT source_port, distance FROM column_sources WHERE column_name = 'who' ORDER BY 2").rows
        assert far == (("shop.clean.clean@1", 1), ("shop.raw.raw@1", 2))
    finally:
        database.close()


def test_classes_above_another_are_found_by_asking_for_it(mesh: Mesh) -> None:
    classes = (
        DataClass("public"),
        DataClass("personal", above=("public",), mask="sha-256-global"),
        DataClass("secret", above=("personal",), also=("private",)),
    )
    lowered = Declassification("a.b.c#d", ("secret",), "public", "Hashed", "ann", "all", expires=dt.date(2026, 2, 28))
    governed = Mesh(mesh.name, mesh.domains, mesh.platforms, governance=Governance(classes, declassifications=(lowered,)))
    database = opened(governed)
    try:
        assert database.ask("SELECT covers FROM classifications WHERE class = 'secret'").rows == (
            ('["personal", "public", "secret"]',),
        )
        found = database.ask("SELECT address, class FROM personal_columns WHERE side = 'source'").rows
        assert found == (("people.persons.raw#mail", "secret"),)
        assert database.ask("SELECT subject, active FROM declassifications").rows == (("a.b.c#d", False),)
    finally:
        database.close()


def test_waivers_and_terms_know_the_day(mesh: Mesh) -> None:
    waivers = tuple(
        Waiver("owner", f"sales.{n}", "Soon", "ann", TODAY + dt.timedelta(days)) for n, days in (("a", -1), ("b", 0), ("c", 9))
    )
    terms = (Term("household", "Household", "People who live together", ("home",)),)
    database = opened(Mesh("m", (), (), governance=Governance(waivers=waivers, terms=terms)))
    try:
        assert database.ask("SELECT subject, active, days_left FROM waivers ORDER BY 1").rows == (
            ("sales.a", False, -1),
            ("sales.b", True, 0),
            ("sales.c", True, 9),
        )
        assert database.ask("SELECT term, synonyms FROM terms").rows == (("household", '["home"]'),)
    finally:
        database.close()


def test_recorded_facts_and_changes_are_rows(mesh: Mesh) -> None:
    persons = ProductName("people", "persons")
    port = PublishedPort(PortMajor(PortName("people", "persons", "persons"), 2), "persons", Version(2, 1), "t", 77, 10, 2000)
    at = dt.datetime(2026, 2, 27, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=-3)))
    print_ = Fingerprint("f")
    shown = Publication(persons, "prod", RunId("r1"), at, print_, print_, print_, (port,), version=4, id=PublicationId(9))
    hits = tuple(ConsumerHit("product", "sales.letters", "letters", column, "bob", "lineage") for column in ("mail", "*"))
    facts = Facts(
        "prod",
        runs=(Run(RunId("r1"), "prod", at, print_, "ann", RunStatus.SUCCEEDED),),
        product_runs=(ProductRun(RunId("r1"), persons, ProductStatus.PUBLISHED, seconds=1.5),),
        visible={persons: shown},
        publications=(shown,),
        checks={
            (RunId("r1"), persons): (
                CheckResult("id.required", "people.persons.persons", "id", "required", CheckStatus.PASS),
                CheckResult("enough", "people.persons.persons", "", "library", CheckStatus.WARN, measured=0),
            )
        },
        changes=(MeshChange("people.persons.persons@2#mail", "removed", Impact.MAJOR, True, hits),),
    )
    database = opened(mesh, facts)
    try:
        asked = "version, published, age_days, rows_in_all, not_passed, last_status"
        assert database.ask(f"SELECT {asked} FROM product_health WHERE domain = 'people'").rows == (
            (4, "2026-02-28 02:30:00", 1, 10, 1, "published"),
        )
        assert database.ask("SELECT port, snapshot, visible FROM published_ports").rows == (
            ("people.persons.persons@2", "77", True),
        )
        assert database.ask("SELECT check_name, column_name, measured FROM audits WHERE status = 'warn'").rows == (
            ("enough", None, "0"),
        )
        assert database.ask("SELECT subject, breaking, consumers, unacknowledged, with_impact FROM changes").rows == (
            ("people.persons.persons@2#mail", True, 1, 1, True),
        )
        assert database.ask("SELECT consumer, owner, learnt FROM consumers").rows == (("sales.letters", "bob", "lineage"),) * 2
    finally:
        database.close()


def test_who_may_read_and_who_did_are_rows(mesh: Mesh) -> None:
    port, at = PortMajor(PortName("people", "persons", "persons"), 2), dt.datetime(2026, 2, 27, 12, tzinfo=dt.UTC)
    terms = Terms(("id", "mail"), ("mail",), "id > 7", at + dt.timedelta(days=30))
    granted = AccessRecord("r1", "letters", "mailing", port, "granted", terms, ("ann", "bob"), at)
    asked = AccessRecord("r2", "study", "", port, "requested", Terms())
    read = ReadRecord(
        "q1", at, ReadOutcome.DONE, "eve", "letters", "mailing", rows=3, bytes=40, seconds=0.5,
        ports=(PortRead(port, 1, ("id", "mail"), ("mail",), "r1"), PortRead(port.name.at(3), 2)),
    )  # fmt: skip
    refused = ReadRecord("q2", at, ReadOutcome.REFUSED, "eve")
    database = opened(mesh, Facts(access=(granted, asked), reads=(read, refused)))
    try:
        assert database.ask("SELECT * FROM grants ORDER BY grant_id").rows == (
            ("r1", "letters", "mailing", "people.persons", "people.persons.persons@2", '["id", "mail"]', '["mail"]', "id > 7",
             "granted", "ann, bob", "2026-02-27 12:00:00", "2026-03-29 12:00:00"),
            ("r2", "study", None, "people.persons", "people.persons.persons@2", "[]", "[]", None, "requested", None, None, None),
        )  # fmt: skip
        asked_for = "query_id, asked, person, consumer, product, port, columns, masked, grant_id, outcome, row_count, byte_count"
        assert database.ask(f"SELECT {asked_for} FROM queries ORDER BY port").rows == (
            ("q1", "2026-02-27 12:00:00", "eve", "letters", "people.persons", "people.persons.persons@2", '["id", "mail"]',
             '["mail"]', "r1", "done", 3, 40),
            ("q1", "2026-02-27 12:00:00", "eve", "letters", "people.persons", "people.persons.persons@3", "[]", "[]", None,
             "done", 3, 40),
        )  # fmt: skip
    finally:
        database.close()


def test_an_example_holds_what_it_gives_and_nothing_else() -> None:
    rows = example_rows({"products": ({"product": "a.b", "tags": ["x"]}, {"product": "a.c", "has_python": True})}, TODAY)
    database = open_database(rows, view_queries())
    try:
        answer = database.ask("SELECT product, owner, tags, has_python FROM products ORDER BY 1")
        assert answer.rows == (("a.b", None, '["x"]', False), ("a.c", None, "[]", True))
        assert database.ask("SELECT today FROM mesh").rows == (("2026-03-01",),)
        assert database.ask("SELECT count(*) FROM columns").rows == ((0,),)
    finally:
        database.close()


@pytest.mark.parametrize(("given", "named"), [({"product": ({},)}, "product"), ({"products": ({"nmae": "x"},)}, "products.nmae")])
def test_an_example_of_what_does_not_exist_is_refused(given: dict[str, tuple[dict[str, str], ...]], named: str) -> None:
    with pytest.raises(KeyError) as refused:
        example_rows(given, TODAY)
    assert refused.value.args == (named,)


def test_rows_are_made_only_when_somebody_asks(mesh: Mesh) -> None:
    class Untouchable(dict[Any, Any]):
        def __iter__(self) -> Iterator[Any]:
            raise AssertionError("the record was read")

        values = items = __iter__  # type: ignore[assignment]

    database = opened(mesh, Facts(visible=Untouchable(), checks=Untouchable()))
    try:
        assert database.ask("SELECT count(*) FROM products").rows == ((2,),)
        with pytest.raises(AssertionError):
            database.ask("SELECT count(*) FROM publications")
    finally:
        database.close()


def test_a_location_never_tells_a_secret(tmp_path: Path) -> None:
    from hansa.governance.relations.products import location
    from hansa.model import Server

    signed = Server("s", "s3", options=(("location", "https://key:secret@bucket.example/p/*.parquet?X-Amz-Signature=abc"),))
    assert location(signed) == "https://bucket.example/p/*.parquet"
    assert location(Server("s", "postgres", options=(("host", "db"), ("database", "crm"), ("password", "secret")))) == "db/crm"
