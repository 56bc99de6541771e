"""Contracts that say less than what flows into their columns."""

from collections.abc import Callable, Iterable

from hansa.compile.findings import Findings
from hansa.frozen import dataclass
from hansa.model import ContractColumn, Lattice, OutputPort
from hansa.trouble import Place, Severity


@dataclass(frozen=True, slots=True)
class Understated:
    """A column of a port that says less than what flows in, and where that comes from."""

    column: ContractColumn
    said: tuple[str, ...]
    missing: tuple[str, ...]
    origins: tuple[str, ...]


def warn_of_understatements(
    ports: Iterable[tuple[OutputPort, tuple[Understated, ...]]],
    place_of: Callable[[str], Place | None],
    lattice: Lattice,
    findings: Findings,
) -> None:
    """One warning a port, however many of its columns say too little, with the promises and where the classes come from."""
    for port, columns in ports:
        missing = tuple(dict.fromkeys(name for c in columns for name in c.missing))
        origins = tuple(dict.fromkeys(o for c in columns for o in c.origins))
        here = [c.column.place and c.column.place.noted(_promise(c)) for c in columns[:3]]
        there = [(place := place_of(o)) and place.noted(f"comes from here: {o}") for o in origins[:3]]
        names = ", ".join(f"`{c.column.name}`" for c in columns[:6]) + (
            f", … ({len(columns)} in all)" if len(columns) > 6 else ""
        )
        one = columns[0]
        findings.add(
            "H279",
            f"the contract of {port.address} says less than what flows in: {names} {'is' if len(columns) == 1 else 'are'} "
            f"{' and '.join(missing)}",
            [*here, *there],
            f"say `classification: {_said_in_full(one, lattice)}` at `{one.column.name}`"
            f"{'' if len(columns) == 1 else ' and likewise at the others'}, or decide in declassifications.yaml, with a reason",
            products=[port.address.of_product],
            severity=Severity.WARNING,
        )


def _promise(column: Understated) -> str:
    return f"`{column.column.name}` is {' and '.join(column.said) if column.said else 'not classified'} here"


def _said_in_full(column: Understated, lattice: Lattice) -> str:
    """What the contract would have to say: what it says, as far as that is not below the rest, and tags for classes apart."""
    wanted = lattice.strictest((*column.said, *column.missing))
    first, *others = sorted(wanted, key=lambda name: name not in column.said)
    return first + (f"` and `tags: [{', '.join(others)}]" if others else "")
