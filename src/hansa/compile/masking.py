"""Classes whose mask cannot be computed of the columns that carry them."""

from collections.abc import Iterable, Iterator, Mapping

from hansa.compile.findings import Findings
from hansa.frozen import dataclass
from hansa.model import DataClass, Governance, OutputPort, Product
from hansa.model.masks import STRICTEST_FIRST, applicable, strictest
from hansa.model.types import DataType, sql
from hansa.trouble import Severity


@dataclass(frozen=True, slots=True)
class _Misfit:
    """A column, its type, and the class whose mask does not fit."""

    column: str
    type: DataType
    held: DataClass

    @property
    def is_choice(self) -> bool:
        """Whether some other mask would show part of such a value. Of a truth or a measure there is only all or nothing."""
        return any(mask.types and mask.fits(self.type) for mask in STRICTEST_FIRST)


def warn_of_misfits(products: Iterable[Product], governance: Governance, findings: Findings) -> None:
    """One trouble a port, however many of its columns get null for a mask that does not fit their type.

    Only where another mask would fit: of a truth or a measure there is all or nothing, and nobody could have chosen better.
    """
    classes = {c.name: c for c in governance.classes if c.mask}
    for product in (p for p in products if not p.manifest) if classes else ():
        for port in product.outputs:
            misfits = [m for m in _misfits(port, classes) if m.is_choice]
            if not misfits:
                continue
            one = misfits[0]
            promised = port.table.find(one.column)
            here = promised.place if promised is not None else None
            others = f", nor of {len(misfits) - 1} more of its columns" if len(misfits) > 1 else ""
            findings.add(
                "H298",
                f"`{one.held.mask}` of the class `{one.held.name}` cannot be computed of `{one.column}` of {port.address}, "
                f"a {sql(one.type)}{others}",
                [here, one.held.place and one.held.place.noted(f"class {one.held.name}")],
                "readers see null there; a mask that fits, such as mask-to-fixed-value, would show that there is a value",
                products=[product.address],
                severity=Severity.WARNING,
            )


def _misfits(port: OutputPort, classes: Mapping[str, DataClass]) -> Iterator[_Misfit]:
    for held in port.classes:
        column = port.schema.find(held.column)
        carried = [classes[name] for name in held.effective if name in classes]
        mask = strictest(c.mask for c in carried)
        if column is not None and mask and not applicable(mask, column.type):
            yield _Misfit(column.name, column.type, next(c for c in carried if c.mask == mask))
