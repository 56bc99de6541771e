"""What the routes rest on: who somebody is, what they may see, and who answers their queries."""

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hansa.access import Decider
from hansa.access.identity import Authenticator
from hansa.client import Claims, FlightWay
from hansa.engines import Cancellation
from hansa.frozen import dataclass
from hansa.gateway.asking import Answering, GovernedAnswer, Query
from hansa.gateway.discovering import Discovery
from hansa.ledger import Ledger
from hansa.model import DEFAULT_ENVIRONMENT, Mesh
from hansa.plan import Plan
from hansa.server.backing.feeding import Feed
from hansa.server.backing.latest_plan import LatestPlan

if TYPE_CHECKING:
    from hansa.uploading import Candidate, Examined


class Inquiring(Protocol):
    """Answers a query for whoever presents a credential: here, or in the gateway's own process."""

    def ask(self, query: Query, credential: str, cancellation: Cancellation) -> GovernedAnswer:
        """Raises `Refused`, and `TroubleError` for what cannot be answered."""
        ...

    def ready(self) -> bool:
        """Whether queries are answered now."""
        ...


@dataclass(frozen=True, slots=True)
class InProcess:
    """A gateway inside this process, which need not see the credential again."""

    answering: Answering

    def ask(self, query: Query, credential: str, cancellation: Cancellation) -> GovernedAnswer:
        return self.answering.ask(query, cancellation)

    def ready(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class OverFlight:
    """The gateway's own process, asked with the reader's own credential: it proves and decides everything again."""

    way: FlightWay

    def ask(self, query: Query, credential: str, cancellation: Cancellation) -> GovernedAnswer:
        claims = Claims(credential, query.reader.consumer, query.reader.purpose, query.environment, query.way, query.rows)
        flown = self.way.ask(query.text, claims, query.parameters, cancellation)
        return GovernedAnswer(flown.id, flown.reader.schema, flown.reader, {}, notices=flown.notices, masked=flown.masked)

    def ready(self) -> bool:
        return self.way.alive(Claims("nobody"))


@dataclass(frozen=True, slots=True)
class Backing:
    """`answering` understands queries without running them; `inquiring` runs them. All are safe in many threads.

    `environment` is where those read who name none. `planner` makes the plan of now, which may take long; `quarantine` is the
    folder of refused rows. `examiner` compiles the mesh with a manifest that somebody uploads, one at a time by the
    lock `examining`. `feed` tells every stream what is recorded.
    """

    authenticator: Authenticator
    decider: Decider
    ledger: Ledger
    mesh: Callable[[], Mesh]
    answering: Answering
    inquiring: Inquiring
    clock: Callable[[], dt.datetime]
    environment: str = DEFAULT_ENVIRONMENT
    planner: Callable[[], Plan] | None = None
    quarantine: Path | None = None
    examiner: "Callable[[Candidate], Examined] | None" = None
    examining: threading.Lock = field(init=False, repr=False, compare=False, default_factory=threading.Lock)
    feed: Feed = field(init=False, repr=False, compare=False)
    plans: LatestPlan | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "feed", Feed(self.ledger))
        plans = LatestPlan(self.planner, self.clock) if self.planner is not None else None
        object.__setattr__(self, "plans", plans)

    @property
    def discovery(self) -> Discovery:
        return Discovery(self.mesh, self.ledger, self.decider, self.answering, self.clock)
