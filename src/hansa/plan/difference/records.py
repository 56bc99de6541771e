"""What a comparison of two contract versions finds: its changes, what they ask of the version, and whether readers break."""

from dataclasses import field

from hansa.declare.shape import Path
from hansa.frozen import dataclass
from hansa.model import ChangeKind, Impact
from hansa.names import Version


@dataclass(frozen=True, slots=True)
class ContractChange:
    """One change between two versions of a contract.

    `path` names things, never positions: `schema.orders.properties.amount.physicalType`. What was renamed stands there under its
    old name. `table` and `column` are the names in the new contract, or in the old one for what is gone; `renamed_from` is the
    column's old name (the table's where `column` is empty) when it has another one now, so that readers of the old contract
    know the column as `renamed_from or column`. `column` is empty for what concerns no column, and the outermost one for a
    part of a column. `before` and `after` are plain data, defaults left out, None for what is not there.

    `rule` is the kind of change, a key of `RULES`. `at_before` and `at_after` are places in the two documents: of what changed,
    or of what is around it where it is missing.
    """

    path: str
    kind: ChangeKind
    before: object
    after: object
    impact: Impact
    breaking: bool
    table: str
    column: str
    summary: str
    renamed_from: str = ""
    rule: str = ""
    at_before: Path = field(default=(), compare=False, repr=False)
    at_after: Path = field(default=(), compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.summary} ({self.impact}{', breaking' if self.breaking else ''})"


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes from one version of a contract to another, in the order of the standard.

    `impact` is the highest of the changes, None without any. `suggested` is the lowest version that the changes allow after
    `before`; `too_small` says that `after` is lower than that, or no higher than `before` though something changed.
    """

    changes: tuple[ContractChange, ...]
    impact: Impact | None
    breaking: bool
    suggested: Version
    before: Version
    after: Version
    too_small: bool
