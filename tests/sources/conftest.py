"""What tests of sources share: contracts made in a line, and real servers: PostgreSQL of its own, HTTP on the loopback."""

import contextlib
import http.server
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hansa.engines.duckdb import DuckDbEngine
from hansa.model import ContractColumn, DataType, Relation, Server, Table
from hansa.trouble import Place

PLACE = Place("contracts/source.odcs.yaml", 12, 3)


@pytest.fixture
def server() -> Callable[..., Server]:
    """A server of a type with its options: `server("local", path="a.csv", format="csv")`."""

    def make(kind: str, **options: str) -> Server:
        return Server("Shop 1", kind, options=tuple(sorted(options.items())), place=PLACE)

    return make


@pytest.fixture
def table() -> Callable[..., Table]:
    """A promised table: `table(id=Integer())`; a pair (type, physical name) renames a column."""

    def make(called: str = "sales", physical: str = "", /, **columns: DataType | tuple[DataType, str]) -> Table:
        promised = []
        for number, (name, given) in enumerate(columns.items()):
            kind, stored = given if isinstance(given, tuple) else (given, "")
            promised.append(ContractColumn(name, kind, physical_name=stored, place=Place(PLACE.file, 20 + number, 7)))
        return Table(called, tuple(promised), physical_name=physical, place=PLACE)

    return make


@pytest.fixture
def rows() -> Iterator[Callable[[Relation], list[tuple[object, ...]]]]:
    """The rows of a relation as the engine reads them, sorted."""
    engine = DuckDbEngine(threads=1)

    def read(relation: Relation) -> list[tuple[object, ...]]:
        (answer,) = engine.measure(["SELECT * FROM t ORDER BY ALL"], {"t": relation})
        if isinstance(answer, Exception):
            raise answer
        return answer

    yield read
    engine.close()


@dataclass(frozen=True)
class Postgres:
    """A running server. `execute` runs SQL in its database `shop` as its superuser."""

    port: int
    password: str
    bin: Path
    data: Path

    def execute(self, sql: str) -> None:
        environ = {**os.environ, "PGPASSWORD": self.password}
        command = [str(self.bin / "psql"), "-qX", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U", "owner"]
        subprocess.run([*command, "-d", "shop", "-c", sql], env=environ, check=True, capture_output=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of our own on a free port, with password authentication. Skipped without its programs, except under CI."""
    programs = _programs()
    if programs is None:
        reason = "PostgreSQL is not installed (initdb, postgres, psql)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="hansa-postgres-"))
    user = _server_user(folder)
    password = "s3cret/päss word"
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        (folder / "password").write_text(password)
        (folder / "password").chmod(0o644)
        data = folder / "data"
        init = [
            str(programs / "initdb"),
            "-D",
            str(data),
            "-U",
            "owner",
            "--pwfile",
            str(folder / "password"),
            "-A",
            "scram-sha-256",
        ]
        subprocess.run([*init, "-E", "UTF8", "--locale=C", "--no-sync"], check=True, capture_output=True, user=user, cwd=folder)
        port = _free_port()
        start = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder), "-F"]
        log = stack.enter_context((folder / "log").open("w"))
        process = subprocess.Popen(start, user=user, cwd=folder, stdout=log, stderr=log)
        stack.callback(process.wait, 20)
        stack.callback(process.terminate)
        ready = [str(programs / "pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-t", "1"]
        for _ in range(100):
            if subprocess.run(ready, capture_output=True, check=False).returncode == 0:
                break
            threading.Event().wait(0.1)
        environ = {**os.environ, "PGPASSWORD": password}
        create = [str(programs / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "owner", "shop"]
        subprocess.run(create, env=environ, check=True, capture_output=True)
        yield Postgres(port, password, programs, data)


def _programs() -> Path | None:
    """The folder of PostgreSQL's programs: on the path, or where Debian puts them."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((f for f in folders if all((f / p).exists() for p in ("initdb", "postgres", "psql", "createdb"))), None)


def _server_user(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root; then it runs as the system's `postgres`, or as nobody."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    return user


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Web:
    """A web server whose answers a test sets: path → (status, headers, body). It remembers what it was asked."""

    url: str
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def web() -> Iterator[Web]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(f"{self.command} {self.path}")
            status, headers, body = state.answers.get(self.path.partition("?")[0], (404, {}, b"no such file"))
            self.send_response(status)
            for key, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(key, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815 - the library's name

        def log_message(self, *args: object) -> None:
            """Say nothing: the tests read `asked`."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        state = Web(f"http://127.0.0.1:{running.server_port}")
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        yield state
        running.shutdown()
        thread.join()
