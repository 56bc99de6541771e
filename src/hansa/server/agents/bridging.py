"""The protocol over stdin and stdout for a mesh that is elsewhere: what is asked here is asked there, with a token, and answered.

Nothing is decided, kept or known here. A call that nobody waits for any longer is ended there, too.
"""

import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import field
from typing import Any, TypeVar

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INTERNAL_ERROR,
    CallToolRequest,
    CallToolRequestParams,
    CallToolResult,
    CompleteRequest,
    CompleteRequestParams,
    CompleteResult,
    ListResourcesRequest,
    ListResourcesResult,
    ListResourceTemplatesRequest,
    ListResourceTemplatesResult,
    ListToolsRequest,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequest,
    ReadResourceRequestParams,
    ReadResourceResult,
    Result,
    TextContent,
)

import hansa
from hansa.addressing import checked_url
from hansa.frozen import dataclass
from hansa.server.agents.listening import MOST_SECONDS, PATH
from hansa.server.agents.texts import clean, sentence
from hansa.server.transport.problems import MEDIA_TYPE
from hansa.trouble import Trouble, TroubleError

_CONNECT = 10.0  # seconds
_LONGER = 30.0  # seconds that we wait longer than the server lets a call take
_TROUBLE = "trouble"
"""By which an error of the protocol is known as a trouble that was told."""
_Context = ServerRequestContext[Any, Any]
_Answer = TypeVar("_Answer", bound=Result)


@dataclass(frozen=True, slots=True)
class Remote:
    """A server by its address, and how it is spoken to. `headers` say for whom and why; they hold for every call."""

    url: str
    token: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


def remote(url: str, environ: Mapping[str, str], consumer: str = "", purpose: str = "", environment: str = "") -> Remote:
    """A server by its address, with the token of HANSA_TOKEN; what is not said of consumer and purpose is taken from
    HANSA_CONSUMER and HANSA_PURPOSE. Raises TroubleError.
    """
    address = checked_url(url, "speak with")
    said = {
        "X-Hansa-Consumer": consumer or environ.get("HANSA_CONSUMER", ""),
        "X-Hansa-Purpose": purpose or environ.get("HANSA_PURPOSE", ""),
        "X-Hansa-Environment": environment,
    }
    token = environ.get("HANSA_TOKEN", "")
    if not token or not all(text.isascii() and text.isprintable() for text in (token, *said.values())):
        mend = "set HANSA_TOKEN; `hansa token issue USER` at the server's mesh makes one"
        raise TroubleError(Trouble("H953", "a server is spoken to with a token, and in ASCII", mend=mend))
    return Remote(address, token, {name: value for name, value in said.items() if value})


def bridge(there: Remote) -> None:
    """Answer until stdin ends. Raises TroubleError when the server is not there, or does not take the token."""
    anyio.run(_bridged, there)


async def _bridged(there: Remote) -> None:
    headers = {"Authorization": f"Bearer {there.token}", **there.headers}
    timeout = httpx2.Timeout(MOST_SECONDS + _LONGER, connect=_CONNECT)
    transport = _Telling(httpx2.AsyncHTTPTransport())
    async with AsyncExitStack() as opened:
        http = await opened.enter_async_context(httpx2.AsyncClient(headers=headers, timeout=timeout, transport=transport))
        await _look(http, there)
        client = await opened.enter_async_context(Client(streamable_http_client(f"{there.url}{PATH}", http_client=http)))
        server = _Bridge(client).server()
        incoming, outgoing = await opened.enter_async_context(stdio_server())
        await server.run(incoming, outgoing, server.create_initialization_options())


async def _look(http: httpx2.AsyncClient, there: Remote) -> None:
    """Whoever is let in is told that there is nothing to get (405); everything else is a trouble, told before anybody speaks."""
    answer = await http.get(f"{there.url}{PATH}")
    if answer.status_code == 405:
        return
    told: Trouble | None = answer.extensions.get(_TROUBLE)
    raise TroubleError(told or Trouble("H749", f"the server answers {answer.status_code}", mend="is it a Hansa server?"))


