"""J1, new product in minutes: an empty folder becomes a published product that answers a query; no network, no container."""

import datetime as dt
import json
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

Hansa = Callable[..., Any]

PROFILES = "id,name,born,zip\n1,Ann,1990-01-31,01234\n2,Bob,1988-12-01,00501\n3,Cleo,,90210\n"


@pytest.fixture
def shop(hansa: Hansa, in_folder: Path) -> Path:
    """A mesh with a domain, which is where every product of this journey begins; the working folder."""
    hansa("init", "shop")
    hansa("new", "domain", "customer", "--mesh", "shop")
    return in_folder


def publish(hansa: Hansa, source: str | Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows that consumers see of a product made from a source, and the page of the product."""
    hansa("new", "product", "customer/profiles", "--from", source, "--mesh", "shop")
    checked = hansa("check", "--mesh", "shop", "--json").json
    assert (checked["valid"], checked["troubles"]) == (True, [])
    hansa("run", "--quiet", "--mesh", "shop")
    rows = hansa("query", "SELECT * FROM customer.profiles", "--mesh", "shop", "--json").json
    return rows, hansa("describe", "customer.profiles", "--mesh", "shop", "--json").json


def types(page: dict[str, Any]) -> dict[str, str]:
    return {c["name"]: c["type"] for c in page["outputs"][0]["columns"]}


def test_the_whole_way_in_processes_of_its_own_without_a_network(hansa_process: Hansa, in_folder: Path) -> None:
    (in_folder / "data.csv").write_text(PROFILES)
    # A proxy that nobody listens at: whatever asked the network would fail.
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        offline = {"HTTP_PROXY": dead, "HTTPS_PROXY": dead, "ALL_PROXY": dead, "HANSA_MESH": str(in_folder / "shop")}

        def run(*arguments: str) -> Any:
            return hansa_process(*arguments, environ=offline)

        assert run("init", "shop", "--json").json["files"]
        assert run("new", "domain", "customer", "--json").json["created"]
        made = run("new", "product", "customer/profiles", "--from", "data.csv", "--json").json["created"]
        assert [Path(f).suffix for f in made] == [".yaml", ".yaml", ".sql", ".md", ".yaml"]
        assert all((in_folder / "shop" / f).is_file() for f in made)
        assert run("check", "--json").json["valid"]
        (step,) = run("plan", "--json").json["steps"]
        assert (step["product"], step["action"]) == ("customer.profiles", "build")
        assert not (in_folder / "shop" / ".hansa" / "warehouse").exists(), "a plan has no effects"
        (product,) = run("run", "--json").json["products"]
        assert (product["status"], product["ports"][0]["rows"]) == ("published", 3)
        (state,) = run("status", "--json").json["products"]
        assert (state["name"], state["state"], state["owner"], state["version"]) == (
            "customer.profiles", "published", "customer-team", 1,
        )  # fmt: skip
        page = run("describe", "customer.profiles", "--json").json
        assert [o["name"] for o in page["outputs"]] == ["customer.profiles.profiles"]
        assert run("query", "SELECT name FROM customer.profiles WHERE zip = '00501'", "--json").json == [{"name": "Bob"}]
        (again,) = run("run", "--json").json["products"]
        assert again["status"] == "unchanged"


def test_from_csv_types_are_found_and_leading_zeros_are_kept(hansa: Hansa, shop: Path) -> None:
    (shop / "data.csv").write_text(PROFILES)
    rows, page = publish(hansa, "data.csv")
    assert rows[1] == {"id": 2, "name": "Bob", "born": "1988-12-01", "zip": "00501"}
    assert rows[2]["born"] is None
    assert types(page) == {"id": "BIGINT", "name": "VARCHAR", "born": "DATE", "zip": "VARCHAR"}
    columns = {c["name"]: (c["required"], c["key"]) for c in page["outputs"][0]["columns"]}
    assert columns == {"id": (True, True), "name": (True, False), "born": (False, False), "zip": (True, False)}


def test_from_parquet_every_type_arrives(hansa: Hansa, shop: Path) -> None:
    table = pa.table(
        {
            "CustomerID": pa.array([1, 2], pa.int32()),
            "price": pa.array([Decimal("1.50"), None], pa.decimal128(9, 2)),
            "picture": [b"ab", b"\xff"],
            "seen": pa.array([dt.datetime(2024, 1, 1, tzinfo=dt.UTC), None], pa.timestamp("us", "UTC")),
            "score": [float("nan"), 1.5],
            "home": [{"street": "a", "since": dt.date(2024, 1, 1)}, None],
            "limits": pa.array([[("day", 1)], None], pa.map_(pa.string(), pa.int64())),
            "tags": [["x", "y"], []],
            "at": pa.array([dt.time(1, 2), None]),
            "kind": pa.array(["a", "b"]).dictionary_encode(),
            "for_how_long": pa.array([dt.timedelta(1), None]),  # no table has a type for durations: it is left out
        }
    )
    pq.write_table(table, shop / "data.parquet")
    rows, page = publish(hansa, "data.parquet")
    assert rows[0] == {
        "customer_id": 1, "price": "1.50", "picture": "YWI=", "seen": "2024-01-01T00:00:00+00:00", "score": "NaN",
        "home": {"street": "a", "since": "2024-01-01"}, "limits": {"day": 1}, "tags": ["x", "y"], "at": "01:02:00", "kind": "a",
    }  # fmt: skip
    assert types(page)["limits"] == "MAP(VARCHAR, BIGINT)"


def test_from_json_with_a_column_that_is_empty_throughout(hansa: Hansa, shop: Path) -> None:
    (shop / "data.json").write_text('[{"id": 1, "on": "2024-01-01", "note": null}, {"id": 2, "on": "2024-01-05"}]')
    rows, page = publish(hansa, "data.json")
    assert rows == [{"id": 1, "on": "2024-01-01", "note": None}, {"id": 2, "on": "2024-01-05", "note": None}]
    assert types(page) == {"id": "BIGINT", "on": "DATE", "note": "VARCHAR"}


def test_from_ndjson_with_nested_values(hansa: Hansa, shop: Path) -> None:
    lines = [{"id": 1, "a b": {"x": 1, "y": [{"z": None}]}, "l": [1, 2]}, {"id": 2, "a b": {"x": 3, "y": []}, "l": []}]
    (shop / "data.ndjson").write_text("\n".join(map(json.dumps, lines)))
    rows, _ = publish(hansa, "data.ndjson")
    assert rows[0] == {"id": 1, "a_b": {"x": 1, "y": [{"z": None}]}, "l": [1, 2]}


def test_without_a_source_two_example_rows_are_published(hansa: Hansa, shop: Path) -> None:
    hansa("new", "product", "customer/profiles", "--mesh", "shop")
    assert hansa("check", "--mesh", "shop", "--json").json["troubles"] == []
    hansa("run", "-q", "--mesh", "shop")
    rows = hansa("query", "SELECT * FROM customer.profiles", "--mesh", "shop", "--json").json
    assert rows == [{"id": 1, "name": "first"}, {"id": 2, "name": "second"}]


def test_awkward_column_names_become_plain_words_and_none_is_lost(hansa: Hansa, shop: Path) -> None:
    header = 'Order ID,select,First  Name,first_name,FIRST-NAME,größe,2nd line,名前,OrderLine,group by,"a""b",__x,order,$price'
    (shop / "data.csv").write_text(f"{header}\n" + ",".join(str(n) for n in range(14)) + "\n")
    rows, _ = publish(hansa, "data.csv")
    assert list(rows[0]) == [
        "order_id", "select", "first_name", "first_name_4", "first_name_5", "grosse", "n2nd_line", "column_8", "order_line",
        "group_by", "a_b", "x", "order", "price",
    ]  # fmt: skip
    assert list(rows[0].values()) == list(range(14))


def test_semicolons_quoted_newlines_and_decimal_commas(hansa: Hansa, shop: Path) -> None:
    (shop / "data.csv").write_text('\ufeffid;betrag;ort\n1;1,50;"Köln;\nMitte"\n2;2,75;"sie sagt ""ja"""\n')
    rows, page = publish(hansa, "data.csv")
    assert rows == [
        {"id": 1, "betrag": "1,50", "ort": "Köln;\nMitte"},
        {"id": 2, "betrag": "2,75", "ort": 'sie sagt "ja"'},
    ]
    assert types(page)["betrag"] == "VARCHAR", "a decimal comma is not guessed to be a number"


def test_what_looks_like_a_date_and_is_none_stays_text(hansa: Hansa, shop: Path) -> None:
    (shop / "data.csv").write_text(
        "id,d,t,n,e,b\n1,2024-02-30,2024-01-01 10:00,99999999999999999999,,true\n2,2024-01-01,2024-01-01 11:00:01.5,1,,False\n"
    )
    rows, page = publish(hansa, "data.csv")
    assert types(page) == {"id": "BIGINT", "d": "VARCHAR", "t": "TIMESTAMP", "n": "DOUBLE", "e": "VARCHAR", "b": "BOOLEAN"}
    assert rows[0]["d"] == "2024-02-30"


def test_a_header_without_rows_promises_nothing_about_them(hansa: Hansa, shop: Path) -> None:
    (shop / "data.csv").write_text("a,b\n")
    rows, page = publish(hansa, "data.csv")
    assert rows == []
    assert [c["required"] for c in page["outputs"][0]["columns"]] == [False, False]


def test_a_file_outside_of_the_mesh_is_named_from_the_root_and_one_inside_from_the_mesh(hansa: Hansa, shop: Path) -> None:
    (shop / "outside.csv").write_text(PROFILES)
    (shop / "shop" / "in side.csv").write_text(PROFILES)
    hansa("new", "product", "customer/a", "--from", "outside.csv", "--mesh", "shop")
    hansa("new", "product", "customer/b", "--from", "shop/in side.csv", "--mesh", "shop")
    contracts = shop / "shop" / "domains" / "customer"
    assert f"path: {shop.resolve()}/outside.csv" in (contracts / "a/contracts/a_source.odcs.yaml").read_text()
    assert "path: in side.csv" in (contracts / "b/contracts/b_source.odcs.yaml").read_text()
    hansa("run", "-q", "--mesh", "shop")


@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
def test_from_a_table_of_a_database_file(kind: str, hansa: Hansa, shop: Path) -> None:
    make = 'CREATE TABLE "Our Sales" (id INTEGER, "Sold On" DATE, amount REAL)'
    fill = "INSERT INTO \"Our Sales\" VALUES (1, '2024-01-31', 1.5)"
    connect: Callable[[str], Any] = duckdb.connect if kind == "duckdb" else sqlite3.connect
    with closing(connect(str(shop / "db"))) as database:
        database.execute(make)
        database.execute(fill)
        database.commit() if kind == "sqlite" else None
    rows, page = publish(hansa, f"{kind}:db#Our Sales")
    assert rows == [{"id": 1, "sold_on": "2024-01-31", "amount": 1.5}]
    assert types(page)["sold_on"] == "DATE"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("nothing.csv", "does not exist"),
        ("data.xlsx", "no known format"),
        ("empty.csv", "is empty"),
        ("broken.parquet", "cannot be read"),
        ("duckdb:db", "names no table"),
        ("sqlite:nothing.db#t", "is not there"),
        ("postgresql://me:h4nsa@127.0.0.1:1/db#t", "without user and password"),
        ("postgresql://127.0.0.1:1/db#t", "cannot be reached"),
    ],
)
def test_a_source_that_cannot_be_read_is_said_and_nothing_is_written(source: str, said: str, hansa: Hansa, shop: Path) -> None:
    (shop / "data.xlsx").write_bytes(b"PK")
    (shop / "empty.csv").write_bytes(b"")
    (shop / "broken.parquet").write_bytes(b"PAR1 but not really")
    answer = hansa("new", "product", "customer/profiles", "--from", source, "--mesh", "shop", code=2)
    assert said in answer.err
    assert "h4nsa" not in answer.err
    assert not (shop / "shop" / "domains" / "customer" / "profiles").exists()


def test_what_exists_is_never_overwritten(hansa: Hansa, shop: Path) -> None:
    hansa("new", "product", "customer/profiles", "--mesh", "shop")
    before = {p: p.read_bytes() for p in (shop / "shop").rglob("*") if p.is_file()}
    for again in (["product", "customer/profiles"], ["domain", "customer"], ["port", "customer.profiles", "profiles"]):
        assert "H910" in hansa("new", *again, "--mesh", "shop", code=2).err
    assert "H910" in hansa("new", "contract", "customer.profiles", "profiles", "--mesh", "shop", code=2).err
    assert "H911" in hansa("init", "shop", code=2).err
    assert {p: p.read_bytes() for p in (shop / "shop").rglob("*") if p.is_file() and ".hansa" not in p.parts} == before
