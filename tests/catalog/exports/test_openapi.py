"""The document of a product is OpenAPI 3.1, says what the server does, and holds no value of the data."""

import json
from typing import Any

import duckdb
import jsonschema
import openapi_spec_validator
import pytest

from hansa.catalog.exports import Told, openapi, written
from hansa.catalog.exports.jsonschema import nullable, type_schema
from hansa.model import DataType, Mesh
from hansa.model.types import (
    Binary,
    Boolean,
    Date,
    Decimal,
    Field,
    Float,
    Integer,
    List,
    Map,
    String,
    Struct,
    Time,
    Timestamp,
    Uuid,
)
from hansa.rows import as_dicts
from hansa.server.about import router as about_router
from hansa.server.reading.ports import MOST_ROWS
from hansa.server.reading.ports import router as ports_router

PATH = "/api/v1/ports/a.people.people_v2/data"


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        return [v for k, v in part.items() if k == "$ref"] + [r for v in part.values() for r in references(v)]
    return [r for v in part for r in references(v)] if isinstance(part, list) else []


def followed(document: Any, reference: str) -> Any:
    at = document
    for step in reference.removeprefix("#/").split("/"):
        at = at[step]
    return at


@pytest.fixture
def document(told: Told) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(written(openapi(told, told.mesh.products[0])))
    return made


def test_each_port_has_its_path(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "https://hansa.example.com"}]
    data = [p for p in document["paths"] if p.endswith("/data")]
    assert data == ["/api/v1/ports/a.people.people_v1/data", PATH]
    assert document["paths"][data[0]]["get"]["deprecated"]
    assert len({o["get"]["operationId"] for o in document["paths"].values()}) == len(document["paths"])


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    found = references(document)
    assert found
    assert all(followed(document, r) for r in found)


def test_parameters_and_answers_are_those_of_the_server(document: dict[str, Any]) -> None:
    from fastapi import FastAPI

    app = FastAPI()
    app.include_router(ports_router, prefix="/api/v1")
    app.include_router(about_router, prefix="/api/v1")
    served = app.openapi()["paths"]["/api/v1/ports/{name}/data"]["get"]
    ours = document["paths"][PATH]["get"]
    theirs = {p["name"] for p in served["parameters"] if p["in"] == "query"} - {"name"}
    told = [followed(document, p["$ref"]) for p in ours["parameters"]]
    assert {p["name"] for p in told if p["in"] == "query"} == theirs
    assert {p["name"] for p in told if p["in"] == "header"} == {"X-Hansa-Consumer", "X-Hansa-Purpose", "X-Hansa-Environment"}
    assert ours["responses"]["200"]["content"].keys() == served["responses"]["200"]["content"].keys()
    assert next(p for p in told if p["name"] == "limit")["schema"]["maximum"] == MOST_ROWS


def test_columns_have_meaning_and_classes_and_no_values(document: dict[str, Any]) -> None:
    columns = document["components"]["schemas"]["a_people_people_v2"]["properties"]
    assert columns["id"] == {"type": "integer", "format": "int64", "description": "The key.", "x-hansa-terms": ["person"]}
    named = columns['na"me | <b>']
    assert named["x-hansa-classes"] == ["personal"]
    assert named["type"] == ["string", "null"]
    assert "Secret Sue" not in json.dumps(document)


VALUES: list[tuple[DataType, str]] = [
    (Boolean(), "true"),
    (Integer(32), "7::INTEGER"),
    (Integer(64), "9007199254740993"),
    (Decimal(10, 2), "1.50::DECIMAL(10,2)"),
    (Float(64), "1.5::DOUBLE"),
    (Float(64), "'NaN'::DOUBLE"),
    (Float(32), "'-Infinity'::FLOAT"),
    (String(), "'é'"),
    (Binary(), "'ab'::BLOB"),
    (Date(), "DATE '2027-01-31'"),
    (Time(), "TIME '12:00:00'"),
    (Timestamp(), "TIMESTAMP '2027-01-31 12:00:00'"),
    (Timestamp(zoned=True), "TIMESTAMPTZ '2027-01-31 12:00:00+00'"),
    (Uuid(), "uuid()"),
    (Struct((Field("a", Integer(32)), Field("b", String()))), "{'a': 1::INTEGER, 'b': NULL::VARCHAR}"),
    (List(Decimal(4, 1)), "[1.5::DECIMAL(4,1), NULL]"),
    (Map(String(), Integer(32)), "MAP {'a': 1::INTEGER, 'b': NULL}"),
    (Map(String(), Integer(32)), "MAP {}::MAP(VARCHAR, INTEGER)"),
    (Map(Integer(32), String()), "MAP {1: 'a'}"),
]


@pytest.mark.parametrize(("of", "sql"), VALUES, ids=[sql for _, sql in VALUES])
def test_values_look_as_the_schema_says(of: DataType, sql: str) -> None:
    with duckdb.connect() as connection:
        rows = connection.sql(f"SELECT {sql} AS it, NULL AS nothing").to_arrow_table()
    (row,) = as_dicts(rows.to_batches(), rows.schema)
    written_row = json.loads(json.dumps(row))
    jsonschema.Draft202012Validator.check_schema(type_schema(of))
    jsonschema.validate(written_row["it"], type_schema(of))
    jsonschema.validate(written_row["nothing"], nullable(type_schema(of)))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(None, type_schema(of))


def test_the_reference_mesh_is_valid(retail: Mesh) -> None:
    from hansa.catalog.exports import Iris

    for product in retail.products:
        openapi_spec_validator.validate(openapi(Told(retail, Iris.of(retail.name)), product))
