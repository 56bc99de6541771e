"""The protocol's side: requests become calls of tools and resources, and results and troubles become answers.

A trouble is the answer of a tool, not an error of the protocol, so that whoever asked can read the mend and ask better.
"""

import json
import logging
from collections.abc import Callable
from typing import Any, TypeVar

import anyio
import anyio.abc
import anyio.to_thread
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    CompleteRequestParams,
    CompleteResult,
    Completion,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    TextContent,
    TextResourceContents,
)
from pydantic import ValidationError

import hansa
from hansa.engines import Cancellation, Cancelled, EngineFailed
from hansa.frozen import dataclass
from hansa.gateway.asking import Refused
from hansa.server.agents import resources
from hansa.server.agents.asking import Asking
from hansa.server.agents.texts import CONTENT, clean, cleaned, sentence
from hansa.server.agents.tools import BY_NAME, TOOLS, Offered
from hansa.server.api import Caller
from hansa.server.catalogue import Catalogue
from hansa.server.transport.problems import reasons, rules
from hansa.trouble import Trouble, TroubleError

NAME = "hansa"
INSTRUCTIONS = (
    "The catalogue and the governed data of a data mesh. `search` finds data products, `describe` tells what they mean, `query` "
    "reads them in SQL. Reads are decided for a consumer (a use case or product) and a purpose, which `my_access` tells; they "
    f"are masked, bounded and on record. Who may not read can ask with `request_access`. {CONTENT}"
)
_TOO_LONG = Trouble(
    "H868", "the call took too long and was stopped", mend="ask for less: filter, aggregate, or name fewer columns"
)
_UNFORESEEN = Trouble("H747", "something went wrong that was not foreseen", mend="ask again; tell the operator if it stays")
_UNANSWERED = Trouble("H706", "the query could not be carried out", mend="change the query, and ask again")
_log = logging.getLogger(__name__)
_Context = ServerRequestContext[Any, Any]
_Given = TypeVar("_Given")


@dataclass(frozen=True, slots=True)
class Connection:
    """Over what a server speaks, and who speaks with it: looked up in each request. `threads` are what the work is done in."""

    catalogue: Catalogue
    caller: Callable[[_Context], Caller]
    threads: anyio.CapacityLimiter
    seconds: float


def speaker(connection: Connection) -> Server[Any]:
    """A server of the protocol. It keeps nothing between requests."""
    speaking = _Speaking(connection)
    return Server(
        NAME,
        version=hansa.__version__,
        title="Hansa data mesh",
        instructions=INSTRUCTIONS,
        on_list_tools=speaking.tools,
        on_call_tool=speaking.call,
        on_list_resources=speaking.resources,
        on_list_resource_templates=speaking.templates,
        on_read_resource=speaking.read,
        on_completion=speaking.complete,
        get_tool_input_schema=lambda name: BY_NAME[name].tool.input_schema if name in BY_NAME else None,
    )


