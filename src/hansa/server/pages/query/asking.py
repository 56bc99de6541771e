"""A query of a page on its way to the gateway: what the form says, and a response that is found while its reader is there."""

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hansa.engines import Cancellation, Cancelled, EngineFailed
from hansa.frozen import dataclass
from hansa.gateway.asking import GovernedAnswer, Query
from hansa.model import ColumnEffect, Reader
from hansa.server.pages.schema import Reading
from hansa.server.pages.visit import Visit
from hansa.server.reading import Gone
from hansa.server.transport import Answered
from hansa.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    import pyarrow as pa

MOST_TEXT = 50_000
"""Characters of a statement."""
WAY = "pages"
"""As which the record and access policies know a query of a page."""


@dataclass(frozen=True, slots=True)
class Mask:
    """A column that is masked for the reader."""

    port: str
    column: str
    mask: str

    @property
    def notice(self) -> str:
        """How a notice about it begins; the page tells it as a mask instead."""
        return f"{self.port.partition('@')[0]}#{self.column} is masked by "


def statement(visit: Visit) -> str:
    """The statement of the form as it was typed, but for line breaks, which a form sends as two characters."""
    return next(iter(visit.form.get("sql", ())), "").replace("\r\n", "\n")


def reading(visit: Visit) -> Reading:
    """On whose behalf the form asks. Whether the viewer may ask so is the gateway's to say, which puts it on record."""
    consumer, _, purpose = visit.said("for").partition("|")
    return Reading(consumer, purpose)


def query(visit: Visit, rows: int = 0) -> Query:
    """The query of the form. Raises TroubleError for one that nothing can be asked with."""
    text = statement(visit)
    if not text.strip():
        mend = "write a SELECT, or choose a table from the list"
        raise Answered(Trouble("H827", "there is nothing to run", mend=mend), 400)
    if len(text) > MOST_TEXT:
        mend = "put long lists into a product of their own, and join it; programs use the HTTP API with parameters"
        raise Answered(Trouble("H828", f"the statement has more than {MOST_TEXT:,} characters", mend=mend), 400)
    chosen = reading(visit)
    reader = Reader(visit.principal, chosen.consumer, chosen.purpose)
    return Query(text, reader, WAY, visit.catalogue.environment, rows=rows)


def asked(visit: Visit, query: Query, cancellation: Cancellation) -> GovernedAnswer:
    """Ask with the session's own credential. Raises TroubleError alone: an engine's words may hold values."""
    try:
        return visit.catalogue.backing.inquiring.ask(query, visit.session.credential, cancellation)
    except (Cancelled, EngineFailed):
        raise TroubleError(stopped()) from None


def batches(answer: GovernedAnswer) -> "Iterator[pa.RecordBatch]":
    """The rows as they come. Raises TroubleError alone."""
    try:
        yield from answer.reader
    except (Cancelled, EngineFailed):
        raise TroubleError(stopped()) from None


def stopped() -> Trouble:
    return Trouble("H706", "the query could not be carried out", mend="change the query, and run it again")


def masks(answer: GovernedAnswer) -> list[Mask]:
    """Every masked column of the ports that were read, those of the answer's own names first."""
    decided = [
        Mask(str(d.port), c.column, c.mask) for d in answer.decisions for c in d.columns if c.effect is ColumnEffect.MASKED
    ]
    elsewhere = [Mask(port, column, mask) for port, columns in answer.masked.items() for column, mask in columns.items()]
    names = {n.lower() for n in answer.schema.names}
    return sorted(dict.fromkeys((*decided, *elsewhere)), key=lambda m: m.column.lower() not in names)


def notices(answer: GovernedAnswer, masks: list[Mask]) -> list[str]:
    """What the reader should know beside the masks."""
    return [n for n in answer.notices if not any(n.startswith(m.notice) for m in masks)]


class Later(Response):
    """A response that is found when it is sent, so that whoever goes away meanwhile ends the work."""

    def __init__(self, find: Callable[[Request], Awaitable[Response]]) -> None:
        super().__init__()
        self._find = find

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            found = await self._find(Request(scope, receive, send))
        except Gone:
            found = Response(status_code=499)
        await found(scope, receive, send)
