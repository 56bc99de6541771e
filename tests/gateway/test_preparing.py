"""What a prepared statement tells of its parameters, before they have values."""

from typing import Any

from hansa.gateway.asking import Query
from hansa.model import Principal, Reader


def parameters(bench: Any, text: str) -> dict[str, str]:
    prepared = bench.gateway.prepare(Query(text, Reader(Principal("ann"), "churn", "marketing")))
    return {field.name: str(field.type) for field in prepared.parameters}


def test_a_parameter_has_the_type_of_what_it_is_compared_with(bench: Any) -> None:
    text = (
        "SELECT id FROM customer.people WHERE id = $1 AND joined BETWEEN $2 AND $3 AND name IN ('x', $4) AND $5::SMALLINT > 0 "
        "AND $6 < age LIMIT $7"
    )
    found = parameters(bench, text)
    assert found == {
        "1": "int64",
        "2": "date32[day]",
        "3": "date32[day]",
        "4": "string",
        "5": "int16",
        "6": "int64",
        "7": "int64",
    }


def test_a_parameter_of_two_types_or_of_none_is_text(bench: Any) -> None:
    assert parameters(bench, "SELECT $who AS who, id FROM customer.people WHERE id = $both OR name = $both") == {
        "who": "string",
        "both": "string",
    }
    assert parameters(bench, "SELECT id FROM customer.people") == {}


def test_columns_of_the_same_names_keep_their_own_types(bench: Any) -> None:
    def found(text: str) -> dict[str, str]:
        schema = bench.gateway.prepare(Query(text, Reader(Principal("ann"), "churn", "marketing"))).schema
        return {field.name: str(field.type) for field in schema}

    for _ in range(2):
        for literal, type_ in (("1", "int32"), ("'1'", "string"), ("1.5", "decimal128(2, 1)"), ("[1]", "list<l: int32>")):
            text = f"SELECT id, {literal} AS x FROM customer.people WHERE age > {len(type_)}"
            assert found(text) == {"id": "int64", "x": type_}


def test_what_is_prepared_is_what_is_answered(bench: Any) -> None:
    bench.decider.masks["customer.people.people@2"] = {"email": "sha-256-global", "age": "replace-with-null"}
    reader = Reader(Principal("ann"), "churn", "marketing")
    for text in ("SELECT * FROM customer.people", "SELECT count(*), customer.people.name FROM customer.people GROUP BY 2"):
        for _ in range(2):
            query = Query(f"{text} LIMIT 3", reader)
            assert bench.gateway.prepare(query).schema == bench.gateway.ask(query).reader.read_all().schema
            text = f"{text} "
