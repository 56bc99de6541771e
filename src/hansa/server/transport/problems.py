"""From troubles to problem documents (RFC 9457): the status that HTTP has for it, and everything that helps to mend it."""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from hansa.access.identity import NotAuthenticated
from hansa.gateway.asking import Refused
from hansa.ledger import LedgerGone
from hansa.model import Decision
from hansa.trouble import Trouble, TroubleError

MEDIA_TYPE = "application/problem+json"
_STATUS: Mapping[str, int] = {
    **dict.fromkeys(("H703", "H704", "H710", "H734", "H746", "H750", "H758", "H857", "H860"), 404),
    **dict.fromkeys(("H706", "H712", "H713", "H717"), 422),
    **dict.fromkeys(("H711", "H714", "H736", "H450", "H810", "H861"), 503),
    **dict.fromkeys(("H737", "H749", "H952"), 502),
    **dict.fromkeys(("H718", "H738"), 500),
    **dict.fromkeys(("H855", "H859", "H813"), 400),
    **dict.fromkeys(("H780",), 401),
    **dict.fromkeys(("H781",), 429),
    **dict.fromkeys(("H751", "H755", "H756", "H759", "H762"), 400),
    **dict.fromkeys(("H283", "H873", "H874", "H875"), 422),
    **dict.fromkeys(("H876", "H877"), 409),
    **dict.fromkeys(("H852", "H879"), 503),
    "H878": 412,
    "H880": 403,
    "H715": 408,
    **dict.fromkeys(("H882", "H887", "H888"), 400),
    **dict.fromkeys(("H884", "H886"), 409),
    "H881": 404,
    "H883": 403,
    "H885": 429,
    "H752": 403,
    "H862": 403,
    "H856": 422,
    "H863": 409,
    "H858": 408,
    "H741": 415,
    "H743": 413,
    "H747": 500,
    "H748": 401,
}
_ASKED_WRONGLY = re.compile(r"H7[0-4]\d")  # what is wrong with a query or a request, unless it stands above
_ACCESS = re.compile(r"H7[5-7]\d")  # what is wrong with a step of the access workflow


class Answered(TroubleError):
    """A trouble that has its own status here, such as 406 or 410; `more` stand behind it."""

    def __init__(
        self, trouble: Trouble, status: int, headers: Mapping[str, str] | None = None, more: tuple[Trouble, ...] = ()
    ) -> None:
        super().__init__(trouble, *more)
        self.status = status
        self.headers = dict(headers or {})


def problem(error: TroubleError, request: Request) -> Response:
    """The response for troubles. The first is what the document is about; all of them stand in `troubles`."""
    first, status = error.troubles[0], status_of(error)
    document: dict[str, object] = {
        "type": f"urn:hansa:trouble:{first.code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": first.summary,
        "code": first.code,
        "mend": first.mend,
        "places": first.to_json()["places"],
        "requestId": str(request.scope.get("hansa.request", "")),
    }
    if len(error.troubles) > 1:
        document["troubles"] = [t.to_json() for t in error.troubles]
    if isinstance(error, Refused):
        document["reasons"] = reasons(error.decisions) or [first.summary]
        document["rules"] = rules(error.decisions)
    content = json.dumps(document, ensure_ascii=False).encode()
    return Response(content, status, headers_of(error, status), MEDIA_TYPE)


def status_of(error: TroubleError) -> int:
    code = error.troubles[0].code
    match error:
        case Answered():
            return error.status
        case NotAuthenticated():
            return 429 if error.retry_after else 401
        case Refused():
            return 403
        case LedgerGone():
            return 503
        case _ if code in _STATUS:
            return _STATUS[code]
        case _ if _ACCESS.fullmatch(code):
            return 409
        case _:
            return 400 if _ASKED_WRONGLY.fullmatch(code) else 500


def reasons(decisions: tuple[Decision, ...]) -> list[str]:
    return list(dict.fromkeys(reason for d in decisions for reason in d.reasons))


def rules(decisions: tuple[Decision, ...]) -> list[str]:
    return list(dict.fromkeys(str(rule) for d in decisions for rule in d.rules))


def headers_of(error: TroubleError, status: int) -> dict[str, str]:
    """What a response tells beside the troubles: when to come again, how to prove oneself, that the connection ends."""
    headers = dict(error.headers) if isinstance(error, Answered) else {}
    if isinstance(error, NotAuthenticated):
        if error.retry_after:
            headers["Retry-After"] = str(error.retry_after)
        else:
            headers["WWW-Authenticate"] = 'Bearer realm="hansa", error="invalid_token"'
    if status in (502, 503):
        headers["Retry-After"] = "1"
    return headers
