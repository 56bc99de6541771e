"""Names of columns and tables as SQL: whatever one is called, what is written means it."""

import duckdb
import pytest

from hansa.model import quoted, table_written, written
from hansa.model.identifiers import RESERVED
from hansa.names import PortName, ProductName


@pytest.fixture(scope="module")
def engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def test_every_word_of_sql_can_be_the_name_of_a_column(engine: duckdb.DuckDBPyConnection) -> None:
    words = [str(w) for (w,) in engine.execute("SELECT DISTINCT keyword_name FROM duckdb_keywords()").fetchall()]
    engine.execute(f"CREATE TABLE words ({', '.join(f'{quoted(w)} INTEGER' for w in words)})")
    for word in words:
        name = written(word)
        engine.execute(f"SELECT {name}, max({name}) FROM words WHERE {name} > 1 GROUP BY {name} ORDER BY {name}")
    assert {w for w in words if written(w) != w} == RESERVED


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("id", "id"),
        ("Id_2", "Id_2"),
        ("at", '"at"'),
        ("Order", '"Order"'),
        ("a b", '"a b"'),
        ('a"b', '"a""b"'),
        ("ä", '"ä"'),
        ("", '""'),
    ],
)
def test_only_what_has_to_be_is_in_quotes(name: str, sql: str) -> None:
    assert written(name) == sql


def test_each_word_of_a_table_is_in_quotes_where_it_has_to_be() -> None:
    port = PortName("order", "group", "lines")
    assert table_written(ProductName("customer", "profiles")) == "customer.profiles"
    assert table_written(ProductName("order", "group")) == '"order"."group"'
    assert table_written(port) == '"order"."group".lines'
    assert table_written(port.at(2)) == '"order"."group".lines_v2'
    assert table_written(PortName("order", "group", "select").at(2)) == '"order"."group".select_v2'
