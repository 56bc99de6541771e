"""J11: SQL, HTTP, dataframe, file and psql give the same rows under the same masks, from one running server."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polars as pl
import psycopg
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from tests.warm import ran

import hansa
from hansa.gateway.asking import Refused
from hansa.trouble import TroubleError

pytestmark = pytest.mark.slow
SQL = "SELECT id, name, grosse, born FROM customer.profiles WHERE id % 100 = 7 ORDER BY id"


@dataclass(frozen=True, slots=True)
class Served:
    """A running `hansa serve`, and mia's token."""

    root: Path
    http: str
    flight: str
    pg: str
    token: str
    process: "subprocess.Popen[str]"
    command: Path

    def hansa(self, *arguments: str, code: int = 0) -> str:
        """What the command line says beside the server."""
        return ran(self.command, self.root, *arguments, code=code)

    def get(self, path: str, **headers: str) -> Any:
        request = urllib.request.Request(self.http + path, headers={**self.headers, **headers})
        return urllib.request.urlopen(request, timeout=60)

    def post(self, form: str) -> bytes:
        body = json.dumps({"sql": SQL, "format": form}).encode()
        request = urllib.request.Request(
            self.http + "/api/v1/query", body, {**self.headers, "Content-Type": "application/json"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            answered: bytes = response.read()
            return answered

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "X-Hansa-Consumer": "campaign", "X-Hansa-Purpose": "letters"}

    def postgres(self, purpose: str = "letters") -> "psycopg.Connection[Any]":
        """A client of PostgreSQL: the database says for whom is read, and why."""
        address = urlsplit(self.pg)
        return psycopg.connect(
            host=address.hostname,
            port=address.port,
            user="mia",
            password=self.token,
            dbname=f"campaign/{purpose}",
            autocommit=True,
        )

    def connect(self, url: str) -> Any:
        return hansa.connect(url, token=self.token, consumer="campaign", purpose="letters")


def issued(command: Path, root: Path) -> str:
    token: str = json.loads(ran(command, root, "token", "issue", "mia", "--json"))["token"]
    return token


@pytest.fixture(scope="module")
def served(governed_mesh: Path, warm_hansa: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("served") / "mesh"
    shutil.copytree(governed_mesh, root, ignore=shutil.ignore_patterns(".hansa"))
    ran(warm_hansa, root, "run", "--quiet")
    token = issued(warm_hansa, root)
    with subprocess.Popen(
        [sys.executable, "-m", "hansa", "serve", "--port", "0", "--flight-port", "0", "--pg-port", "0"],
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        yield Served(root, said["http"], said["flight"], said["pg"], token, process, warm_hansa)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_sql_http_dataframe_and_file_give_the_same_rows_and_masks(served: Served) -> None:
    rows = json.loads(served.hansa("query", SQL, "--as", "mia", "--for", "campaign", "--purpose", "letters", "--json"))
    assert len(rows) == 25
    assert all(r["name"].startswith("Zoë ") and "Ångström" not in r["name"] for r in rows)
    assert json.loads(served.post("json"))["rows"] == rows
    assert [json.loads(line) for line in served.post("ndjson").splitlines()] == rows
    arrow = pa.ipc.open_stream(served.post("arrow")).read_all()
    assert as_json(arrow) == rows
    assert pyarrow.csv.read_csv(pa.py_buffer(served.post("csv"))).select(["id", "name"]).to_pylist() == [
        {"id": r["id"], "name": r["name"]} for r in rows
    ]
    downloaded = served.root / "rows.parquet"
    downloaded.write_bytes(served.post("parquet"))
    assert pq.read_table(downloaded).equals(arrow)
    for url in (served.http, served.flight):
        with served.connect(url) as connection:
            result = connection.query(SQL)
            assert any("name is masked" in n for n in result.notices), url
            assert as_json(result.arrow()) == rows
            assert connection.query(SQL).polars().equals(pl.DataFrame(arrow))
            assert connection.query(SQL).pandas().equals(arrow.to_pandas())
            assert connection.query(SQL).duckdb().aggregate("count(*)").fetchall() == [(len(rows),)]
            assert list(connection.query(SQL).rows()) == [tuple(r.values()) for r in arrow.to_pylist()]
            assert connection.query("SELECT id FROM customer.profiles WHERE id = $n", {"n": 7}).arrow().to_pylist() == [{"id": 7}]
            assert connection.ports() == ("customer.profiles.profiles",)
            assert {c["name"] for c in connection.explain("customer.profiles")["columns"] if c["effect"] == "masked"} == {"name"}
    with served.connect(served.flight) as connection, connection.cursor() as cursor:
        cursor.execute(SQL)
        assert as_json(cursor.fetch_arrow_table()) == rows
    for binary in (False, True):
        with served.postgres() as wire:
            notices: list[str] = []
            wire.add_notice_handler(lambda told, heard=notices: heard.append(str(told.message_primary)))  # type: ignore[misc]
            answered = wire.execute(SQL, binary=binary)
            assert answered.fetchall() == [tuple(r.values()) for r in arrow.to_pylist()]
            assert [c.name for c in answered.description or ()] == arrow.schema.names
            assert any("name is masked" in n for n in notices)
    with hansa.connect(mesh=served.root, as_user="mia", consumer="campaign", purpose="letters") as connection:
        assert as_json(connection.query(SQL).arrow()) == rows


def test_who_has_no_leave_is_refused_every_way_with_the_same_reasons(served: Served) -> None:
    asked = ("query", SQL, "--as", "mia", "--for", "campaign", "--purpose", "resale", "--json")
    said = json.loads(served.hansa(*asked, code=1))["refused"]
    assert said["reasons"]
    for url in (served.http, served.flight):
        with (
            hansa.connect(url, token=served.token, consumer="campaign", purpose="resale") as connection,
            pytest.raises(Refused) as refused,
        ):
            connection.query(SQL)
        assert refused.value.troubles[0].code == "H707"
        assert refused.value.troubles[0].mend == said["mend"]
        assert connection.explain("customer.profiles")["readable"] is False if url == served.http else True
    with served.postgres("resale") as wire, pytest.raises(psycopg.errors.InsufficientPrivilege) as denied:
        wire.execute(SQL)
    assert (denied.value.diag.source_function, denied.value.diag.message_hint) == ("H707", said["mend"])


def test_a_bad_token_reads_nothing_and_is_shown_nowhere(served: Served) -> None:
    bad = served.token[:-4] + "0000"
    for url in (served.http, served.flight):
        with hansa.connect(url, token=bad) as connection, pytest.raises(TroubleError) as refused:
            connection.query("SELECT 1")
        assert refused.value.troubles[0].code == "H780"
        assert bad not in repr(connection) + str(refused.value)
    with pytest.raises(psycopg.OperationalError, match="the credential is not accepted") as unknown:
        replace(served, token=bad).postgres()
    assert bad not in str(unknown.value)


def test_pages_stay_in_their_version_when_another_is_published_between(served: Served) -> None:
    def page(cursor: str = "") -> Any:
        path = "/api/v1/ports/customer.profiles/data?columns=id&limit=1500" + (f"&cursor={cursor}" if cursor else "")
        with served.get(path, Accept="application/json") as response:
            return json.load(response)

    first = page()
    before = (served.root / "data.csv").read_text()
    (served.root / "data.csv").write_text(before.splitlines()[0] + "\n" + "9999,Neu,1,2000-01-01\n")
    served.hansa("run", "--quiet")
    try:
        second = page(first["next"])
        assert sorted(r["id"] for r in first["rows"] + second["rows"]) == list(range(2500))
        assert second["next"] is None
        assert page()["rows"] == [{"id": 9999}]
    finally:
        (served.root / "data.csv").write_text(before)
        served.hansa("run", "--quiet")


@contextlib.contextmanager
def endless(served: Served, token: str) -> Iterator[socket.socket]:
    """The connection of a client that asked for more rows than anybody could take, and has got the first of them."""
    body = json.dumps({"sql": "SELECT a.id FROM customer.profiles a, customer.profiles b, customer.profiles c", "format": "csv"})
    host, port = served.http.removeprefix("http://").split(":")
    sent = {**served.headers, "Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    head = "".join(f"{k}: {v}\r\n" for k, v in sent.items())
    with contextlib.closing(socket.create_connection((host, int(port)), timeout=30)) as connection:
        connection.sendall(f"POST /api/v1/query HTTP/1.1\r\nHost: x\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        yield connection


def test_a_token_that_is_revoked_in_mid_stream_reads_no_further(served: Served) -> None:
    token = issued(served.command, served.root)
    with endless(served, token) as connection:
        served.hansa("token", "revoke", token.split("_")[1])
        until, last = time.monotonic() + 20, b""
        while piece := connection.recv(1 << 16):
            last = (last + piece)[-100:]
            assert time.monotonic() < until, "the stream goes on"
            time.sleep(0.002)
    assert not last.endswith(b"0\r\n\r\n"), "nobody must take what was cut off for the whole"
    with hansa.connect(served.http, token=token) as connection, pytest.raises(TroubleError) as refused:
        connection.query("SELECT 1")
    assert refused.value.troubles[0].code == "H780"


def test_a_client_that_goes_away_ends_its_query(served: Served) -> None:
    with endless(served, served.token):
        time.sleep(1)  # a slow reader: what it does not take is not computed
    until = time.monotonic() + 20
    while time.monotonic() < until:
        log = json.loads(served.hansa("audit-log", "--json"))
        if "cancelled" in json.dumps(log):
            return
        time.sleep(0.5)
    raise AssertionError(f"the query goes on: {json.dumps(log)[-2000:]}")


def test_a_mesh_that_no_longer_compiles_stays_in_force_as_it_was(served: Served) -> None:
    file = served.root / "governance/consumers/campaign.yaml"
    before = file.read_text()
    file.write_text(before.replace("kind: Consumer", "kind: Konsumer"))
    try:
        time.sleep(2.5)
        assert json.loads(served.post("json"))["rows"]
    finally:
        file.write_text(before)


def test_a_port_in_use_is_told(served: Served) -> None:
    taken = served.http.rsplit(":", 1)[1]
    done = subprocess.run(
        [sys.executable, "-m", "hansa", "serve", "--port", taken], cwd=served.root, capture_output=True, text=True, check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    assert (done.returncode, "H950" in done.stderr) == (2, True), done.stderr


def as_json(table: pa.Table) -> list[dict[str, Any]]:
    return [{**r, "born": r["born"].isoformat()} for r in table.to_pylist()]
