"""How many requests of the API one caller may make: by who they are, and by where they come from, in bounded memory.

Told as in draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy` names the quota and its window, `RateLimit` what is left of
it. The limits are those of one process: each replica counts for itself.
"""

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hansa.frozen import dataclass
from hansa.server.transport.problems import Answered, problem
from hansa.trouble import Trouble

WINDOW = 60  # seconds
MOST_KEPT = 20_000
_LIMITED = ("/api/", "/mcp")
_FAMILY = 5
"""Several people behind one proxy or one network share a source."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests a minute, as many at once, of one principal and of one source; 0 for any number."""

    principal: int = 1_200
    source: int = 1_200 * _FAMILY

    @classmethod
    def of(cls, principal: int) -> "Limits":
        return cls(principal, principal * _FAMILY)


GENEROUS = Limits()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one request. `wait` is in whole seconds, and 0 for one that is let through."""

    name: str
    limit: int
    left: int
    wait: int

    @property
    def headers(self) -> dict[str, str]:
        each = WINDOW / self.limit
        full = math.ceil((self.limit - self.left) * each)
        headers = {
            "RateLimit-Policy": f'"{self.name}";q={self.limit};w={WINDOW}',
            "RateLimit": f'"{self.name}";r={self.left};t={self.wait or full}',
        }
        return {**headers, "Retry-After": str(self.wait)} if self.wait else headers


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Buckets:
    """A bucket for each key, which fills steadily. Safe in many threads.

    When there are too many keys, the one that came longest ago is forgotten, and finds a full bucket should it come again.
    """

    def __init__(self, name: str, limit: int, monotonic: Callable[[], float], most: int = MOST_KEPT) -> None:
        self._name, self._limit, self._monotonic, self._most = name, limit, monotonic, most
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str) -> Taken | None:
        """Take one request out of a key's bucket; None where there is no limit."""
        if not self._limit:
            return None
        with self._lock:
            now = self._monotonic()
            bucket = self._kept.pop(key, None) or _Bucket(self._limit, now)
            rate = self._limit / WINDOW
            bucket.left, bucket.at = min(self._limit, bucket.left + (now - bucket.at) * rate), now
            wait = 0 if bucket.left >= 1 else max(1, math.ceil((1 - bucket.left) / rate))
            bucket.left -= 0 if wait else 1
            self._kept[key] = bucket
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return Taken(self._name, self._limit, int(bucket.left), wait)


class Limiter:
    """The limits of one server."""

    def __init__(self, limits: Limits, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.principals = Buckets("principal", limits.principal, monotonic)
        self.sources = Buckets("source", limits.source, monotonic)


@dataclass(slots=True)
class _Counted:
    limiter: Limiter
    taken: Taken | None


class Limited:
    """Counts requests of the API by where they come from, and tells with each response what is left."""

    def __init__(self, app: ASGIApp, limiter: Limiter) -> None:
        self._app, self._limiter = app, limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_LIMITED):
            await self._app(scope, receive, send)
            return
        client = scope.get("client")
        counted = scope["hansa.counted"] = _Counted(
            self._limiter, self._limiter.sources.take(source_of(client[0] if client else ""))
        )
        if counted.taken is not None and counted.taken.wait:
            await problem(_too_many(counted.taken), Request(scope))(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and counted.taken is not None:
                headers = MutableHeaders(scope=message)
                for name, value in counted.taken.headers.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, sent)


def count(request: Request, principal: str) -> None:
    """Count a request of somebody who was established. Raises `Answered` with 429 when there were too many."""
    counted: _Counted | None = request.scope.get("hansa.counted")
    taken = counted.limiter.principals.take(principal) if counted is not None else None
    if counted is None or taken is None:
        return
    counted.taken = taken
    if taken.wait:
        raise _too_many(taken)


def source_of(address: str) -> str:
    """What counts as one source: an address, and of IPv6 the network of 64 bits that one subscriber has to themselves."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))


def _too_many(taken: Taken) -> Answered:
    whose = "you" if taken.name == "principal" else "your address"
    summary = f"too many requests: {taken.limit} a minute are let through for {whose}"
    return Answered(Trouble("H840", summary, mend=f"wait {taken.wait} s, and ask less often"), 429, taken.headers)
