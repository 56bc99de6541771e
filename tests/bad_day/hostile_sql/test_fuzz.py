"""Random statements: what plain DuckDB answers over what the reader may see, the gateway answers so, and nothing else."""

import os
import random
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from tests.bad_day.hostile_sql.grammar import Grammar

HIDDEN_TABLE = "clinic.salaries AS"
SEEDS = range(int(os.environ.get("HANSA_FUZZ", "400")))


@pytest.fixture(scope="module")
def plain(clinic: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with a table of just what the reader may see."""
    seen = clinic.table("SELECT * FROM clinic.patients")
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("seen", seen)
        connection.execute("CREATE SCHEMA clinic; CREATE VIEW clinic.patients AS FROM seen")
        yield connection


def test_random_statements_see_what_the_reader_may_see_and_nothing_else(clinic: Any, plain: duckdb.DuckDBPyConnection) -> None:
    wrong, answered = [], 0
    for seed in SEEDS:
        grammar = Grammar(random.Random(seed), nosy=seed % 2 == 1)
        statement = grammar.statement()
        told = clinic.ask(statement, tuple(grammar.values))
        if leaked := told.leaks(statement):
            wrong.append(f"seed {seed} leaks {leaked}: {statement}\n    {told.text[:300]}")
            continue
        theirs = rows_of(plain, statement, grammar.values)
        answered += not told.refused
        if theirs is None and not told.refused:
            wrong.append(f"seed {seed} was answered, and is none: {statement}\n    {told.text[:300]}")
        elif theirs is not None and told.refused and HIDDEN_TABLE in statement:
            continue  # even in a WITH that nobody reads, and that DuckDB does not look at
        elif theirs is not None and (told.refused or sorted(map(str, told.rows)) != theirs):
            wrong.append(f"seed {seed} is answered otherwise: {statement}\n    {told.text[:300]}\n    {theirs[:3]}")
    assert not wrong, f"{len(wrong)} of {len(SEEDS)}\n" + "\n".join(wrong[:20])
    assert answered > len(SEEDS) / 2


def rows_of(plain: duckdb.DuckDBPyConnection, statement: str, values: list[object]) -> list[str] | None:
    """The rows, each as text, sorted; None for what is no query over that table."""
    for name in ("clinic.patients.patients_v1", "clinic.patients.patients", "CLINIC.Patients"):
        statement = statement.replace(f"{name} AS", "clinic.patients AS")
    try:
        table: Any = (plain.sql(statement, params=values) if values else plain.sql(statement)).to_arrow_table()
    except duckdb.Error:
        return None
    return sorted(map(str, zip(*(c.to_pylist() for c in table.columns), strict=True)))
