"""The hash chain of the audit log: how a record is written as text, and how each entry's hash covers the one before it.

The canonical text of a record is JSON in ASCII with sorted keys and no spaces. Whatever is empty, zero or the default is left
out, times are UTC with six digits of a second, durations are whole microseconds: no language writes these otherwise. The hash is
SHA-256 in hexadecimal over the hash before, a line feed and that text; before the first entry stand 64 zeros. The ledger keeps
the text itself, so that an outsider verifies in a few lines, and a later Hansa that writes more leaves old entries as they are.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from hansa.ledger.protocol import WrittenEntry
from hansa.ledger.times import micros
from hansa.model import DEFAULT_ENVIRONMENT, AuditEntry, PortRead, ReadOutcome, ReadRecord
from hansa.names import PortMajor, parse_port

GENESIS = "0" * 64
"""What stands before the first entry."""

FORMAT = 1

_TEXTS = ("consumer", "purpose", "way", "fingerprint", "statement", "policy_version", "reason")
_MICROS = 1_000_000
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def link(previous: str, text: str) -> str:
    """The hash of an entry."""
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def entries_after(serial: int, previous: str, records: Iterable[ReadRecord]) -> list[tuple[AuditEntry, str]]:
    """Records chained behind the entry with this serial and hash, each with its text; as they will be read again."""
    chained = []
    for record in records:
        text = canonical(record)
        entry = AuditEntry(serial + 1, previous, link(previous, text), record_of(text))
        chained.append((entry, text))
        serial, previous = entry.serial, entry.hash
    return chained


def written_after(serial: int, previous: str, records: Iterable[ReadRecord]) -> list[WrittenEntry]:
    """Records chained behind the entry with this serial and hash, as they are put into a store."""
    chained = []
    for record in records:
        text = canonical(record)
        serial, hash_ = serial + 1, link(previous, text)
        chained.append(WrittenEntry(serial, micros(record.at), previous, text, hash_))
        previous = hash_
    return chained


def written(entry: AuditEntry) -> WrittenEntry:
    """An entry that was just read, as it lies in the store."""
    return WrittenEntry(entry.serial, micros(entry.record.at), entry.previous, canonical(entry.record), entry.hash)


def canonical(record: ReadRecord) -> str:
    """The text of a record that the chain is over. Raises ValueError for a read whose query has no name: nobody could find it."""
    if not record.query:
        raise ValueError("the record of a read names its query")
    body: dict[str, Any] = {name: getattr(record, name) for name in _TEXTS}
    body |= {
        "format": FORMAT,
        "query": record.query,
        "at": _written(record.at),
        "outcome": str(record.outcome),
        "principal": record.principal,
        "environment": "" if record.environment == DEFAULT_ENVIRONMENT else record.environment,
        "ports": [_port_body(port) for port in record.ports],
        "rules": list(record.rules),
        "rows": record.rows,
        "bytes": record.bytes,
        "micros": round(record.seconds * _MICROS),
    }
    return _JSON.encode(_filled(body))


def record_of(text: str) -> ReadRecord:
    """The record that was written as this text. Raises ValueError for a text that is none."""
    try:
        return _record_of(json.loads(text))
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"not a record of the audit log: {error}") from error


def _record_of(body: dict[str, Any]) -> ReadRecord:
    return ReadRecord(
        query=body["query"],
        at=dt.datetime.fromisoformat(body["at"]),
        outcome=ReadOutcome(body["outcome"]),
        principal=body.get("principal", ""),
        environment=body.get("environment", DEFAULT_ENVIRONMENT),
        ports=tuple(_port_of(port) for port in body.get("ports", ())),
        rules=tuple(body.get("rules", ())),
        rows=body.get("rows", 0),
        bytes=body.get("bytes", 0),
        seconds=body.get("micros", 0) / _MICROS,
        **{name: body.get(name, "") for name in _TEXTS},
    )


def _port_body(read: PortRead) -> dict[str, Any]:
    body = {
        "port": str(read.port),
        "snapshot": read.snapshot,
        "columns": list(read.columns),
        "masked": list(read.masked),
        "grant": read.grant,
    }
    return _filled(body)


@lru_cache(maxsize=10_000)
def _pinned(text: str) -> PortMajor:
    """A port of the log, where few of them stand very often."""
    port = parse_port(text)
    if not isinstance(port, PortMajor):
        raise ValueError(f"the audit log names a port without its major: {port}")
    return port


def _port_of(body: dict[str, Any]) -> PortRead:
    return PortRead(
        port=_pinned(body["port"]),
        snapshot=body.get("snapshot", 0),
        columns=tuple(body.get("columns", ())),
        masked=tuple(body.get("masked", ())),
        grant=body.get("grant", ""),
    )


def _filled(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value not in ("", 0, [])}


def _written(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
