"""`hansa mcp`: the client of the SDK starts it, speaks with it over stdin and stdout, and ends it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

ENDLESS = "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range * b.range % 7 = 3"


@asynccontextmanager
async def started(root: Path, *options: str, mode: str = "auto") -> AsyncIterator[Any]:
    arguments = ["-m", "hansa", "mcp", *options, "--mesh", str(root)]
    line = StdioServerParameters(command=sys.executable, args=arguments, env=dict(os.environ))
    async with Client(stdio_client(line), mode=mode) as client:
        yield client


def run(test: Any) -> None:
    asyncio.run(asyncio.wait_for(test, 90))


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_operator_sees_everything(governed_mesh: Path, mode: str) -> None:
    async def test() -> None:
        async with started(governed_mesh, mode=mode) as client:
            assert "query" in {t.name for t in (await client.list_tools()).tools}
            rows = await client.call_tool("query", {"sql": "SELECT name FROM customer.profiles ORDER BY id LIMIT 1"})
            assert rows.structured_content["rows"] == [["Zoë Ångström 0"]]
            found = await client.call_tool("search", {"text": "profils"})
            assert any(h["address"] == "customer.profiles" for h in found.structured_content["hits"])
            described = await client.call_tool("describe", {"name": "customer.profiles"})
            assert {c["effect"] for c in described.structured_content["ports"][0]["columns"]} == {"clear"}
            card = await client.read_resource("hansa://products/customer.profiles")
            assert card.contents[0].text.startswith("# ")

    run(test())


def test_a_user_reads_for_the_purpose_that_was_said(governed_mesh: Path) -> None:
    async def test() -> None:
        options = ("--as", "mia", "--for", "campaign", "--purpose", "letters")
        async with started(governed_mesh, *options) as client:
            rows = await client.call_tool("sample", {"name": "customer.profiles", "limit": 1})
            assert not rows.is_error, rows.content
            assert "Ångström" not in rows.content[0].text
            other = await client.call_tool("sample", {"name": "customer.profiles", "consumer": "customer.profiles"})
            assert "H866" in other.content[0].text
        async with started(governed_mesh, "--as", "nick") as client:
            refused = await client.call_tool("query", {"sql": "SELECT * FROM customer.profiles"})
            assert "H707" in refused.content[0].text

    run(test())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_query_is_stopped_when_nobody_waits_for_it(governed_mesh: Path, mode: str) -> None:
    async def test() -> None:
        async with started(governed_mesh, "--as", "carla", mode=mode) as client:
            with anyio.move_on_after(2.0) as waited:
                await client.call_tool("query", {"sql": ENDLESS})
            assert waited.cancelled_caught
            with anyio.fail_after(20):
                rows = await client.call_tool("query", {"sql": "SELECT count(*) FROM customer.profiles"})
            assert rows.structured_content["rows"] == [[2500]]

    run(test())


def test_it_says_what_it_offers(hansa: Callable[..., Any]) -> None:
    told = hansa("mcp", "--json").json
    assert {t["name"] for t in told["tools"]} >= {"search", "query", "request_access"}
    assert all(t["inputSchema"]["type"] == "object" for t in told["tools"])
    assert {r["uriTemplate"] for r in told["resourceTemplates"]} == {"hansa://products/{product}", "hansa://contracts/{port}"}


def test_who_is_unknown_is_refused_at_once(governed_mesh: Path, hansa: Callable[..., Any]) -> None:
    said = hansa("mcp", "--as", "nobody", "--mesh", str(governed_mesh), code=2)
    assert "H782" in said.err
