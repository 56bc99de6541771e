"""What a statement results in is found as DuckDB's relations find it, without loading them."""

import subprocess
import sys
from collections.abc import Iterator

import duckdb
import pytest

from hansa.engines.duckdb.binding import bound
from hansa.engines.duckdb.session import Limits, opened

LAID_OUT = """\
CREATE TYPE mood AS ENUM ('a', 'b''c');
CREATE TABLE t (a INTEGER, b VARCHAR, m mood, d DECIMAL(18, 3), s STRUCT(x INTEGER, "y z" VARCHAR[]));
CREATE SEQUENCE numbers;
"""
SELECTS = (
    "SELECT * FROM t",
    "SELECT a + 1 AS a, upper(b) AS b, m, enum_range(m) AS ms, sum(d) OVER () AS d, s.x FROM t",
    "SELECT NULL AS n, [NULL] AS ns, [1]::INTEGER[1] AS one, map {'a': 1} AS m, row(1, 'x') AS r, '{}'::JSON AS j",
    "SELECT uuid() AS u, '1'::BIT AS bits, INTERVAL 1 DAY AS i, now() AS n, '2020-01-01'::TIMESTAMP_NS AS ns, 1::BIGNUM AS big",
    "WITH x AS (SELECT a FROM t) FROM x; -- the end",
    "VALUES (1, 2)",
    "SELECT * FROM range(100_000_000_000)",
    "SELECT a, a FROM t",
    "DESCRIBE t",
    "SELECT nextval('numbers') AS n",
    "CREATE TABLE u AS SELECT 1 AS x",
)
REFUSED = (
    "SELECT zz FROM t",
    "SELECT a FROM nowhere",
    "SELECT $1 AS x",
    "SELECT a FROM t WHERE a = ?",
    "SELECT upper(1, 2, 3)",
)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    made = opened(Limits(threads=1))
    made.execute(LAID_OUT)
    yield made
    made.close()


def parsed(connection: duckdb.DuckDBPyConnection, query: str) -> duckdb.Statement:
    return connection.extract_statements(query)[0]


@pytest.mark.parametrize("query", SELECTS)
def test_names_and_types_are_those_of_a_relation(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    names, types = bound(connection, parsed(connection, query))
    connection.execute("DROP TABLE IF EXISTS u")
    relation = connection.sql(query)
    assert (list(names), [str(t) for t in types]) == (list(relation.columns), [str(t) for t in relation.types])
    assert [t.id for t in types] == [t.id for t in relation.types]


@pytest.mark.parametrize("query", REFUSED)
def test_what_a_relation_refuses_is_refused_with_its_words(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    with pytest.raises(duckdb.Error) as theirs:
        connection.sql(query)
    with pytest.raises(duckdb.Error) as ours:
        bound(connection, parsed(connection, query))
    assert (type(ours.value), str(ours.value)) == (type(theirs.value), str(theirs.value))


def test_a_model_is_described_without_the_relations_of_duckdb() -> None:
    program = (
        "import sys\n"
        "from hansa.engines.duckdb import DuckDbEngine\n"
        "from hansa.model import Column, Schema, types\n"
        "tables = {'t': Schema((Column('a', types.Integer(32)), Column('b', types.String())))}\n"
        "engine = DuckDbEngine()\n"
        "print(engine.describe('SELECT a + 1 AS x, upper(b) AS y FROM t', tables).names)\n"
        "engine.close()\n"
        "print('_duckdb' in sys.modules, 'duckdb' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["('x', 'y')", "True False"]
