"""A warehouse that was moved or copied: Iceberg's paths are absolute, so its tables lie where they were made."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hansa.lake import Append, Lake, LakeFailed, Replace
from hansa.model import DataFile, RunId, Schema
from hansa.names import PortMajor


@pytest.fixture
def moved(tmp_path: Path, port: PortMajor, schema: Schema) -> Iterator[tuple[Lake, int, Path]]:
    """A lake whose folder was copied after its first snapshot, that snapshot, and the folder that it was copied from."""
    import duckdb

    first = Lake(f"sqlite:///{tmp_path}/first/ledger.db", tmp_path / "first/warehouse")
    (tmp_path / "first/warehouse").mkdir(parents=True)
    file = written(first, port, "r1", 3, duckdb)
    snapshot = first.commit(port, [file], schema, change=Replace(), base=None, environment="prod").id
    first.close()
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    second = Lake(f"sqlite:///{tmp_path}/second/ledger.db", tmp_path / "second/warehouse")
    yield second, snapshot, tmp_path / "first"
    second.close()


def written(lake: Lake, port: PortMajor, run: str, rows: int, duckdb: object) -> DataFile:
    folder = lake.staging(port, RunId(run))
    folder.mkdir(parents=True)
    path = folder / "part-0.parquet"
    with duckdb.connect() as connection:  # type: ignore[attr-defined]
        connection.execute(f"COPY (SELECT range AS id, 'n' || range AS name FROM range({rows})) TO '{path}' (FORMAT parquet)")
    return DataFile(str(path), rows, path.stat().st_size)


def files_of(folder: Path) -> set[tuple[str, int]]:
    return {(str(p), p.stat().st_mtime_ns) for p in folder.rglob("*.*") if "ledger.db" not in p.name}


def test_nothing_is_written_where_the_table_was_made(
    moved: tuple[Lake, int, Path], port: PortMajor, schema: Schema, later: dt.datetime
) -> None:
    import duckdb

    lake, snapshot, original = moved
    before = files_of(original)
    with pytest.raises(LakeFailed) as failed:
        lake.commit(port, [written(lake, port, "r2", 2, duckdb)], schema, change=Append(), base=snapshot, environment="prod")
    assert [t.code for t in failed.value.troubles] == ["H430"]
    (file,) = lake.files(port, snapshot)
    collected = lake.collect({(port, snapshot)}, (), older_than=later)
    assert [t.code for t in collected.troubles] == ["H430"]
    assert Path(file.path).exists()
    assert files_of(original) == before


def test_a_full_build_makes_the_table_anew_and_keeps_what_can_be_read_of_the_old_one(
    moved: tuple[Lake, int, Path], port: PortMajor, schema: Schema, later: dt.datetime, rows: Callable[..., list[tuple[int, str]]]
) -> None:
    import duckdb

    lake, old, original = moved
    before = files_of(original)
    file = written(lake, port, "r2", 2, duckdb)
    new = lake.commit(port, [file], schema, change=Replace(), base=old, environment="prod").id
    lake.set_head(port, new, "prod")
    collected = lake.collect({(port, old), (port, new)}, (), older_than=later)
    assert collected.troubles == ()
    assert len(rows(lake.files(port, new))) == 2
    assert len(rows(lake.files(port, old))) == 3
    assert files_of(original) == before
