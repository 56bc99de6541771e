"""A port that is published with many rows, and the gateway over it: the ground of the gateway's benchmarks."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hansa.gateway.answering import Gateway

ROWS = 1_000_000
NAME = "orders.history"
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def published(folder: Path, rows: int) -> tuple["Gateway", str]:
    """A gateway over one published port of `rows` rows, sorted by `id`, and the path of its only file."""
    import duckdb

    from hansa.access.operating import OperatorDecider
    from hansa.gateway.answering import Gateway
    from hansa.gateway.asking import QueryLimits
    from hansa.gateway.recording import LedgerRecorder
    from hansa.lake import Lake, Replace
    from hansa.ledger import Published, RunStarted
    from hansa.ledger.opening import open_ledger
    from hansa.model import Column, DataFile, Fingerprint, Publication, PublishedPort, Run, RunId, Schema, types
    from hansa.names import ProductName, Version

    folder.mkdir(parents=True)
    product, run = ProductName("orders", "history"), RunId("r1")
    port = product.port("history").at(1)
    ledger = open_ledger("sqlite:///ledger.db", folder)
    lake = Lake(f"sqlite:///{folder}/lake.db", folder / "warehouse")
    staging = lake.staging(port, run)
    staging.mkdir(parents=True)
    path = staging / "part-0.parquet"
    with duckdb.connect() as connection:
        made = f"SELECT i AS id, i % 2469 AS household, 'item ' || i % 9999 AS item, i * 0.01 AS amount FROM range({rows}) t(i)"
        connection.execute(f"COPY ({made}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
    columns = (
        ("id", types.Integer(64)),
        ("household", types.Integer(64)),
        ("item", types.String()),
        ("amount", types.Decimal(22, 2)),
    )
    schema = Schema(tuple(Column(name, type_) for name, type_ in columns))
    size = path.stat().st_size
    snapshot = lake.commit(port, [DataFile(str(path), rows, size)], schema, change=Replace(), base=None, environment="prod")
    ledger.apply([RunStarted(Run(run, "prod", NOW, Fingerprint("mesh")))])
    offered = PublishedPort(port, str(port.name), Version(1, 0, 0), port.sql, snapshot.id, rows, size)
    prints = (Fingerprint("code"), Fingerprint("checks"), Fingerprint("inputs"))
    ledger.apply([Published(Publication(product, "prod", run, NOW, *prints, (offered,)))])
    gateway = Gateway(
        OperatorDecider(),
        ledger,
        lake,
        LedgerRecorder(ledger),
        QueryLimits(per_principal=64),
        lambda: dt.datetime.now(dt.UTC),
        bytes(32),
    )
    return gateway, str(path)
