"""The fold of steps: whatever the order in which steps come, only what a company could mean grants anything."""

import datetime as dt
import itertools

import pytest

from hansa.access.grants import grant_of
from hansa.access.history import Status, request_of, requests_of
from hansa.model import AccessStep, StepKind
from hansa.names import ProductName

PORT = ProductName("customer", "profiles").port("profiles").at(1)
START = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
ENDS = {StepKind.DENIED, StepKind.WITHDRAWN, StepKind.REVOKED, StepKind.EXPIRED}


def steps(kinds: tuple[StepKind, ...], request: str = "r") -> list[AccessStep]:
    return [
        AccessStep(request, kind, "campaign", "vouchers", PORT, START + dt.timedelta(hours=n), "ada", serial=n + 1)
        for n, kind in enumerate(kinds)
    ]


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_of_all_orders_of_steps_only_sensible_ones_are_requests(length: int) -> None:
    for kinds in itertools.product(StepKind, repeat=length):
        try:
            request = request_of(steps(kinds))
        except ValueError:
            assert requests_of(steps(kinds)) == ()
            continue
        assert kinds[0] is StepKind.REQUESTED
        assert StepKind.REQUESTED not in kinds[1:]
        assert not ENDS & set(kinds[:-1]), "nothing follows an end"
        later = {StepKind.RENEWED, StepKind.REVOKED, StepKind.EXPIRED} & set(kinds)
        assert not later or StepKind.GRANTED in kinds
        holds = grant_of(request) is not None and request.status(START + dt.timedelta(days=1)) is Status.GRANTED
        assert holds == (kinds[-1] in (StepKind.GRANTED, StepKind.RENEWED))


def test_a_request_that_makes_no_sense_leaves_the_others_as_they_are() -> None:
    good = steps((StepKind.REQUESTED, StepKind.GRANTED), "good")
    bad = steps((StepKind.GRANTED,), "bad")
    assert [r.id for r in requests_of([*bad, *good])] == ["good"]


def test_a_step_about_another_port_does_not_belong_to_the_request() -> None:
    first, second = steps((StepKind.REQUESTED, StepKind.GRANTED))
    other = AccessStep("r", StepKind.GRANTED, "campaign", "vouchers", PORT.name.at(2), second.at, "eve")
    with pytest.raises(ValueError, match="something else"):
        request_of([first, other])
