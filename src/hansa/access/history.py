"""A request for access as the fold of its steps: what it asks for, where it stands, and which steps may come next.

The steps are the truth and never change; everything here is worked out from them.
"""

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from dataclasses import replace

from hansa.frozen import dataclass
from hansa.model import AccessStep, StepKind, Terms
from hansa.names import PortMajor


class Status(enum.StrEnum):
    """Where a request stands. Time alone makes `expired` of `granted`, whether or not somebody noticed and recorded it."""

    REQUESTED = "requested"
    GRANTED = "granted"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    EXPIRED = "expired"


FOLLOWS: Mapping[Status, frozenset[StepKind]] = {
    Status.REQUESTED: frozenset({StepKind.APPROVED, StepKind.GRANTED, StepKind.DENIED, StepKind.WITHDRAWN}),
    Status.GRANTED: frozenset({StepKind.RENEWED, StepKind.REVOKED, StepKind.EXPIRED}),
    Status.EXPIRED: frozenset(),
    Status.DENIED: frozenset(),
    Status.WITHDRAWN: frozenset(),
    Status.REVOKED: frozenset(),
}
"""The steps that may come after each status; there is no other way on."""

_BECOMES: Mapping[StepKind, Status] = {
    StepKind.REQUESTED: Status.REQUESTED,
    StepKind.APPROVED: Status.REQUESTED,
    StepKind.GRANTED: Status.GRANTED,
    StepKind.RENEWED: Status.GRANTED,
    StepKind.DENIED: Status.DENIED,
    StepKind.WITHDRAWN: Status.WITHDRAWN,
    StepKind.REVOKED: Status.REVOKED,
    StepKind.EXPIRED: Status.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A request with all its steps, oldest first. `terms` are those that were asked for, as far as approvers left them."""

    id: str
    steps: tuple[AccessStep, ...]
    recorded: Status
    terms: Terms

    @property
    def first(self) -> AccessStep:
        return self.steps[0]

    @property
    def consumer(self) -> str:
        return self.first.consumer

    @property
    def purpose(self) -> str:
        return self.first.purpose

    @property
    def port(self) -> PortMajor:
        return self.first.port

    @property
    def requester(self) -> str:
        return self.first.actor

    @property
    def last(self) -> AccessStep:
        return self.steps[-1]

    @property
    def approvals(self) -> tuple[AccessStep, ...]:
        return tuple(s for s in self.steps if s.kind is StepKind.APPROVED)

    def find(self, kind: StepKind) -> AccessStep | None:
        """The first step of a kind."""
        return next((s for s in self.steps if s.kind is kind), None)

    def status(self, now: dt.datetime) -> Status:
        """Where it stands at a time: what was granted until then has expired, recorded or not."""
        ended = self.terms.expires is not None and now >= self.terms.expires
        return Status.EXPIRED if self.recorded is Status.GRANTED and ended else self.recorded

    def allows(self, kind: StepKind, now: dt.datetime) -> bool:
        """Whether a step may come next."""
        if kind is StepKind.EXPIRED:
            return self.recorded is Status.GRANTED and self.status(now) is Status.EXPIRED
        return kind in FOLLOWS[self.status(now)]


def request_of(steps: Iterable[AccessStep]) -> AccessRequest:
    """One request from its steps, oldest first. Raises ValueError for steps that cannot have come after each other."""
    known = iter(steps)
    first = next(known, None)
    if first is None or first.kind is not StepKind.REQUESTED:
        raise ValueError("a request begins with being requested")
    found = AccessRequest(first.request, (first,), Status.REQUESTED, first.terms)
    for step in known:
        found = _after(found, step)
    return found


def requests_of(steps: Iterable[AccessStep]) -> tuple[AccessRequest, ...]:
    """Every request among steps, in the order in which they began. One whose steps make no sense grants nothing: left out."""
    by_request: dict[str, list[AccessStep]] = {}
    for step in steps:
        by_request.setdefault(step.request, []).append(step)
    found = []
    for of_one in by_request.values():
        try:
            found.append(request_of(of_one))
        except ValueError:
            continue
    return tuple(found)


def _after(request: AccessRequest, step: AccessStep) -> AccessRequest:
    about = (step.request, step.consumer, step.purpose, step.port)
    if about != (request.id, request.consumer, request.purpose, request.port):
        raise ValueError(f"a step of {step.request} is about something else than the request")
    if step.kind not in FOLLOWS[request.recorded]:
        raise ValueError(f"{request.id} is {request.recorded}, which cannot be followed by {step.kind}")
    # What one approver leaves out, the next cannot give: each approves what those before have left.
    terms = step.terms if step.kind in (StepKind.APPROVED, StepKind.GRANTED, StepKind.RENEWED) else request.terms
    return replace(request, steps=(*request.steps, step), recorded=_BECOMES[step.kind], terms=terms)
