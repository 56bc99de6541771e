"""What a decider is: policies, classes and grants of one version, asked about readers and ports."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import field
from typing import Protocol

from hansa.frozen import dataclass
from hansa.model import DecidingRule, Decision, Principal, Reader, Schema
from hansa.names import DomainName, PortMajor, ProductName


class Action(enum.StrEnum):
    """What a principal may do, in the words of the Cedar policies."""

    DISCOVER = "discover"
    DESCRIBE = "describe"
    READ = "read"
    READ_UNMASKED = "readUnmasked"
    READ_ROW = "readRow"
    REQUEST = "request"
    APPROVE = "approve"
    GRANT = "grant"
    ADMINISTER = "administer"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an action is allowed, and the rules and reasons for it.

    `lasting` says that the same question gets the same answer for as long as the decider's version stays, whatever the time.
    """

    allowed: bool
    rules: tuple[DecidingRule, ...] = ()
    reasons: tuple[str, ...] = ()
    lasting: bool = field(default=False, compare=False)


class Decider(Protocol):
    """Decides under one version of mesh, policies and grants: the same question gets the same answer. Safe in many threads."""

    @property
    def version(self) -> str:
        """The fingerprint of everything that decides."""
        ...

    def current(self) -> "Decider":
        """What decides now, and goes on to decide alike while a query is planned. Raises `LedgerGone`."""
        ...

    def decide(self, reader: Reader, port: PortMajor, schema: Schema, now: dt.datetime, way: str = "") -> Decision:
        """What a reader may see of a published port that is stored with this schema."""
        ...

    def may(
        self,
        principal: Principal,
        action: Action,
        resource: DomainName | ProductName | PortMajor | None,
        now: dt.datetime,
        context: Mapping[str, object] | None = None,
    ) -> Verdict:
        """Whether a principal may do something with a resource; None is the mesh itself."""
        ...

    def bound(self, reader: Reader, port: PortMajor, majors: tuple[int, ...], now: dt.datetime) -> int:
        """The major that a name without a pin means to a reader: the granted one while it is published, else the highest."""
        ...
