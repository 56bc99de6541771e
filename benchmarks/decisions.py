"""What somebody may see of a port of 200 columns is decided in at most 2 ms when it was decided before.

Size: one port of 200 columns, half of them with a class; a mesh with 50 other products, 200 grants and 20 policies, one of them
about rows. A decision that is kept is asked for 1,000 times, of a live decider as servers have it, so that the ledger is asked
each time whether a grant changed. What a decision costs that nobody asked for before has no limit, and is measured beside it:
it is paid once for a reader, consumer and purpose.
"""

import datetime as dt
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from benchmarks.outcome import Outcome
from benchmarks.process import part, spoken
from benchmarks.series import amount, interleaved
from benchmarks.setting import Setting

if TYPE_CHECKING:
    from hansa.access import Decider
    from hansa.model import Mesh, OutputPort, Product, Reader

LIMIT_MS = 2.0
COLUMNS = 200
NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


def measure(setting: Setting) -> Outcome:
    times = 20 if setting.small else 1000
    kept = part("benchmarks.decisions", "kept", str(times), within="ms")
    anew = part("benchmarks.decisions", "anew", str(times // 20), within="ms")
    first, second = interleaved((kept, anew), setting)
    return Outcome(
        (first, second),
        (
            amount("a decision that is kept", first.values, "ms", LIMIT_MS),
            amount("a decision made anew", second.values, "ms"),
        ),
    )


def _kept(times: str) -> Mapping[str, float]:
    decider, port, readers = _bench(1)
    decider.decide(readers[0], port.pinned, port.schema, NOW)
    started = time.perf_counter()
    for _ in range(int(times)):
        decider.decide(readers[0], port.pinned, port.schema, NOW)
    return {"ms": (time.perf_counter() - started) / int(times) * 1000}


def _anew(times: str) -> Mapping[str, float]:
    decider, port, readers = _bench(int(times) + 1)
    decider.decide(readers[0], port.pinned, port.schema, NOW)  # policies are parsed for the first
    started = time.perf_counter()
    for reader in readers[1:]:
        assert decider.decide(reader, port.pinned, port.schema, NOW).allowed
    return {"ms": (time.perf_counter() - started) / int(times) * 1000}


def _bench(readers: int) -> "tuple[Decider, OutputPort, list[Reader]]":
    from pathlib import Path
    from tempfile import mkdtemp

    from hansa.access.deciding import LiveDecider
    from hansa.ledger.opening import open_ledger
    from hansa.model import Principal, Reader

    mesh = _mesh()
    port = mesh.products[0].outputs[0]
    ledger = open_ledger("sqlite:///ledger.db", Path(mkdtemp()))
    asking = [Reader(Principal(f"user{n}", teams=("insight",)), "study0", "research") for n in range(readers)]
    return LiveDecider(lambda: mesh, ledger), port, asking


def _mesh() -> "Mesh":
    from hansa.model import AccessPolicy, Agreement, Consumer, DataClass, Domain, Governance, Mesh
    from hansa.names import DomainName

    products = tuple(_product(n, COLUMNS if n == 0 else 20) for n in range(51))
    consumers = tuple(Consumer(f"study{n}", owner="insight", purposes=("research",)) for n in range(200))
    agreed = tuple(Agreement(c.name, "research", products[0].outputs[0].pinned, "joe") for c in consumers)
    forbid = (
        'forbid (principal, action == Action::"read", resource is Column) when {{ resource.classes.contains("secret{0}") }};\n'
    )
    rows = 'forbid (principal, action == Action::"readRow", resource is d::p0::rows::Row) when { resource.c0 == "x" };\n'
    governance = Governance(
        classes=(DataClass("personal", mask="mask-alphanum"),),
        consumers=consumers,
        agreements=agreed,
        access_policies=(AccessPolicy("a.cedar", "".join(forbid.format(n) for n in range(19)) + rows),),
    )
    return Mesh("m", (Domain(DomainName("d"), products, owner="team"),), (), governance=governance)


def _product(number: int, columns: int) -> "Product":
    from hansa.model import Column, ColumnClass, Contract, ContractColumn, OutputPort, Platform, Product, Schema, Table
    from hansa.model.types import String
    from hansa.names import ProductName, Version

    name = ProductName("d", f"p{number}")
    names = [f"c{n}" for n in range(columns)]
    table = Table("rows", tuple(ContractColumn(n, String(), required=True) for n in names))
    port = OutputPort(
        address=name.port("rows"),
        contract=Contract(f"{name}.rows", Version(1), tables=(table,)),
        table=table,
        schema=Schema(tuple(Column(n, String(), True) for n in names)),
        model="rows",
        classes=tuple(ColumnClass(n, effective=("personal",)) for n in names[::2]),
    )
    return Product(name, str(name), "1.0.0", Platform("embedded", "duckdb"), (), (port,), (), owner="team")


if __name__ == "__main__":
    spoken({"kept": _kept, "anew": _anew})
