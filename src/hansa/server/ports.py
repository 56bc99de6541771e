"""`GET /api/v1/ports/{name}`: a port as its reader sees it; `…/data`: its rows, in pages of one version."""

from dataclasses import dataclass
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response

from hansa.access import Action
from hansa.gateway.asking import Prepared, Refused
from hansa.gateway.asking import Query as Question
from hansa.model import ColumnEffect, Decision, OutputPort, Publication, PublishedPort
from hansa.names import PortMajor
from hansa.publish import all_visible
from hansa.server.answering import Page, respond
from hansa.server.backing import Backing
from hansa.server.callers import Backed, Called, Caller
from hansa.server.forms import form_of
from hansa.server.paging import Cursor, cursor_of, digest
from hansa.server.predicates import predicate
from hansa.server.problems import Answered
from hansa.server.querying import ROWS
from hansa.trouble import Trouble, TroubleError, did_you_mean, one_of

router = APIRouter(prefix="/ports", tags=["ports"])
MOST_ROWS = 100_000
"""Rows of the largest page: a page is in memory as a whole."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A published port as a reader sees it now."""

    prepared: Prepared
    publication: Publication
    port: PublishedPort

    @property
    def table(self) -> str:
        """The port's name in SQL, with its major pinned."""
        name = self.port.port.name
        return f"{quoted(name.domain)}.{quoted(name.product)}.{quoted(f'{name.port}_v{self.port.port.major}')}"

    @property
    def print(self) -> str:
        """Equal as long as the port has the same data and the reader sees the same of it."""
        decided = [
            (str(d.port), d.row_filter, [(c.column, c.effect, c.mask) for c in d.columns]) for d in self.prepared.decisions
        ]
        return digest(self.port.snapshot, [d.version for d in self.prepared.decisions], decided)


@router.get("/{name}")
def describe(name: str, caller: Called, backing: Backed) -> dict[str, Any]:
    """What the reader sees of a port: its columns with their types, which of them are masked and why, and its version.

    A port that may be known but not be read is described by its contract, with the reasons why it is not read.
    """
    try:
        seen = see(backing, caller, name)
    except Refused as refused:
        return _unreadable(backing, caller, refused)
    decision = next((d for d in seen.prepared.decisions), None)
    effects = {c.column.lower(): c for c in decision.columns} if decision else {}
    columns = []
    for field in seen.prepared.schema:
        found = effects.get(field.name.lower())
        masked = found is not None and found.effect is ColumnEffect.MASKED
        columns.append({"name": field.name, "type": str(field.type), "effect": "masked" if masked else "clear"})
        if found is not None and masked:
            columns[-1] |= {"mask": found.mask, "rules": [str(r) for r in found.rules]}
    return {
        **_named(seen.port.port, _offered(backing, seen.port.port)),
        "readable": True,
        "columns": columns,
        "rowFilter": decision.row_filter if decision else "",
        "notices": list(decision.notices) if decision else [],
        "rules": [str(r) for r in decision.rules] if decision else [],
        "published": {"version": seen.publication.version, "snapshot": str(seen.port.snapshot), "at": seen.publication.created},
    }


