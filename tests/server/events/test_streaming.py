"""What happens is told once, in the ledger's order, to those who may know of it, and no longer than their credential lasts."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.copied import copy_mesh

from hansa.access.identity import parse_token, revoke_token
from hansa.ledger import AccessStepped, RunEnded, RunStarted, RunStepped, VerdictsChanged
from hansa.ledger.retention import clear_outbox
from hansa.model import (
    AccessStep,
    Fingerprint,
    Outcome,
    Run,
    RunId,
    RunStatus,
    RunStep,
    StepKind,
    VerdictChange,
)
from hansa.names import PortMajor, parse, parse_product
from hansa.server.backing import feeding
from hansa.server.events import streaming
from hansa.serving import Serving
from hansa.wiring import Workplace, now

PROFILES = parse_product("customer.profiles")
PORT = parse("customer.profiles.profiles@1")
BLIND = '@id("blind")\nforbid (principal == User::"nick", action == Action::"discover", resource);\n'


@dataclass
class Listener:
    """Somebody who reads a stream as fast as they are let."""

    status: int = 0
    text: str = ""
    ended: bool = False
    leave: asyncio.Event = field(default_factory=asyncio.Event)
    taking: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(line[6:]) for line in self.text.splitlines() if line.startswith("data: ")]

    @property
    def ids(self) -> list[int]:
        return [e["id"] for e in self.told]

    async def until(self, holds: Callable[["Listener"], bool]) -> None:
        async with asyncio.timeout(20):
            while not holds(self):
                await asyncio.sleep(0.01)


@dataclass
class House:
    """A mesh of its own, whose ledger tests write to, behind as many servers as they like."""

    serving: Serving
    apps: list[Any] = field(default_factory=list)
    runs: int = 0

    @property
    def ledger(self) -> Any:
        return self.serving.workplace.ledger

    def server(self) -> Any:
        from tests.server.conftest import application

        self.apps.append(application(self.serving))
        return self.apps[-1]

    def token(self, who: str) -> str:
        return self.serving.authenticator.issue_token(who)[0]

    def begin(self, *products: Any) -> RunId:
        self.runs += 1
        run = RunId(f"r{self.runs}")
        self.ledger.apply([RunStarted(Run(run, "prod", now(), Fingerprint("f"), "ada", products=products or (PROFILES,)))])
        return run

    def step(self, run: RunId, *steps: str) -> None:
        self.ledger.apply([RunStepped(run, tuple(RunStep(PROFILES, s, "ended", now(), "crm", 0.1, 7, "note") for s in steps))])

    def end(self, run: RunId) -> None:
        self.ledger.apply([RunEnded(run, RunStatus.SUCCEEDED, now())])

    @asynccontextmanager
    async def listening(self, app: Any, who: str, query: str = "", token: str = "", **headers: str) -> AsyncIterator[Listener]:
        """A stream, as a server hands it to a client that reads on while `taking` is set."""
        listener = Listener()
        listener.taking.set()
        sent = {"authorization": f"Bearer {token or self.token(who)}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": "/api/v1/events",
            "raw_path": b"/api/v1/events", "root_path": "", "scheme": "http", "query_string": query.encode(), "server": ("x", 80),
            "headers": [(k.encode(), v.encode()) for k, v in sent.items()], "client": ("127.0.0.1", 1),
        }  # fmt: skip
        begun = False

        async def receive() -> dict[str, Any]:
            nonlocal begun
            if not begun:
                begun = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await listener.leave.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                listener.status = message["status"]
            else:
                await listener.taking.wait()
                listener.text += message.get("body", b"").decode()
                listener.ended = not message.get("more_body", False)

        task = asyncio.create_task(app(scope, receive, send))
        try:
            await listener.until(lambda s: bool(s.text) or task.done())
            yield listener
        finally:
            listener.leave.set()
            listener.taking.set()
            async with asyncio.timeout(20):
                await task


@pytest.fixture
def house(governed_mesh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    copy_mesh(governed_mesh, tmp_path / "mesh")
    policies = tmp_path / "mesh/governance/access"
    policies.mkdir(parents=True, exist_ok=True)
    (policies / "blind.cedar").write_text(BLIND)
    # The same clockwork, faster: nobody wants to wait for heartbeats of a quarter of a minute.
    monkeypatch.setattr(feeding, "EVERY", 0.05)
    monkeypatch.setattr(streaming, "LOOK", 0.05)
    with Workplace(tmp_path / "mesh", {"PATH": "/usr/bin"}) as workplace, Serving.live(workplace) as serving:
        yield House(serving)


def played(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scene)


def test_a_run_is_told_from_its_beginning_to_its_end(house: House) -> None:
    async def scene() -> None:
        async with house.listening(house.server(), "mia") as mia:
            run = house.begin()
            house.step(run, "read", "compute")
            house.end(run)
            await mia.until(lambda s: len(s.told) == 4)
            assert [e["type"] for e in mia.told] == ["run.began", "run.step", "run.step", "run.ended"]
            assert mia.told[1]["data"]["step"] == "read"
            assert mia.told[1]["data"]["rows"] == 7
            assert mia.told[3]["data"]["status"] == "succeeded"
            assert all(e["time"].endswith("+00:00") for e in mia.told)
            assert [line[4:] for line in mia.text.splitlines() if line.startswith("id: ")] == [str(i) for i in mia.ids]

    played(scene())


def test_who_was_away_hears_what_they_missed_once_and_in_order(house: House) -> None:
    async def scene() -> None:
        app, run = house.server(), house.begin()
        async with house.listening(app, "mia") as first:
            house.step(run, *(f"a{n}" for n in range(5)))
            await first.until(lambda s: len(s.told) == 5)
        house.step(run, *(f"b{n}" for n in range(1200)))
        last = str(first.ids[2])
        # At another server: what is known is in the ledger and nowhere else.
        async with house.listening(house.server(), "mia", last_event_id=last) as again:
            house.step(run, "c")
            await again.until(lambda s: len(s.told) == 1203)
        assert again.ids == sorted(set(again.ids))
        assert [e["data"]["step"] for e in again.told] == ["a3", "a4", *(f"b{n}" for n in range(1200)), "c"]

    played(scene())


def test_two_servers_tell_the_same_in_the_same_order(house: House) -> None:
    async def scene() -> None:
        one, other = house.server(), house.server()
        async with house.listening(one, "mia") as mia, house.listening(other, "carla") as carla:
            for _ in range(3):
                run = house.begin()
                house.step(run, "read", "audit")
                house.end(run)
            await mia.until(lambda s: len(s.told) == 12)
            await carla.until(lambda s: len(s.told) == 12)
            assert mia.ids == carla.ids

    played(scene())


def test_what_may_not_be_discovered_is_not_told(house: House) -> None:
    async def scene() -> None:
        async with house.listening(house.server(), "nick") as nick, house.listening(house.apps[0], "mia") as mia:
            run = house.begin()
            house.step(run, "read")
            house.ledger.apply(
                [VerdictsChanged(run, (VerdictChange("p", "customer.profiles", Outcome.PASS, Outcome.VIOLATED),), now())]
            )
            house.end(run)
            await mia.until(lambda s: len(s.told) == 4)
            await asyncio.sleep(0.3)
            assert nick.told == []
            assert "customer" not in nick.text

    played(scene())


@pytest.mark.parametrize("query", ["run=r1", "product=customer.profiles", "product=no.thing", "run=zzz", "product=x'%3C"])
def test_to_narrow_by_what_is_hidden_is_to_narrow_by_nothing(query: str, house: House) -> None:
    async def scene() -> None:
        house.begin()
        async with house.listening(house.server(), "nick", query) as nick:
            assert nick.status == 404
            assert '"code": "H850"' in nick.text

    played(scene())


def test_a_stream_is_narrowed_to_a_run(house: House) -> None:
    async def scene() -> None:
        wanted, other = house.begin(), house.begin()
        async with house.listening(house.server(), "mia", f"run={wanted}") as mia:
            house.step(other, "read")
            house.step(wanted, "compute")
            house.end(other)
            house.end(wanted)
            await mia.until(lambda s: len(s.told) == 2)
            assert [e["type"] for e in mia.told] == ["run.step", "run.ended"]
            assert {e["data"]["run"] for e in mia.told} == {wanted}

    played(scene())


def test_steps_of_a_request_are_told_to_those_whom_they_concern(house: House) -> None:
    async def scene() -> None:
        assert isinstance(PORT, PortMajor)
        app = house.server()
        house.serving.workplace.ledger.apply([])
        async with house.listening(app, "mia") as mia, house.listening(app, "carla") as carla:
            for n, (consumer, actor) in enumerate((("campaign", "mia"), ("customer.profiles", "carla"))):
                step = AccessStep(f"req-{n}", StepKind.REQUESTED, consumer, "letters", PORT, now(), actor)
                house.ledger.apply([AccessStepped(step)])
            await carla.until(lambda s: len(s.told) == 2)
            await mia.until(lambda s: len(s.told) == 1)
            await asyncio.sleep(0.2)
            assert [e["data"]["request"] for e in mia.told] == ["req-0"]

    played(scene())


def test_a_stream_ends_with_its_token(house: House) -> None:
    async def scene() -> None:
        token = house.token("mia")
        async with house.listening(house.server(), "mia", token=token) as mia:
            parsed = parse_token(token)
            assert parsed is not None
            revoke_token(house.ledger, parsed.id, now=now())
            await mia.until(lambda s: s.ended)
            run = house.begin()
            house.end(run)
            assert mia.told == []

    played(scene())


def test_a_client_that_takes_nothing_is_let_go_and_holds_up_nobody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "SLOW", 0.5)

    async def scene() -> None:
        app = house.server()
        async with house.listening(app, "mia") as slow, house.listening(app, "carla") as quick:
            slow.taking.clear()
            run = house.begin()
            house.step(run, *(f"s{n}" for n in range(50)))
            await quick.until(lambda s: len(s.told) == 51)
            async with asyncio.timeout(20):
                while app.state.backing.feed.streams("mia"):
                    await asyncio.sleep(0.02)
            assert slow.told == []

    played(scene())


def test_a_heartbeat_is_no_event_and_moves_the_place_to_go_on_from(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "BEAT", 0.1)

    async def scene() -> None:
        async with house.listening(house.server(), "nick") as nick:
            house.begin()
            last = house.ledger.last_event()
            await nick.until(lambda s: f": beat\nid: {last}\n" in s.text)
            assert nick.told == []

    played(scene())


def test_nobody_has_more_streams_than_they_may(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "MOST_STREAMS", 1)

    async def scene() -> None:
        app = house.server()
        async with house.listening(app, "mia"), house.listening(app, "mia") as second, house.listening(app, "carla") as other:
            assert second.status == 429
            assert '"code": "H851"' in second.text
            assert other.status == 200
        async with house.listening(app, "mia") as later:
            assert later.status == 200

    played(scene())


@pytest.mark.parametrize("last", ["99999999", "-1", "x", "1" * 40, "٣"])
def test_an_id_that_was_never_given_is_refused(last: str, house: House) -> None:
    async def scene() -> None:
        async with house.listening(house.server(), "mia", f"after={last.encode().hex() if not last.isascii() else last}") as mia:
            assert mia.status in (400, 422)
            assert '"code": "H849"' in mia.text or '"code": "H740"' in mia.text

    played(scene())


def test_nobody_listens_anonymously(house: House) -> None:
    async def scene() -> None:
        async with house.listening(house.server(), "mia", token="nothing") as nobody:
            assert nobody.status == 401

    played(scene())


def test_the_end_of_a_server_ends_its_streams(house: House) -> None:
    async def scene() -> None:
        app = house.server()
        async with house.listening(app, "mia") as mia:
            app.state.backing.feed.close()
            await mia.until(lambda s: s.ended)

    played(scene())


def test_who_was_away_for_too_long_is_told_so_and_goes_on_with_what_is_kept(house: House) -> None:
    async def scene() -> None:
        app, run = house.server(), house.begin()
        house.step(run, *(f"a{n}" for n in range(20)))
        seen = house.ledger.last_event() - 15
        assert clear_outbox(house.ledger, now=now(), most=5) > 0
        oldest = house.ledger.events(limit=1)[0].id
        async with house.listening(app, "mia", last_event_id=str(seen)) as mia:
            house.step(run, "b")
            await mia.until(lambda s: len(s.told) == 7)
        first, *rest = mia.told
        assert (first["type"], first["data"]["after"], first["data"]["oldest"]) == ("events.missed", seen, oldest)
        assert f"id: {oldest - 1}\nevent: events.missed\n" in mia.text
        assert [e["data"]["step"] for e in rest] == ["a15", "a16", "a17", "a18", "a19", "b"]
        # Who comes again behind what was said of the gap has missed nothing more.
        async with house.listening(app, "mia", last_event_id=str(oldest - 1)) as again:
            await again.until(lambda s: len(s.told) == 6)
        assert [e["id"] for e in again.told] == [e["id"] for e in rest]

    played(scene())


def test_events_that_are_forgotten_behind_a_slow_listener_are_missed_aloud(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "KEPT", 5)

    async def scene() -> None:
        app, run = house.server(), house.begin()
        async with house.listening(app, "mia") as slow, house.listening(app, "carla") as quick:
            house.step(run, "first")
            await slow.until(lambda s: len(s.told) == 1)
            slow.taking.clear()
            for n in range(12):
                house.step(run, f"s{n}")
                await quick.until(lambda s: len(s.told) == n + 2)  # noqa: B023
            clear_outbox(house.ledger, now=now(), most=3)
            slow.taking.set()
            await slow.until(lambda s: s.told[-1]["data"].get("step") == "s11")
        assert "events.missed" in [e["type"] for e in slow.told]
        assert [e["data"]["step"] for e in slow.told[-3:]] == ["s9", "s10", "s11"]
        assert "events.missed" not in quick.text

    played(scene())


def test_a_ledger_that_is_away_for_a_while_ends_no_stream(house: House) -> None:
    async def scene() -> None:
        app, file = house.server(), house.serving.workplace.root / ".hansa/ledger.db"
        async with house.listening(app, "mia") as mia:
            run = house.begin()
            await mia.until(lambda s: len(s.told) == 1)
            aside = file.with_name("aside")
            file.rename(aside)
            await asyncio.sleep(0.3)
            aside.rename(file)
            house.step(run, "read")
            await mia.until(lambda s: len(s.told) == 2)

    played(scene())
