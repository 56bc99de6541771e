"""What can be read is decided from the declaration, before anything runs."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hansa.model import Server, Table
from hansa.model.types import Integer
from hansa.sources import SourceFailed, open_source, support

MakeServer = Callable[..., Server]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("local", {"path": "a/*.parquet", "format": "parquet"}),
        ("local", {"path": "package://module/data/a.csv"}),
        ("local", {"path": "table", "format": "delta"}),
        ("local", {"path": "https://example.com/a.parquet", "format": "parquet"}),
        ("api", {"location": "https://example.com/a.ndjson?key=1"}),
        ("custom", {"location": "https://example.com/export", "format": "csv"}),
        ("postgres", {"host": "h", "port": "5432", "database": "d", "schema": "s"}),
        ("postgresql", {"host": "h", "port": "5432", "database": "d"}),
        ("duckdb", {"database": "a.duckdb"}),
        ("custom", {"driver": "sqlite", "database": "a.sqlite"}),
    ],
)
def test_what_is_read_has_no_reason_against_it(server: MakeServer, kind: str, options: dict[str, str]) -> None:
    assert support(server(kind, **options)) is None


@pytest.mark.parametrize(
    ("kind", "options", "reason"),
    [
        ("snowflake", {"account": "a"}, "servers of type `snowflake` are not read yet"),
        ("s3", {"location": "s3://b/*.parquet", "format": "parquet"}, "servers of type `s3` are not read yet"),
        ("custom", {"location": "ftp://example.com/a.csv"}, "servers of type `custom` are not read yet"),
        ("local", {"format": "csv"}, "server `Shop 1` has no `path`"),
        ("local", {"path": "a", "format": "avro"}, "files of format `avro` are not read yet"),
        ("local", {"path": "a.bin"}, "server `Shop 1` does not say its `format`"),
        ("api", {"location": "https://example.com/t", "format": "delta"}, "files of format `delta` are not read yet over HTTP"),
        ("postgres", {"host": "h", "port": "5432"}, "server `Shop 1` has no `database`"),
        ("custom", {"driver": "sqlite"}, "server `Shop 1` has no `database`"),
    ],
)
def test_what_is_not_read_has_its_reason(server: MakeServer, kind: str, options: dict[str, str], reason: str) -> None:
    assert support(server(kind, **options)) == reason


def test_opening_what_is_not_supported_fails_with_the_same_reason(
    server: MakeServer, table: Callable[..., Table], tmp_path: Path
) -> None:
    sales = table(id=Integer())
    with pytest.raises(SourceFailed) as caught:
        open_source(server("snowflake", account="a"), sales, sales.schema(), tmp_path, {})
    (trouble,) = caught.value.troubles
    assert trouble.code == "H500"
    assert trouble.places[0].line == 12


def test_asking_loads_no_driver() -> None:
    heavy = ("pyarrow", "deltalake", "adbc_driver_manager", "sqlite3", "duckdb", "urllib.request")
    script = f"import sys, hansa.sources; print([m for m in {heavy!r} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip() == "[]"
