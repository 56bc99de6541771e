"""Which columns mean a term of the glossary, as far as one viewer may know of them."""

from collections import defaultdict
from collections.abc import Mapping

from hansa.frozen import dataclass
from hansa.names import ColumnName
from hansa.server.sight.meant import described_ports
from hansa.server.sight.sight import Sight

_KEPT = "meanings"


@dataclass(frozen=True, slots=True)
class Meanings:
    """Columns by the ids of the terms that their contracts name."""

    columns: Mapping[str, tuple[ColumnName, ...]]

    def of(self, term: str) -> tuple[ColumnName, ...]:
        return self.columns.get(term, ())


def meanings(sight: Sight) -> Meanings:
    """Kept with the sight: every column of the mesh is looked at."""
    kept = sight.kept.get(_KEPT)
    if not isinstance(kept, Meanings):
        kept = sight.kept[_KEPT] = _looked_through(sight)
    return kept


def _looked_through(sight: Sight) -> Meanings:
    found: dict[str, list[ColumnName]] = defaultdict(list)
    for product in sight.products:
        if not sight.described(product.address):
            continue
        for output in described_ports(sight, product):
            for column in output.table.columns:
                for term in column.terms:
                    found[term].append(ColumnName(output.address, column.name, output.major))
    return Meanings({term: tuple(sorted(columns, key=str)) for term, columns in found.items()})
