"""What `audit-log` found, as text for people and as JSON."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hansa.cli.output import counted, size, table, write, write_json

if TYPE_CHECKING:
    from hansa.access.record import Holding, KeyRead, ReadFilter, Usage
    from hansa.ledger.verifying import Verification
    from hansa.model import AuditEntry, ReadRecord
    from hansa.names import ColumnName

MOST_READS = 200
"""The reads of a key that the text shows; JSON has all."""

NOBODY = "Nothing was read through the gateway yet, or nothing that is asked for: `hansa query` reads."


def show_entries(found: "Sequence[AuditEntry]", head: tuple[int, str], *, as_json: bool) -> None:
    if as_json:
        write_json({"entries": [_entry_json(e) for e in found], "head": {"serial": head[0], "hash": head[1]}})
        return
    if not found:
        write(NOBODY)
        return
    names = ("serial", "when", "who", "for", "purpose", "outcome", "read", "rows", "seconds", "why")
    rows = [(str(e.serial), *_who(e.record), _ports(e.record), e.record.rows, _time(e.record), e.record.reason) for e in found]
    write(table(names, rows, right=(0, 7, 8)))


def show_verification(found: "Verification", *, as_json: bool) -> None:
    if as_json:
        write_json(
            {
                "whole": found.whole,
                "entries": found.entries,
                "head": {"serial": found.head.serial, "hash": found.head.hash},
                "broken": found.broken or None,
                "reason": found.reason,
                "unknown": list(found.unknown),
            }
        )
        return
    if found.broken:
        write(f"The audit log is broken at entry {found.broken}: {found.reason}.")
    for unknown in found.unknown:
        write(f"No entry has the hash {unknown}: the log was written anew, or cut off before it.")
    held = counted(found.entries, "entry") if found.entries == 1 else f"{found.entries:,} entries"
    write(f"{'The audit log is whole' if found.whole else 'Up to there it hangs together'}: {held}, head {found.head.hash}")


def show_usage(found: "Sequence[Usage]", *, as_json: bool) -> None:
    if as_json:
        write_json({"usage": [_usage_json(u) for u in found]})
        return
    if not found:
        write(NOBODY)
        return
    names = ("for", "purpose", "port", "reads", "refused", "rows", "size", "seconds", "last", "cost")
    rows = [
        (u.consumer or "–", u.purpose or "–", u.port, u.reads, u.refused, u.rows, size(u.bytes), f"{u.seconds:.1f}", u.last and
         f"{u.last:%Y-%m-%d %H:%M}", "–" if u.cost is None else f"{u.cost:,.2f} {u.currency}".strip())
        for u in found
    ]  # fmt: skip
    write(table(names, rows, right=(3, 4, 5, 6, 7, 9)))


def show_holding(
    key: "ColumnName",
    held: "Sequence[Holding]",
    reads: "Sequence[KeyRead]",
    wanted: "ReadFilter",
    *,
    rows: bool,
    as_json: bool,
) -> None:
    if as_json:
        write_json(
            {
                "key": str(key),
                "since": wanted.since and wanted.since.isoformat(),
                "until": wanted.until and wanted.until.isoformat(),
                "holders": [_holding_json(h) for h in held],
                "reads": [_key_read_json(r) for r in reads],
            }
        )
        return
    write(f"{key} is held by {_products(held)}:\n")
    names = ("port", "column", "how", "owner", *(("rows",) if rows else ()))
    write(table(names, [_holding_row(h, rows=rows) for h in held], right=(4,) if rows else ()))
    write(f"\nIt was read by {len(reads):,} {'query' if len(reads) == 1 else 'queries'}{_span(wanted)}.")
    if reads:
        write("\n" + table(_KEY_HEAD, [_key_row(r) for r in reads[:MOST_READS]], right=(0, 7)))
    if len(reads) > MOST_READS:
        write(f"… and {len(reads) - MOST_READS:,} more (--json has all)")


_KEY_HEAD = ("serial", "when", "who", "for", "purpose", "outcome", "read", "rows", "policies")


def _key_row(read: "KeyRead") -> tuple[object, ...]:
    record = read.entry.record
    columns = "; ".join(f"{port}#{', '.join(columns)}" for port, columns in read.columns)
    return (str(read.entry.serial), *_who(record), columns, record.rows, record.policy_version[:12] or "–")


def _holding_row(held: "Holding", *, rows: bool) -> tuple[object, ...]:
    holder = held.holder
    how = holder.how if holder.learnt == "parsed" else f"{holder.how}, {holder.learnt}"
    found = (held.rows if held.rows is not None else held.reason,) if rows else ()
    return (holder.port, holder.column, how, holder.owner or "–", *found)


def _products(held: "Sequence[Holding]") -> str:
    return counted(len({h.holder.port.name.of_product for h in held}), "product")


def _span(wanted: "ReadFilter") -> str:
    since = f" from {wanted.since:%Y-%m-%d %H:%M}" if wanted.since else ""
    until = f" to before {wanted.until:%Y-%m-%d %H:%M}" if wanted.until else ""
    return since + until + (" UTC" if since or until else "")


def _who(record: "ReadRecord") -> tuple[str, ...]:
    when = f"{record.at:%Y-%m-%d %H:%M:%S}"
    return when, record.principal, record.consumer or "–", record.purpose or "–", str(record.outcome)


def _ports(record: "ReadRecord") -> str:
    return ", ".join(f"{p.port}{f' ({len(p.masked)} masked)' if p.masked else ''}" for p in record.ports) or "–"


def _time(record: "ReadRecord") -> str:
    return f"{record.seconds:.3f}"


def _entry_json(entry: "AuditEntry") -> dict[str, object]:
    record = entry.record
    return {
        "serial": entry.serial,
        "query": record.query,
        "at": record.at.isoformat(),
        "outcome": str(record.outcome),
        "principal": record.principal,
        "consumer": record.consumer,
        "purpose": record.purpose,
        "way": record.way,
        "environment": record.environment,
        "fingerprint": record.fingerprint,
        "statement": record.statement,
        "ports": [
            {
                "port": str(p.port),
                "snapshot": str(p.snapshot),  # more digits than a number of JavaScript holds
                "columns": list(p.columns),
                "masked": list(p.masked),
                "grant": p.grant,
            }
            for p in record.ports
        ],
        "rules": list(record.rules),
        "policyVersion": record.policy_version,
        "reason": record.reason,
        "rows": record.rows,
        "bytes": record.bytes,
        "seconds": record.seconds,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _key_read_json(read: "KeyRead") -> dict[str, object]:
    held: Iterable[dict[str, object]] = ({"port": str(port), "columns": list(columns)} for port, columns in read.columns)
    return {**_entry_json(read.entry), "held": list(held)}


def _holding_json(held: "Holding") -> dict[str, object]:
    holder = held.holder
    return {
        "product": str(holder.port.name.of_product),
        "port": str(holder.port),
        "column": holder.column,
        "owner": holder.owner,
        "how": holder.how,
        "learnt": holder.learnt,
        "rows": held.rows,
        "reason": held.reason,
    }


def _usage_json(usage: "Usage") -> dict[str, object]:
    return {
        "consumer": usage.consumer,
        "purpose": usage.purpose,
        "port": str(usage.port),
        "reads": usage.reads,
        "refused": usage.refused,
        "rows": usage.rows,
        "bytes": usage.bytes,
        "seconds": usage.seconds,
        "last": usage.last and usage.last.isoformat(),
        "cost": usage.cost,
        "currency": usage.currency,
    }
