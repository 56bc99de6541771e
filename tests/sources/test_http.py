"""Files behind HTTP: downloaded whole, within limits, following redirects to the web only."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hansa.model import Relation, Server, Table
from hansa.model.types import Integer, String
from hansa.sources import Source, SourceFailed, open_source
from hansa.trouble import Trouble

MakeServer = Callable[..., Server]
Rows = Callable[[Relation], list[tuple[object, ...]]]
Open = Callable[..., Source]

CSV = b"id,name\n1,x\n"


@pytest.fixture
def download(server: MakeServer, table: Callable[..., Table], tmp_path: Path) -> Open:
    def make(url: str, **options: str) -> Source:
        promised = table(id=Integer(), name=String())
        return open_source(server("api", location=url, **options), promised, promised.schema(), tmp_path, {})

    return make


def trouble(source: Source, landing: Path) -> Trouble:
    with pytest.raises(SourceFailed) as caught:
        source.relation(landing)
    return caught.value.troubles[0]


def test_a_csv_and_a_parquet_file_are_downloaded_and_read(web: Any, download: Open, tmp_path: Path, rows: Rows) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"id": [1], "name": ["x"]}), buffer)
    web.answers = {"/a.csv": (200, {}, CSV), "/export": (200, {}, buffer.getvalue())}
    assert rows(download(f"{web.url}/a.csv?key=1").relation(tmp_path / "l")) == [(1, "x")]
    assert rows(download(f"{web.url}/export", format="parquet").relation(tmp_path / "l")) == [(1, "x")]
    assert [p.name for p in (tmp_path / "l").iterdir()] == ["export"]


def test_the_version_is_the_entity_tag_or_date_and_costs_no_download(web: Any, download: Open) -> None:
    web.answers = {
        "/a.csv": (200, {"ETag": '"1"'}, CSV),
        "/b.csv": (200, {"Last-Modified": "Mon"}, CSV),
        "/c.csv": (200, {}, CSV),
    }
    first = download(f"{web.url}/a.csv").version()
    web.answers["/a.csv"] = (200, {"ETag": '"2"'}, CSV)
    assert first is not None
    assert download(f"{web.url}/a.csv").version() not in (first, None)
    assert download(f"{web.url}/b.csv").version() is not None
    assert download(f"{web.url}/c.csv").version() is None
    assert {line.split()[0] for line in web.asked} == {"HEAD"}


def test_a_redirect_is_followed_on_the_web_and_nowhere_else(web: Any, download: Open, tmp_path: Path, rows: Rows) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(CSV)
    web.answers = {
        "/old.csv": (302, {"Location": "/new.csv"}, b""),
        "/new.csv": (200, {}, CSV),
        "/file.csv": (302, {"Location": secret.as_uri()}, b""),
        "/ftp.csv": (302, {"Location": "ftp://127.0.0.1/a.csv"}, b""),
    }
    assert rows(download(f"{web.url}/old.csv").relation(tmp_path / "l")) == [(1, "x")]
    for path in ("/file.csv", "/ftp.csv"):
        assert "is not followed" in trouble(download(web.url + path), tmp_path / "l").summary


def test_what_is_missing_broken_off_or_too_large_is_told(web: Any, download: Open, tmp_path: Path) -> None:
    web.answers = {"/cut.csv": (200, {"Content-Length": "1000"}, CSV), "/a.csv": (200, {}, CSV)}
    missing = trouble(download(f"{web.url}/gone.csv?token=secret"), tmp_path / "l")
    assert (missing.code, "404" in missing.summary, "secret" in str(missing)) == ("H508", True, False)
    assert trouble(download(f"{web.url}/cut.csv"), tmp_path / "l").code in ("H502", "H503")
    assert trouble(download(f"{web.url}/a.csv", maxBytes="5"), tmp_path / "l").code == "H508"


def test_a_server_that_is_not_there_is_told_without_its_password(download: Open, tmp_path: Path) -> None:
    gone = trouble(download("http://user:pa55@127.0.0.1:1/a.csv"), tmp_path / "l")
    assert gone.code == "H503"
    assert "pa55" not in str(gone)
