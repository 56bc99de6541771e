"""Real data under audit: Parquet files that DuckDB wrote, audited by the DuckDB engine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from hansa.audit import Audit, audit
from hansa.engines.duckdb import DuckDbEngine
from hansa.model import CheckResult, ContractColumn, ParquetFiles, Relation, Rule, Table

Write = Callable[[str], ParquetFiles]


@pytest.fixture(scope="session")
def engine() -> Iterator[DuckDbEngine]:
    engine = DuckDbEngine(threads=2)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        yield made


@pytest.fixture
def written(tmp_path: Path, engine: DuckDbEngine, connection: duckdb.DuckDBPyConnection) -> Write:
    """Writes the rows of a SELECT into a Parquet file and says what was found there."""

    def write(select: str) -> ParquetFiles:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.parquet"
        connection.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")
        described = connection.execute(f"DESCRIBE {select}").fetchall()
        schema = engine.describe(select, {})
        assert len(schema) == len(described)
        return ParquetFiles((str(path),), schema)

    return write


class Auditor:
    """Audits rows given as a SELECT; remembers the whole audit, returns the one verdict asked for."""

    def __init__(self, write: Write, engine: DuckDbEngine) -> None:
        self.write = write
        self.engine = engine

    def all(self, select: str, *columns: ContractColumn, rules: tuple[Rule, ...] = (), **siblings: str) -> Audit:
        relation = self.write(select)
        table = Table("people", columns, physical_name="tbl_people", rules=rules)
        others: dict[str, Relation] = {name: self.write(rows) for name, rows in siblings.items()}
        return audit("crm.people.people@1", table, relation.schema, relation, self.engine, siblings=others)

    def one(self, check: str, select: str, *columns: ContractColumn, rules: tuple[Rule, ...] = ()) -> CheckResult:
        done = self.all(select, *columns, rules=rules)
        (result,) = [r for r in done.results if r.check == check]
        return result


@pytest.fixture
def auditor(written: Write, engine: DuckDbEngine) -> Auditor:
    return Auditor(written, engine)
