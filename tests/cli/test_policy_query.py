"""`hansa policy query` and `hansa policy relations`: the mesh explored in SQL."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def test_a_query_answers_as_a_table(hansa: Callable[..., Any], shared: Path) -> None:
    said = hansa("policy", "query", "SELECT product, inputs FROM products", "--mesh", shared)
    assert said.out == "product            inputs\ncustomer.profiles       1\n"
    assert said.err == "1 row\n"


def test_json_has_values_by_name_and_lists_as_lists(hansa: Callable[..., Any], shared: Path) -> None:
    sql = "SELECT product, tags, has_python, readme IS NULL AS a, 1 AS a FROM products"
    (row,) = hansa("policy", "query", sql, "--mesh", shared, "--json").json
    assert row["product"] == "customer.profiles"
    assert row["tags"] == []
    assert row["has_python"] is False
    assert list(row) == ["product", "tags", "has_python", "a", "a_1"]
    assert hansa("policy", "query", sql, "--mesh", shared, "--format", "json").json == [row]


def test_csv_can_be_read_again(hansa: Callable[..., Any], shared: Path) -> None:
    sql = "SELECT 'a,\"b\"' AS text, NULL AS nothing, ['x'] AS list"
    said = hansa("policy", "query", sql, "--mesh", shared, "--format", "csv")
    assert list(csv.reader(io.StringIO(said.out))) == [["text", "nothing", "list"], ['a,"b"', "", '["x"]']]


def test_a_limit_says_that_there_is_more(hansa: Callable[..., Any], shared: Path) -> None:
    said = hansa("policy", "query", "SELECT * FROM range(1000)", "--mesh", shared)
    assert len(said.out.splitlines()) == 101
    assert said.err == "the first 100 rows; --limit N gives more\n"
    said = hansa("policy", "query", "SELECT * FROM range(1000)", "--mesh", shared, "--limit", "2")
    assert said.out == "range\n    0\n    1\n"
    assert len(hansa("policy", "query", "SELECT * FROM range(1000)", "--mesh", shared, "--json").json) == 1000


def test_what_was_recorded_is_there_to_ask(hansa: Callable[..., Any], shared: Path) -> None:
    sql = "SELECT version, rows_in_all, not_passed, last_status FROM product_health"
    (row,) = hansa("policy", "query", sql, "--mesh", shared, "--json").json
    assert row == {"version": 1, "rows_in_all": 3, "not_passed": 0, "last_status": "published"}
    (audits,) = hansa("policy", "query", "SELECT sum(passed) > 0 AS good FROM latest_audits", "--mesh", shared, "--json").json
    assert audits == {"good": True}


def test_a_question_about_declarations_opens_no_ledger(hansa: Callable[..., Any], mesh: Path) -> None:
    hansa("policy", "query", "SELECT today FROM mesh, products")
    assert not (mesh / ".hansa" / "ledger.db").exists()
    assert hansa("policy", "query", "SELECT count(*) AS n FROM runs", "--json").json == [{"n": 0}]


@pytest.mark.parametrize(
    ("sql", "code", "mend"),
    [
        ("SELECT * FROM product", "H931", "did you mean `products`"),
        ("SELECT ownr FROM products", "H930", "did you mean `owner`"),
        ("SELECT now()", "H930", "hansa policy relations"),
        ("DROP TABLE products", "H930", "hansa policy relations"),
    ],
)
def test_a_wrong_query_is_answered_with_no(hansa: Callable[..., Any], shared: Path, sql: str, code: str, mend: str) -> None:
    said = hansa("policy", "query", sql, "--mesh", shared, code=1)
    assert said.out == ""
    assert f"error[{code}]" in said.err
    assert mend in said.err
    refused = hansa("policy", "query", sql, "--mesh", shared, "--json", code=1).json["refused"]
    assert refused["code"] == code
    assert mend in refused["mend"]


def test_wrong_arguments_and_a_missing_mesh_could_not_be_done(hansa: Callable[..., Any], shared: Path) -> None:
    assert "H907" in hansa("policy", "query", "SELECT 1", "--mesh", shared, "--limit", "0", code=2).err
    assert "H907" in hansa("policy", "query", "SELECT 1", "--mesh", shared, "--format", "parquet", code=2).err
    assert "H901" in hansa("policy", "query", "SELECT 1", code=2).err
    assert "did you mean `products`" in hansa("policy", "relations", "produts", code=2).err


def test_a_query_can_come_on_stdin(hansa_process: Callable[..., Any], shared: Path) -> None:
    said = hansa_process("policy", "query", "-", "--mesh", shared, "--format", "csv", given="SELECT count(*) AS n FROM ports")
    assert said.out == "n\n1\n"


def test_relations_are_listed_and_explained(hansa: Callable[..., Any]) -> None:
    listed = hansa("policy", "relations").out
    assert "products" in listed
    assert "product_health" in listed
    shown = hansa("policy", "relations", "Columns").out
    assert "classes" in shown
    assert "VARCHAR[]" in shown
    everything = hansa("policy", "relations", "--json").json["relations"]
    by_name = {r["name"]: r for r in everything}
    assert by_name["product_health"]["view"] is True
    assert by_name["products"]["columns"][0] == {
        "name": "product",
        "type": "VARCHAR",
        "description": "the product, `domain.product`",
    }
    assert hansa("policy", "relations", "ports", "--json").json["relations"] == [by_name["ports"]]
