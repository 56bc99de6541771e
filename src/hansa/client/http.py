"""Asking a server over HTTP: rows come as a stream of Arrow, troubles as problem documents."""

import http.client
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

import pyarrow as pa

from hansa.client.flight import Claims, Flown
from hansa.client.troubles import trouble
from hansa.frozen import dataclass
from hansa.gateway.asking import Parameters
from hansa.trouble import Place, Trouble, TroubleError

_ARROW = "application/vnd.apache.arrow.stream"


@dataclass(frozen=True, slots=True)
class HttpWay:
    """A server by its address. Every query has a connection of its own, which ends with its rows. Safe in many threads."""

    url: str
    roots: bytes | None = None

    def ask(self, text: str, claims: Claims, parameters: Parameters = ()) -> Flown:
        """Raises TroubleError in the server's own words."""
        values = parameters if isinstance(parameters, dict) else list(parameters)
        body = json.dumps({"sql": text, "parameters": values, "limit": claims.rows}, default=str).encode()
        response = self._call("POST", "/api/v1/query", claims, body)
        with _told():
            reader = pa.ipc.open_stream(response)
        notices = tuple(json.loads(response.getheader("X-Hansa-Notice") or "[]"))
        return Flown(pa.RecordBatchReader.from_batches(reader.schema, _batches(reader)), notices)

    def explain(self, port: str, claims: Claims) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._call("GET", f"/api/v1/ports/{quote(port, safe='.')}", claims).read())
        return found

    def ports(self, claims: Claims) -> tuple[str, ...]:
        return tuple(p["port"] for p in json.loads(self._call("GET", "/api/v1/ports", claims).read())["ports"])

    def close(self) -> None:
        pass

    def _call(self, method: str, path: str, claims: Claims, body: bytes | None = None) -> http.client.HTTPResponse:
        headers = {name.decode(): value.decode("latin-1") for name, value in claims.headers()}
        headers |= {"accept": _ARROW if body else "application/json", "content-type": "application/json"}
        with _told():
            connection = self._connection()
            connection.request(method, urlsplit(self.url).path.rstrip("/") + path, body, headers)
            response = connection.getresponse()
            if response.status >= 400:
                raise _problem(response.read(), response.status)
        return response

    def _connection(self) -> http.client.HTTPConnection:
        at = urlsplit(self.url)
        if at.scheme == "https":
            context = ssl.create_default_context(cadata=self.roots.decode() if self.roots else None)
            return http.client.HTTPSConnection(at.hostname or "", at.port, context=context)
        return http.client.HTTPConnection(at.hostname or "", at.port)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (OSError, http.client.HTTPException, pa.ArrowException) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:300]
        mend = "is `hansa serve` running there? Asking again is safe"
        raise TroubleError(Trouble("H952", f"the server does not answer to the end: {reason}", mend=mend)) from None


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    with _told():
        yield from reader


def _problem(body: bytes, status: int) -> TroubleError:
    try:
        said = json.loads(body)
        places = tuple(Place(p["file"], p["line"], p["column"], p["note"]) for p in said["places"])
        return trouble(said["code"], said["detail"], places, said["mend"])
    except (ValueError, KeyError, TypeError):
        return TroubleError(Trouble("H749", f"the server's answer cannot be used: status {status}", mend="is it a Hansa server?"))
