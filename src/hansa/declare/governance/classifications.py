"""`governance/classifications.yaml` and `governance/declassifications.yaml`: classes of data, and decisions to lower them."""

from hansa.declare.kinds import API_VERSION
from hansa.declare.shape import Path, key, record_at
from hansa.frozen import dataclass
from hansa.model.masks import MASKS


@dataclass(frozen=True, slots=True)
class ClassEntry:
    """A class of data. `above` names the classes that it is stricter than, `also` other words that contracts use for it."""

    name: str = key(required=True)
    title: str = key()
    description: str = key()
    above: tuple[str, ...] = key(())
    mask: str = key(choices=MASKS)
    indirect: bool = key(False)
    also: tuple[str, ...] = key(())
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class ClassificationsFile:
    """`default` is the class of columns that nobody classified and that nothing classified flows into."""

    api_version: str = key(required=True, choices=(API_VERSION,))
    kind: str = key(required=True, choices=("Classifications",))
    default: str = key()
    classes: tuple[ClassEntry, ...] = key((), required=True)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class DeclassificationEntry:
    """A decision that a column is less sensitive than what flows into it. Without its reason, approver or scope it is none."""

    column: str = key(required=True)
    lowers: tuple[str, ...] = key((), required=True, at_least_one=True)
    to: str = key(required=True)
    reason: str = key(required=True)
    approver: str = key(required=True)
    scope: str = key(required=True)
    decided: str = key()
    expires: str = key()
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class DeclassificationsFile:
    api_version: str = key(required=True, choices=(API_VERSION,))
    kind: str = key(required=True, choices=("Declassifications",))
    declassifications: tuple[DeclassificationEntry, ...] = key((), required=True)
    at: Path = record_at()
