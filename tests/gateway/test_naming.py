"""Names in a query: in every clause, aliased, shadowed, joined, pinned, quoted; unknown ones and writes are refused."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hansa.gateway import Query
from hansa.serving import Serving
from hansa.trouble import Trouble, TroubleError
from hansa.wiring import Workplace

Hansa = Callable[..., Any]
Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two domains with a product of the same name, and one product with two ports of which one has two majors."""
    from hansa.cli import main

    root = tmp_path_factory.mktemp("mesh")
    (root / "a.csv").write_text("id,name\n1,Ann\n2,Bob\n")
    (root / "b.csv").write_text("id,owner,amount\n10,1,5\n11,1,7\n")

    def run(*arguments: str) -> None:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--mesh", str(root)] if arguments[0] != "init" else [*arguments])
        assert not ended.value.code

    run("init", str(root))
    run("new", "domain", "customer")
    run("new", "domain", "sales")
    run("new", "product", "customer/orders", "--from", str(root / "a.csv"))
    run("new", "product", "sales/orders", "--from", str(root / "b.csv"))
    run("new", "port", "customer.orders", "names")
    product = root / "domains/customer/orders/product.odps.yaml"
    text = product.read_text()
    second = "  - {name: orders, type: tables, version: 2.0.0, contractId: customer.orders.orders}\n"
    product.write_text(text.replace("outputPorts:\n", f"outputPorts:\n{second}"))
    contract = root / "domains/customer/orders/contracts/orders.odcs.yaml"
    newer = contract.with_name("orders_v2.odcs.yaml")
    newer.write_text(contract.read_text().replace("version: 1.0.0", "version: 2.0.0", 1))
    run("run", "--quiet")
    return root


@pytest.fixture(scope="module")
def ask(mesh: Path) -> Iterator[Ask]:
    with Workplace.open(mesh, {}) as w, Serving(w) as serving:
        operators = serving.operators()

        def asked(text: str, environment: str = "prod") -> list[dict[str, Any]]:
            given = operators.ask(Query(text, serving.reader(), environment=environment))
            return [row for batch in given.reader for row in batch.to_pylist()]

        yield asked


def refused(ask: Ask, text: str, **options: str) -> Trouble:
    with pytest.raises(TroubleError) as caught:
        ask(text, **options)
    (trouble,) = caught.value.troubles
    return trouble


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("SELECT name FROM customer.orders WHERE id = 1", [{"name": "Ann"}]),
        ("SELECT orders.name FROM customer.orders WHERE orders.id = 1", [{"name": "Ann"}]),
        ("SELECT customer.orders.name FROM customer.orders WHERE customer.orders.id = 1", [{"name": "Ann"}]),
        ("SELECT Customer.Orders.* FROM CUSTOMER.ORDERS WHERE id = 1", [{"id": 1, "name": "Ann"}]),
        ("SELECT o.name FROM customer.orders o WHERE o.id = 1", [{"name": "Ann"}]),
        ('SELECT name FROM "customer"."orders" WHERE id = 2', [{"name": "Bob"}]),
        ("FROM customer.orders SELECT name LIMIT 1", [{"name": "Ann"}]),
        ("SELECT count(*) AS n FROM customer.orders.names", [{"n": 2}]),
        ("SELECT customer.orders.names.name FROM customer.orders.names WHERE id = 1", [{"name": "first"}]),
        ("SELECT name FROM customer.orders.orders_v1 WHERE id = 1", [{"name": "Ann"}]),
        ("SELECT orders_v2.name FROM customer.orders.orders_v2 WHERE id = 1", [{"name": "Ann"}]),
        ("WITH orders AS (SELECT 1 AS a) SELECT * FROM orders", [{"a": 1}]),
        ("WITH orders AS (SELECT id FROM customer.orders) SELECT max(id) AS m FROM orders", [{"m": 2}]),
        ("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT sum(n) AS s FROM t", [{"s": 6}]),
        ("SELECT name FROM customer.orders WHERE id IN (SELECT owner FROM sales.orders)", [{"name": "Ann"}]),
        ("SELECT (SELECT max(amount) FROM sales.orders) AS m", [{"m": 7}]),
        (
            "SELECT name FROM customer.orders c WHERE EXISTS (SELECT 1 FROM sales.orders s WHERE s.owner = c.id)",
            [{"name": "Ann"}],
        ),
        ("SELECT id FROM customer.orders UNION ALL SELECT id FROM sales.orders ORDER BY id DESC LIMIT 1", [{"id": 11}]),
        ("SELECT 'customer.orders' AS t -- FROM nowhere.nothing\n", [{"t": "customer.orders"}]),
        ("SELECT s.x.y AS v FROM (SELECT {'x': {'y': 1}} AS s)", [{"v": 1}]),
        ("  \n SELECT count(*) AS n FROM customer.orders ; \n", [{"n": 2}]),
        ("SELECT range AS n FROM range(1)", [{"n": 0}]),
    ],
)
def test_names_are_found_in_every_clause(text: str, rows: list[dict[str, Any]], ask: Ask) -> None:
    assert ask(text) == rows


