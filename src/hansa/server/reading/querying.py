"""`POST /api/v1/query`: one governed query."""

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from hansa.gateway.asking import Query
from hansa.rows import Format
from hansa.server.api import Backed, Called, Resource, Strict, body_of, refusals
from hansa.server.reading.answering import respond
from hansa.server.reading.forms import MEDIA_TYPES, form_of

router = APIRouter(tags=["query"], route_class=Resource)


class QueryBody(Strict):
    """One SELECT over `domain.product` or `domain.product.port`, on behalf of a consumer, for a purpose."""

    sql: str = Field(min_length=1)
    consumer: str | None = None
    purpose: str | None = None
    environment: str | None = None
    parameters: list[Any] | dict[str, Any] = Field(default=[], description="Values of `?` in their order, or of `$name` by name.")
    format: str | None = Field(default=None, description="csv, json, ndjson, arrow or parquet; goes before Accept.")
    limit: int = Field(default=0, ge=0, lt=10**15, description="The most rows; 0 for all that the gateway gives.")


ROWS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The rows, as they come. X-Hansa-Notice is a JSON list of what the reader should know.",
        "content": {media_type.partition(";")[0]: {} for media_type in MEDIA_TYPES.values()},
    }
}
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": QueryBody.model_json_schema()}}}}


_REFUSED = refusals(
    "H741", "H743", "H701", "H703", "H704", "H707", "H706", "H710", "H711", "H712", "H713", "H714", "H715", "H717", "H736", "H737"
)


@router.post("/query", responses={**ROWS, **_REFUSED}, response_class=Response, openapi_extra=_BODY)
async def query(request: Request, caller: Called, backing: Backed) -> Response:
    """Answer one query. It is decided, recorded and limited as in every other way of reading."""
    body = await body_of(request, QueryBody)
    form = form_of(body.format, request.headers.get("accept", ""))
    caller = caller.told(body.consumer, body.purpose, body.environment)
    parameters = body.parameters if isinstance(body.parameters, dict) else tuple(body.parameters)
    asked = Query(body.sql, caller.reader, "http", caller.environment, parameters, body.limit)
    return await respond(request, backing, caller, asked, Format(form))
