"""Local files as sources: where they are, what they say of themselves, when they changed, and how they fail."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from hansa.model import Column, CsvFiles, ParquetFiles, Relation, Schema, Server, Table
from hansa.model.types import Boolean, Date, Decimal, Integer, List, String, Timestamp
from hansa.sources import Source, SourceFailed, open_source
from hansa.trouble import Trouble

MakeServer = Callable[..., Server]
MakeTable = Callable[..., Table]
Rows = Callable[[Relation], list[tuple[object, ...]]]


def opened(server: Server, table: Table, root: Path) -> Source:
    return open_source(server, table, table.schema(), root, {})


def trouble(source: Source, landing: Path) -> Trouble:
    with pytest.raises(SourceFailed) as caught:
        source.relation(landing)
    return caught.value.troubles[0]


@pytest.fixture
def sales(table: MakeTable) -> Table:
    return table(id=Integer(), name=String())


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two Parquet files in `data/`, beside what writers of data leave there."""
    folder = tmp_path / "data"
    folder.mkdir()
    for number in (1, 2):
        pq.write_table(pa.table({"id": [number], "name": [f"n{number}"]}), folder / f"part-{number}.parquet")
    (folder / "_SUCCESS").write_text("")
    (folder / ".part.parquet").write_text("half")
    return folder


@pytest.mark.parametrize("path", ["data", "data/*.parquet", "./data/part-?.parquet", "**/part*.parquet"])
def test_parquet_is_read_in_place_from_a_folder_or_glob(
    server: MakeServer, sales: Table, data: Path, tmp_path: Path, rows: Rows, path: str
) -> None:
    source = opened(server("local", path=path, format="parquet"), sales, tmp_path)
    relation = source.relation(tmp_path / "landing")
    assert isinstance(relation, ParquetFiles)
    assert rows(relation) == [(1, "n1"), (2, "n2")]
    assert source.describe() == Schema((Column("id", Integer(64)), Column("name", String())))
    assert not (tmp_path / "landing").exists()


def test_an_absolute_path_is_taken_as_it_is(server: MakeServer, sales: Table, data: Path, tmp_path: Path, rows: Rows) -> None:
    source = opened(server("local", path=str(data / "part-1.parquet")), sales, tmp_path / "elsewhere")
    assert rows(source.relation(tmp_path / "landing")) == [(1, "n1")]


def test_a_file_inside_an_installed_package_is_found_without_importing_it(
    server: MakeServer, sales: Table, tmp_path: Path, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "shelf_of_data"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (package / "data" / "a.csv").write_text("id,name\n1,x\n")
    monkeypatch.syspath_prepend(tmp_path)
    source = opened(server("local", path="package://shelf_of_data/data/a.csv"), sales, tmp_path)
    assert rows(source.relation(tmp_path / "landing")) == [(1, "x")]
    missing = trouble(opened(server("local", path="package://no_such_shelf/a.csv"), sales, tmp_path), tmp_path / "l")
    assert (missing.code, "no-such-shelf" in missing.mend) == ("H501", True)
    outside = opened(server("local", path="package://shelf_of_data/../secret.csv"), sales, tmp_path)
    assert trouble(outside, tmp_path / "l").code == "H501"


def test_csv_is_read_with_its_own_delimiter_encoding_and_names(
    server: MakeServer, table: MakeTable, tmp_path: Path, rows: Rows
) -> None:
    (tmp_path / "a.csv").write_text("Größe\tKauf Tag\tpreis\n5\t2026-01-02\t1.50\n", encoding="iso-8859-1")
    promised = table(bought=(Date(), "Kauf Tag"), size=(Integer(32), "Größe"), price=(Decimal(9, 2), "preis"))
    given = server("local", path="a.csv", format="csv", delimiter="\\t", encoding="ISO-8859-1")
    source = opened(given, promised, tmp_path)
    found = source.describe()
    assert found is not None
    assert found.names == ("Größe", "Kauf Tag", "preis")
    assert [tuple(map(str, row)) for row in rows(source.relation(tmp_path / "l"))] == [("2026-01-02", "5", "1.50")]


def test_csv_without_a_header_is_read_by_position(server: MakeServer, sales: Table, tmp_path: Path, rows: Rows) -> None:
    (tmp_path / "a.csv").write_text("1;x\n")
    relation = opened(server("local", path="a.csv", format="csv", delimiter=";", header="false"), sales, tmp_path).relation(
        tmp_path
    )
    assert isinstance(relation, CsvFiles)
    assert rows(relation) == [(1, "x")]


def test_a_packed_csv_is_read_as_it_lies(server: MakeServer, sales: Table, tmp_path: Path, rows: Rows) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"name,id\nx,1\n"))
    for written in ({"path": "a.csv.gz"}, {"path": "*.gz", "format": "csv"}):
        assert rows(opened(server("local", **written), sales, tmp_path).relation(tmp_path)) == [(1, "x")]


