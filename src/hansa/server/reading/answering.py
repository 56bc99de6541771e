"""One query for one request: asked in a thread, refused before the first byte, then streamed in the form that is wanted."""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING

import anyio
from fastapi import Request
from starlette.responses import Response

from hansa.engines import Cancellation
from hansa.frozen import dataclass
from hansa.gateway.asking import GovernedAnswer, Query
from hansa.rows import Format, encode
from hansa.server.api import Caller
from hansa.server.backing import Backing
from hansa.server.reading.documents import document
from hansa.server.reading.flowing import Flowing, worked
from hansa.server.reading.forms import MEDIA_TYPES
from hansa.server.transport import Answered
from hansa.trouble import Trouble

if TYPE_CHECKING:
    import pyarrow as pa

MOST_NOTICES = 6_000  # characters in a header; clients refuse longer ones


@dataclass(frozen=True, slots=True)
class Page:
    """How many rows make a page, and how its successor is called, given the number of rows before it."""

    rows: int
    next_page: Callable[[], str]


async def respond(
    request: Request,
    backing: Backing,
    caller: Caller,
    query: Query,
    form: Format,
    *,
    page: Page | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The rows of a query. Raises what the query raises until its first rows are there."""
    cancellation = Cancellation()
    limiter: anyio.CapacityLimiter = request.app.state.limiter

    def begin() -> tuple[GovernedAnswer, Iterator[bytes], str]:
        return _begun(backing.inquiring.ask(query, caller.credential, cancellation), form, page)

    answer, chunks, following = await worked(request, begin, cancellation, limiter)
    return Flowing(
        chunks,
        headers={**_said(request, answer, following), **(headers or {})},
        media_type=MEDIA_TYPES[form],
        cancellation=cancellation,
        close=answer.reader.close,
        limiter=limiter,
    )


def _begun(answer: GovernedAnswer, form: Format, page: Page | None) -> tuple[GovernedAnswer, Iterator[bytes], str]:
    """The answer with its first bytes made, so that what is wrong is told before they are sent; the next page's cursor."""
    try:
        batches, following = _paged(answer, page)
        chunks = _encoded(answer, batches, form, following if page else None)
        first = next(chunks, b"")
        if form is Format.JSON:
            # The head of the document can be written before there is a row; what goes wrong with the first is told in full.
            first += next(chunks, b"")
    except BaseException as error:
        answer.reader.close()
        unfit = _unfit(error, form)
        if unfit is not None:
            raise unfit from None
        raise
    return answer, chain((first,), chunks), following


def _said(request: Request, answer: GovernedAnswer, following: str) -> dict[str, str]:
    said = {"Vary": "Accept, Authorization, X-Hansa-Consumer, X-Hansa-Purpose, X-Hansa-Environment"}
    if answer.id:
        said["X-Hansa-Query"] = answer.id
    if answer.notices:
        said["X-Hansa-Notice"] = _in_header(answer.notices)
    if following:
        said["Link"] = f'<{request.url.include_query_params(cursor=following)}>; rel="next"'
    return said


def _paged(answer: GovernedAnswer, page: Page | None) -> "tuple[Iterator[pa.RecordBatch], str]":
    """The batches of a page, and the cursor of the next. One row more was asked for, which tells whether there is one."""
    if page is None:
        return iter(answer.reader), ""
    left, batches, more = page.rows, [], False
    for batch in answer.reader:
        more = batch.num_rows > left
        batches.append(batch.slice(0, left))
        left -= min(left, batch.num_rows)
        if more:
            break
    return iter(batches), page.next_page() if more else ""


def _encoded(answer: GovernedAnswer, batches: "Iterator[pa.RecordBatch]", form: Format, following: str | None) -> Iterator[bytes]:
    if form is Format.JSON:
        return document(answer.schema, batches, answer.notices, following)
    return encode(answer.schema, batches, form)


def _unfit(error: BaseException, form: Format) -> Answered | None:
    """What to say when a form has no place for a type of the rows, as Parquet has none for intervals."""
    import pyarrow as pa

    if not isinstance(error, pa.ArrowNotImplementedError):
        return None
    summary = f"{form} cannot hold these rows: {str(error).splitlines()[0][:200]}"
    return Answered(Trouble("H741", summary, mend="cast the column to VARCHAR, or ask for another form"), 406)


def _in_header(notices: tuple[str, ...]) -> str:
    """As many of the notices as a header may hold, as a JSON list in ASCII."""
    kept = list(notices)
    while len(text := json.dumps(kept)) > MOST_NOTICES and kept:
        kept.pop()
    return text
