"""`GET /api/v1/ports/{name}`: a port as its reader sees it; `…/data`: its rows, in pages of one version."""

import datetime as dt
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response

from hansa.gateway.asking import Query as Question
from hansa.gateway.discovering import Seen, quoted
from hansa.server.api import Backed, Called, Cursor, Paged, Resource, Shown, example, refusals
from hansa.server.api.paging import cursor_of, digest
from hansa.server.api.routes import matches
from hansa.server.reading.answering import Page, respond
from hansa.server.reading.forms import form_of
from hansa.server.reading.predicates import predicate
from hansa.server.reading.querying import ROWS
from hansa.server.transport import Answered
from hansa.trouble import Trouble, TroubleError, did_you_mean, one_of

router = APIRouter(prefix="/ports", tags=["ports"], route_class=Resource)
MOST_ROWS = 100_000
"""Rows of the largest page: a page is in memory as a whole."""
_READING = refusals("H703", "H704", "H701", "H707", "H710", "H711")
_DATA = refusals("H703", "H704", "H701", "H707", "H710", "H742", "H744", "H745", "H741", "H706", "H712", "H711", "H715", "H737")


class PortLine(Shown):
    """A published port, as it is called in SQL, with its primary key."""

    model_config = example(port="customer.profiles.profiles", key=["id"])
    port: str
    key: list[str]


class Ports(Shown):
    """A page of ports, by name."""

    ports: list[PortLine]
    total: int
    next: str | None


class ColumnSeen(Shown):
    """A column as the reader gets it: clear, masked, or hidden. `rules` are those that masked it."""

    name: str
    type: str
    effect: str
    mask: str | None = None
    rules: list[str] | None = None


class VersionSeen(Shown):
    """The version that is read."""

    version: int
    snapshot: str
    at: dt.datetime


class PortSeen(Shown):
    """A port as its reader sees it. What may be known but not be read has `reasons`, and how to ask in `mend`."""

    model_config = example(
        port="customer.profiles.profiles", major=1, title="Profiles", description="", deprecated=False, readable=True,
        columns=[{"name": "id", "type": "int64", "effect": "clear"},
                 {"name": "email", "type": "string", "effect": "masked", "mask": "show-first-4", "rules": ["class:personal"]}],
        rowFilter="", notices=[], rules=["agreement:campaign"],
        published={"version": 4, "snapshot": "8215436021", "at": "2026-11-22T06:00:00Z"},
    )  # fmt: skip
    port: str
    major: int
    title: str
    description: str
    deprecated: bool
    readable: bool
    columns: list[ColumnSeen]
    rules: list[str]
    row_filter: str | None = None
    notices: list[str] | None = None
    published: VersionSeen | None = None
    reasons: list[str] | None = None
    mend: str | None = None


@router.get("", responses=refusals("H742"))
def listed(caller: Called, backing: Backed, pages: Paged) -> Ports:
    """The published ports that the caller may discover."""
    tables = backing.discovery.tables(caller.reader, caller.environment)
    lines = (PortLine(port=f"{t.domain}.{t.product}.{t.name}", key=list(t.primary_key)) for t in tables)
    found = pages.of(lines, lambda line: (line.port,))
    return Ports(ports=list(found), total=found.total or 0, next=found.next)


@router.get("/{name}", responses=_READING, response_model_exclude_none=True)
def describe(name: str, caller: Called, backing: Backed) -> PortSeen:
    """What the reader sees of a port: its columns with their types, which of them are masked and why, and its version.

    A port that may be known but not be read is described by its contract, with the reasons why it is not read.
    """
    return PortSeen.model_validate(backing.discovery.explained(name, caller.reader, caller.environment, "http"))


@router.get("/{name}/data", responses={**ROWS, **_DATA}, response_class=Response)
async def data(
    request: Request,
    name: str,
    caller: Called,
    backing: Backed,
    columns: Annotated[
        str, Query(max_length=200_000, description="Names, with commas between; all that the reader sees without it.")
    ] = "",
    where: Annotated[str, Query(max_length=20_000, description="A predicate of SQL over the columns.")] = "",
    limit: Annotated[int, Query(ge=0, le=MOST_ROWS, description="Rows of a page; 0 for all rows and no pages.")] = 0,
    cursor: Annotated[str, Query(max_length=10_000, description="The `next` of the page before.")] = "",
    format: Annotated[str | None, Query(description="csv, json, ndjson, arrow or parquet; goes before Accept.")] = None,  # noqa: A002 - it is called so in addresses
) -> Response:
    """The rows of a port, governed for the reader. Pages follow one another in the version that the first was read from."""
    form = form_of(format, request.headers.get("accept", ""))

    def look() -> Seen:
        return backing.discovery.see(name, caller.reader, caller.environment, "http")

    seen = await anyio.to_thread.run_sync(look, limiter=request.app.state.limiter)
    asked = digest(str(seen.port.port), columns, where, caller.environment)
    at = cursor_of(cursor, asked) if cursor else Cursor(seen.publication.version, 0, asked)
    tag = f'W/"{digest(_print(seen), asked, form, limit, str(at), str(caller.reader))}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    # Decided like any read, and refused like one; no row leaves, so what is on record is the read that the tag was given for.
    if matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    rows, page = 0, None
    if limit:
        rows, page = limit + 1, Page(limit, lambda: str(Cursor(at.snapshot, at.offset + limit, asked)))
    question = Question(_sql(seen, columns, where, at, rows), caller.reader, "http", caller.environment)
    try:
        return await respond(request, backing, caller, question, form, page=page, headers=headers)
    except TroubleError as error:
        if cursor and error.troubles[0].code == "H710":
            mend = "begin again without a cursor"
            raise Answered(Trouble("H745", "the version that the first page was read from is gone", mend=mend), 410) from error
        raise


def _sql(seen: Seen, columns: str, where: str, at: Cursor, rows: int) -> str:
    return (
        f"SELECT {selected(columns, seen.prepared.schema.names)} FROM {_table(seen)} AT (VERSION => {at.snapshot})"
        + (f" WHERE {predicate(where)}" if where else "")
        + (f" LIMIT {rows}" if rows else "")
        + (f" OFFSET {at.offset}" if at.offset else "")
    )


def _table(seen: Seen) -> str:
    """The port's name in SQL, with its major pinned."""
    port = seen.port.port
    return ".".join(map(quoted, (port.name.domain, port.name.product, f"{port.name.port}_v{port.major}")))


def _print(seen: Seen) -> str:
    """Equal as long as the port has the same data and the reader sees the same of it."""
    decided = [(str(d.port), d.row_filter, [(c.column, c.effect, c.mask) for c in d.columns]) for d in seen.prepared.decisions]
    return digest(seen.port.snapshot, [d.version for d in seen.prepared.decisions], decided)


def selected(columns: str, seen: list[str]) -> str:
    """The columns of a query. Raises TroubleError for one that the reader does not see."""
    if not columns:
        return "*"
    known = {name.lower(): name for name in seen}
    named = [part.strip() for part in columns.split(",")]
    for part in named:
        if part.lower() not in known:
            mend = did_you_mean(part[:60], seen) or f"columns: {one_of(seen[:20])}"
            raise TroubleError(Trouble("H740", f"there is no column `{part[:60]}`", mend=mend))
    return ", ".join(quoted(known[part.lower()]) for part in named)
