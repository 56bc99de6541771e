"""Decides what readers may see: for now by the default rules alone; the policies of meshes and domains come on top."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from hansa.access.protocol import Action, Verdict
from hansa.ledger import Ledger
from hansa.model import (
    ColumnDecision,
    ColumnEffect,
    DecidingRule,
    Decision,
    Grant,
    Mesh,
    Principal,
    Reader,
    Schema,
    fingerprint,
)
from hansa.names import DomainName, PortMajor, ProductName

_OPERATOR = DecidingRule("hansa.operator", "permit", "whoever works on the mesh's own machine sees everything")


class CedarDecider:
    """Decides under one mesh and its grants; see `Decider`."""

    def __init__(self, mesh: Mesh, grants: Sequence[Grant]) -> None:
        self.mesh = mesh
        self.grants = tuple(grants)
        self.version = str(fingerprint(mesh.governance, self.grants))

    def decide(self, reader: Reader, port: PortMajor, schema: Schema, now: dt.datetime, way: str = "") -> Decision:
        """What a reader may see of a published port that is stored with this schema."""
        if reader.principal.is_operator and not reader.consumer:
            columns = tuple(ColumnDecision(c.name, ColumnEffect.CLEAR, rules=(_OPERATOR,)) for c in schema)
            return Decision(port, allowed=True, columns=columns, rules=(_OPERATOR,), version=self.version)
        return Decision(port, allowed=False, reasons=("no rule allows it",), version=self.version)

    def may(
        self,
        principal: Principal,
        action: Action,
        resource: DomainName | ProductName | PortMajor | None,
        now: dt.datetime,
        context: Mapping[str, object] | None = None,
    ) -> Verdict:
        """Whether a principal may do something with a resource; None is the mesh itself."""
        if principal.is_operator:
            return Verdict(allowed=True, rules=(_OPERATOR,))
        return Verdict(allowed=False, reasons=("no rule allows it",))

    def bound(self, reader: Reader, port: PortMajor, majors: tuple[int, ...], now: dt.datetime) -> int:
        """The major that a name without a pin means to a reader: the granted one while it is published, else the highest."""
        granted = [g.port.major for g in self.grants if g.consumer == reader.consumer and g.covers(port) and g.holds(now)]
        return max((m for m in granted if m in majors), default=max(majors))


class LiveDecider:
    """Decides under the mesh and the grants as they are at the time of each question."""

    def __init__(self, mesh: Callable[[], Mesh], ledger: Ledger) -> None:
        self._mesh = mesh
        self._ledger = ledger

    def _current(self) -> CedarDecider:
        return CedarDecider(self._mesh(), ())

    @property
    def version(self) -> str:
        return self._current().version

    def decide(self, reader: Reader, port: PortMajor, schema: Schema, now: dt.datetime, way: str = "") -> Decision:
        return self._current().decide(reader, port, schema, now, way)

    def may(
        self,
        principal: Principal,
        action: Action,
        resource: DomainName | ProductName | PortMajor | None,
        now: dt.datetime,
        context: Mapping[str, object] | None = None,
    ) -> Verdict:
        return self._current().may(principal, action, resource, now, context)

    def bound(self, reader: Reader, port: PortMajor, majors: tuple[int, ...], now: dt.datetime) -> int:
        return self._current().bound(reader, port, majors, now)
