"""`hansa export manifest --to`: uploaded, unchanged, refused, and what cannot be done at all."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from tests.repositories import COLUMNS, SHOP, write, write_people

from hansa.live import LiveMesh
from hansa.serving import Serving
from hansa.wiring import Workplace


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, Callable[[str], str]]]:
    """The address of a mesh that waits for people, its folder, and tokens."""
    from hansa.server import Backing, InProcess, create_app

    root = write(tmp_path_factory.mktemp("shop"), {k: v for k, v in SHOP.items() if "towns" not in k})
    with Workplace(root, {}) as workplace, Serving(workplace, LiveMesh(workplace).look) as serving:
        answering = serving.gateway()
        parts = (serving.authenticator, serving.decider, workplace.ledger, serving.mesh, answering, InProcess(answering))
        app = create_app(Backing(*parts, serving.clock, examiner=serving.examine))
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_level="warning", timeout_graceful_shutdown=2))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            thread.join(0.02)
        with contextlib.ExitStack() as ending:
            ending.callback(thread.join, 10)
            ending.callback(setattr, server, "should_exit", True)
            yield f"http://127.0.0.1:{port}", root, lambda who: serving.authenticator.issue_token(who)[0]


def test_a_manifest_goes_to_the_server_and_comes_back_refused_when_it_breaks_somebody(
    shop: Any, hansa: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, root, token = shop
    people = write_people(tmp_path / "people")
    monkeypatch.setenv("HANSA_TOKEN", token("ci_people"))
    said = hansa("export", "manifest", "--to", url, "--mesh", people)
    assert said.err == "people: version 1 is uploaded (1 change, 0 breaking)\n"
    assert "is just that already" in hansa("export", "manifest", "people", "--to", url, "--mesh", people).err

    more = write_people(tmp_path / "more", {**COLUMNS, "phone": "string"}, version="1.1.0")
    told = hansa("export", "manifest", "--to", f"{url}/", "--mesh", more, "--json").json
    assert [(u["domain"], u["version"], u["unchanged"]) for u in told["uploads"]] == [("people", 2, False)]
    assert told["troubles"] == []
    assert "people.profiles.profiles@1#phone" in {c["subject"] for c in told["uploads"][0]["changes"]}

    write(root, {k: v for k, v in SHOP.items() if "towns" in k})
    assert hansa("check", "--mesh", root, "--json").json["valid"] is True
    less = write_people(tmp_path / "less", {"id": "integer", "name": "string"}, required=())
    refused = hansa("export", "manifest", "--to", url, "--mesh", less, code=1)
    assert "H876" in refused.out
    assert "domains/orders/towns/" in refused.out
    told = hansa("export", "manifest", "--to", url, "--mesh", less, "--json", code=1).json
    assert (told["uploads"], told["troubles"][0]["code"]) == ([], "H876")


def test_who_may_not_is_told_no(shop: Any, hansa: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url, _, token = shop
    monkeypatch.setenv("HANSA_TOKEN", token("omar"))
    assert "H880" in hansa("export", "manifest", "--to", url, "--mesh", write_people(tmp_path / "people"), code=1).out


def test_what_cannot_be_done_ends_with_2(
    shop: Any, hansa: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, _, _ = shop
    people = write_people(tmp_path / "people")
    monkeypatch.delenv("HANSA_TOKEN", raising=False)
    assert "HANSA_TOKEN" in hansa("export", "manifest", "--to", url, "--mesh", people, code=2).err
    monkeypatch.setenv("HANSA_TOKEN", "nonsense")
    assert "H780" in hansa("export", "manifest", "--to", url, "--mesh", people, code=2).err
    assert "H953" in hansa("export", "manifest", "--to", "grpc://here", "--mesh", people, code=2).err
    assert "H907" in hansa("export", "manifest", "--to", url, "--out", "a.json", "--mesh", people, code=2).err
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        assert "H952" in hansa("export", "manifest", "--to", away, "--mesh", people, code=2).err
    assert "H938" in hansa("export", "manifest", "nobody", "--to", url, "--mesh", people, code=2).err