class _Telling(httpx2.AsyncBaseTransport):
    """Makes of what the server refuses, and of what does not come, an error of the protocol: the answer of that call alone.

    So one lost call ends no connection, and calls that run at once hear nothing of each other.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = await self._inner.handle_async_request(request)
            if response.status_code < 400 or not response.headers.get("content-type", "").startswith(MEDIA_TYPE):
                return response
            return _telling(request, response.status_code, _told(await response.aread()))
        except httpx2.TransportError as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:300]
            mend = "is `hansa serve` running there? Ask again"
            return _telling(request, 503, Trouble("H952", f"the server does not answer: {reason}", mend=mend))

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Bridge:
    """A server of the protocol that hands everything on."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def server(self) -> Server[Any]:
        told = self._client.server_info
        return Server(
            told.name if told is not None else "hansa",
            version=told.version if told is not None else hansa.__version__,
            title=told.title if told is not None else None,
            instructions=self._client.instructions,
            on_list_tools=self._tools,
            on_call_tool=self._call,
            on_list_resources=self._resources,
            on_list_resource_templates=self._templates,
            on_read_resource=self._read,
            on_completion=self._complete,
        )

    async def _tools(self, context: _Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        return await self._asked(ListToolsRequest(params=_page(params)), ListToolsResult)

    async def _call(self, context: _Context, params: CallToolRequestParams) -> CallToolResult:
        request = CallToolRequest(params=CallToolRequestParams(name=params.name, arguments=params.arguments))
        try:
            return await self._asked(request, CallToolResult)
        except MCPError as error:
            if not (isinstance(error.error.data, dict) and _TROUBLE in error.error.data):
                raise
            # As every trouble is the answer of a tool, so that whoever asked can read the mend.
            return CallToolResult(content=[TextContent(type="text", text=error.error.message)], is_error=True)

    async def _resources(self, context: _Context, params: PaginatedRequestParams | None) -> ListResourcesResult:
        return await self._asked(ListResourcesRequest(params=_page(params)), ListResourcesResult)

    async def _templates(self, context: _Context, params: PaginatedRequestParams | None) -> ListResourceTemplatesResult:
        return await self._asked(ListResourceTemplatesRequest(params=_page(params)), ListResourceTemplatesResult)

    async def _read(self, context: _Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        request = ReadResourceRequest(params=ReadResourceRequestParams(uri=params.uri))
        return await self._asked(request, ReadResourceResult)

    async def _complete(self, context: _Context, params: CompleteRequestParams) -> CompleteResult:
        request = CompleteRequest(params=CompleteRequestParams(ref=params.ref, argument=params.argument))
        return await self._asked(request, CompleteResult)

    async def _asked(self, request: Any, kind: type[_Answer]) -> _Answer:
        return await self._client.session.send_request(request, kind)


def _page(params: PaginatedRequestParams | None) -> PaginatedRequestParams:
    return PaginatedRequestParams(cursor=params.cursor if params is not None else None)


def _told(body: bytes) -> Trouble:
    try:
        said = json.loads(body)
        return Trouble(str(said["code"]), clean(str(said["detail"]), 2_000), mend=clean(str(said["mend"]), 2_000))
    except (ValueError, KeyError, TypeError):
        return Trouble("H749", "the server's answer cannot be used", mend="is it a Hansa server?")


def _telling(request: httpx2.Request, status: int, trouble: Trouble) -> httpx2.Response:
    """An error of the protocol (JSON-RPC 2.0, 5.1) that tells a trouble. Its id is that of the request, whichever that is."""
    error = {"code": INTERNAL_ERROR, "message": sentence(trouble), "data": {_TROUBLE: trouble.code, "mend": trouble.mend}}
    document = {"jsonrpc": "2.0", "id": None, "error": error}
    return httpx2.Response(status, json=document, request=request, extensions={_TROUBLE: trouble})
