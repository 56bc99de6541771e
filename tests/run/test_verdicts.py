"""What policies say otherwise than before is found against the last run of the same environment."""

import datetime as dt
from collections.abc import Iterator

import pytest

from hansa.ledger import Ledger, PoliciesDecided, RunStarted
from hansa.ledger.memory import MemoryLedger
from hansa.model import Fingerprint, Outcome, PolicyDecision, PolicyLevel, PolicyMode, Run, RunId, VerdictChange
from hansa.names import parse_product
from hansa.run.verdicts import verdict_changes

NOW = dt.datetime(2026, 11, 22, 14, tzinfo=dt.UTC)
PROFILES, REVIEWS = "customer.profiles", "product.reviews"


def decided(*violating: str, outcome: Outcome = Outcome.VIOLATED) -> tuple[PolicyDecision, ...]:
    def one(product: str, said: Outcome) -> PolicyDecision:
        return PolicyDecision(
            "owners", PolicyLevel.GLOBAL, PolicyMode.ENFORCE, said, Fingerprint("p"), product=product, subject=product
        )

    return (one("", Outcome.VIOLATED if violating else Outcome.PASS), *(one(p, outcome) for p in violating))


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    made = MemoryLedger()
    yield made
    made.close()


def ran(ledger: Ledger, run: str, *decisions: PolicyDecision, environment: str = "prod") -> None:
    about = (parse_product(PROFILES), parse_product(REVIEWS))
    begun = RunStarted(Run(RunId(run), environment, NOW, Fingerprint("f"), products=about))
    ledger.apply([begun, PoliciesDecided(RunId(run), decisions)])


def test_what_is_violated_for_the_first_time_is_a_change(ledger: Ledger) -> None:
    found = verdict_changes(decided(PROFILES), ledger, "prod", {PROFILES})
    assert found == (VerdictChange("owners", PROFILES, Outcome.PASS, Outcome.VIOLATED),)


def test_what_stays_violated_is_none_and_what_is_mended_is_one(ledger: Ledger) -> None:
    ran(ledger, "r1", *decided(PROFILES, REVIEWS))
    found = verdict_changes(decided(PROFILES), ledger, "prod", {PROFILES, REVIEWS})
    assert found == (VerdictChange("owners", REVIEWS, Outcome.VIOLATED, Outcome.PASS),)


def test_a_run_about_other_products_says_nothing_of_a_product(ledger: Ledger) -> None:
    ran(ledger, "r1", *decided(PROFILES, REVIEWS))
    assert verdict_changes(decided(PROFILES), ledger, "prod", {PROFILES}) == ()


def test_another_environment_is_another_matter(ledger: Ledger) -> None:
    ran(ledger, "r1", *decided(PROFILES), environment="pr-17")
    assert len(verdict_changes(decided(PROFILES), ledger, "prod", {PROFILES})) == 1


def test_a_waiver_is_a_change(ledger: Ledger) -> None:
    ran(ledger, "r1", *decided(PROFILES))
    (found,) = verdict_changes(decided(PROFILES, outcome=Outcome.WAIVED), ledger, "prod", {PROFILES})
    assert (found.before, found.after) == (Outcome.VIOLATED, Outcome.WAIVED)