def test_a_column_that_only_newer_files_have_is_found(
    server: MakeServer, table: MakeTable, data: Path, tmp_path: Path, rows: Rows
) -> None:
    pq.write_table(pa.table({"id": [3], "name": ["n3"], "more": [True]}), data / "part-3.parquet")
    source = opened(server("local", path="data", format="parquet"), table(id=Integer(), more=Boolean()), tmp_path)
    assert rows(source.relation(tmp_path)) == [(1, None), (2, None), (3, True)]


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_json_is_read_as_an_array_or_by_line(server: MakeServer, table: MakeTable, tmp_path: Path, rows: Rows, form: str) -> None:
    one = '{"id": 1, "tags": ["a", "b"]}'
    (tmp_path / f"a.{form}").write_text(f"[{one}]" if form == "json" else f"{one}\n")
    source = opened(server("local", path=f"a.{form}"), table(id=Integer(), tags=List(String())), tmp_path)
    assert rows(source.relation(tmp_path / "l")) == [(1, ["a", "b"])]


def test_a_simple_delta_table_is_read_in_place_and_others_are_landed(
    server: MakeServer, table: MakeTable, tmp_path: Path, rows: Rows
) -> None:
    promised = table(id=Integer(), name=(String(), "Name"))
    write_deltalake(str(tmp_path / "plain"), pa.table({"id": [1, 2], "Name": ["x", "y"]}))
    DeltaTable(str(tmp_path / "plain")).delete("id = 2")
    write_deltalake(str(tmp_path / "parted"), pa.table({"id": [1, 2], "Name": ["x", "y"]}), partition_by=["Name"])
    plain = opened(server("local", path="plain", format="delta"), promised, tmp_path)
    assert rows(plain.relation(tmp_path / "landed_plain")) == [(1, "x")]
    assert not (tmp_path / "landed_plain").exists()
    parted = opened(server("local", path="parted", format="delta"), promised, tmp_path)
    assert rows(parted.relation(tmp_path / "landed")) == [(1, "x"), (2, "y")]
    before = parted.version()
    write_deltalake(str(tmp_path / "parted"), pa.table({"id": [3], "Name": ["z"]}), mode="append")
    assert parted.version() != before
    assert rows(parted.relation(tmp_path / "landed")) == [(1, "x"), (2, "y"), (3, "z")]


def test_a_folder_without_a_delta_log_is_no_delta_table(server: MakeServer, sales: Table, data: Path, tmp_path: Path) -> None:
    assert trouble(opened(server("local", path="data", format="delta"), sales, tmp_path), tmp_path / "l").code == "H501"


def test_the_version_changes_with_content_names_and_number_of_files(
    server: MakeServer, sales: Table, data: Path, tmp_path: Path
) -> None:
    source = opened(server("local", path="data", format="parquet"), sales, tmp_path)
    seen = [source.version(), source.version()]
    assert seen[0] == seen[1]
    os.utime(data / "part-1.parquet", ns=(1, 1))
    seen.append(source.version())
    (data / "part-2.parquet").rename(data / "part-3.parquet")
    seen.append(source.version())
    (data / "part-3.parquet").unlink()
    seen.append(source.version())
    assert len(set(seen)) == 4


def test_what_is_not_there_is_told_with_place_and_the_near_name(
    server: MakeServer, sales: Table, data: Path, tmp_path: Path
) -> None:
    source = opened(server("local", path="data/part-l.parquet", format="parquet"), sales, tmp_path)
    gone = trouble(source, tmp_path / "l")
    assert gone.code == "H501"
    assert "did you mean `part-" in gone.mend
    assert (gone.places[0].file, gone.places[0].line) == ("contracts/source.odcs.yaml", 12)
    with pytest.raises(SourceFailed):
        source.version()
    none = trouble(opened(server("local", path="data/*.pq", format="parquet"), sales, tmp_path), tmp_path / "l")
    assert "no file matches `data/*.pq`" in none.summary


@pytest.mark.parametrize(("keep", "word"), [(200, "cut off"), (0, "empty")])
def test_a_truncated_file_is_told_even_if_it_is_not_the_first(
    server: MakeServer, sales: Table, data: Path, tmp_path: Path, keep: int, word: str
) -> None:
    file = data / "part-2.parquet"
    file.write_bytes(file.read_bytes()[:keep])
    broken = trouble(opened(server("local", path="data", format="parquet"), sales, tmp_path), tmp_path / "l")
    assert broken.code == "H502"
    assert "part-2.parquet" in broken.summary
    assert word in broken.summary


@pytest.mark.parametrize("content", [b"", b"id,id\n1,2\n", b"\xff\xfe\xff"])
def test_a_csv_without_a_readable_header_is_told(server: MakeServer, sales: Table, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    assert trouble(opened(server("local", path="a.csv"), sales, tmp_path), tmp_path / "l").code == "H502"


def test_a_source_that_does_not_fit_its_contract_is_not_read(
    server: MakeServer, table: MakeTable, data: Path, tmp_path: Path
) -> None:
    promised = table(id=Timestamp(), nam=String())
    with pytest.raises(SourceFailed) as caught:
        opened(server("local", path="data", format="parquet"), promised, tmp_path).relation(tmp_path / "l")
    assert [t.code for t in caught.value.troubles] == ["H506", "H505"]
