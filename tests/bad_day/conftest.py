"""A shop in trouble: a small mesh written as text, its sources as files, and what its consumers can still see.

`shop.orders` reads a Parquet file and publishes two ports; `finance.spend` reads one of them; `stock.items` reads a CSV and has
to do with neither.
"""

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hansa.gateway import Query
from hansa.model import DEFAULT_ENVIRONMENT, DataFile, Publication
from hansa.names import ProductName, parse_product
from hansa.planning import planned
from hansa.publish import Garbage, all_visible, collect
from hansa.run import RunOutcome, bury_the_dead, run
from hansa.serving import Serving
from hansa.wiring import Workplace, now

SOURCE = """\
apiVersion: v3.2.0
kind: DataContract
id: {domain}.{product}.raw
version: 1.0.0
status: active
servers:
  - {{server: files, type: local, path: {path}, format: {form}}}
schema:
  - name: raw
    properties:
{columns}
"""

PORT = """\
apiVersion: v3.2.0
kind: DataContract
id: {domain}.{product}.{port}
version: 1.0.0
status: active
schema:
  - name: {port}
    properties:
{columns}
"""

PRODUCT = """\
apiVersion: v1.1.0
kind: DataProduct
id: {domain}.{product}
name: {product}
version: 1.0.0
status: active
inputPorts:
  - {{name: {given}, version: 1.0.0, contractId: {contract}}}
outputPorts:
{ports}
team: {{name: {domain}-team, members: [{{username: ada, role: owner}}]}}
"""

ORDERS_RAW = """\
      - {name: id, logicalType: integer, physicalType: BIGINT, required: true}
      - {name: customer, logicalType: string, physicalType: VARCHAR}
      - {name: total, logicalType: integer, physicalType: BIGINT}
"""
ORDERS = """\
      - {name: id, logicalType: integer, physicalType: BIGINT, required: true, primaryKey: true}
      - {name: customer, logicalType: string, physicalType: VARCHAR}
      - name: total
        logicalType: integer
        physicalType: BIGINT
        logicalTypeOptions: {minimum: 0}
"""
TOTALS = """\
      - {name: customer, logicalType: string, physicalType: VARCHAR}
      - {name: total, logicalType: integer, physicalType: BIGINT}
"""
SPEND = """\
      - {name: orders, logicalType: integer, physicalType: BIGINT}
      - {name: total, logicalType: integer, physicalType: BIGINT}
"""
ITEMS = """\
      - {name: item, logicalType: string, physicalType: VARCHAR}
      - {name: stock, logicalType: integer, physicalType: BIGINT}
"""


