"""`audit-log`: who read what, for whom and why; whether the log is whole; who holds a key; what was used."""

import datetime as dt
import sys
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import EnvOption, JsonOption, MeshOption
from hansa.cli.output import say
from hansa.trouble import Trouble, TroubleError, one_of

if TYPE_CHECKING:
    from hansa.access.record import Holder, Holding, ReadFilter
    from hansa.model import ReadOutcome
    from hansa.names import DomainName, PortMajor, PortName, ProductName
    from hansa.wiring import Workplace


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("audit-log")(audit_log)


def audit_log(
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="From this day or moment on (UTC).")] = "",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Up to the end of this day, or before this moment.")] = "",
    by: Annotated[str, typer.Option("--by", metavar="USER", help="Only what this user or service asked.")] = "",
    consumer: Annotated[str, typer.Option("--for", metavar="CONSUMER", help="Only what was read for this consumer.")] = "",
    purpose: Annotated[str, typer.Option("--purpose", metavar="P", help="Only what was read for this purpose.")] = "",
    port: Annotated[str, typer.Option("--port", metavar="NAME", help="Only reads of this port, product or domain.")] = "",
    outcome: Annotated[str, typer.Option("--outcome", metavar="O", help="Only begun, done, refused, failed or cancelled.")] = "",
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="The newest N.", min=1, max=1_000_000)] = 50,
    verify: Annotated[bool, typer.Option("--verify", help="Find any change of the log; ends with 1 when there is one.")] = False,
    head: Annotated[
        list[str] | None, typer.Option("--head", metavar="HASH", help="--verify: a head noted elsewhere, to be in the log.")
    ] = None,
    usage: Annotated[bool, typer.Option("--usage", help="Reads, rows, bytes and cost by consumer, purpose and port.")] = False,
    holding: Annotated[
        str, typer.Option("--holding", metavar="COLUMN", help="Who holds this key, and every read of it: a.b.c#column.")
    ] = "",
    value: Annotated[
        str, typer.Option("--value", metavar="V", help="--holding: in how many rows this value stands; - reads stdin.")
    ] = "",
    env: EnvOption = "prod",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Show who read what, for which consumer and purpose, under which policies.

    One line a query, newest first. --verify looks through the whole log for edits, deletions and the like. --usage adds up.
    --holding follows a key over column lineage to all products, and lists every read of it.

    Example: hansa audit-log --since 2026-10-01 --port customer.profiles
    """
    from hansa.access.record import ReadFilter
    from hansa.cli import auditviews as views
    from hansa.wiring import Workplace

    _refuse_contradictions(verify=verify, usage=usage, holding=holding, value=value, head=head)
    with Workplace.open(mesh) as workplace:
        if verify:
            _verify(workplace, [_hash(text) for text in head or ()], as_json=json)
            return
        wanted = ReadFilter(
            since=_moment(since, end=False) if since else None,
            until=_moment(until, end=True) if until else None,
            principal=by,
            consumer=consumer,
            purpose=purpose,
            port=_port(port) if port else None,
            outcome=_outcome(outcome) if outcome else None,
        )
        if usage:
            from hansa.access.record import usage_of

            views.show_usage(usage_of(workplace.ledger, workplace.compiled.mesh, wanted), as_json=json)
        elif holding:
            _holding(workplace, holding, value, wanted, env, as_json=json)
        else:
            from hansa.access.record import last_of_each_query

            found = tuple(islice(last_of_each_query(workplace.ledger, wanted), limit))
            views.show_entries(found, workplace.ledger.audit_head(), as_json=json)


def _refuse_contradictions(*, verify: bool, usage: bool, holding: str, value: str, head: list[str] | None) -> None:
    if verify + usage + bool(holding) > 1:
        raise TroubleError(Trouble("H940", "--verify, --usage and --holding are three questions", mend="ask one of them"))
    if value and not holding:
        raise TroubleError(Trouble("H940", "--value says which value of a key", mend="name the key: --holding a.b.c#column"))
    if head and not verify:
        raise TroubleError(Trouble("H940", "--head says what a verification should find", mend="add --verify"))


def _verify(workplace: "Workplace", hashes: list[str], *, as_json: bool) -> None:
    from hansa.cli import auditviews as views
    from hansa.ledger.noted import HEADS, note_head, noted_heads
    from hansa.ledger.verifying import verify
    from hansa.wiring import now

    file = workplace.state / HEADS
    found = verify(workplace.ledger, noted_heads(file), hashes)
    if found.whole:
        try:
            note_head(file, found.head, now())
        except OSError as error:
            say(f"the head could not be noted in {file} ({error.strerror}); note it yourself")
    views.show_verification(found, as_json=as_json)
    if not found.whole:
        raise typer.Exit(1)


def _holding(workplace: "Workplace", key: str, value: str, wanted: "ReadFilter", env: str, *, as_json: bool) -> None:
    from hansa.access.record import Holding, holders_of, majors_of, reads_of
    from hansa.catalog import find
    from hansa.cli import auditviews as views
    from hansa.model import LineageGraph
    from hansa.names import ColumnName, unpinned

    graph = LineageGraph(workplace.compiled.mesh)
    column = find(graph, key)
    if not isinstance(column, ColumnName):
        raise TroubleError(Trouble("H907", f"`{key}` is no column of a port", mend="write it domain.product.port#column"))
    # The same key stands in every major that is offered: without a pin all of them are meant.
    pinned = "@" in key or unpinned(key.partition("#")[0])[1] is not None
    keys = (column,) if pinned else majors_of(graph, column)
    holders = holders_of(graph, keys)
    column = column if len(keys) == 1 else replace(column, major=None)
    # Read before the value is counted, so that our own counting is not among the reads.
    reads = tuple(reads_of(workplace.ledger, holders, wanted))
    text = sys.stdin.readline().rstrip("\n") if value == "-" else value
    held = _counted(workplace, holders, text, env) if value else tuple(Holding(h) for h in holders)
    views.show_holding(column, held, reads, wanted, rows=bool(value), as_json=as_json)


def _counted(workplace: "Workplace", holders: "tuple[Holder, ...]", value: str, env: str) -> "tuple[Holding, ...]":
    """In how many rows of what is published a value stands, asked by the operator through the gateway, so on record."""
    from hansa.access.record import Holding
    from hansa.gateway.asking import Query
    from hansa.serving import Serving

    found = []
    with Serving(workplace) as serving:
        gateway, reader = serving.gateway(), serving.reader()
        for holder in holders:
            name, column = holder.port.name, holder.column.replace('"', '""')
            table = f'"{name.domain}"."{name.product}"."{name.port}_v{holder.port.major}"'
            text = f'SELECT count(*) FROM {table} WHERE CAST("{column}" AS VARCHAR) = ?'
            try:
                answer = gateway.ask(Query(text, reader, environment=env, parameters=(value,)))
                rows = sum(batch.column(0)[0].as_py() for batch in answer.reader if batch.num_rows)
                found.append(Holding(holder, rows))
            except TroubleError as error:
                found.append(Holding(holder, None, error.troubles[0].summary))
    return tuple(found)


def _moment(text: str, *, end: bool) -> dt.datetime:
    """A moment in UTC; a day means its beginning, or the beginning of the next one."""
    try:
        if len(text) == 10:
            day = dt.date.fromisoformat(text) + dt.timedelta(days=int(end))
            return dt.datetime.combine(day, dt.time(), dt.UTC)
        moment = dt.datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        summary = f"`{text}` is neither a day nor a moment"
        raise TroubleError(Trouble("H907", summary, mend="write it 2026-11-01 or 2026-11-01T12:00:00Z")) from None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment


def _port(text: str) -> "DomainName | ProductName | PortName | PortMajor":
    from hansa.access.record import by_port

    try:
        return by_port(text)
    except ValueError as wrong:
        raise TroubleError(Trouble("H907", str(wrong), mend="write it domain.product.port, or less of it")) from None


def _outcome(text: str) -> "ReadOutcome":
    from hansa.model import ReadOutcome

    try:
        return ReadOutcome(text)
    except ValueError:
        known = one_of(tuple(map(str, ReadOutcome)))
        raise TroubleError(Trouble("H907", f"`{text}` is no outcome of a query", mend=f"outcomes: {known}")) from None


def _hash(text: str) -> str:
    if len(text) == 64 and all(sign in "0123456789abcdef" for sign in text.lower()):
        return text.lower()
    raise TroubleError(Trouble("H907", f"`{text}` is no hash of an entry", mend="`hansa audit-log --verify` prints one"))
