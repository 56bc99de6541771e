"""The API over a mesh in which a whole domain is hidden from some.

`vault.keys` reads `customer.profiles` and is read by `customer.report`. Nick may discover neither `vault` nor anything in it;
`olga` administers the mesh.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient
from tests.derived import write_derived
from tests.warm import ran

from hansa.access.identity import UserChange, add_user
from hansa.serving import Serving
from hansa.wiring import Workplace

API = "/api/v1"
FILES = {
    "governance/access/hidden.cedar": (
        '@id("hidden-vault")\nforbid (principal == User::"nick", action, resource) when { resource in Domain::"vault" };\n'
    ),
    "governance/glossary.yaml": (
        "apiVersion: hansa/v1\nkind: Glossary\nterms:\n"
        "  - {id: person, name: Person, definition: Somebody who buys., synonyms: [shopper]}\n"
    ),
    "governance/policies/titles.yaml": (
        "apiVersion: hansa/v1\nkind: Policy\nid: titled\ntitle: Every product has a title\nseverity: warning\nmode: report\n"
        "sql: |\n  SELECT product AS subject, product, 'it has no title, ' || product AS message FROM products\n"
    ),
    "governance/waivers.yaml": (
        "apiVersion: hansa/v1\nkind: Waivers\nwaivers:\n"
        "  - {policy: titled, subject: vault.keys, reason: Nobody looks., approver: carla, expires: 2999-01-01}\n"
    ),
    "domains/vault/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\nname: vault\nowner: customer_team\n",
}


@dataclass(frozen=True, slots=True)
class Web:
    """A client of the API. `mia` reads for the campaign, `carla` owns everything, `nick` is blind to a domain."""

    client: TestClient
    token: Callable[[str], str]
    serving: Serving
    app: Any

    def get(self, path: str, who: str = "mia", **params: Any) -> httpx2.Response:
        return self.ask("GET", path, who, params=params)

    def ask(self, method: str, path: str, who: str = "mia", **options: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token(who)}", **options.pop("headers", {})}
        response: httpx2.Response = self.client.request(method, f"{API}{path}", headers=headers, **options)
        return response


@pytest.fixture(scope="session")
def hiding_mesh(governed_mesh: Path, tmp_path_factory: pytest.TempPathFactory, warm_hansa: Path) -> Path:
    root = tmp_path_factory.mktemp("hiding") / "mesh"
    shutil.copytree(governed_mesh, root, ignore=shutil.ignore_patterns(".hansa"))
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    write_derived(root, "vault", "keys", "customer.profiles.profiles")
    write_derived(root, "customer", "report", "vault.keys.keys")
    ran(warm_hansa, root, "run", "--quiet")
    return root


@pytest.fixture(scope="session")
def web(hiding_mesh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    from hansa.server import Backing, InProcess, create_app
    from hansa.server.catalogue import Catalogue

    with Workplace(hiding_mesh, {"PATH": "/usr/bin"}) as workplace, Serving.live(workplace) as serving:
        for name, administrator in (("nick", False), ("olga", True)):
            add_user(workplace.ledger, serving.mesh(), name, UserChange(administrator=administrator), now=serving.clock())
        answering = serving.gateway()
        parts = (serving.authenticator, serving.decider, workplace.ledger, serving.mesh, answering, InProcess(answering))
        backing = Backing(*parts, serving.clock)
        app = create_app(backing, catalogue=Catalogue.over(backing, tmp_path_factory.mktemp("state")))
        tokens: dict[str, str] = {}

        def token(who: str) -> str:
            if who not in tokens:
                tokens[who], _ = serving.authenticator.issue_token(who)
            return tokens[who]

        with TestClient(app, raise_server_exceptions=False) as client:
            yield Web(client, token, serving, app)