class _Speaking:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tools = [offered.tool for offered in TOOLS]

    async def tools(self, context: _Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=self._tools)

    async def call(self, context: _Context, params: CallToolRequestParams) -> CallToolResult:
        offered = BY_NAME.get(params.name)
        if offered is None:
            raise MCPError(INVALID_PARAMS, f"there is no tool `{clean(params.name, 60)}`")
        try:
            asked = offered.takes.validate_python(params.arguments or {}, extra="forbid")
        except ValidationError as wrong:
            return _told(TroubleError(_misused(wrong)))
        try:
            return await self._worked(context, lambda asking: _answered(offered, asking, asked))
        except TroubleError as error:
            return _told(error)
        except (Cancelled, EngineFailed):
            # What an engine says may hold values that nobody looked through.
            _log.exception("a call of %s stopped", offered.name)
            return _told(TroubleError(_UNANSWERED))
        except Exception:  # noqa: BLE001 - whatever it was, the caller gets an answer that tells nothing of it
            _log.exception("a call of %s met what was not foreseen", offered.name)
            return _told(TroubleError(_UNFORESEEN))

    async def resources(self, context: _Context, params: PaginatedRequestParams | None) -> ListResourcesResult:
        cursor = params.cursor if params is not None else None
        found, following = await self._asked(context, lambda asking: resources.listed(asking, cursor))
        return ListResourcesResult(resources=found, next_cursor=following)

    async def templates(self, context: _Context, params: PaginatedRequestParams | None) -> ListResourceTemplatesResult:
        return ListResourceTemplatesResult(resource_templates=list(resources.TEMPLATES))

    async def read(self, context: _Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        text, kind = await self._asked(context, lambda asking: resources.read(asking, str(params.uri)))
        return ReadResourceResult(contents=[TextResourceContents(uri=params.uri, text=text, mime_type=kind)])

    async def complete(self, context: _Context, params: CompleteRequestParams) -> CompleteResult:
        argument = params.argument

        def names(asking: Asking) -> Completion:
            return resources.completed(asking, argument.name, argument.value)

        return CompleteResult(completion=await self._asked(context, names))

    async def _asked(self, context: _Context, work: Callable[[Asking], _Given]) -> _Given:
        """Work whose troubles are errors of the protocol, since its answers have no place for them."""
        try:
            return await self._worked(context, work)
        except TroubleError as error:
            raise MCPError(INVALID_PARAMS, clean(sentence(error.troubles[0]))) from None
        except Exception:  # noqa: BLE001 - as above
            _log.exception("a request met what was not foreseen")
            raise MCPError(INTERNAL_ERROR, sentence(_UNFORESEEN)) from None

    async def _worked(self, context: _Context, work: Callable[[Asking], _Given]) -> _Given:
        """Work in a thread. When nobody waits for it any longer, or it takes too long, it is told to stop, and waited for."""
        cancellation = Cancellation()
        asking = Asking(self._connection.catalogue, self._connection.caller(context), cancellation)
        given: list[_Given] = []

        async def carry_out(over: anyio.CancelScope) -> None:
            given.append(await anyio.to_thread.run_sync(work, asking, limiter=self._connection.threads))
            over.cancel()

        async def watch(*, task_status: anyio.abc.TaskStatus[None]) -> None:
            task_status.started()
            try:
                await anyio.sleep(self._connection.seconds)
                late.append(True)
            finally:
                cancellation.request()

        late: list[bool] = []
        try:
            async with anyio.create_task_group() as group:
                await group.start(watch)
                group.start_soon(carry_out, group.cancel_scope)
        except ExceptionGroup as failed:
            raise (TroubleError(_TOO_LONG) if late else _first(failed)) from None
        if not given:
            raise TroubleError(_TOO_LONG)
        return given[0]


def _first(failed: BaseExceptionGroup[Any]) -> Exception:
    """The one error of a group that has one, however deep."""
    inner = failed.exceptions[0]
    if isinstance(inner, BaseExceptionGroup):
        return _first(inner)
    assert isinstance(inner, Exception)
    return inner


def _answered(offered: Offered, asking: Asking, asked: Any) -> CallToolResult:
    """The structured answer, and the same as text for clients that know no structure."""
    content = cleaned(offered.gives.dump_python(offered.work(asking, asked), mode="json"))
    text = json.dumps(content, ensure_ascii=False)
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=content)


def _told(error: TroubleError) -> CallToolResult:
    lines = [sentence(t) for t in error.troubles]
    if isinstance(error, Refused):
        lines += [f"why: {reason}" for reason in reasons(error.decisions)]
        lines += [f"rule: {rule}" for rule in rules(error.decisions)]
    return CallToolResult(content=[TextContent(type="text", text=clean("\n".join(lines), 20_000))], is_error=True)


def _misused(wrong: ValidationError) -> Trouble:
    """Which arguments are wrong and how, without what was said in them."""
    found = [f"`{'.'.join(str(part) for part in e['loc']) or 'arguments'}`: {e['msg']}" for e in wrong.errors()[:8]]
    return Trouble("H867", clean("; ".join(found), 1_000), mend="the tool's schema tells its arguments")