@router.get("/{name}/data", responses={**ROWS, 304: {"description": "Nothing changed since the entity tag was given."}})
async def data(
    request: Request,
    name: str,
    caller: Called,
    backing: Backed,
    columns: Annotated[str, Query(description="Names, with commas between; all that the reader sees without it.")] = "",
    where: Annotated[str, Query(description="A predicate of SQL over the columns.")] = "",
    limit: Annotated[int, Query(ge=0, le=MOST_ROWS, description="Rows of a page; 0 for all rows and no pages.")] = 0,
    cursor: Annotated[str, Query(description="The `next` of the page before.")] = "",
    format: Annotated[str | None, Query(description="csv, json, ndjson, arrow or parquet; goes before Accept.")] = None,  # noqa: A002
) -> Response:
    """The rows of a port, governed for the reader. Pages follow one another in the version that the first was read from."""
    form = form_of(format, request.headers.get("accept", ""))
    seen = await anyio.to_thread.run_sync(see, backing, caller, name, limiter=request.app.state.limiter)
    asked = digest(str(seen.port.port), columns, where, caller.environment)
    at = cursor_of(cursor, asked) if cursor else Cursor(seen.publication.version, 0, asked)
    tag = f'W/"{digest(seen.print, asked, form, limit, str(at), str(caller.reader))}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if _matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    rows, page = 0, None
    if limit:
        rows, page = limit + 1, Page(limit, lambda: str(Cursor(at.snapshot, at.offset + limit, asked)))
    sql = (
        f"SELECT {selected(columns, seen.prepared.schema.names)} FROM {seen.table} AT (VERSION => {at.snapshot})"
        + (f" WHERE {predicate(where)}" if where else "")
        + (f" LIMIT {rows}" if rows else "")
        + (f" OFFSET {at.offset}" if at.offset else "")
    )
    question = Question(sql, caller.reader, "http", caller.environment)
    try:
        return await respond(request, backing, caller, question, form, page=page, headers=headers)
    except TroubleError as error:
        if cursor and error.troubles[0].code == "H710":
            mend = "begin again without a cursor"
            raise Answered(Trouble("H745", "the version that the first page was read from is gone", mend=mend), 410) from error
        raise


def see(backing: Backing, caller: Caller, name: str) -> Seen:
    """A port by `domain.product`, `domain.product.port` or one of its majors. Raises as `Answering.prepare` does."""
    words = name.replace("@", "_v").split(".")
    if len(words) not in (2, 3) or not all(words):
        mend = "write domain.product, domain.product.port or domain.product.port_v2"
        raise TroubleError(Trouble("H704", f"`{name[:100]}` names no port", mend=mend))
    question = Question(f"SELECT * FROM {'.'.join(map(quoted, words))}", caller.reader, "http", caller.environment)
    prepared = backing.answering.prepare(question)
    for decision in prepared.decisions:
        publication = all_visible(backing.ledger, caller.environment).get(decision.port.name.of_product)
        port = publication.port(decision.port) if publication is not None else None
        if publication is not None and port is not None:
            return Seen(prepared, publication, port)
    raise TroubleError(Trouble("H704", f"`{name[:100]}` is published no more"))


def quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


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


def _matches(told: str, tag: str) -> bool:
    """Whether one of the entity tags is ours, compared weakly (RFC 9110, 13.1.2)."""
    tags = {t.strip().removeprefix("W/") for t in told.split(",")}
    return "*" in tags or tag.removeprefix("W/") in tags


def _unreadable(backing: Backing, caller: Caller, refused: Refused) -> dict[str, Any]:
    """The contract's columns, none of which the reader sees, and why. Raises the refusal where not even that may be known."""
    decision: Decision | None = next(iter(refused.decisions), None)
    offered = _offered(backing, decision.port) if decision is not None else None
    if decision is None or offered is None:
        raise refused
    if not backing.decider.may(caller.principal, Action.DESCRIBE, decision.port, backing.clock()).allowed:
        raise refused
    return {
        **_named(decision.port, offered),
        "readable": False,
        "columns": [{"name": c.name, "type": str(c).removeprefix(f"{c.name} "), "effect": "hidden"} for c in offered.schema],
        "reasons": list(decision.reasons),
        "rules": [str(r) for r in decision.rules],
        "mend": decision.mend or refused.troubles[0].mend,
    }


def _offered(backing: Backing, port: PortMajor) -> OutputPort | None:
    product = backing.mesh().product(port.name.of_product)
    return next((o for o in product.outputs if o.pinned == port), None) if product is not None else None


def _named(port: PortMajor, offered: OutputPort | None) -> dict[str, Any]:
    return {
        "port": str(port.name),
        "major": port.major,
        "title": offered.title if offered else "",
        "description": offered.description if offered else "",
        "deprecated": offered.deprecated if offered else False,
    }
