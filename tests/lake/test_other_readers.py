"""Tables as an Iceberg reader that is neither PyIceberg nor DuckDB sees them: Sail, over Spark Connect, by the table's path."""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from hansa.lake import Append, Lake, Replace, Rewrite
from hansa.model import Column, DataFile, Schema, types
from hansa.names import PortMajor

READ = """
import json, os, sys
from pysail.spark import SparkConnectServer
server = SparkConnectServer("127.0.0.1", 0)
server.start(background=True)
from pyspark.sql import SparkSession
spark = SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}").getOrCreate()
rows = spark.read.format("iceberg").load("file://" + sys.argv[1]).collect()
print(json.dumps(sorted([row.asDict() for row in rows], key=lambda row: row["id"])))
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.slow
@pytest.mark.skipif(not (find_spec("pysail") and find_spec("pyspark")), reason="the extra `spark` is not installed")
def test_sail_reads_a_table_that_has_evolved_and_been_rewritten(
    lake: Lake, port: PortMajor, write: Callable[..., DataFile], tmp_path: Path
) -> None:
    narrow = Schema((Column("id", types.Integer(32), required=True), Column("shop", types.String())))
    wide = Schema((Column("note", types.String()), Column("id", types.Integer(64), required=True), *narrow.columns[1:]))
    how: dict[str, Any] = {"environment": "prod", "partition_by": ("shop",)}
    gone = lake.commit(port, [write("SELECT 99::INTEGER AS id, 'x' AS shop")], narrow, change=Replace(), base=None, **how)
    old, left = write("SELECT 1::INTEGER AS id, 'a' AS shop"), write("SELECT 2::INTEGER AS id, 'b' AS shop")
    first = lake.commit(port, [old, left], narrow, change=Replace(), base=gone.id, **how)
    new = write("SELECT 'n' AS note, 5000000000 AS id, NULL::VARCHAR AS shop")
    second = lake.commit(port, [new], wide, change=Append(), base=first.id, **how)
    more = write("SELECT 'm' AS note, 4::BIGINT AS id, 'b' AS shop")
    lake.commit(port, [more], wide, change=Rewrite((left.path,)), base=second.id, **how)
    folder = lake.warehouse / "customer/profiles/profiles_v1"
    script = tmp_path / "read.py"  # PySpark does not find itself under `python -c`.
    script.write_text(READ)
    done = subprocess.run([sys.executable, str(script), str(folder)], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout.splitlines()[-1]) == [
        {"note": None, "id": 1, "shop": "a"},
        {"note": "m", "id": 4, "shop": "b"},
        {"note": "n", "id": 5000000000, "shop": None},
    ]
