"""`hansa lineage columns`: one statement from anywhere, with given schemas."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Told = Callable[..., subprocess.CompletedProcess[str]]
SCHEMA = """
shop.public.orders: {order_id: bigint, state: varchar, amount: double, Customer_Id: bigint}
shop.public.customers: {customer_id: bigint, name: varchar}
"""


@pytest.fixture
def told(warm_hansa: Path) -> Told:
    """What is told of a statement on stdin."""

    def tell(sql: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(warm_hansa), "lineage", "columns", *arguments]
        return subprocess.run(command, input=sql, capture_output=True, text=True, check=False)

    return tell


@pytest.fixture
def schema(in_folder: Path) -> str:
    (in_folder / "schema.yaml").write_text(SCHEMA)
    return "schema.yaml"


def test_json_says_for_each_output_what_it_depends_on(told: Told, schema: str) -> None:
    sql = "SELECT c.NAME, sum(o.amount) AS total FROM orders o JOIN customers c ON o.customer_id = c.customer_id GROUP BY 1"
    done = told(sql, "--dialect", "snowflake", "--schema", schema, "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert list(found["outputs"]) == ["NAME", "total"]
    amount = {"table": "shop.public.orders", "column": "amount", "kind": "direct", "subtype": "aggregation", "learnt": "parsed"}
    join = {"table": "shop.public.orders", "column": "Customer_Id", "kind": "indirect", "subtype": "join", "learnt": "parsed"}
    assert amount in found["outputs"]["total"]
    assert amount not in found["outputs"]["NAME"]
    assert join in found["outputs"]["total"]
    assert join in found["rows"]
    assert found["unresolved"] == []
    assert found["target"] == ""
    assert set(found) == {"target", "outputs", "rows", "unresolved"}


def test_the_last_statement_that_yields_columns_is_told_through_what_was_created_before(told: Told, schema: str) -> None:
    sql = "CREATE TABLE big AS SELECT amount AS a FROM orders; INSERT INTO total (x) SELECT a FROM big; DROP TABLE big"
    found = json.loads(told(sql, "--schema", schema, "--json").stdout)
    assert found["target"] == "total"
    assert [(r["column"], r["subtype"]) for r in found["outputs"]["x"]] == [("amount", "identity")]


def test_two_outputs_of_a_name_are_two_outputs(told: Told, schema: str) -> None:
    found = json.loads(told("SELECT state, amount AS state FROM orders", "--schema", schema, "--json").stdout)
    assert {name: [r["column"] for r in reads] for name, reads in found["outputs"].items()} == {
        "state": ["state"],
        "state:1": ["amount"],
    }


def test_text_says_once_what_takes_part_in_all(told: Told, schema: str, in_folder: Path) -> None:
    (in_folder / "query.sql").write_text("SELECT name, 1 AS one FROM customers, nowhere WHERE customer_id > 3")
    done = told("", "--schema", schema, "--sql", "query.sql")
    assert done.returncode == 0
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["output", "comes", "from", "how", "learnt"],
        ["name", "shop.public.customers.name", "identity", "parsed"],
        ["one", "–"],
        ["all", "of", "them", "shop.public.customers.customer_id", "filter", "parsed"],
        [],
        ["not", "resolved,", "and", "so", "taken", "to", "depend", "on", "everything:", "nowhere"],
    ]


@pytest.mark.parametrize(
    ("tables", "found"),
    [
        ('{"orders": {"state": "varchar"}}', "orders"),
        ("orders: [state, amount]", "orders"),
        ("shop: {public: {orders: {state: varchar}}}", "shop.public.orders"),
    ],
)
def test_schemas_are_json_or_yaml_flat_or_nested(told: Told, tables: str, found: str, in_folder: Path) -> None:
    (in_folder / "tables").write_text(tables)
    document = json.loads(told("SELECT state FROM orders", "--schema", "tables", "--json").stdout)
    assert [(r["table"], r["column"]) for r in document["outputs"]["state"]] == [(found, "state")]


@pytest.mark.parametrize(
    ("sql", "arguments", "code", "exit_code"),
    [
        ("SELECT a FROM (SELECT b", (), "H929", 1),
        ("SELECT 'open", (), "H929", 1),
        ("DROP TABLE t", (), "H929", 1),
        ("", (), "H929", 1),
        ("SELECT " + "(" * 5000 + "1" + ")" * 5000, (), "H929", 1),
        ("SELECT 1", ("--dialect", "postgresql"), "H928", 2),
        ("SELECT 1", ("--schema", "nowhere.yaml"), "H908", 2),
        ("SELECT 1", ("--sql", "nowhere.sql"), "H908", 2),
        ("SELECT 1", ("--schema", "wrong.yaml"), "H927", 2),
        ("SELECT 1", ("--schema", "broken.yaml"), "H104", 2),
    ],
)
def test_bad_input_is_a_trouble(
    told: Told, sql: str, arguments: tuple[str, ...], code: str, exit_code: int, in_folder: Path
) -> None:
    (in_folder / "wrong.yaml").write_text("orders: 12\n")
    (in_folder / "broken.yaml").write_text("orders: {a: b\n")
    done = told(sql, *arguments, "--json")
    assert done.returncode == exit_code, done.stderr
    [trouble] = json.loads(done.stdout)["error"]["troubles"]
    assert trouble["code"] == code
    assert trouble["mend"]


@pytest.mark.parametrize(
    ("statement", "where", "reason"),
    [
        ("SELECT a FROM t\nWHERE", (2, 1), "something is missing at `WHERE`"),
        ("SELECT CASE WHEN a THEN 1 FROM t", (1, 25), "expected END after CASE, near `1`"),
        ("SELECT CAST(a AS) FROM t", (1, 17), "expected TYPE after CAST, near `)`"),
        ("SELECT a AS FROM t", (1, 18), "`t` is not expected here"),
        ("SELECT a,\n'open FROM t", (2, 1), "a quote or a comment is not closed, or a sign stands here that is none of SQL's"),
    ],
)
def test_what_is_no_sql_is_told_in_words_of_people(told: Told, statement: str, where: tuple[int, int], reason: str) -> None:
    done = told(statement, "--json")
    assert done.returncode == 1
    (trouble,) = json.loads(done.stdout)["error"]["troubles"]
    assert trouble["code"] == "H929"
    assert trouble["summary"] == f"this is no SQL of duckdb: {reason}"
    assert (trouble["places"][0]["line"], trouble["places"][0]["column"]) == where
