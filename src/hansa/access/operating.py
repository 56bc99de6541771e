"""The decider of the local command line: its operator could read the mesh's files anyway, so no policy has to be loaded."""

import datetime as dt
from collections.abc import Mapping

from hansa.access.protocol import Action, Verdict
from hansa.model import ColumnDecision, ColumnEffect, DecidingRule, Decision, Principal, Reader, Schema
from hansa.names import DomainName, PortMajor, ProductName

RULE = DecidingRule("hansa.operator", "permit", "whoever works on the mesh's own machine sees everything")
_NOBODY_ELSE = ("only the operator of the mesh's own machine is known here",)


class OperatorDecider:
    """Lets an operator see everything, and nobody else anything. Implements `Decider`."""

    version = "operator"

    def current(self) -> "OperatorDecider":
        return self

    def decide(self, reader: Reader, port: PortMajor, schema: Schema, now: dt.datetime, way: str = "") -> Decision:
        if not reader.principal.is_operator or reader.consumer:
            return Decision(port, allowed=False, reasons=_NOBODY_ELSE, version=self.version)
        return everything(port, schema, self.version)

    def may(
        self,
        principal: Principal,
        action: Action,
        resource: DomainName | ProductName | PortMajor | None,
        now: dt.datetime,
        context: Mapping[str, object] | None = None,
    ) -> Verdict:
        if not principal.is_operator:
            return Verdict(allowed=False, reasons=_NOBODY_ELSE, lasting=True)
        return Verdict(allowed=True, rules=(RULE,), lasting=True)

    def bound(self, reader: Reader, port: PortMajor, majors: tuple[int, ...], now: dt.datetime) -> int:
        return max(majors)


def everything(port: PortMajor, schema: Schema, version: str) -> Decision:
    """Every column of a port clear, as an operator sees it."""
    columns = tuple(ColumnDecision(c.name, ColumnEffect.CLEAR, rules=(RULE,)) for c in schema)
    return Decision(port, allowed=True, columns=columns, rules=(RULE,), version=version)
