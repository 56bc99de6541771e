"""`Idempotency-Key`: a request that is sent again is answered as before, and nothing is done twice, by whichever server.

A key is kept in the ledger as a lease, of which every server sees the same: its holder says with which body it came. What was
done stands in the steps of the request for access or of the feedback, and the answer is read from there. Each principal has a
bounded number of places for keys, which are free again after a day.
"""

import datetime as dt
import re
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request

from hansa.frozen import dataclass
from hansa.ledger import Conflict, Ledger
from hansa.model import Lease
from hansa.server.api.bodies import Strict
from hansa.server.api.paging import digest
from hansa.server.transport import Answered
from hansa.trouble import Trouble, TroubleError

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT = 86_400.0  # seconds
_DOING = 60.0  # seconds after which whoever began and never ended is taken for gone
_PLACES = 512  # keys of one principal that are kept at once
_TRIED = 12
_KEY = re.compile(r"[!-~]{1,255}")
_PARAMETER = {
    "name": HEADER, "in": "header", "required": False, "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "The same key with the same body gets the same answer, and nothing is done twice. Kept for a day.",
}  # fmt: skip
_STANDS_ELSEWHERE = frozenset({"H753", "H754", "H757", "H884", "H886"})
Work = TypeVar("Work")
"""What is done: a request for access, or feedback, with its steps."""
Do = Callable[[], Work]
Done = Callable[[], Work | None]


@dataclass(frozen=True, slots=True)
class Key:
    """`name` is of the principal, the address and the key; `body` of what came with it."""

    principal: str
    name: str
    body: str


def with_body(kind: type[Strict]) -> dict[str, Any]:
    """What the description of the API says of a body that comes with a key."""
    schema = kind.model_json_schema()
    return {"parameters": [_PARAMETER], "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def key_of(request: Request, principal: str, body: object) -> Key | None:
    """The key of a request; None without one. Raises TroubleError for what cannot be one."""
    told = request.headers.getlist(HEADER)
    if not told:
        return None
    if len(told) > 1 or not _KEY.fullmatch(told[0]):
        raise TroubleError(
            Trouble("H859", f"{HEADER} is no key", mend="send 1 to 255 visible characters of ASCII, such as a UUID")
        )
    return Key(principal, digest(principal, request.method, request.url.path, told[0]), digest(body))


def once(ledger: Ledger, key: Key | None, now: dt.datetime, do: Do[Work], done: Done[Work]) -> tuple[Work, bool]:
    """What is done, or was done before with the same key; and whether it was before.

    `done` finds what `do` did by what it left in the ledger. Raises what `do` raises; then the key is free again.
    """
    if key is None:
        return do(), False
    lease = _taken(ledger, key, now)
    if lease is None:
        found = done()
        if found is None:
            summary = "the request with this key is still being carried out"
            raise Answered(Trouble("H863", summary, mend="send it again in a second"), 409, {"Retry-After": "1"})
        return found, True
    try:
        found, before = do(), False
    except (TroubleError, Conflict) as error:
        # Whoever was killed between doing it and saying so has left it in the ledger.
        codes = {t.code for t in error.troubles} if isinstance(error, TroubleError) else _STANDS_ELSEWHERE
        earlier = done() if codes & _STANDS_ELSEWHERE else None
        if earlier is None:
            ledger.release(lease)
            raise
        found, before = earlier, True
    ledger.renew(lease, now=now, seconds=KEPT)
    return found, before


def _taken(ledger: Ledger, key: Key, now: dt.datetime) -> Lease | None:
    """A lease for a key that is new; None for one that came with the same body before. Raises TroubleError with 422 or 429."""
    place, whose = int(key.name, 16) % _PLACES, digest(key.principal)
    holder = f"{key.name}:{key.body}:{secrets.token_hex(6)}"
    for number in range(_TRIED):
        name = f"once:{whose}:{(place + number) % _PLACES}"
        lease = ledger.acquire(name, holder, now=now, seconds=_DOING)
        if lease is not None:
            return lease
        held = ledger.holder(name, now=now)
        of, body, _ = held.holder.split(":") if held is not None else ("", "", "")
        if of == key.name:
            if body == key.body:
                return None
            raise Answered(Trouble("H856", "this key came with another request before", mend="make a new key"), 422)
    raise Answered(
        Trouble("H859", "you have too many keys in use", mend="send the request without a key"), 429, {"Retry-After": "60"}
    )
