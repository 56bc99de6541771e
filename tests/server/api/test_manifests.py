"""Uploads of manifests: who may, what is refused and why, that nobody is overwritten unseen, and what is told of them."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient
from tests.repositories import COLUMNS, SHOP, exported, write, write_people

from hansa.access.identity import UserChange, add_user
from hansa.ledger import ManifestUploaded
from hansa.live import LiveMesh
from hansa.model.uploaded import UploadedManifest
from hansa.names import DomainName
from hansa.server.events.telling import Teller, Wanted
from hansa.serving import Serving
from hansa.wiring import Workplace

AT = "/api/v1/manifests"
PEOPLE = f"{AT}/people"
TOWNS_ONLY = {"id": "integer", "name": "string", "town": "string"}
BLIND = (
    '@id("hidden-orders")\nforbid (principal == User::"nick", action, resource) when { resource in Domain::"orders" };\n'
    '@id("hidden-people")\nforbid (principal == User::"bert", action, resource) when { resource in Domain::"people" };\n'
    '@id("steward")\npermit (principal == User::"nick", action == Action::"administer", resource == Domain::"people");\n'
)


@dataclass(frozen=True, slots=True)
class House:
    """Two servers over one ledger. `ann` and `ci_people` are of the team that uploads, `omar` reads, `nick` is blind to his."""

    root: Path
    serving: Serving
    clients: tuple[TestClient, ...]
    token: Callable[..., str]
    live: LiveMesh

    def ask(self, method: str, path: str, who: str = "ann", *, server: int = 0, **options: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token(who)}", **options.pop("headers", {})}
        response: httpx2.Response = self.clients[server].request(method, path, headers=headers, **options)
        return response

    def get(self, path: str, who: str = "ann", **params: Any) -> httpx2.Response:
        return self.ask("GET", path, who, params=params)

    def put(self, text: str, who: str = "ann", path: str = PEOPLE, *, server: int = 0, **headers: str) -> httpx2.Response:
        told = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.ask("PUT", path, who, content=text.encode(), headers=told, server=server)


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Versions of the manifest of people: the first, one with more, one that takes a column away, one that promises less."""
    root = tmp_path_factory.mktemp("people")
    return {
        "first": exported(write_people(root / "first")),
        "more": exported(write_people(root / "more", {**COLUMNS, "phone": "string"}, version="1.1.0")),
        "most": exported(write_people(root / "most", {**COLUMNS, "phone": "string", "mail": "string"}, version="1.2.0")),
        "less": exported(write_people(root / "less", {"id": "integer", "name": "string"}, required=())),
        "loose": exported(write_people(root / "loose", required=(), version="1.1.0")),
    }


