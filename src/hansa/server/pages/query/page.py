"""Query: SQL over what the viewer may read, for one of their consumers and its purpose. An address never runs, a form does."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hansa.engines import Cancellation
from hansa.gateway.asking import Refused
from hansa.model import OutputPort
from hansa.names import parse_product
from hansa.server.api import Caller
from hansa.server.pages.connecting import sql_name
from hansa.server.pages.query.asking import MOST_TEXT, Later, asked, query, reading, statement
from hansa.server.pages.query.places import Excerpt, excerpts
from hansa.server.pages.query.schema import FOR_ITS_SCRIPT, ON_THE_PAGE, SchemaPort, chosen, offered, readable
from hansa.server.pages.query.streaming import MOST_ROWS, SHOWN_ROWS, Shown, first_rows, lines
from hansa.server.pages.query.words import KEYWORDS, functions
from hansa.server.pages.routing import Page
from hansa.server.pages.schema import Reading
from hansa.server.pages.visit import Visit
from hansa.server.reading import Flowing
from hansa.server.reading.answering import respond
from hansa.server.reading.flowing import worked
from hansa.server.reading.forms import form_of
from hansa.server.transport import problem
from hansa.server.transport.problems import reasons, status_of
from hansa.trouble import Trouble, TroubleError

_LISTED = 250
"""Columns that the page itself lists; a script asks for the rest, and each port has a page of its own."""


def show(visit: Visit) -> Response:
    """The page, with the statement and the choice that the address names. Nothing is run."""
    port = _port(visit)
    said = visit.request.query_params.get("for")
    choice = chosen(visit, said, port)
    text = visit.asked("q", MOST_TEXT).replace("\r\n", "\n")
    if not text and port is not None:
        text = f"SELECT *\nFROM {sql_name(visit, port)}\nLIMIT 100"
    foreign = said if said is not None and f"{choice.consumer}|{choice.purpose}" != said and said != "" else ""
    return _page(visit, text, choice, foreign=foreign.replace("|", " · ")[:100])


def run(visit: Visit) -> Response:
    """Run, and show the first rows on the page: all that it takes without scripts."""

    async def found(request: Request) -> Response:
        cancellation = Cancellation()

        def work() -> Response:
            try:
                shown = _first(visit, cancellation)
            except TroubleError as wrong:
                return _wrong(visit, wrong)
            return _page(visit, statement(visit), reading(visit), shown=shown)

        return await worked(request, work, cancellation, request.app.state.limiter)

    return Later(found)


def rows(visit: Visit) -> Response:
    """Run, and give the rows line by line to the page's script, as they come and no faster than they are taken.

    Whoever closes the connection, or leaves the page, ends the query.
    """

    async def found(request: Request) -> Response:
        cancellation, limiter = Cancellation(), request.app.state.limiter

        def work() -> Response:
            answer = asked(visit, query(visit, MOST_ROWS + 1), cancellation)
            return Flowing(
                lines(answer),
                headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
                media_type="application/x-ndjson",
                cancellation=cancellation,
                close=answer.reader.close,
                limiter=limiter,
            )

        try:
            return await worked(request, work, cancellation, limiter)
        except TroubleError as wrong:
            return problem(wrong, request)

    return Later(found)


def download(visit: Visit) -> Response:
    """Run, and give all rows as a file. What is wrong is shown on the page."""

    async def found(request: Request) -> Response:
        backing = visit.catalogue.backing
        try:
            form, wanted = form_of(visit.said("format", 20) or "csv", ""), query(visit)
            who = Caller(visit.principal, visit.session.credential, wanted.reader.consumer, wanted.reader.purpose)
            name = f"query-{visit.now:%Y%m%d-%H%M%S}.{form}"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return await respond(request, backing, who, wanted, form, headers=headers)
        except TroubleError as wrong:
            return _wrong(visit, wrong)

    return Later(found)


def schema(visit: Visit) -> Response:
    """What may be queried, for the list beside the editor and for what it offers while somebody types."""
    choice = chosen(visit, visit.request.query_params.get("for"))
    found = readable(visit, choice, FOR_ITS_SCRIPT, visit.asked("words"))
    document = {
        "ports": [_as_json(p) for p in found.ports],
        "more": found.more,
        "keywords": KEYWORDS,
        "functions": functions(),
    }
    return JSONResponse(document, headers={"Cache-Control": "no-store"})


def _first(visit: Visit, cancellation: Cancellation) -> Shown:
    answer = asked(visit, query(visit, SHOWN_ROWS + 1), cancellation)
    try:
        return first_rows(answer)
    finally:
        answer.reader.close()


def _wrong(visit: Visit, wrong: TroubleError) -> Response:
    text = statement(visit)
    return _page(
        visit,
        text[:MOST_TEXT],
        chosen(visit, visit.said("for")),
        troubles=[(t, excerpts(t, text)) for t in wrong.troubles],
        reasons=reasons(wrong.decisions)[1:] if isinstance(wrong, Refused) else [],
        status=status_of(wrong),
    )


def _page(
    visit: Visit,
    text: str,
    choice: Reading,
    *,
    shown: Shown | None = None,
    troubles: list[tuple[Trouble, list[Excerpt]]] | None = None,
    reasons: list[str] | None = None,
    foreign: str = "",
    status: int = 200,
) -> Response:
    found = readable(visit, choice, ON_THE_PAGE)
    left, listed = _LISTED, []
    for port in found.ports:
        listed.append((port, port.columns[: max(0, left)]))
        left -= len(port.columns)
    return visit.page(
        "query.html",
        status=status,
        keep=False,
        text=text,
        choice=choice,
        choices=offered(visit),
        titles={c.name: c.title or c.name for c in visit.sight.consumers},
        listed=listed,
        more=found.more,
        shown=shown,
        troubles=troubles or [],
        reasons=reasons or [],
        foreign=foreign,
    )


def _port(visit: Visit) -> OutputPort | None:
    """The port of `?port=domain.product`, `domain.product.port` or `…@2`; None for one that the viewer may not know of."""
    name, _, major = visit.asked("port").partition("@")
    words = name.split(".")
    try:
        product = visit.sight.product(parse_product(".".join(words[:2])))
    except ValueError:
        return None
    ports = visit.sight.ports(product) if product is not None else ()
    return next(
        (o for o in ports if words[2:] in ([], [o.address.port]) and (not major or str(o.major) == major)),
        None,
    )


def _as_json(port: SchemaPort) -> dict[str, object]:
    return {
        "port": str(port.port.pinned),
        "sql": port.sql,
        "title": port.port.title or port.product.title,
        "product": str(port.product.address),
        "hidden": port.hidden,
        "filtered": port.filtered,
        "columns": [[c.name, c.sql, c.type, ", ".join(c.classes), c.mask] for c in port.columns],
    }


PAGES = (
    Page("/query", show),
    Page("/query", run, posted=True),
    Page("/query/rows", rows, posted=True),
    Page("/query/download", download, posted=True),
    Page("/query/schema", schema),
)
