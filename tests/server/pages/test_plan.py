"""`/plan`: what the next run would do, with all that is counted and nothing that the viewer may not know of."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.server.pages.conftest import Browser, Site, site_over

from hansa.model import ChangeKind, ConsumerHit, Impact, MeshChange
from hansa.plan import Plan
from hansa.serving import Serving
from hansa.trouble import Place, Severity, Trouble
from hansa.wiring import Workplace

MANY = 25


def changed(plan: Plan) -> Plan:
    """A plan in which a product is gone and many columns of another are, each read by somebody; and a warning with two places."""
    hits = (
        ConsumerHit("consumer", "campaign", "", "", "marketing", "grant", reads="id"),
        ConsumerHit("product", "vault.keys", "keys", "id", "customer_team", "lineage", reads="id"),
    )
    columns = tuple(
        MeshChange(f"customer.profiles.profiles@1#c{n}", "column removed", Impact.MAJOR, True, hits, product="customer.profiles")
        for n in range(MANY)
    )
    gone = MeshChange(
        "customer.gone", "product is no longer declared", Impact.MAJOR, True, hits[:1], ChangeKind.REMOVE, "customer.gone"
    )
    places = (Place("domains/vault/keys/product.odps.yaml", 1, 1), Place("domains/customer/report/product.odps.yaml", 1, 1))
    ends = Trouble("H236", "customer.report reads what ends", places, "ask vault.keys", Severity.WARNING, "customer.report")
    return replace(plan, changes=(*columns, gone), warnings=(ends,))


@pytest.fixture(scope="module")
def planned(secretive_mesh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Workplace(secretive_mesh, {"PATH": "/usr/bin"}) as workplace, Serving.live(workplace) as serving:
        plan = changed(serving.plan("prod"))
        yield site_over(tmp_path_factory.mktemp("state"), serving, planner=lambda: plan)


def told(browser: Browser) -> str:
    for _ in range(100):
        text = browser.get("/plan").text.replace("<wbr>", "")
        if "is being made" not in text:
            return text
    raise AssertionError(text)


def test_a_product_that_is_gone_is_told_to_whoever_may_know_everything(planned: Site) -> None:
    carla = planned.browser("carla")
    assert "product is no longer declared" in told(carla)
    assert "/products/customer.gone" not in carla.page("/plan").links, "it has no page"
    assert "/products/customer.profiles" in carla.page("/plan").links
    assert "customer.gone" not in told(planned.browser("nick"))


def test_every_change_that_breaks_somebody_is_counted(planned: Site) -> None:
    assert f"{MANY + 1} changes would break readers" in told(planned.browser("carla"))
    assert f"{MANY} changes would break readers" in told(planned.browser("nick"))


def test_a_place_and_a_mend_that_name_what_is_hidden_are_left_out(planned: Site) -> None:
    nick, carla = told(planned.browser("nick")), told(planned.browser("carla"))
    assert "customer.report reads what ends" in nick
    assert "domains/customer/report" in nick
    assert "vault" not in nick
    assert "domains/vault/keys" in carla
    assert "ask vault.keys" in carla
