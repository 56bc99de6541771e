"""What answers readers, put together: who asks, what they may see, the gateway, and the record of it.

A command puts it over the mesh as it is now, a server over a `LiveMesh`. Everything is made on first use, so that a query of the
operator loads no policies and no identities.
"""

import datetime as dt
import os
import secrets
import sys
import threading
import time
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, NoReturn

from hansa.live import LiveMesh, Told, untold
from hansa.model import Mesh, Reader
from hansa.wiring import Workplace, moment

if TYPE_CHECKING:
    from hansa.access import Decider
    from hansa.access.identity import Authenticator
    from hansa.engines import Cancellation
    from hansa.gateway.asking import Answering, GovernedAnswer, Prepared, Query, QueryLimits, Recorder
    from hansa.gateway.planning import Deprecations
    from hansa.plan import Plan
    from hansa.uploading import Candidate, Examined

_RECORDED = 0.5
"""Seconds in which the end of a query is on record."""


class Serving:
    """What answers the readers of one mesh. Close it before its workplace.

    `mesh` gives the mesh in force; by default the workplace's own, which is compiled when somebody first needs it.
    """

    def __init__(self, workplace: Workplace, mesh: Callable[[], Mesh] | None = None) -> None:
        self.workplace = workplace
        self.mesh = mesh or (lambda: workplace.compiled.mesh)
        self.clock: Callable[[], dt.datetime] = partial(moment, workplace.environ)
        self._open: list[Callable[[], None]] = []

    @classmethod
    def live(cls, workplace: Workplace, tell: Told = untold) -> "Serving":
        """Over a mesh that follows its files. Raises TroubleError when it does not compile now."""
        return cls(workplace, LiveMesh(workplace, tell=tell))

    @cached_property
    def authenticator(self) -> "Authenticator":
        from hansa.access.identity import Authenticator

        return Authenticator(self.mesh, self.workplace.ledger, self.workplace.settings.oidc, self.clock)

    @cached_property
    def decider(self) -> "Decider":
        from hansa.access.deciding import LiveDecider

        return LiveDecider(self.mesh, self.workplace.ledger)

    @cached_property
    def recorder(self) -> "Recorder":
        from hansa.gateway.recording import LedgerRecorder

        return LedgerRecorder(self.workplace.ledger)

    def gateway(self, limits: "QueryLimits | None" = None, stuck: Callable[[], None] | None = None) -> "Answering":
        """The gateway inside this process, for readers of all kinds; it is closed with this.

        `stuck` is told of a query that cannot be stopped.
        """
        from hansa.access.masking import mask_key
        from hansa.gateway.asking import QueryLimits
        from hansa.gateway.noticing import deprecations_of

        key = mask_key(self.workplace.state, self.workplace.environ)
        return self._gateway(self.decider, limits or QueryLimits(), deprecations_of(self.mesh), key, stuck)

    def gateway_when_asked(self) -> "Answering":
        """The same, made for the first who asks: a server that leaves queries to another process starts without it."""
        return _WhenAsked(self.gateway)

    def operators(self) -> "Answering":
        """A gateway for the operator alone, who waits for nobody and sees everything: it needs no compiled mesh."""
        from hansa.access.operating import OperatorDecider
        from hansa.gateway.asking import QueryLimits

        platform = next((p for p in self.workplace.settings.platforms if p.engine == "duckdb"), None)
        memory = platform.option("memoryLimit") if platform is not None else ""
        threads = int(platform.option("threads", "0") or 0) if platform is not None else 0
        limits = QueryLimits(memory=memory, threads=threads, seconds=0)
        # Nothing is masked, so any key will do, and none is kept: whoever operates reads also when the disk is full.
        return self._gateway(OperatorDecider(), limits, lambda _: "", secrets.token_bytes(32))

    def _gateway(
        self,
        decider: "Decider",
        limits: "QueryLimits",
        deprecations: "Deprecations",
        key: bytes,
        stuck: Callable[[], None] | None = None,
    ) -> "Answering":
        from hansa.gateway.answering import Gateway

        made = Gateway(
            decider=decider,
            ledger=self.workplace.ledger,
            lake=self.workplace.lake,
            recorder=self.recorder,
            limits=limits,
            clock=self.clock,
            mask_key=key,
            deprecations=deprecations,
            spill=str(self.workplace.state / "spill"),
            stuck=stuck,
        )
        self._open.append(made.close)
        return made

    def reader(self, as_user: str = "", for_consumer: str = "", purpose: str = "") -> Reader:
        """On whose behalf a command asks: the operator, who sees everything, unless a user or a consumer is named."""
        if as_user:
            return Reader(self.authenticator.user(as_user), for_consumer, purpose)
        from hansa.access.identity.directory import operator

        return Reader(operator(self.workplace.environ), for_consumer, purpose)

    def plan(self, environment: str) -> "Plan":
        """What a run would do now, by a workplace of its own: as `hansa plan` says it, and as slow."""
        from hansa.planning import planned

        with Workplace(self.workplace.root, self.workplace.environ) as workplace:
            return planned(workplace, None, environment, force=False)

    def examine(self, candidate: "Candidate") -> "Examined":
        """What the mesh says to a manifest that somebody uploads, by a workplace of its own. Raises TroubleError."""
        from hansa.uploading import examined

        with Workplace(self.workplace.root, self.workplace.environ) as workplace:
            return examined(workplace, candidate)

    def close(self) -> None:
        for close in reversed(self._open):
            close()

    def __enter__(self) -> "Serving":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _WhenAsked:
    """A gateway that is made when it is first asked. Who makes it closes it."""

    def __init__(self, make: "Callable[[], Answering]") -> None:
        self._make, self._making = make, threading.Lock()
        self._made: Answering | None = None

    def ask(self, query: "Query", cancellation: "Cancellation | None" = None) -> "GovernedAnswer":
        return self._gateway().ask(query, cancellation)

    def prepare(self, query: "Query") -> "Prepared":
        return self._gateway().prepare(query)

    def close(self) -> None:
        """Nothing: what was made belongs to its maker."""

    def _gateway(self) -> "Answering":
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made


def give_up(why: str) -> NoReturn:
    """End the process: all that can be done against a query that cannot be stopped. What is to be recorded is, before."""
    print(why, file=sys.stderr, flush=True)  # noqa: T201 - nobody else is left to say it
    time.sleep(_RECORDED)
    os._exit(os.EX_TEMPFAIL)
