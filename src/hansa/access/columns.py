"""The columns of a port as access sees them: their classes, and how those mask them."""

from collections.abc import Iterable

from hansa.frozen import dataclass
from hansa.model import DecidingRule, Governance, OutputPort
from hansa.model.masks import REPLACE_WITH_NULL, strictest


@dataclass(frozen=True, slots=True)
class GuardedColumn:
    """A column with the classes that hold for it. `mask` is the strictest of theirs, empty for none; `because` has the rules."""

    name: str
    classes: tuple[str, ...] = ()
    mask: str = ""
    because: tuple[DecidingRule, ...] = ()
    tags: tuple[str, ...] = ()
    critical: bool = False


def guarded_columns(port: OutputPort, governance: Governance) -> dict[str, GuardedColumn]:
    """The columns that the mesh knows of a port, by name in lower case, as engines compare them."""
    by_name = {c.column.lower(): c for c in port.classes}
    masks = _Masks(governance)
    found = {}
    for column in port.schema:
        promised = port.table.find(column.name)
        held = by_name.get(column.name.lower())
        classes = held.effective if held is not None else ()
        mask = strictest(masks.of(name) for name in classes)
        origin = f", flowing from {', '.join(held.because)}" if held is not None and held.because else ""
        found[column.name.lower()] = GuardedColumn(
            name=column.name,
            classes=classes,
            mask=mask,
            because=tuple(masks.rule(name, origin) for name in classes if mask and masks.of(name) == mask),
            tags=promised.tags if promised is not None else (),
            critical=promised.critical if promised is not None else False,
        )
    return found


class _Masks:
    """How classes mask. A class without a mask of its own masks as the strictest of those below it does."""

    def __init__(self, governance: Governance) -> None:
        self._classes = {c.name: c for c in governance.classes}
        self._known: dict[str, str] = {}

    def of(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = self._of(name)
        return self._known[name]

    def _of(self, name: str) -> str:
        if not self._classes:
            return ""
        found = self._classes.get(name)
        # A class that only another repository has: nobody here said how to mask it.
        return REPLACE_WITH_NULL if found is None else found.mask or strictest(self._below(found.above))

    def _below(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.of(name) for name in names)

    def rule(self, name: str, origin: str) -> DecidingRule:
        place = self._classes[name].place if name in self._classes else None
        return DecidingRule(f"class:{name}", "mask", f"{name} is masked by {self.of(name)}{origin}", place)
