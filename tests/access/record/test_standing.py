"""Where requests and agreements stand, as policies see it."""

import datetime as dt
from dataclasses import replace

import pytest

from hansa.access.record import access_records, holding_grants
from hansa.model import AccessStep, Agreement, Consumer, Governance, Mesh, StepKind, Terms
from hansa.names import PortMajor, PortName

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
PORT = PortMajor(PortName("customer", "profiles", "profiles"), 1)
CHURN = Consumer("churn", owner="crm", purposes=("fraud",))


def mesh(*consumers: Consumer, agreements: tuple[Agreement, ...] = ()) -> Mesh:
    return Mesh("m", (), (), governance=Governance(consumers=consumers, agreements=agreements))


def steps(*kinds: StepKind, terms: Terms = Terms()) -> tuple[AccessStep, ...]:  # noqa: B008
    return tuple(AccessStep("q1", kind, "churn", "fraud", PORT, NOW, f"{kind}er", terms=terms) for kind in kinds)


ASKED = StepKind.REQUESTED
APPROVED = (ASKED, StepKind.APPROVED, StepKind.GRANTED)


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ((ASKED,), "requested"),
        (APPROVED, "granted"),
        ((ASKED, StepKind.DENIED), "denied"),
        ((ASKED, StepKind.WITHDRAWN), "withdrawn"),
        ((*APPROVED, StepKind.REVOKED), "revoked"),
    ],
)
def test_a_request_stands_where_its_steps_led(kinds: tuple[StepKind, ...], status: str) -> None:
    (found,) = access_records(steps(*kinds), mesh(CHURN), NOW)
    assert (found.id, found.consumer, found.purpose, found.port, found.status) == ("q1", "churn", "fraud", PORT, status)
    assert [g.id for g in holding_grants(steps(*kinds), mesh(CHURN), NOW)] == (["q1"] if status == "granted" else [])


def test_a_grant_has_its_approvers_terms_and_beginning() -> None:
    terms = Terms(("id",), (), "region = 'north'", NOW + DAY)
    (found,) = access_records(steps(*APPROVED, terms=terms), mesh(CHURN), NOW)
    assert (found.terms, found.approvers, found.granted) == (terms, ("approveder", "granteder"), NOW)


def test_a_grant_expires_without_a_step() -> None:
    given = steps(*APPROVED, terms=Terms(expires=NOW + DAY))
    assert [r.status for r in access_records(given, mesh(CHURN), NOW + DAY)] == ["expired"]
    assert holding_grants(given, mesh(CHURN), NOW + DAY) == ()


def test_a_grant_to_a_consumer_that_is_gone_holds_no_longer() -> None:
    assert [r.status for r in access_records(steps(*APPROVED), mesh(), NOW)] == ["expired"]


def test_an_agreement_is_granted_from_its_day_on_until_it_ends() -> None:
    agreement = Agreement("churn", "fraud", PORT, "carla", terms=Terms(expires=NOW + 2 * DAY), granted=(NOW + DAY).date())
    agreed = mesh(CHURN, agreements=(agreement,))
    stands = [access_records((), agreed, NOW + n * DAY)[0].status for n in range(3)]
    assert stands == ["agreed", "granted", "expired"]
    unknown = mesh(agreements=(replace(agreement, consumer="nobody"),))
    assert access_records((), unknown, NOW + DAY) == ()
