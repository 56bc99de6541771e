"""Session options: for whom and why somebody reads, kept by the client in a cookie, so that no restart of the gateway loses them.

The cookie holds the options themselves, readable. They are the claims that the headers `x-hansa-…` make, and are judged the same.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from hansa.gateway.flight.messages import (
    INVALID_NAME,
    INVALID_VALUE,
    Option,
    OptionError,
    OptionErrors,
    Options,
    OptionValue,
    Status,
)

COOKIE = "hansa_session"
OPTIONS = ("consumer", "purpose", "environment")
_LONGEST = 256


def session_of(header: str) -> dict[str, str]:
    """The options in a `Cookie` header; none when there is no session, or one that nobody can read."""
    try:
        cookie = SimpleCookie(header).get(COOKIE)
        found = json.loads(base64.urlsafe_b64decode(cookie.value)) if cookie is not None else {}
    except (CookieError, binascii.Error, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {k: v for k, v in found.items() if k in OPTIONS and isinstance(v, str) and len(v) <= _LONGEST}


def changed(session: Mapping[str, str], request: Options) -> tuple[dict[str, str], OptionErrors]:
    """A session after a request to set options, and those that cannot be set. A value of nothing unsets an option."""
    now, errors = dict(session), []
    for option in request.options:
        value = option.value[-1] if option.value else OptionValue()
        if option.name not in OPTIONS:
            errors.append(OptionError(option.name, (Status(INVALID_NAME),)))
        elif value == OptionValue() or value.text == "":
            now.pop(option.name, None)
        elif value.text is None or len(value.text) > _LONGEST:
            errors.append(OptionError(option.name, (Status(INVALID_VALUE),)))
        else:
            now[option.name] = value.text
    return now, OptionErrors(tuple(errors))


def listed(session: Mapping[str, str]) -> Options:
    return Options(tuple(Option(name, (OptionValue(text),)) for name, text in sorted(session.items())))


def cookie(session: Mapping[str, str] | None) -> str:
    """The `Set-Cookie` header that keeps a session; None ends it."""
    if session is None:
        return f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly"
    value = base64.urlsafe_b64encode(json.dumps(session, sort_keys=True).encode()).decode()
    return f"{COOKIE}={value}; Path=/; HttpOnly"
