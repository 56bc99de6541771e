"""The scorecard weighs met policies by severity, leaves out what is waived, and follows earlier moments."""

import datetime as dt
from dataclasses import replace

import pytest

from hansa.engines.duckdb.relations import open_database
from hansa.governance import NO_FACTS
from hansa.governance.judging import judged
from hansa.governance.scorecard import Score, Scorecard, Standing, Trend, scorecard
from hansa.model import Governance, Mesh, Policy, PolicyLevel, PolicyScope, Waiver
from hansa.trouble import Severity

TODAY = dt.date(2026, 3, 1)
OWNED = Policy("owned", "", "SELECT product AS subject, 'no owner' AS message FROM products WHERE owner IS NULL")
TITLED = Policy(
    "titled", "", "SELECT product AS subject, 'no title' AS message FROM products WHERE title IS NULL", severity=Severity.NOTE
)
CAPABLE = Policy(
    "capable", "", "SELECT domain AS subject, 'none' AS message FROM domains WHERE capability IS NULL", severity=Severity.WARNING
)
TEAMED = Policy("teamed", "", "SELECT 'the archive' AS subject, 'no such team' AS message")


def carded(mesh: Mesh, *policies: Policy, waivers: tuple[Waiver, ...] = (), today: dt.date = TODAY) -> Scorecard:
    governed = replace(mesh, governance=Governance(policies=policies, waivers=waivers))
    return scorecard(governed, judged(governed, policies, NO_FACTS, today, open_database))


def standings(card: Scorecard) -> dict[str, Standing]:
    return {s.name: s for d in card.domains for s in (d.domain, *d.products)}


def test_an_error_weighs_four_times_a_note(chain: Mesh) -> None:
    found = standings(carded(chain, OWNED, TITLED))
    assert found["shop.raw"].score == Score(4, 5)
    assert found["shop.raw"].score.share == pytest.approx(0.8)
    assert found["finance.report"].score == Score(0, 5)
    assert found["finance.report"].policies == ("owned", "titled")


def test_a_domain_stands_as_its_products_and_its_own_rules_do(chain: Mesh) -> None:
    found = standings(carded(chain, OWNED, CAPABLE))
    # Two owned products meet both policies; that the domain breaks one counts once.
    assert found["shop"].score == Score(12, 14)
    assert found["shop"].met == 4
    assert [v.subject for v in found["shop"].violated] == ["shop"]


def test_what_is_waived_counts_neither_way_until_it_lapses(chain: Mesh) -> None:
    waiver = Waiver("owned", "finance.report", "moves", "cy", dt.date(2026, 3, 31))
    now = standings(carded(chain, OWNED, TITLED, waivers=(waiver,)))["finance.report"]
    assert (now.score, len(now.waived), now.policies) == (Score(0, 1), 1, ("titled",))
    later = standings(carded(chain, OWNED, TITLED, waivers=(waiver,), today=dt.date(2026, 4, 1)))["finance.report"]
    assert (later.score, len(later.waived)) == (Score(0, 5), 0)


def test_a_policy_counts_only_for_the_products_that_it_is_about(chain: Mesh) -> None:
    shop = replace(OWNED, scope=PolicyScope(domains=("shop",)))
    found = standings(carded(chain, shop))
    assert found["shop.raw"].score == Score(4, 4)
    assert found["finance.report"].score.share is None
    assert found["finance"].score.share is None


def test_a_policy_that_cannot_be_judged_does_not_count_and_is_named(chain: Mesh) -> None:
    card = carded(chain, OWNED, Policy("wrong", "", "SELECT nothing AS subject FROM products"))
    assert (card.unjudged, card.counted) == (("wrong",), 1)
    assert standings(card)["shop.raw"].score == Score(4, 4)


def test_what_comes_with_hansa_does_not_count(chain: Mesh) -> None:
    card = carded(chain, replace(OWNED, level=PolicyLevel.BUILT_IN))
    assert (card.counted, standings(card)["shop.raw"].score.share) == (0, None)


def test_violations_of_no_domain_stand_elsewhere(chain: Mesh) -> None:
    card = carded(chain, TEAMED)
    assert [v.subject for v in card.elsewhere] == ["the archive"]
    assert standings(card)["shop"].violated == ()


def test_the_trend_knows_each_name_when_it_was_there(chain: Mesh) -> None:
    before, now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    smaller = replace(chain, domains=chain.domains[1:])
    trend = Trend(((before, carded(smaller, OWNED).shares()), (now, carded(chain, OWNED).shares())))
    assert trend.of("shop") == ((before, 1.0), (now, 1.0))
    assert trend.of("finance.report") == ((now, 0.0),)
