"""A viewer who may not know of everything: no page names what is hidden, also where others speak of it, as reasons of runs do."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.warm import ran

from hansa.serving import Serving
from hansa.wiring import Workplace

CEDAR = (
    '@id("hushed")\nforbid (principal, action == Action::"discover", resource == Port::"customer.report.hushed")\n'
    'unless { principal == User::"carla" };\n'
)
REPORT = "/products/customer.report"
PATHS = (
    "/", "/search", "/search?q=id", "/search/hits?q=report", "/domains/customer", REPORT, "/products/customer.profiles",
    *(f"{product}/{part}" for product in (REPORT, "/products/customer.profiles")
      for part in ("schema", "contract", "contract?view=raw", "contract.odcs.yaml", "quality", "lineage", "changes", "connect")),
    "/lineage", "/lineage?view=domains", "/lineage?about=customer.profiles&depth=all",
    "/lineage?about=customer.report&columns=customer.report&depth=all",
    "/lineage?about=customer.profiles&column=profiles%401%23id", "/query", "/query/schema?for=%7C",
    *(f"/access?show={show}" for show in ("", "mine", "readers", "held", "history")), "/access/explain?port=customer.report",
    *(f"/governance{part}" for part in ("", "/policies", "/violations", "/waivers", "/scorecards", "/classes", "/rehearse",
                                        "/audit", "/audit/holding", "/explore")),
    "/runs", "/plan", "/settings", "/settings/tokens",
)  # fmt: skip


@pytest.fixture(scope="module")
def keeping(secretive_mesh: Path, warm_hansa: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`customer.report` has a port that only carla may know of, and waits for `vault.keys`, which failed and is hidden, too."""
    root = tmp_path_factory.mktemp("keeping") / "mesh"
    shutil.copytree(secretive_mesh, root, ignore=shutil.ignore_patterns(".hansa"))
    (root / "governance/access/hushed.cedar").write_text(CEDAR)
    report = root / "domains/customer/report"
    contract = (report / "contracts/report.odcs.yaml").read_text()
    (report / "contracts/hushed.odcs.yaml").write_text(
        contract.replace("customer.report.report", "customer.report.hushed").replace("- name: report", "- name: hushed")
        + "support: [{channel: hushed-help, url: 'https://help.example/hushed'}]\n"
    )
    (report / "models/hushed.sql").write_text("SELECT id FROM given\n")
    product = report / "product.odps.yaml"
    ports = "{name: report, version: 1.0.0, contractId: customer.report.report}"
    both = f"{ports}, {{name: hushed, version: 1.0.0, contractId: customer.report.hushed}}"
    product.write_text(product.read_text().replace(ports, both))
    ran(warm_hansa, root, "run", "--quiet")
    ran(warm_hansa, root, "user", "add", "nick")
    keys = root / "domains/vault/keys"
    (keys / "models/keys.sql").write_text("SELECT CAST(7 AS BIGINT) AS id FROM given\n")
    for path in ("contracts/keys.odcs.yaml", "product.odps.yaml"):
        promised = (keys / path).read_text().replace("{name: id, ", "{name: id, primaryKey: true, ")
        (keys / path).write_text(promised.replace("version: 1.0.0", "version: 1.1.0"))
    ran(warm_hansa, root, "run", "--quiet", code=1)
    return root


@pytest.fixture(scope="module")
def kept(keeping: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from tests.server.pages.conftest import site_over

    with Workplace(keeping, {"PATH": "/usr/bin"}) as workplace, Serving.live(workplace) as serving:
        more = {"planner": lambda: serving.plan("prod"), "quarantine": workplace.state / "quarantine"}
        yield site_over(tmp_path_factory.mktemp("state"), serving, **more)


def runs(kept: Any) -> list[str]:
    return [str(r.id) for r in kept.serving.workplace.ledger.runs()]


def told(kept: Any, who: str, path: str) -> str:
    """A page; one that is still being made is asked for again."""
    browser = kept.browser(who)
    for _ in range(40):
        response = browser.get(path)
        assert response.status_code == 200, f"{path}: {response.status_code} {response.text[:300]}"
        if not any(word in response.text for word in ("is being made", "are being judged")):
            break
    return str(response.text).lower()


@pytest.mark.parametrize("who", ["nick", "mia"])
@pytest.mark.parametrize("path", PATHS)
def test_no_page_names_what_is_hidden(path: str, who: str, kept: Any) -> None:
    text = told(kept, who, path)
    assert "vault" not in text
    assert "hushed" not in text


@pytest.mark.parametrize("path", ["/runs/{}", "/runs/{}?product=customer.report", "/runs/compare?a={}&b={}&all=1"])
def test_no_run_names_what_is_hidden(path: str, kept: Any) -> None:
    every = runs(kept)
    for run, other in zip(every, every[1:] or every, strict=False):
        text = told(kept, "nick", path.format(run, other))
        assert "vault" not in text, run
        assert "hushed" not in text, run


def test_whoever_may_know_reads_the_same_pages_with_the_reasons(kept: Any) -> None:
    newest = runs(kept)[0]
    assert "its supplier vault.keys failed" in told(kept, "carla", f"/runs/{newest}?product=customer.report")
    assert "its supplier vault.keys failed" in told(kept, "carla", REPORT)
    assert "hushed" in told(kept, "carla", f"{REPORT}/quality")
    assert "hushed-help" in told(kept, "carla", REPORT)
    assert "held back" in told(kept, "nick", REPORT), "that it stands still is told, and only not why"


def test_a_stream_of_events_gives_no_reason_that_names_what_is_hidden(kept: Any) -> None:
    """Everything that happened so far, as it is told to somebody who was away."""
    from hansa.server.events.telling import Teller, Wanted
    from hansa.server.sight import Sights

    serving = kept.serving
    backing = kept.app.state.backing
    events = serving.workplace.ledger.events(0, 500)
    for who, knows in (("nick", False), ("carla", True)):
        principal = serving.authenticator.user(who)
        sights = partial(Sights(backing.decider).of, serving.mesh(), principal, serving.clock())
        text = Teller(backing, principal, sights, Wanted()).told(events)
        assert ("vault" in text) is knows, text
        assert ("hushed" in text) is knows, text
        assert "customer.report" in text
