"""Changes between two states of a mesh, and whom they concern: what plan finds and policies judge."""

import enum

from hansa.frozen import dataclass


class Impact(enum.StrEnum):
    """After the Bitol draft on metadata differences (OMDS, RFC 39): what the change asks of a contract's version."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


class ChangeKind(enum.StrEnum):
    ADD = "add"
    REMOVE = "remove"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class ConsumerHit:
    """Someone whom a change concerns, and how we know.

    `column` is the consumer's own column (of `port`, where the model feeds one) that depends on what changed; `*` when every
    column of the model does, as with a join or a filter. `reads` is the changed column as the consumer reads it, and `usage` how
    (identity, join, …). `acknowledged` says that its owner has accepted the change.
    """

    kind: str
    name: str
    model: str
    column: str
    owner: str
    learnt: str
    port: str = ""
    reads: str = ""
    usage: str = ""
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class MeshChange:
    """One change of one subject (product, port or column, by its text form).

    `path` says where in the contract, `before` and `after` what stood and stands there. `version_before`, `version_after` and
    `suggested` are the contract's versions then and now, and the lowest that the port's changes together ask for;
    `too_small` says that the version now is lower than that.
    """

    subject: str
    change: str
    impact: Impact
    breaking: bool = False
    consumers: tuple[ConsumerHit, ...] = ()
    kind: ChangeKind = ChangeKind.CHANGE
    product: str = ""
    port: str = ""
    column: str = ""
    path: str = ""
    before: str = ""
    after: str = ""
    version_before: str = ""
    version_after: str = ""
    suggested: str = ""
    too_small: bool = False

    def __str__(self) -> str:
        return f"{self.subject}: {self.change} ({self.impact})"

    @property
    def with_impact(self) -> bool:
        """Whether somebody reads what breaks and has not accepted it."""
        return self.breaking and any(not c.acknowledged for c in self.consumers)
