"""The transport: who is let in, what is stopped, and that nobody gets what is another's."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

from hansa.model import OidcSettings

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
ENDLESS = "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range * b.range % 7 = 3"
READING = {"consumer": "campaign", "purpose": "letters"}


def test_nobody_speaks_without_a_token_or_with_one_that_is_gone(listening: Any) -> None:
    from hansa.access.identity import revoke_token

    assert listening.post(PING).status_code == 401
    assert listening.post(PING, Authorization="Bearer nonsense").status_code == 401
    assert listening.post(PING, Authorization="Basic bWlhOm1pYQ==").status_code == 401
    answer = listening.post(PING, Authorization=f"Bearer {listening.token('mia')}")
    assert answer.status_code == 200, answer.text
    text, record = listening.serving.authenticator.issue_token("carla")
    assert listening.post(PING, Authorization=f"Bearer {text}").status_code == 200
    revoke_token(listening.serving.workplace.ledger, record.id, now=listening.serving.clock())
    time.sleep(2.1)
    assert listening.post(PING, Authorization=f"Bearer {text}").status_code == 401


def test_a_session_of_a_browser_is_no_bearer_token(listening: Any) -> None:
    from hansa.server.pages.sessions import Sessions

    serving = listening.serving
    basis = serving.authenticator.basis(listening.token("mia"))
    session = Sessions(serving.workplace.ledger, serving.clock).open(basis, "a browser")
    assert serving.authenticator.authenticate(session).name == "mia", "it is good where browsers are"
    assert listening.post(PING, Authorization=f"Bearer {session}").status_code == 401


def test_pages_of_other_hosts_may_not_call(listening: Any) -> None:
    token = {"Authorization": f"Bearer {listening.token('mia')}"}
    host = listening.url.removeprefix("http://")
    for origin, told in (
        ("http://evil.example", host),
        ("http://rebound.example", "rebound.example"),
        ("null", host),
        ("http://127.0.0.1:1", host),
        ("http://[", host),
    ):
        assert listening.post(PING, **token, Origin=origin, Host=told).status_code == 403, origin
    assert listening.post(PING, **token, Origin=listening.url).status_code == 200


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_there_is_no_session_to_listen_to_or_to_end(listening: Any, method: str) -> None:
    headers = {"Authorization": f"Bearer {listening.token('mia')}", "Mcp-Session-Id": "0" * 32}
    answer = httpx2.request(method, f"{listening.url}/mcp", headers=headers)
    assert answer.status_code == 405
    assert "mcp-session-id" not in answer.headers


def test_what_is_no_message_is_refused(listening: Any) -> None:
    token = {"Authorization": f"Bearer {listening.token('mia')}"}
    for body in ([], "x", {"jsonrpc": "1.0"}, {"jsonrpc": "2.0", "id": 1, "method": "no/such"}, [PING] * 3):
        answer = listening.post(body, **token)
        assert answer.status_code < 500, (body, answer.text)
        assert '"result":' not in answer.text
    huge = {**PING, "params": {"_meta": {"x": "y" * 1_200_000}}}
    assert listening.post(huge, **token).status_code == 413


def test_clients_are_sent_to_the_issuer_where_there_is_one(
    listening: Any, listening_over: Callable[..., Any], governed_mesh: Path
) -> None:
    issued = listening_over(governed_mesh, oidc=OidcSettings("https://id.example", ("hansa",)))
    challenge = issued.post(PING).headers["www-authenticate"]
    assert challenge.startswith("Bearer ")
    where = f"{issued.url}/.well-known/oauth-protected-resource/mcp"
    assert f'resource_metadata="{where}"' in challenge
    for path in (where, where.removesuffix("/mcp")):
        told = httpx2.get(path).json()
        assert told["resource"] == f"{issued.url}/mcp"
        assert told["authorization_servers"] == ["https://id.example"]
    assert "resource_metadata" not in listening.post(PING).headers["www-authenticate"]
    assert httpx2.get(f"{listening.url}/.well-known/oauth-protected-resource").status_code == 404


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_endless_query_ends(
    listening_over: Callable[..., Any], governed_mesh: Path, carried_out: Callable[[Any], None], mode: str
) -> None:
    hurried = listening_over(governed_mesh, seconds=1.0)

    async def test() -> None:
        async with hurried.client("mia", mode) as client:
            began = time.monotonic()
            answer = await client.call_tool("query", {"sql": ENDLESS, **READING})
            assert answer.is_error
            assert "H868" in answer.content[0].text
            assert time.monotonic() - began < 15
            assert not (await client.call_tool("my_access")).is_error

    carried_out(test())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_query_that_nobody_waits_for_is_stopped(listening: Any, carried_out: Callable[[Any], None], mode: str) -> None:
    async def test() -> None:
        async with listening.client("mia", mode) as client:
            with anyio.move_on_after(1.0) as waited:
                await client.call_tool("query", {"sql": ENDLESS, **READING})
            assert waited.cancelled_caught
        with anyio.fail_after(20):
            while listening.agents._running.total() or listening.agents._threads.borrowed_tokens:
                await anyio.sleep(0.05)

    carried_out(test())


def test_two_clients_at_once_get_each_their_own(listening: Any, carried_out: Callable[[Any], None]) -> None:
    async def test() -> None:
        seen: dict[str, set[str]] = {"mia": set(), "carla": set()}

        async def ask(who: str) -> None:
            reading = READING if who == "mia" else {}
            async with listening.client(who) as client:
                for _ in range(5):
                    answer = await client.call_tool("query", {"sql": "SELECT name FROM customer.profiles LIMIT 2", **reading})
                    assert not answer.is_error, answer.content
                    seen[who] |= {row[0] for row in answer.structured_content["rows"]}
                    me = await client.call_tool("my_access")
                    assert me.structured_content["principal"] == who

        async with anyio.create_task_group() as group:
            for who in seen:
                group.start_soon(ask, who)
        assert all("Ångström" in name for name in seen["carla"])
        assert not any("Ångström" in name for name in seen["mia"])

    carried_out(test())


def test_more_calls_than_are_answered_are_told_to_wait(
    listening_over: Callable[..., Any], governed_mesh: Path, carried_out: Callable[[Any], None]
) -> None:
    narrow = listening_over(governed_mesh, most=4, seconds=3.0)

    async def test() -> None:
        async with narrow.client("mia") as client, anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "query", {"sql": ENDLESS, **READING})
            with anyio.fail_after(10):
                while not narrow.agents._running.total():
                    await anyio.sleep(0.02)
            told = await anyio.to_thread.run_sync(lambda: narrow.post(PING, Authorization=f"Bearer {narrow.token('mia')}"))
            assert (told.status_code, told.json()["code"]) == (503, "H869")
            other = await anyio.to_thread.run_sync(lambda: narrow.post(PING, Authorization=f"Bearer {narrow.token('carla')}"))
            assert other.status_code == 200

    carried_out(test())


def test_a_connection_for_one_purpose_reads_for_no_other(listening: Any, carried_out: Callable[[Any], None]) -> None:
    async def test() -> None:
        async with listening.client("mia", **{"X-Hansa-Consumer": "campaign", "X-Hansa-Purpose": "letters"}) as client:
            good = await client.call_tool("sample", {"name": "customer.profiles"})
            assert not good.is_error, good.content
            other = await client.call_tool("sample", {"name": "customer.profiles", "purpose": "fraud"})
            assert "H866" in other.content[0].text

    carried_out(test())


def test_huge_results_are_bounded(listening: Any, carried_out: Callable[[Any], None]) -> None:
    async def test() -> None:
        async with listening.client("carla") as client:
            wide = "SELECT id, repeat('x', 3000) AS x FROM customer.profiles"
            answer = await client.call_tool("query", {"sql": wide, "limit": 1000})
            long = await client.call_tool("query", {"sql": "SELECT repeat('x', 5000000) AS x FROM customer.profiles LIMIT 1"})
            many = await client.call_tool("query", {"sql": "SELECT 1", "limit": 100_000})
        assert answer.structured_content["complete"] is False
        assert len(answer.content[0].text) < 300_000
        assert len(long.content[0].text) < 10_000
        assert many.is_error
        assert "H867" in many.content[0].text
        assert "100000" not in many.content[0].text

    carried_out(test())


def test_refusals_and_requests_go_the_way_of_all_others(listening: Any, carried_out: Callable[[Any], None]) -> None:
    async def test() -> None:
        async with listening.client("nick") as client:
            refused = await client.call_tool("query", {"sql": "SELECT * FROM customer.profiles"})
            assert refused.is_error
            assert "H707" in refused.content[0].text
            assert "why:" in refused.content[0].text
            described = await client.call_tool("describe", {"name": "customer.profiles"})
            port = described.structured_content["ports"][0]
            assert port["readable"] is False
            assert {c["effect"] for c in port["columns"]} == {"hidden"}
        entry = listening.serving.workplace.ledger.audit_log(newest=True, limit=1)[0].record
        assert (entry.way, entry.principal, str(entry.outcome)) == ("mcp", "nick", "refused")
        async with listening.client("mia") as client:
            again = await client.call_tool(
                "request_access", {"port": "customer.profiles", "consumer": "nobody", "purpose": "letters", "reason": "r"}
            )
            assert "H865" in again.content[0].text

    carried_out(test())