@dataclass(slots=True)
class Shop:
    """The mesh in `root`, its sources in `raw`. Every call opens the workplace anew, as every command does."""

    root: Path
    raw: Path
    environ: dict[str, str] = field(default_factory=dict)

    # What people write

    def product(self, name: str, source: tuple[str, str] | str, ports: Mapping[str, tuple[str, str]]) -> None:
        """`source` is (path, columns) of a file, or the contract of another product's port; `ports` are (columns, SQL)."""
        domain, product = name.split(".")
        folder = self.root / "domains" / domain / product
        external = isinstance(source, tuple)
        path = source[0] if isinstance(source, tuple) else ""
        listed = "\n".join(f"  - {{name: {p}, version: 1.0.0, contractId: {name}.{p}}}" for p in ports)
        given = "raw" if external else str(source).rpartition(".")[2]
        contract = f"{name}.raw" if external else str(source)
        self.write(folder.parent / "domain.yaml", f"apiVersion: hansa/v1\nkind: Domain\nname: {domain}\nowner: {domain}-team\n")
        text = PRODUCT.format(domain=domain, product=product, given=given, contract=contract, ports=listed)
        self.write(folder / "product.odps.yaml", text)
        if external:
            form = "parquet" if "parquet" in path else "csv"
            text = SOURCE.format(domain=domain, product=product, path=path, form=form, columns=source[1])
            self.write(folder / "contracts/raw.odcs.yaml", text)
        for port, (port_columns, sql) in ports.items():
            text = PORT.format(domain=domain, product=product, port=port, columns=port_columns)
            self.write(folder / f"contracts/{port}.odcs.yaml", text)
            self.write(folder / f"models/{port}.sql", sql)

    def write(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def orders(self, select: str) -> None:
        """The source of `shop.orders`: the rows of a query."""
        self.raw.mkdir(exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({select}) TO '{self.raw / 'orders.parquet'}' (FORMAT parquet)")

    def version(self, number: int) -> None:
        """Orders that tell everywhere which version of them was read."""
        self.orders(f"SELECT range AS id, 'c' || (range % 3) AS customer, {number}::BIGINT AS total FROM range(9)")

    # What commands do

    def open(self) -> Workplace:
        return Workplace.open(self.root, self.environ | dict(os.environ))

    def run(self, *names: str, env: str = DEFAULT_ENVIRONMENT, force: bool = False, **options: Any) -> RunOutcome:
        with self.open() as workplace:
            chosen = frozenset(map(parse_product, names)) or None
            equipment = options.pop("equipment", lambda e: e)(workplace.equipment())
            bury_the_dead(equipment)
            plan = planned(workplace, chosen, env, force=force)
            assert workplace.compiled.valid, workplace.compiled.troubles
            tell = options.pop("tell", lambda event: None)
            return run(plan, workplace.compiled.mesh.fingerprint, equipment, tell, **options)

    def in_another_process(self, script: str, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
        """A Python script that finds the mesh's folder and its own arguments in `sys.argv[1:]`."""
        command = [sys.executable, "-c", script, str(self.root), *arguments]
        return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def gc(self, hours: float = 2, keep: int = 3) -> Garbage:
        """Collect as if it were some hours later, when nothing is spared for being new."""
        with self.open() as workplace:
            bury_the_dead(workplace.equipment())
            later = now() + dt.timedelta(hours=hours)
            return collect(workplace.ledger, workplace.lake, now=later, keep_versions=keep)

    # What consumers see

    def read(self, query: str, env: str = DEFAULT_ENVIRONMENT) -> list[tuple[Any, ...]]:
        return self.reads([query], env)[0]

    def reads(self, queries: Iterable[str], env: str = DEFAULT_ENVIRONMENT) -> list[list[tuple[Any, ...]]]:
        """What several queries of one consumer find, one after the other."""
        with self.open() as w, Serving(w) as serving:
            operators = serving.operators()
            given = [operators.ask(Query(query, serving.reader(), environment=env)).reader.read_all() for query in queries]
            return [[tuple(row.values()) for row in table.to_pylist()] for table in given]

    def shown(self, env: str = DEFAULT_ENVIRONMENT) -> Mapping[ProductName, Publication]:
        with self.open() as workplace:
            return dict(all_visible(workplace.ledger, env))

    def files(self, name: str, env: str = DEFAULT_ENVIRONMENT) -> dict[str, tuple[DataFile, ...]]:
        """The published files of a product by port."""
        with self.open() as w:
            publication = all_visible(w.ledger, env)[parse_product(name)]
            return {p.port.name.port: w.lake.files(p.port, p.snapshot) for p in publication.ports}

    def bytes(self, name: str, env: str = DEFAULT_ENVIRONMENT) -> dict[str, str]:
        """The published files of a product, byte for byte: path → digest."""
        files = [f for port in self.files(name, env).values() for f in port]
        return {f.path: hashlib.blake2b(Path(f.path).read_bytes()).hexdigest() for f in files}

    def heads(self, name: str, env: str = "main") -> dict[str, int | None]:
        """What another Iceberg reader would see of a product: the heads of its tables, by table."""
        from pyiceberg.catalog.sql import SqlCatalog

        catalog = SqlCatalog("hansa", uri=f"sqlite:///{self.root}/.hansa/ledger.db", warehouse="unused")
        tables = [catalog.load_table(t) for t in catalog.list_tables(tuple(name.split(".")))]
        found = {t.name()[-1]: ref.snapshot_id if (ref := t.metadata.refs.get(env)) else None for t in tables}
        catalog.close()
        return found

    def warehouse(self) -> set[str]:
        """Every data file on disk."""
        return {str(p) for p in (self.root / ".hansa/warehouse").rglob("*.parquet")}

    def published(self) -> set[str]:
        """Every data file that any consumer of the default environment can see."""
        return {f.path for name in self.shown() for files in self.files(str(name)).values() for f in files}


FORK_SERVER = """
import json, os, sys
from pathlib import Path
import pyarrow.parquet, sqlalchemy.dialects.sqlite, duckdb
import hansa.lake.tables, hansa.lake.collect, hansa.ledger.sql, hansa.ledger.databases, hansa.engines.duckdb, hansa.sources.files
import hansa.planning
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if child == 0:
        code = 70
        try:
            exec(order["script"], {"root": Path(order["root"]), "number": order["number"]})
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

KILLED_AT = """
import os, signal, threading
from hansa.planning import planned
from hansa.run import bury_the_dead, run
from hansa.wiring import Workplace
seen, lock = 0, threading.Lock()
def tell(event):
    global seen
    with lock:
        seen += 1
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)
with Workplace.open(root) as workplace:
    plan = planned(workplace, None, "prod", force=False)
    outcome = run(plan, workplace.compiled.mesh.fingerprint, workplace.equipment(), tell)
    assert outcome.good, outcome
"""


class Forks:
    """Processes of their own that start at once: forked from one in which everything is imported already."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", FORK_SERVER]
        self._server = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(self, shop: Shop, *, killed_at: int = 0) -> int:
        """Run the mesh in a new process that kills itself at its n-th event (0: never); its exit code, -9 when killed."""
        order = {"script": KILLED_AT, "root": str(shop.root), "number": killed_at}
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())

    def close(self) -> None:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(60)
        self._server.stdout.close()


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    started = Forks()
    yield started
    started.close()


