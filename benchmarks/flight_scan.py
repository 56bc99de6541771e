"""A governed scan of 20.9 M rows over Flight SQL is at least 0.9 times as fast as DuckDB to Arrow in the same process.

Size: all rows and columns of the promotions of the reference data, published by a mesh as its own product; the reader belongs to
the owner's team. Both sides end with one Arrow table in the client's memory, and read the same files. The gateway runs as it does
in production: in its own process, over the loopback device, every read recorded; the ADBC driver reads, and Arrow's own Flight
client beside it, since they differ. What is compared is the time from the statement to the table, connected and warm.

Beside them stands what the wire alone takes: Arrow's own Flight server, ungoverned, that sends the same rows from its memory. It
says how much of the time is the gateway's at all.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.generated import write_contract, write_product, write_root
from benchmarks.outcome import Outcome
from benchmarks.process import HANSA, CouldNotRun, part, spoken
from benchmarks.sample import promotions
from benchmarks.series import interleaved, ratio
from benchmarks.setting import Setting

_COLUMNS = (
    ("product_id", "integer", "BIGINT"),
    ("store_id", "integer", "BIGINT"),
    ("display_location", "string", "VARCHAR"),
    ("mailer_location", "string", "VARCHAR"),
    ("week", "integer", "BIGINT"),
)
_NAMES = ", ".join(name for name, _, _ in _COLUMNS)
_READER = "reader"
_ASKED = "SELECT * FROM rows.all"
_LIMIT = 1 / 0.9
_TURNS = 3
_BATCH = 122_880
"""Rows of a batch: those of one row group of DuckDB's, as the gateway sends them."""


def measure(setting: Setting) -> Outcome:
    mesh = setting.scratch / "mesh"
    _publish(mesh, promotions(setting))
    with _Beside("serve", str(mesh)) as gateway, _Beside("ready", json.dumps(gateway.said[2])) as ready:
        location, token, files = gateway.said
        contenders = (
            part("benchmarks.flight_scan", "DuckDB to Arrow", json.dumps(files)),
            part("benchmarks.flight_scan", "Flight SQL, ADBC", location, token),
            part("benchmarks.flight_scan", "Flight SQL, pyarrow", location, token),
            part("benchmarks.flight_scan", "Arrow's Flight, ready rows", ready.said[0]),
        )
        plain, adbc, arrow, wire = interleaved(contenders, setting)
    return Outcome(
        (plain, adbc, arrow, wire),
        (
            ratio("ADBC over Flight SQL ÷ DuckDB to Arrow, seconds", adbc, plain, _LIMIT),
            ratio("pyarrow over Flight SQL ÷ DuckDB to Arrow, seconds", arrow, plain, _LIMIT),
            ratio("Arrow's Flight with ready rows ÷ DuckDB to Arrow, seconds", wire, plain),
            ratio("pyarrow over Flight SQL ÷ Arrow's Flight with ready rows, seconds", arrow, wire),
        ),
    )


