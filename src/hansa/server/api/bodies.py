"""Bodies of requests: JSON, of no more than they may have, and of exactly the keys that there are."""

from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError

from hansa.server.transport import Answered
from hansa.trouble import Trouble, TroubleError

MOST_BYTES = 1_000_000
_SMALLER = "send the values of a query as parameters, and long lists as a join"
Body = TypeVar("Body", bound="Strict")


class Strict(BaseModel):
    """A body in which an unknown key is an error: a misspelt option must not be passed over."""

    model_config = ConfigDict(extra="forbid", strict=True)


async def body_of(request: Request, kind: type[Body]) -> Body:
    """The body as a record. Raises TroubleError with 415, 413 or 400."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        shown = media_type[:60] or "no Content-Type"
        raise Answered(Trouble("H741", f"the body is {shown}", mend="send JSON as `Content-Type: application/json`"), 415)
    try:
        body = kind.model_validate_json(await read(request, MOST_BYTES, _SMALLER))
    except ValidationError as wrong:
        raise TroubleError(*(_trouble(dict(e)) for e in wrong.errors(include_url=False, include_input=False)[:20])) from None
    if _has_zero(body.model_dump()):
        raise TroubleError(
            Trouble("H740", "the body has a zero character in it", mend="leave it out; no name and no text has one")
        )
    return body


def _has_zero(value: object) -> bool:
    match value:
        case str():
            return "\0" in value
        case dict():
            return any(_has_zero(part) for pair in value.items() for part in pair)
        case list() | tuple():
            return any(map(_has_zero, value))
        case _:
            return False


async def read(request: Request, most: int, mend: str) -> bytes:
    """The body's bytes. Stops at once when there are too many, whatever the headers said, with 413 and the mend."""
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > most:
            raise Answered(Trouble("H743", f"the body has more than {most:,} bytes", mend=mend), 413, {"Connection": "close"})
    return bytes(found)


def _trouble(error: dict[str, object]) -> Trouble:
    at = error["loc"]
    where = ".".join(str(part) for part in at) if isinstance(at, tuple) else ""
    return Trouble("H740", f"`{where}`: {error['msg']}" if where else str(error["msg"]), mend="see /api/v1/openapi.json")
