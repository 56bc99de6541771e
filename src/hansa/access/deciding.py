"""Decides what readers may see: consumers, purposes and grants, brought before the Cedar policies of Hansa, mesh and domain.

A decision is made once for a reader, port and schema, and kept until time changes something that it rests on.
"""

import datetime as dt
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from hansa.access.operating import RULE, everything
from hansa.access.protocol import Action, Verdict
from hansa.ledger import Ledger
from hansa.model import (
    Decision,
    Fingerprint,
    Grant,
    Mesh,
    Principal,
    Reader,
    Schema,
    fingerprint,
)
from hansa.names import DomainName, PortMajor, ProductName

if TYPE_CHECKING:
    from hansa.access.judging import Judge

_MOST_KEPT = 4096
_OPEN_TO_OPERATORS = frozenset({Action.DISCOVER, Action.DESCRIBE, Action.READ, Action.READ_UNMASKED, Action.ADMINISTER})


class CedarDecider:
    """Decides under one mesh and its grants; see `Decider`. `like` is another of the same mesh, under other grants."""

    def __init__(self, mesh: Mesh, grants: Sequence[Grant], like: "CedarDecider | None" = None) -> None:
        self.mesh = mesh
        self.grants = tuple(grants)
        self._declared: Fingerprint | None = like._declared if like is not None and like.mesh is mesh else None
        self._kept: dict[tuple[Reader, PortMajor, Schema, str], tuple[dt.datetime, Decision]] = {}

    @cached_property
    def version(self) -> str:
        """The fingerprint of everything that decides: policies, classes, owners, consumers and grants."""
        if self._declared is None:
            # In a large mesh it takes seconds, so that a grant must not make it anew.
            governance = self.mesh.governance
            owned = [(p.address, p.owner, p.team, [(o.pinned, o.classes) for o in p.outputs]) for p in self.mesh.products]
            of_domains = [(d.name, d.owner) for d in self.mesh.domains]
            access = (governance.access_policies, governance.classes, governance.consumers)
            self._declared = fingerprint(access, owned, of_domains)
        return str(fingerprint(self._declared, self.grants))

    def current(self) -> "CedarDecider":
        return self

    def decide(self, reader: Reader, port: PortMajor, schema: Schema, now: dt.datetime, way: str = "") -> Decision:
        """What a reader may see of a published port that is stored with this schema."""
        if reader.principal.is_operator and not reader.consumer:
            return everything(port, schema, self.version)
        key = (reader, port, schema, way)
        made, kept = self._kept.get(key, (now, None))
        if kept is not None and made <= now and (kept.until is None or now < kept.until):
            return kept
        decision = replace(self._judge.decide(reader, port, schema, now, way), version=self.version)
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key] = (now, decision)
        return decision

    def may(
        self,
        principal: Principal,
        action: Action,
        resource: DomainName | ProductName | PortMajor | None,
        now: dt.datetime,
        context: Mapping[str, object] | None = None,
    ) -> Verdict:
        """Whether a principal may do something with a resource; None is the mesh itself."""
        if principal.is_operator and action in _OPEN_TO_OPERATORS:
            return Verdict(allowed=True, rules=(RULE,), lasting=True)
        return self._judge.may(principal, action, resource, now, context or {})

    def bound(self, reader: Reader, port: PortMajor, majors: tuple[int, ...], now: dt.datetime) -> int:
        """The major that a name without a pin means to a reader: the granted one while it is published, else the highest."""
        granted = (
            g.port.major
            for g in self.grants
            if (g.consumer, g.purpose, g.port.name) == (reader.consumer, reader.purpose, port.name) and g.holds(now)
        )
        return max((m for m in granted if m in majors), default=max(majors))

    @cached_property
    def _judge(self) -> "Judge":
        from hansa.access.judging import Judge  # loads Cedar, which a query of the operator does without

        return Judge(self.mesh, self.grants)


class LiveDecider:
    """Decides under the mesh and the grants as they are at the time of each question."""

    def __init__(self, mesh: Callable[[], Mesh], ledger: Ledger) -> None:
        self._mesh = mesh
        self._ledger = ledger
        self._made: tuple[Mesh, int, CedarDecider] | None = None
        self._making = threading.Lock()

    @property
    def version(self) -> str:
        return self.current().version

    def decide(self, reader: Reader, port: PortMajor, schema: Schema, now: dt.datetime, way: str = "") -> Decision:
        return self.current().decide(reader, port, schema, now, way)

    def may(
        self,
        principal: Principal,
        action: Action,
        resource: DomainName | ProductName | PortMajor | None,
        now: dt.datetime,
        context: Mapping[str, object] | None = None,
    ) -> Verdict:
        return self.current().may(principal, action, resource, now, context)

    def bound(self, reader: Reader, port: PortMajor, majors: tuple[int, ...], now: dt.datetime) -> int:
        return self.current().bound(reader, port, majors, now)

    def current(self) -> CedarDecider:
        """Under the mesh and the grants of now. Raises `LedgerGone` when nobody can say what was granted."""
        from hansa.access.grants import grants_of

        mesh, last = self._mesh(), self._ledger.last_step()
        with self._making:
            if self._made is None or self._made[0] is not mesh or self._made[1] != last:
                grants = grants_of(self._ledger.access_steps(), mesh.governance.agreements, mesh)
                like = self._made[2] if self._made is not None else None
                self._made = (mesh, last, CedarDecider(mesh, grants, like))
            return self._made[2]