@pytest.mark.parametrize(
    "text",
    [
        "SELECT c.name, sum(s.amount) AS total FROM customer.orders c JOIN sales.orders s ON s.owner = c.id GROUP BY ALL",
        "SELECT customer.orders.name, sum(sales.orders.amount) AS total FROM customer.orders JOIN sales.orders "
        "ON sales.orders.owner = customer.orders.id GROUP BY ALL",
        "SELECT name, sum(amount) AS total FROM customer.orders JOIN sales.orders ON owner = customer.orders.id GROUP BY ALL",
    ],
)
def test_products_of_one_name_in_two_domains_are_joined(text: str, ask: Ask) -> None:
    assert ask(text) == [{"name": "Ann", "total": 12}]


@pytest.mark.parametrize(
    ("text", "code", "mend"),
    [
        ("SELECT * FROM customer.order", "H703", "did you mean `customer.orders`"),
        ("SELECT * FROM orders", "H703", "`customer.orders`, `sales.orders`"),
        ("SELECT * FROM a.b.c.d", "H703", "published here"),
        ("SELECT * FROM customer.orders_v2", "H703", "`customer.orders.orders_v2`"),
        ("SELECT * FROM customer.orders.name", "H704", "did you mean `names`?"),
        ("SELECT * FROM customer.orders.orders_v9", "H704", "orders"),
        ("SELECT * FROM customer.orders WHERE id IN (SELECT id FROM sale.orders)", "H703", "did you mean `sales.orders`"),
        ("SELECT nam FROM customer.orders", "H705", "name"),
        ("SELECT orders.name FROM customer.orders JOIN sales.orders ON true", "H705", ""),
        ("SELECT * FROM '/etc/passwd'", "H703", ""),
        ("SELECT * FROM information_schema.tables", "H703", ""),
    ],
)
def test_what_is_not_there_is_refused_with_a_suggestion(text: str, code: str, mend: str, ask: Ask) -> None:
    trouble = refused(ask, text)
    assert trouble.code == code
    assert mend in trouble.mend
    assert trouble.places[0].line == 1


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM customer.orders",
        "INSERT INTO customer.orders SELECT * FROM customer.orders",
        "UPDATE customer.orders SET id = 1",
        "CREATE TABLE x AS SELECT 1",
        "DROP TABLE customer.orders",
        "COPY (SELECT 1) TO '/tmp/x'",
        "COPY customer.orders TO '/tmp/x'",
        "ATTACH 'x.db'",
        "INSTALL httpfs",
        "PRAGMA database_list",
        "SET memory_limit = '1TB'",
        "EXPLAIN SELECT 1",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE x",
        "",
        "   -- nothing",
        "WITH gone AS (DELETE FROM customer.orders RETURNING *) SELECT * FROM gone",
    ],
)
def test_whatever_is_not_one_select_is_refused(text: str, ask: Ask) -> None:
    assert refused(ask, text).code in ("H701", "H702", "H708")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "SELECT getenv('HOME')",
        "SELECT * FROM read_parquet('https://example.org/x.parquet')",
    ],
)
def test_a_query_reads_nothing_outside_of_the_mesh(text: str, ask: Ask) -> None:
    assert refused(ask, text).code in ("H705", "H706", "H708")


def test_hostile_texts_are_refused_quickly(ask: Ask) -> None:
    started = dt.datetime.now(dt.UTC)
    for text in (
        "SELECT " + "(" * 5000,
        "SELECT " + "(" * 3000 + "1" + ")" * 3000,
        "SELECT 'x",
        "\x00",
        "SELECT " + "1 + " * 20000,
    ):
        assert refused(ask, text).code in ("H701", "H702", "H705", "H706")
    assert (dt.datetime.now(dt.UTC) - started).total_seconds() < 20


def test_an_environment_shows_its_own_versions_and_else_those_of_all(mesh: Path, ask: Ask) -> None:
    from hansa.cli import main

    data = mesh / "a.csv"
    before = data.read_text()
    data.write_text("id,name\n3,Cleo\n")
    try:
        with pytest.raises(SystemExit) as ended:
            main(["run", "customer", "--env", "pr_1", "--quiet", "--mesh", str(mesh)])
        assert not ended.value.code
    finally:
        data.write_text(before)
    names = "SELECT name FROM customer.orders ORDER BY id"
    assert ask(names, environment="pr_1") == [{"name": "Cleo"}]
    assert ask(names) == [{"name": "Ann"}, {"name": "Bob"}]
    assert ask("SELECT count(*) AS n FROM sales.orders", environment="pr_1") == [{"n": 2}]
