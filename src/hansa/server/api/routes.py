"""What holds for every resource: no parameter is passed over, and what did not change is not sent again."""

import hashlib
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from hansa.trouble import Trouble, TroubleError, did_you_mean, one_of

FOR_WHOM = frozenset({"consumer", "purpose", "environment"})
"""Parameters that every address has: for whom, why and where somebody reads."""
KEPT = "private, no-cache"
"""A client may keep an answer, and asks each time whether it is still the same."""
VARYING = "Accept, Authorization, Cookie, X-Hansa-Consumer, X-Hansa-Purpose, X-Hansa-Environment"


class Resource(APIRoute):
    """A route that refuses parameters that it does not have, and gives what it answers an entity tag."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()
        known = FOR_WHOM | set(_parameters(self.dependant))

        async def handle(request: Request) -> Response:
            _refuse_unknown(request, known)
            response = await answer(request)
            return tagged(request, response) if request.method == "GET" else response

        return handle


def tagged(request: Request, response: Response) -> Response:
    """The response with a tag of what it says; a 304 for whoever has just that. Rows that flow have none of it."""
    if response.status_code != 200 or "etag" in response.headers or not isinstance(getattr(response, "body", None), bytes):
        return response
    kind = response.headers.get("content-type", "").encode()
    tag = f'"{hashlib.sha256(kind + response.body).hexdigest()[:32]}"'
    response.headers.update({"ETag": tag, "Cache-Control": KEPT, "Vary": VARYING})
    if not matches(request.headers.get("if-none-match", ""), tag):
        return response
    headers = {k: v for k, v in response.headers.items() if k in ("etag", "cache-control", "vary", "link")}
    return Response(status_code=304, headers=headers)


def unless_known(request: Request, response: Response, print_: str) -> Response | None:
    """For what says itself when it is another: a 304 for whoever has it; else the response gets its tag, and nothing comes."""
    headers = {"ETag": f'"{print_}"', "Cache-Control": KEPT, "Vary": VARYING}
    if matches(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return None


def matches(told: str, tag: str) -> bool:
    """Whether one of the entity tags is ours, compared weakly (RFC 9110, 13.1.2)."""
    tags = {t.strip().removeprefix("W/") for t in told.split(",")}
    return "*" in tags or tag.removeprefix("W/") in tags


def _refuse_unknown(request: Request, known: frozenset[str]) -> None:
    unknown = [name for name in dict.fromkeys(request.query_params) if name not in known]
    if not unknown:
        return
    shown = sorted(known)
    raise TroubleError(
        *(
            Trouble(
                "H855", f"no parameter is called `{n[:60]}`", mend=did_you_mean(n[:60], shown) or f"parameters: {one_of(shown)}"
            )
            for n in unknown[:5]
        )
    )


def _parameters(dependant: Dependant) -> Iterator[str]:
    yield from (p.alias for p in dependant.query_params)
    for below in dependant.dependencies:
        yield from _parameters(below)
