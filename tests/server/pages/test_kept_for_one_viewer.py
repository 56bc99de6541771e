"""What is worked out for one viewer and kept is shown to nobody else, in whatever order they come."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.server.pages.conftest import Browser, Site

PATHS = ("/", "/search?q=keys", "/search/hits?q=key", "/search", "/lineage", "/runs", "/access", "/domains/customer")


@pytest.fixture(scope="module")
def secretive(secretive_mesh: Path, sites: Callable[[Path], Site]) -> Site:
    return sites(secretive_mesh)


@pytest.mark.parametrize("first", ["carla", "nick"])
def test_each_viewer_is_shown_their_own(secretive: Site, first: str) -> None:
    knows, knows_not = secretive.browser("carla"), secretive.browser("nick")
    order = (knows, knows_not) if first == "carla" else (knows_not, knows)
    for _ in range(2):  # the second time from what was kept
        for browser in order:
            told = [path for path in PATHS if "vault" in shown(browser, path)]
            assert ("/" in told) is ("/search?q=keys" in told) is ("/lineage" in told) is (browser is knows)
            assert not told or browser is knows


def shown(browser: Browser, path: str) -> str:
    response = browser.get(path)
    assert response.status_code == 200, path
    return response.text


def test_a_policy_that_looks_at_the_time_is_asked_again(secretive: Site) -> None:
    """A sight lasts without end only where no answer depends on the time."""
    import datetime as dt

    from hansa.access import Action, Verdict
    from hansa.access.deciding import CedarDecider
    from hansa.model import Principal
    from hansa.names import DomainName
    from hansa.server.sight import Sights
    from hansa.server.sight.sight import REMEMBERED

    mesh, now = secretive.serving.mesh(), secretive.serving.clock()

    class Passing(CedarDecider):
        lasting = True

        def may(self, principal, action, resource, at, context=None):  # type: ignore[no-untyped-def]
            assert action is Action.DISCOVER
            return Verdict(at < now + dt.timedelta(seconds=30), lasting=self.lasting)

    decider = Passing(mesh, ())
    sights, ann, domain = Sights(decider), Principal("ann"), DomainName("customer")
    assert sights.of(mesh, ann, now).discovers(domain)
    much_later = now + dt.timedelta(days=7)
    assert sights.of(mesh, ann, much_later).discovers(domain), "it was said to last"
    decider.lasting = False
    sights = Sights(decider)
    assert sights.of(mesh, ann, now).discovers(domain)
    assert sights.of(mesh, ann, now + REMEMBERED / 2).discovers(domain), "it is remembered for a while"
    assert not sights.of(mesh, ann, now + REMEMBERED).discovers(domain)
    assert sights.of(mesh, ann, much_later) is not sights.of(mesh, Principal("bob"), much_later)