@pytest.fixture
def housed(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Lets two servers begin over the shop; with a `first` document, that was uploaded before."""
    from contextlib import ExitStack

    from hansa.server import Backing, InProcess, create_app

    with ExitStack() as opened:

        def begin(files: dict[str, str], first: str = "") -> House:
            root = write(tmp_path / "shop", {**files, "governance/access/hidden.cedar": BLIND})
            if first:
                _upload(root, first)
            workplace = opened.enter_context(Workplace(root, {"PATH": "/usr/bin"}))
            live = LiveMesh(workplace)
            serving = opened.enter_context(Serving(workplace, live.look))
            for name in ("nick", "bert"):
                add_user(workplace.ledger, serving.mesh(), name, UserChange(), now=serving.clock())
            answering = serving.gateway()
            parts = (serving.authenticator, serving.decider, workplace.ledger, serving.mesh, answering, InProcess(answering))
            apps = [create_app(Backing(*parts, serving.clock, examiner=serving.examine)) for _ in range(2)]
            tokens: dict[str, str] = {}

            def token(who: str) -> str:
                if who not in tokens:
                    name, _, scope = who.partition(":")
                    tokens[who], _ = serving.authenticator.issue_token(name, scopes=(scope,) if scope else ())
                return tokens[who]

            clients = tuple(opened.enter_context(TestClient(app, raise_server_exceptions=False)) for app in apps)
            return House(root, serving, clients, token, live)

        yield begin


def _upload(root: Path, text: str) -> None:
    said = json.loads(text)
    made = UploadedManifest(DomainName("people"), 1, said["digest"], said["mesh"], 1, len(text), dt.datetime.now(dt.UTC), "ann")
    with Workplace(root, {}) as workplace:
        workplace.ledger.apply([ManifestUploaded(made, text)])


@pytest.fixture
def house(housed: Callable[..., House], texts: dict[str, str]) -> House:
    return housed(SHOP, texts["first"])


def test_a_first_upload_fills_the_domain_that_waits_for_it(housed: Callable[..., House], texts: dict[str, str]) -> None:
    house = housed({k: v for k, v in SHOP.items() if "towns" not in k})
    waiting = house.get(PEOPLE).json()
    assert (waiting["source"], waiting["version"], waiting["owner"], waiting["digest"]) == ("uploaded", 0, "people_team", None)
    made = house.put(texts["first"], "ci_people", If_None_Match="*")
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"{PEOPLE}/versions/1"
    assert made.headers["etag"] == '"1"'
    told = made.json()
    assert (told["version"], told["uploadedBy"], told["mesh"], told["unchanged"]) == (1, "ci_people", "people", False)
    assert [c["change"] for c in told["changes"]] == ["new product"]
    line = house.get(PEOPLE, "omar").json()
    assert (line["version"], line["uploadedBy"], line["title"], line["products"]) == (1, "ci_people", "People", 1)
    assert house.get("/api/v1/products/people.profiles", "omar").status_code == 200
    assert house.get("/api/v1/domains/people", "omar").json()["products"] == ["people.profiles"]


def test_an_upload_is_told_to_whoever_may_know_of_the_domain(house: House, texts: dict[str, str]) -> None:
    state, ledger = house.clients[0].app.state, house.serving.workplace.ledger  # type: ignore[attr-defined] # of FastAPI
    last = ledger.last_event()
    assert house.put(texts["more"], If_Match='"1"').status_code == 201

    def told(who: str, wanted: Wanted = Wanted()) -> str:  # noqa: B008 - it is frozen
        principal = house.serving.authenticator.authenticate(house.token(who))
        sight = state.catalogue.sights.of(house.serving.mesh(), principal, house.serving.clock())
        return Teller(state.backing, principal, lambda: sight, wanted).told(ledger.events(last, 10))

    for who in ("ann", "omar"):
        assert "event: manifest.uploaded" in told(who)
        assert '"domain":"people","version":2' in told(who)
    assert told("bert") == "", "the domain is hidden from them"
    assert told("ann", Wanted(product="people.profiles")) == ""
    assert told("ann", Wanted(run="20260101T000000-aaaaaa")) == ""


def test_every_version_stays_with_who_and_when(house: House, texts: dict[str, str]) -> None:
    assert house.put(texts["more"], If_Match='"1"').status_code == 201
    found = house.get(f"{PEOPLE}/versions", "omar").json()
    assert [(v["version"], v["uploadedBy"]) for v in found["items"]] == [(2, "ann"), (1, "ann")]
    first, second = (house.get(f"{PEOPLE}/versions/{n}", "ann") for n in (1, 2))
    assert (first.text, second.text) == (texts["first"], texts["more"])
    assert house.get(f"{PEOPLE}/versions/3").status_code == 404
    assert house.get(f"{PEOPLE}/versions/0").status_code == 404


def test_the_difference_between_versions_says_whom_it_breaks(house: House, texts: dict[str, str]) -> None:
    assert house.put(texts["more"], If_Match="*").status_code == 201
    found = house.get(f"{PEOPLE}/changes").json()
    assert (found["before"], found["after"], found["breaksReaders"]) == (1, 2, False)
    assert "people.profiles.profiles@1#phone" in {c["subject"] for c in found["changes"]}
    back = house.get(f"{PEOPLE}/changes", before=2, after=1).json()
    gone = next(c for c in back["changes"] if c["kind"] == "remove")
    assert (gone["breaking"], gone["breaksReaders"], gone["consumers"]) == (True, False, []), "nobody here reads it"
    begun = house.get(f"{PEOPLE}/changes", before=0, after=1).json()
    assert [c["change"] for c in begun["changes"]] == ["new product"]
    assert house.get(f"{PEOPLE}/changes", before=1, after=9).status_code == 404
    assert house.get(f"{PEOPLE}/changes", after="x").status_code == 400


def test_what_would_leave_the_mesh_in_pieces_is_refused_with_places(house: House, texts: dict[str, str]) -> None:
    refused = house.put(texts["less"], If_Match='"1"')
    assert (refused.status_code, refused.json()["code"]) == (409, "H876"), refused.text
    troubles = refused.json()["troubles"]
    assert any(p["file"].startswith("domains/orders/towns") and p["line"] for t in troubles for p in t["places"]), troubles
    assert house.get(PEOPLE).json()["version"] == 1


def test_what_breaks_readers_is_refused_with_their_names(house: House, texts: dict[str, str]) -> None:
    refused = house.put(texts["loose"], If_Match='"1"')
    assert (refused.status_code, refused.json()["code"]) == (409, "H877"), refused.text
    [_, told] = refused.json()["troubles"]
    assert "orders.towns (owner omar)" in told["summary"]
    assert "people.profiles.profiles@1#town" in told["summary"]
    write(
        house.root,
        {
            "domains/orders/towns/acknowledgements.yaml": (
                "apiVersion: hansa/v1\nkind: Acknowledgements\nacknowledgements:\n"
                "  - {subject: 'people.profiles.profiles@1#town', version: 1.1.0, by: orders_team, reason: We skip them.}\n"
            )
        },
    )
    taken = house.put(texts["loose"], If_Match='"1"')
    assert taken.status_code == 201, taken.text
    [breaking] = [c for c in taken.json()["changes"] if c["breaking"]]
    assert (breaking["breaksReaders"], breaking["consumers"][0]["acknowledged"]) == (False, True)


def test_whom_the_uploader_may_not_know_is_not_named(house: House, texts: dict[str, str]) -> None:
    for text in (texts["less"], texts["loose"]):
        refused = house.put(text, "nick", If_Match='"1"')
        assert refused.status_code == 409, refused.text
        for word in ("orders", "towns", "omar"):
            assert word not in refused.text
    assert "may not know" in house.put(texts["loose"], "nick", If_Match="*").text


def test_only_who_administers_the_domain_uploads(house: House, texts: dict[str, str]) -> None:
    for who in ("omar", "ann:read", "ci_people:request"):
        refused = house.put(texts["more"], who, If_Match="*")
        assert (refused.status_code, refused.json()["code"]) == (403, "H880"), (who, refused.text)
    for who in ("olga", "ci_people:administer"):
        assert house.put(texts["more"], who, If_Match="*").status_code in (200, 201), who
    assert house.clients[0].put(PEOPLE, content=texts["more"]).status_code == 401


def test_a_domain_that_is_hidden_is_not_there(house: House, texts: dict[str, str]) -> None:
    assert house.put(texts["more"], "bert", If_Match="*").status_code == 404
    for path in (PEOPLE, f"{PEOPLE}/versions", f"{PEOPLE}/versions/1", f"{PEOPLE}/changes"):
        hidden, never = house.get(path, "bert"), house.get(path.replace("people", "nobody"), "bert")
        assert (hidden.status_code, hidden.json()["detail"].replace("people", "nobody")) == (404, never.json()["detail"])
    assert house.get(AT, "bert").json() == {"items": [], "total": 0, "next": None}
    assert [m["domain"] for m in house.get(AT, "omar").json()["items"]] == ["people"]


def test_the_document_is_whole_or_refused(house: House) -> None:
    assert house.get(f"{PEOPLE}/versions/1", "omar").status_code == 200
    assert house.get(f"{PEOPLE}/versions/1", "nick").status_code == 200, "who uploads knows what it says"
    write(house.root, {"governance/access/nick.cedar": BLIND.partition('@id("steward")')[0].replace("hidden", "unseen")})
    (house.root / "governance/access/hidden.cedar").unlink()
    half = house.get(f"{PEOPLE}/versions/1", "nick")
    assert (half.status_code, half.json()["code"]) == (403, "H862")


def test_a_domain_of_this_repository_takes_no_manifest(house: House, texts: dict[str, str]) -> None:
    refused = house.put(texts["more"], "olga", f"{AT}/orders", If_Match="*")
    assert (refused.status_code, refused.json()["code"]) == (409, "H874")
    assert house.get(f"{AT}/orders", "olga").status_code == 404
    assert house.put(texts["more"], "olga", f"{AT}/nothing").status_code == 404


def test_a_replaced_version_has_to_be_the_one_that_was_seen(house: House, texts: dict[str, str]) -> None:
    seen = house.get(PEOPLE).headers["etag"]
    unsaid = house.put(texts["more"])
    assert (unsaid.status_code, unsaid.json()["code"], unsaid.headers["etag"]) == (428, "H878", '"1"')
    unfit: tuple[dict[str, Any], ...] = (
        {"If_Match": '"2"'},
        {"If_Match": 'W/"1"'},
        {"If_Match": "nonsense"},
        {"If_None_Match": "*"},
        {"If_None_Match": seen},
    )
    for told in unfit:
        stale = house.put(texts["more"], **told)
        assert (stale.status_code, stale.json()["code"]) == (412, "H878"), told
    assert house.put(texts["more"], If_Match=f'"7", {seen}').status_code == 201
    assert house.put(texts["most"], If_Match=seen).status_code == 412
    assert house.get(PEOPLE, "omar").json()["version"] == 2


def test_of_two_uploads_at_once_one_is_told_of_the_other(house: House, texts: dict[str, str]) -> None:
    def send(n: int) -> int:
        return house.put(texts[("more", "most")[n]], ("ann", "ci_people")[n], server=n, If_Match='"1"').status_code

    for who in ("ann", "ci_people"):
        house.token(who)
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, range(2))) == [201, 412]
    assert len(house.get(f"{PEOPLE}/versions").json()["items"]) == 2


def test_the_same_document_again_changes_nothing(house: House, texts: dict[str, str]) -> None:
    again = house.put(texts["first"], If_Match='"99"')
    assert (again.status_code, again.json()["unchanged"], again.json()["version"]) == (200, True, 1)
    spaced = json.dumps(json.loads(texts["first"]))
    assert house.put(spaced).json()["unchanged"] is True
    assert len(house.get(f"{PEOPLE}/versions").json()["items"]) == 1


def test_an_edited_document_with_the_digest_of_the_newest_is_no_newest(house: House, texts: dict[str, str]) -> None:
    edited = texts["first"].replace("people_team", "other_team")
    assert edited != texts["first"]
    answer = house.put(edited, If_Match="*")
    assert (answer.status_code, answer.json()["code"]) == (422, "H283")
    assert "edited" in answer.json()["detail"]


def test_sent_again_with_its_key_it_is_answered_as_before(house: House, texts: dict[str, str]) -> None:
    told: dict[str, Any] = {"If_Match": '"1"', "Idempotency_Key": "k-1"}
    first = house.put(texts["more"], **told)
    house.put(texts["most"], "olga", If_Match="*")
    again = house.put(texts["more"], server=1, **told)
    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    other = house.put(texts["loose"], **told)
    assert (other.status_code, other.json()["code"]) == (422, "H856")
    assert len(house.get(f"{PEOPLE}/versions").json()["items"]) == 3


def test_what_was_refused_leaves_the_key_free(house: House, texts: dict[str, str]) -> None:
    assert house.put(texts["more"], Idempotency_Key="k-1", If_Match='"5"').status_code == 412
    assert house.put(texts["more"], Idempotency_Key="k-1", If_Match='"1"').status_code == 201


def test_what_is_no_manifest_is_told_so(house: House, texts: dict[str, str]) -> None:
    for body, code in (("", "H283"), ("{", "H283"), ("[" * 50_000, "H283"), (texts["first"][:-40], "H283"), ("null", "H283")):
        refused = house.put(body, If_Match="*")
        assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
        assert refused.json()["places"] == [{"file": "manifest.json", "line": 0, "column": 0, "note": ""}]
    form = house.ask("PUT", PEOPLE, content=b"a: 1", headers={"Content-Type": "application/yaml"})
    assert (form.status_code, form.json()["code"]) == (415, "H741")
    latin = house.ask("PUT", PEOPLE, content=b'{"kind": "\xff"}', headers={"Content-Type": "application/json", "If-Match": "*"})
    assert latin.status_code == 422


def test_too_much_is_refused_while_it_comes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from hansa.server.resources import manifests

    monkeypatch.setattr(manifests, "MOST_BYTES", 1_000)
    large = house.put("x" * 2_000, If_Match="*")
    assert (large.status_code, large.json()["code"]) == (413, "H743")


def test_the_tag_saves_the_answer_and_changes_with_what_is_told(house: House, texts: dict[str, str]) -> None:
    first = house.get(PEOPLE)
    same = house.ask("GET", PEOPLE, headers={"If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    house.put(texts["more"], If_Match=first.headers["etag"])
    assert house.ask("GET", PEOPLE, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_a_manifest_that_is_named_by_file_or_url_has_no_versions(house: House, texts: dict[str, str]) -> None:
    write(
        house.root,
        {
            "people.json": texts["first"],
            "hansa.yaml": SHOP["hansa.yaml"].replace(
                "{manifest: uploaded, domain: people, owner: people_team}", "manifest: people.json"
            ),
        },
    )
    line = house.get(PEOPLE).json()
    assert (line["source"], line["location"], line["version"], line["uploadedBy"]) == ("file", "people.json", None, None)
    refused = house.put(texts["more"], "olga", If_Match="*")
    assert (refused.status_code, refused.json()["code"]) == (409, "H874")


def test_an_address_is_told_without_its_secrets() -> None:
    from hansa.server.catalogue.provenance import plain_location, source_of

    assert plain_location("https://ann:secret@data.example.org:8443/a.json?token=x") == "https://data.example.org:8443/a.json?…"
    assert source_of("HTTPS://data.example.org/a.json") == "url"
    assert plain_location("http://[") == "…"
    assert (source_of("uploaded@3"), source_of("../a.json"), source_of("uploaded@x")) == ("uploaded", "file", "file")


def test_a_server_without_the_means_says_so(house: House, texts: dict[str, str]) -> None:
    from hansa.server import Backing, InProcess, create_app

    serving = house.serving
    answering = serving.gateway()
    parts = (serving.authenticator, serving.decider, serving.workplace.ledger, serving.mesh, answering, InProcess(answering))
    with TestClient(create_app(Backing(*parts, serving.clock)), raise_server_exceptions=False) as client:
        headers = {"Authorization": f"Bearer {house.token('ann')}", "Content-Type": "application/json", "If-Match": "*"}
        told = client.put(PEOPLE, content=texts["more"].encode(), headers=headers)
        assert (told.status_code, told.json()["code"]) == (503, "H879")
