"""What the routes rest on: who somebody is, what they may see, and who answers their queries."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hansa.access import Decider
from hansa.access.identity import Authenticator
from hansa.engines import Cancellation
from hansa.gateway.asking import Answering, GovernedAnswer, Query
from hansa.ledger import Ledger
from hansa.model import Mesh


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
class Backing:
    """`answering` understands queries without running them; `inquiring` runs them. All are safe in many threads."""

    authenticator: Authenticator
    decider: Decider
    ledger: Ledger
    mesh: Callable[[], Mesh]
    answering: Answering
    inquiring: Inquiring
    clock: Callable[[], dt.datetime]
