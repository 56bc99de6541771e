"""What detectors look at, and what they find."""

import enum

from hansa.frozen import dataclass
from hansa.model import DataType, Lattice


@dataclass(frozen=True, slots=True)
class Sampled:
    """A column with some of its values, as text, without nulls. `within` is the name of what it belongs to: a table or a port."""

    name: str
    type: DataType | None = None
    within: str = ""
    values: tuple[str, ...] = ()


class EvidenceKind(enum.StrEnum):
    """What speaks for a class, from the weakest."""

    NAME = "name"
    PATTERN = "pattern"
    CHECKSUM = "checksum"


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much speaks for it: the share of the different values seen that match, and how many there were. Never a value."""

    kind: EvidenceKind
    share: float = 0.0
    values: int = 0

    def __str__(self) -> str:
        if self.kind is EvidenceKind.NAME:
            return "its name"
        return f"{self.share:.0%} of {self.values} values, by {self.kind}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a column looks like to one detector. `means` are words for its class, the most fitting first."""

    detector: str
    means: tuple[str, ...]
    evidence: Evidence


def class_of(finding: Finding, lattice: Lattice) -> str:
    """The mesh's class for a finding; the detector's own word when the mesh has none for it."""
    known = (lattice.meaning(word) for word in finding.means) if lattice else iter(finding.means)
    return next((name for name in known if name is not None), finding.means[0])