def _publish(mesh: Path, rows: Path) -> None:
    """One product that passes all rows on, published."""
    write_root(mesh, "flight", ["rows"])
    write_contract(mesh, "rows.all.promotions", _COLUMNS, [], path=str(rows))
    write_contract(mesh, "rows.all.all", _COLUMNS, [])
    write_product(
        mesh, "rows.all", [("promotions", "rows.all.promotions")], ["all"], [("all", f"SELECT {_NAMES} FROM promotions")]
    )
    done = subprocess.run((*HANSA, "run", "--quiet", "--mesh", str(mesh)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise CouldNotRun(f"the mesh did not run: {done.stderr[-2000:]}")


class _Beside:
    """A server in a process of its own, as this one must stay small. `said` is what it told when it was ready."""

    said: list[Any]

    def __init__(self, *words: str) -> None:
        self._words = words

    def __enter__(self) -> Self:
        command = (sys.executable, "-m", "benchmarks.flight_scan", *self._words)
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        if not said:
            raise CouldNotRun(f"the server of `{self._words[0]}` did not start")
        self.said = json.loads(said)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.communicate()


def _serve(root: str) -> Mapping[str, float]:
    from hansa.access.identity import Authenticator
    from hansa.gateway.process import GatewayProcess, GatewaySettings
    from hansa.ledger import UserKept
    from hansa.model import DEFAULT_ENVIRONMENT, UserRecord
    from hansa.names import parse_product
    from hansa.publish import all_visible
    from hansa.wiring import Workplace, now

    with Workplace(Path(root), os.environ) as workplace:
        mesh = workplace.compiled.mesh
        owner = next(d.owner for d in mesh.domains)
        workplace.ledger.apply((UserKept(UserRecord(_READER, teams=(owner,))),))
        token, _ = Authenticator(lambda: mesh, workplace.ledger, None, now).issue_token(_READER)
        (port,) = all_visible(workplace.ledger, DEFAULT_ENVIRONMENT)[parse_product("rows.all")].ports
        files = [file.path for file in workplace.lake.files(port.port, port.snapshot)]
    with GatewayProcess(GatewaySettings(root), dict(os.environ)) as gateway:
        print(json.dumps([gateway.location, token, files]), flush=True)
        sys.stdin.read()
    return {}


def _ready(files: str) -> Mapping[str, float]:
    """Arrow's own server, in batches as large as the gateway's."""
    import pyarrow as pa
    import pyarrow.flight as fl
    import pyarrow.parquet as pq

    table = pq.ParquetDataset(json.loads(files)).read()
    batches = table.to_batches(max_chunksize=_BATCH)

    class Ready(fl.FlightServerBase):  # type: ignore[misc, unused-ignore]
        def do_get(self, context: object, ticket: object) -> object:
            return fl.RecordBatchStream(pa.RecordBatchReader.from_batches(table.schema, batches))

    with Ready("grpc://127.0.0.1:0") as server:
        print(json.dumps([f"grpc://127.0.0.1:{server.port}"]), flush=True)
        sys.stdin.read()
    return {}


def _plain(files: str) -> Mapping[str, float]:
    import duckdb

    connection = duckdb.connect()
    paths = ", ".join(f"'{path}'" for path in json.loads(files))

    def scan() -> int:
        return int(connection.sql(f"SELECT * FROM read_parquet([{paths}])").to_arrow_table().num_rows)

    return _timed(scan)


def _adbc(location: str, token: str) -> Mapping[str, float]:
    from adbc_driver_flightsql import dbapi

    options = {"adbc.flight.sql.authorization_header": f"Bearer {token}"}
    connection = dbapi.connect(location, options, autocommit=True)  # type: ignore[no-untyped-call, unused-ignore]

    def scan() -> int:
        with connection.cursor() as cursor:
            cursor.execute(_ASKED)
            return int(cursor.fetch_arrow_table().num_rows)

    return _timed(scan)


def _arrow(location: str, token: str) -> Mapping[str, float]:
    import pyarrow.flight as fl

    from hansa.gateway.flight.messages import StatementQuery, wrapped

    client = fl.connect(location)
    options = fl.FlightCallOptions(headers=[(b"authorization", f"Bearer {token}".encode())])
    descriptor = fl.FlightDescriptor.for_command(wrapped("CommandStatementQuery", StatementQuery(_ASKED)))

    def scan() -> int:
        info = client.get_flight_info(descriptor, options)
        return int(client.do_get(info.endpoints[0].ticket, options).read_all().num_rows)

    return _timed(scan)


def _wire(location: str) -> Mapping[str, float]:
    import pyarrow.flight as fl

    client = fl.connect(location)
    return _timed(lambda: int(client.do_get(fl.Ticket(b"all")).read_all().num_rows))


def _timed(scan: Callable[[], int]) -> Mapping[str, float]:
    """The median of some scans after one that warms up."""
    seconds = []
    for _ in range(_TURNS + 1):
        started = time.perf_counter()
        rows = scan()
        seconds.append(time.perf_counter() - started)
    return {"seconds": sorted(seconds[1:])[_TURNS // 2], "rows": float(rows)}


if __name__ == "__main__":
    spoken(
        {
            "serve": _serve,
            "ready": _ready,
            "DuckDB to Arrow": _plain,
            "Flight SQL, ADBC": _adbc,
            "Flight SQL, pyarrow": _arrow,
            "Arrow's Flight, ready rows": _wire,
        }
    )
