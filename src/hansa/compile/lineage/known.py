"""The tables whose columns are known, found by bare or qualified name without regard to case."""

from collections.abc import Mapping, Sequence

from sqlglot import exp

from hansa.compile.lineage.reads import NOTHING, Registry
from hansa.compile.lineage.relation import Relation, TableRelation


def _relation_of(registry: Registry, table: str, columns: Sequence[str]) -> Relation:
    spelled = {column.lower(): column for column in columns}
    if len(spelled) == len(columns):
        return TableRelation(registry, table, spelled)
    return Relation(columns, registry.columns_of(table, columns))


class KnownTables:
    """Finds tables by name: exactly, or by the end of the name when only one table ends so.

    A table that a script defined before (a view, CREATE TABLE AS) is a relation already and is looked up first.
    """

    __slots__ = ("_by_end", "_by_name", "_columns", "_empty", "_made", "_relations")

    def __init__(self, columns: Mapping[str, Sequence[str]]) -> None:
        self._columns = columns
        self._by_name = {name.lower(): name for name in columns}
        self._by_end: dict[str, list[str]] | None = None
        self._relations: dict[str, Relation] = {}
        self._made: set[str] = set()
        self._empty: set[str] = set()

    def relation(self, registry: Registry, path: Sequence[str]) -> Relation | None:
        """The columns of a table, by the lower-case parts of its name; None for a table that nobody knows."""
        key = ".".join(path)
        relation = self._relations.get(key)
        if relation is None:
            name = self._by_name.get(key) or self._by_ending(path)
            if name is None:
                return None
            columns = tuple(self._columns[name])
            registry.table(name, columns)
            relation = self._relations[key] = _relation_of(registry, name, columns)
        return relation

    def unknown(self, registry: Registry, path: Sequence[str], written: str) -> Relation:
        """What stands for a table that nobody knows: it may have any column."""
        return self._relations.setdefault(".".join(path), Relation((), (), rest=registry.open_table(written)))

    def register(self, registry: Registry, node: exp.Expr) -> None:
        """The tables that something mentions which cannot be followed; all that there are for a text that could not be read."""
        for table in node.find_all(exp.Table):
            path = tuple(p.name.lower() for p in table.parts)
            if path and self.relation(registry, path) is None:
                registry.table(".".join(p.name for p in table.parts), ())
        if node.find(exp.Command) is not None:
            self.register_all(registry)

    def register_all(self, registry: Registry) -> None:
        for name, columns in self._columns.items():
            registry.table(name, tuple(columns))

    def define(self, path: Sequence[str], relation: Relation) -> None:
        """A table or view that a script made: it stands for what it was made of."""
        key = ".".join(path)
        self._relations[key] = relation
        self._made.add(key)

    def declare(self, registry: Registry, path: Sequence[str], columns: Sequence[str]) -> None:
        """A table that a script made empty."""
        name = ".".join(path)
        registry.table(name, columns)
        self.define(path, Relation(columns, [frozenset((registry.column(name, c),)) for c in columns]))
        self._empty.add(name)

    def add_rows(self, path: Sequence[str], written: Relation) -> bool:
        """What a script writes into a table that it made before; false for any other table."""
        key = ".".join(path)
        if key not in self._made:
            return False
        old = self._relations[key]
        had = [NOTHING] * len(old.names) if key in self._empty else old.reads
        self._empty.discard(key)
        more = written.rest or NOTHING
        reads = [r | more | written.index.get(n.lower(), NOTHING) for n, r in zip(old.names, had, strict=True)]
        self._relations[key] = Relation(old.names, reads, old.rows | written.rows, old.rest)
        return True

    def _by_ending(self, path: Sequence[str]) -> str | None:
        """The one table whose name ends as this one, or, failing that, the one with which this name ends."""
        if self._by_end is None:
            self._by_end = {}
            for low, name in self._by_name.items():
                parts = low.split(".")
                for start in range(1, len(parts)):
                    self._by_end.setdefault(".".join(parts[start:]), []).append(name)
        for start in range(len(path)):
            key = ".".join(path[start:])
            exact = self._by_name.get(key)
            if exact is not None:
                return exact
            ends = self._by_end.get(key) if start == 0 else None
            if ends:
                return ends[0] if len(ends) == 1 else None
        return None
