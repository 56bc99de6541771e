"""Rows that a run refused: how many and why for whoever may know of the product, and some of them for whoever may read it.

The rows lie beside the lake and pass no gateway, so that they are shown more narrowly than a query would: what is masked is not
shown at all, and under a filter of rows none is. Each look at them is on record as a read.
"""

import json
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from hansa.frozen import dataclass
from hansa.ledger import ReadsRecorded
from hansa.model import ColumnEffect, Decision, OutputPort, PortRead, Product, ReadOutcome, ReadRecord
from hansa.rows import values
from hansa.server.pages.schema import Reading, readings
from hansa.server.pages.visit import Visit

MOST_ROWS = 20
MOST_COLUMNS = 30
MOST_TEXT = 200  # characters of a value


@dataclass(frozen=True, slots=True)
class Sample:
    """Some refused rows: `columns` with whether each is masked, and the texts of each row, None for what is masked."""

    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[tuple[str | None, ...], tuple[str, ...]], ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Refused data of a port or a source. `why` says why its rows are not shown; `address` is where they are."""

    name: str
    rows: int
    trouble: str
    failed: tuple[dict[str, Any], ...]
    why: str = ""
    address: str = ""
    sample: Sample | None = None


def refused(visit: Visit, run: str, product: Product) -> list[Refused]:
    """What a run refused of a product; nothing where this server has no folder of refused rows."""
    folder = visit.catalogue.backing.quarantine
    if folder is None:
        return []
    found = [_port(visit, run, o, folder / run / str(o.pinned)) for o in visit.sight.ports(product)]
    found += [_source(folder / run / f"{product.address}.{i.name}@source", i.name) for i in product.inputs]
    return [r for r in found if r is not None]


def _port(visit: Visit, run: str, port: OutputPort, folder: Path) -> Refused | None:
    note = _note(folder)
    if note is None:
        return None
    reading, _, decision = readings(visit, port)
    why = ""
    if not decision.allowed:
        why = "; ".join(decision.reasons) or "you may not read this port"
    elif decision.row_filter:
        why = "you read only some rows of this port, and these were not looked through for which"
    shown = not why and visit.asked("rows") == str(port.pinned)
    return Refused(
        str(port.pinned),
        *note,
        why=why,
        address="" if why or shown or not note[0] else _address(visit, run, port),
        sample=_sample(visit, run, folder, port, decision, reading) if shown else None,
    )


def _source(folder: Path, name: str) -> Refused | None:
    note = _note(folder)
    why = "they are of a source, of which nobody decided yet who may read it; whoever operates the mesh finds them"
    return Refused(f"source {name}", *note, why=why) if note is not None else None


def _note(folder: Path) -> tuple[int, str, tuple[dict[str, Any], ...]] | None:
    try:
        note = json.loads((folder / "quarantine.json").read_text("utf-8"))
        return int(note["rows"]), str(note.get("trouble", "")), tuple(note["failed"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # nothing was refused, or `hansa gc` cleared it away


def _address(visit: Visit, run: str, port: OutputPort) -> str:
    asked = {"product": str(port.address.of_product), "rows": str(port.pinned)}
    if visit.asked("for"):
        asked["for"] = visit.asked("for")
    return f"/runs/{run}?{urlencode(asked)}#refused"


def _sample(visit: Visit, run: str, folder: Path, port: OutputPort, decision: Decision, reading: Reading) -> Sample | None:
    import pyarrow.parquet as pq

    from hansa.audit.quarantine import REASONS  # loads SQLGlot, which no other page needs

    effects = {c.column.lower(): c.effect for c in decision.columns}
    file = next(iter(sorted((folder / "rows").glob("**/*.parquet"))), None)
    if file is None:
        return None
    with pq.ParquetFile(file) as opened:
        known = [n for n in opened.schema_arrow.names if n != REASONS]
        seen = [n for n in known if effects.get(n.lower(), ColumnEffect.HIDDEN) is not ColumnEffect.HIDDEN][:MOST_COLUMNS]
        clear = [n for n in seen if effects[n.lower()] is ColumnEffect.CLEAR]
        _record(visit, run, port, decision, reading, seen, clear)
        batch = next(opened.iter_batches(MOST_ROWS, columns=[*clear, REASONS]), None)
    columns = {n: values(c) for n, c in zip(batch.schema.names, batch.columns, strict=True)} if batch is not None else {}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return Sample(
        tuple((n, n not in clear) for n in seen),
        tuple((tuple(_text(r[n]) if n in clear else None for n in seen), tuple(map(str, r[REASONS] or ()))) for r in rows),
        len(known) - len(seen),
    )


def _record(
    visit: Visit, run: str, port: OutputPort, decision: Decision, reading: Reading, seen: list[str], clear: list[str]
) -> None:
    """Before the first value is read; a ledger that cannot take it lets nobody read."""
    looked = PortRead(port.pinned, 0, tuple(seen), tuple(n for n in seen if n not in clear), decision.grant)
    record = ReadRecord(
        query=f"refused-{secrets.token_hex(8)}",
        at=visit.now,
        outcome=ReadOutcome.BEGUN,
        principal=visit.principal.name,
        consumer=reading.consumer,
        purpose=reading.purpose,
        way="pages",
        environment=visit.catalogue.environment,
        statement=f"refused rows of run {run}",
        ports=(looked,),
        rules=tuple(str(r) for r in decision.rules),
        policy_version=decision.version,
    )
    visit.catalogue.backing.ledger.apply([ReadsRecorded((record,))])


def _text(value: object) -> str:
    text = "NULL" if value is None else str(value)
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}…"
