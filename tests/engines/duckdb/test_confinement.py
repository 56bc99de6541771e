"""A model's SQL reaches its inputs and nothing else, whatever it tries. A secret file proves it: no way leads to its words."""

from pathlib import Path

import pytest

from hansa.engines import EngineFailed, Materialisation, QueryRefused, SqlQuery
from hansa.engines.duckdb import DuckDbEngine
from hansa.model import Column, ParquetFiles, Relation, Schema, View
from hansa.model.types import String

ONE = Schema((Column("x", String()),))


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.csv"
    path.write_text("x\nthe-secret\n")
    return path


ATTEMPTS = [
    "SELECT x FROM read_csv('{secret}')",
    "SELECT content AS x FROM read_text('{secret}')",
    "SELECT content::VARCHAR AS x FROM read_blob('{secret}')",
    "SELECT x FROM '{secret}'",
    "SELECT file AS x FROM glob('{folder}/*')",
    "SELECT x FROM query('SELECT x FROM read_csv(''{secret}'')')",
    "SELECT x FROM query_table('{secret}')",
    "SELECT getenv('HOME') AS x",
    "SELECT x FROM sniff_csv('{secret}')",
    "SELECT name AS x FROM parquet_schema('{secret}')",
    "SELECT x FROM read_csv('https://example.com/a.csv')",
    "SELECT secret_string AS x FROM duckdb_secrets()",
    "COPY (SELECT 1) TO '{folder}/stolen.csv'",
    "ATTACH '{folder}/other.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SELECT 'a' AS x; SET enable_external_access = true",
    "PRAGMA database_list",
]


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_an_attempt_to_reach_outside_is_refused(
    engine: DuckDbEngine, orders: ParquetFiles, secret: Path, tmp_path: Path, attempt: str
) -> None:
    query = attempt.format(secret=secret, folder=secret.parent)
    before = sorted(tmp_path.iterdir())
    with pytest.raises((QueryRefused, EngineFailed)):
        engine.materialise(Materialisation(SqlQuery(query), {"orders": orders}, ONE, tmp_path / "spill" / "out"))
    tables: dict[str, Relation] = {"orders": orders, "v": View(query)}
    with pytest.raises((QueryRefused, EngineFailed)):
        engine.materialise(Materialisation(SqlQuery("SELECT x FROM v"), tables, ONE, tmp_path / "spill" / "out"))
    (answer,) = engine.measure([query], {"orders": orders})
    assert isinstance(answer, QueryRefused | EngineFailed)
    with pytest.raises((QueryRefused, EngineFailed)):
        engine.stream(query, {"orders": orders}).read_all()
    assert [p for p in sorted(tmp_path.iterdir()) if p.name != "spill"] == before


def test_a_file_beside_an_input_is_out_of_reach(engine: DuckDbEngine, orders: ParquetFiles, tmp_path: Path) -> None:
    beside = tmp_path / "orders2.parquet"
    beside.write_bytes(Path(orders.paths[0]).read_bytes())
    (own, other) = engine.measure(
        [f"SELECT count(*) FROM read_parquet('{path}')" for path in (orders.paths[0], beside)], {"orders": orders}
    )
    assert own == [(3,)]
    assert isinstance(other, QueryRefused)


def test_variables_of_the_program_are_no_tables(engine: DuckDbEngine) -> None:
    import pyarrow as pa

    table_of_the_test = pa.table({"x": ["the-secret"]})
    assert table_of_the_test.num_rows == 1
    (answer,) = engine.measure(["SELECT * FROM table_of_the_test"], {})
    assert isinstance(answer, QueryRefused)