def versions_seen(shop: Shop) -> tuple[int, int, int]:
    """Which version of the orders each port shows: orders, totals, spend. 0 where nothing is published."""
    queries = {
        "shop.orders.orders": "SELECT max(total) FROM shop.orders.orders",
        "shop.orders.totals": "SELECT CAST(sum(total) / 9 AS BIGINT) FROM shop.orders.totals",
        "finance.spend.spend": "SELECT total FROM finance.spend",
    }
    shown = {str(name) for name in shop.shown()}
    asked = {name: q for name, q in queries.items() if name.rpartition(".")[0] in shown}
    found = dict(zip(asked, shop.reads(asked.values()), strict=True))
    orders, totals, spend = (found[name][0][0] if name in found else 0 for name in queries)
    return orders, totals, spend


def bare(folder: Path) -> Shop:
    """A mesh without products."""
    shop = Shop(folder / "mesh", folder / "raw")
    shop.write(shop.root / "hansa.yaml", "apiVersion: hansa/v1\nkind: Mesh\nname: small\n")
    shop.raw.mkdir()
    return shop


def two_products(folder: Path) -> Shop:
    """`shop.orders` with two ports, and `finance.spend`, which reads one of them; version 1 of the orders is there."""
    shop = bare(folder)
    orders = {
        "orders": (ORDERS, "SELECT id, customer, total FROM raw"),
        "totals": (TOTALS, "SELECT customer, CAST(sum(total) AS BIGINT) AS total FROM raw GROUP BY customer"),
    }
    shop.product("shop.orders", (str(shop.raw / "orders.parquet"), ORDERS_RAW), orders)
    spend = "SELECT count(*) AS orders, CAST(max(total) AS BIGINT) AS total FROM orders"
    shop.product("finance.spend", "shop.orders.orders", {"spend": (SPEND, spend)})
    shop.version(1)
    return shop


@pytest.fixture
def bare_shop(tmp_path: Path) -> Shop:
    return bare(tmp_path)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return two_products(tmp_path)


@pytest.fixture(scope="module")
def standing_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """One shop for many bad days in a row; each day begins with a new version of its orders."""
    return two_products(tmp_path_factory.mktemp("standing"))


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """The shop with a third, unrelated product."""
    shop.write(shop.raw / "items.csv", "item,stock\napple,3\npear,5\n")
    source = (str(shop.raw / "items.csv"), ITEMS)
    shop.product("stock.items", source, {"items": (ITEMS, "SELECT item, stock FROM raw")})
    return shop


@pytest.fixture
def seen() -> Callable[[Shop], tuple[int, int, int]]:
    return versions_seen
