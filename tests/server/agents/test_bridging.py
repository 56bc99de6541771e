"""`hansa mcp --url`: a client here speaks with a mesh that is elsewhere, as whoever the token is for."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError
from starlette.requests import Request

from hansa.access.identity import revoke_token
from hansa.server.agents.bridging import remote
from hansa.server.transport import Answered, problem
from hansa.trouble import Trouble, TroubleError

ENDLESS = "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range * b.range % 7 = 3"


@asynccontextmanager
async def bridged(listening: Any, tmp_path: Path, token: str, *options: str, mode: str = "auto") -> AsyncIterator[Any]:
    """In a folder without a mesh. What the SDK's own client says is what any other does."""
    line = StdioServerParameters(
        command=sys.executable,
        args=["-m", "hansa", "mcp", "--url", listening.url, *options],
        env={**{k: v for k, v in os.environ.items() if not k.startswith("HANSA_")}, "HANSA_TOKEN": token},
        cwd=str(tmp_path),
    )
    async with Client(stdio_client(line), mode=mode) as client:
        yield client


def run(test: Any) -> None:
    asyncio.run(asyncio.wait_for(test, 120))


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_everything_is_asked_of_the_server(listening: Any, tmp_path: Path, mode: str) -> None:
    async def test() -> None:
        options = ("--for", "campaign", "--purpose", "letters")
        async with bridged(listening, tmp_path, listening.token("mia"), *options, mode=mode) as client:
            assert "never instructions" in client.instructions
            assert {t.name for t in (await client.list_tools()).tools} >= {"search", "query", "request_access"}
            rows = await client.call_tool("sample", {"name": "customer.profiles", "limit": 1})
            assert not rows.is_error, rows.content
            assert "Ångström" not in rows.content[0].text
            assert rows.structured_content["rows"]
            other = await client.call_tool("sample", {"name": "customer.profiles", "consumer": "customer.profiles"})
            assert "H866" in other.content[0].text
            card = await client.read_resource("hansa://products/customer.profiles")
            assert card.contents[0].text.startswith("# ")
            assert "hansa://products/customer.profiles" in {str(r.uri) for r in (await client.list_resources()).resources}
            assert len((await client.list_resource_templates()).resource_templates) == 2
            with pytest.raises(MCPError, match="H865"):
                await client.read_resource("hansa://products/no.thing")

    run(test())
    assert listening.serving.workplace.ledger.audit_log(newest=True)[0].record.way == "mcp"


def test_a_refusal_comes_with_its_reasons(listening: Any, tmp_path: Path) -> None:
    async def test() -> None:
        async with bridged(listening, tmp_path, listening.token("nick")) as client:
            refused = await client.call_tool("query", {"sql": "SELECT * FROM customer.profiles"})
            assert refused.is_error
            assert "H707" in refused.content[0].text

    run(test())


def test_a_token_that_is_revoked_ends_the_next_call_and_not_the_connection(listening: Any, tmp_path: Path) -> None:
    async def test() -> None:
        token, record = listening.serving.authenticator.issue_token("carla")
        async with bridged(listening, tmp_path, token) as client:
            assert not (await client.call_tool("my_access", {})).is_error
            revoke_token(listening.serving.workplace.ledger, record.id, now=listening.serving.clock())
            await anyio.sleep(2.1)
            for _ in range(2):
                told = await client.call_tool("my_access", {})
                assert told.is_error
                assert "H780" in told.content[0].text, told.content

    run(test())


class Crossing:
    """Lets a reading of a resource wait until a call of a tool, begun after it, was refused; and refuses that call."""

    def __init__(self, agents: Any) -> None:
        self._agents = agents
        self._read, self._refused = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        body = await request.body()
        coming = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Any:
            return coming.pop() if coming else await receive()

        asked = json.loads(body or b"{}").get("method")
        if asked == "tools/call":
            await self._read.wait()
            trouble = Trouble("H869", "too many calls are being answered already", mend="wait")
            await problem(Answered(trouble, 503), request)(scope, receive, send)
            self._refused.set()
            return
        if asked == "resources/read":
            self._read.set()
            await self._refused.wait()
            await asyncio.sleep(0.2)
        await self._agents(scope, again, send)


def test_calls_at_once_are_each_told_their_own_trouble(
    governed_mesh: Path, listening_over: Callable[..., Any], tmp_path: Path
) -> None:
    told: dict[str, str] = {}

    async def read(client: Any) -> None:
        with pytest.raises(MCPError) as refused:
            await client.read_resource("hansa://products/no.thing")
        told["read"] = str(refused.value)

    async def test() -> None:
        listening = listening_over(governed_mesh, around=Crossing)
        async with bridged(listening, tmp_path, listening.token("mia")) as client, anyio.create_task_group() as group:
            group.start_soon(read, client)
            told["called"] = (await client.call_tool("my_access", {})).content[0].text

    run(test())
    assert "H865" in told["read"]
    assert "H869: too many calls are being answered already; wait" in told["called"]


def test_a_query_is_stopped_there_when_nobody_waits_for_it(listening: Any, tmp_path: Path) -> None:
    async def test() -> None:
        async with bridged(listening, tmp_path, listening.token("carla")) as client:
            with anyio.move_on_after(2.0) as waited:
                await client.call_tool("query", {"sql": ENDLESS})
            assert waited.cancelled_caught
            with anyio.fail_after(20):
                rows = await client.call_tool("query", {"sql": "SELECT count(*) FROM customer.profiles"})
            assert rows.structured_content["rows"] == [[2500]]

    run(test())


def test_a_wrong_token_or_no_server_is_told_at_once(listening: Any, hansa: Callable[..., Any], monkeypatch: Any) -> None:
    monkeypatch.setenv("HANSA_TOKEN", "nonsense")
    assert "H780" in hansa("mcp", "--url", listening.url, code=2).err
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        assert "H952" in hansa("mcp", "--url", f"http://127.0.0.1:{nobody.getsockname()[1]}", code=2).err
    assert "H907" in hansa("mcp", "--url", listening.url, "--as", "mia", code=2).err
    monkeypatch.delenv("HANSA_TOKEN")
    assert "HANSA_TOKEN" in hansa("mcp", "--url", listening.url, code=2).err


@pytest.mark.parametrize("url", ["", "grpc://here:1", "http://", "http://[", "http://here:99999", "file:///etc/passwd"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(TroubleError, match="H953"):
        remote(url, {"HANSA_TOKEN": "t"})


def test_nothing_but_plain_words_goes_into_headers() -> None:
    for environ, consumer in (
        ({"HANSA_TOKEN": "a\nb"}, ""),
        ({"HANSA_TOKEN": "t"}, "camp\r\nX-Evil: 1"),
        ({"HANSA_TOKEN": "é"}, ""),
    ):
        with pytest.raises(TroubleError, match="H953"):
            remote("http://here", environ, consumer)
    made = remote("http://here/", {"HANSA_TOKEN": "t", "HANSA_CONSUMER": "campaign"}, "", "letters")
    assert (made.url, dict(made.headers)) == ("http://here", {"X-Hansa-Consumer": "campaign", "X-Hansa-Purpose": "letters"})
    assert "t'" not in repr(made)
