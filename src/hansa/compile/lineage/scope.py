"""What names mean at a place in a statement, and the one way in which a column's name is resolved."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sqlglot import exp

from hansa.compile.lineage.known import KnownTables
from hansa.compile.lineage.reads import ANYTHING, IDENTITY, NOTHING, TRANSFORMATION, Reads, Registry
from hansa.compile.lineage.relation import Relation, Source

# Names that databases give to what is no column: a row's number or place, the level of a hierarchical query.
_PSEUDO: Final = frozenset(
    {
        *("rowid", "rownum", "level", "ctid", "oid", "tableoid", "xmin", "xmax", "filename", "file_row_number"),
        *("_partitiontime", "_partitiondate", "_metadata", "sysdate", "connect_by_isleaf", "connect_by_iscycle"),
        *("input__file__name", "block__offset__inside__file", "$action", "user", "current_date", "current_time"),
        *("current_timestamp", "localtime", "localtimestamp"),
    }
)

# Where a select item cannot mention another one, so that a name that a column may have is no alias.
_WITHOUT_LATERAL_ALIASES: Final = frozenset(
    {"", "postgres", "mysql", "tsql", "oracle", "hive", "bigquery", "presto", "trino", "sqlite"}
)


class Work:
    """What the parts of one statement share. `query` follows a query that stands in an expression or in FROM."""

    __slots__ = ("dialect", "known", "query", "registry", "starred", "unresolved")

    def __init__(self, known: KnownTables, dialect: str, query: "Callable[[exp.Expr, Scope], Relation]") -> None:
        self.known, self.dialect, self.query = known, dialect, query
        self.registry = Registry()
        self.unresolved: dict[str, None] = {}
        self.starred = False  # whether an expression held a star or COLUMNS, for which it is to be repeated

    def give_up(self, node: exp.Expr) -> Reads:
        """For what cannot be followed: it is named, and may come from anything."""
        self.known.register(self.registry, node)
        return self.give_up_on(node.sql(self.dialect, comments=False, normalize_functions=False)[:120])

    def give_up_on(self, name: str) -> Reads:
        self.unresolved[name] = None
        return ANYTHING


class Scope:
    """The sources and names that expressions of one SELECT (or statement that changes a table) can mention.

    `merged` are columns that USING and NATURAL made one of two; `aliases` are items of the select list so far; `local` are the
    parameters of a lambda; `env` are the common table expressions. What is not found here is looked up in `outer`.
    """

    __slots__ = ("aliases", "env", "local", "merged", "outer", "rows", "sources", "windows", "work")

    def __init__(
        self, work: Work, outer: "Scope | None" = None, env: Mapping[str, Relation] | None = None, local: Sequence[str] = ()
    ) -> None:
        self.work, self.outer = work, outer
        self.env: Mapping[str, Relation] = env if env is not None else outer.env if outer is not None else {}
        self.sources: list[Source] = []
        self.merged: dict[str, Reads] = {}
        self.aliases: dict[str, Reads] = {}
        self.windows: dict[str, exp.Expr] = {}
        self.local = frozenset(local)
        self.rows: set[int] = set()

    def add(self, source: Source) -> None:
        """Another source of FROM; what decides about its rows decides about all rows."""
        if self.work.dialect == "duckdb":
            source.relation = source.relation.unique()
        self.sources.append(source)
        self.rows |= source.relation.rows

    def column(self, node: exp.Expr) -> Reads:
        """The reads of a column as it is mentioned. What nobody knows is named and stands for everything."""
        handed_on = self.handed_on(node)
        if handed_on is not None:
            return handed_on[1]
        args = node.args
        self.work.registry.spell(args["this"].name)
        if type(args["this"]) is exp.Parameter:
            place = self._place(node)
            return self.work.give_up(node) if place is None else place[1]
        table = args.get("table")
        if table is None:
            name = args["this"].name
            found = self.bare(name.lower())
            if found is None:
                return NOTHING if name.lower() in _PSEUDO else self.work.give_up(node)
            return found
        parts = [args[key].name.lower() for key in ("catalog", "db", "table", "this") if args.get(key) is not None]
        found = self.path(parts)
        return self.work.give_up(node) if found is None else found

    def handed_on(self, node: exp.Expr) -> tuple[str, Reads] | None:
        """The spelling and the reads of `t.a`, where `t` is a source whose columns are all known: most items of most queries."""
        args = node.args
        table, column = args.get("table"), args["this"]
        if table is None or args.get("db") is not None or type(column) is not exp.Identifier or type(table) is not exp.Identifier:
            return None
        wanted, name = table.this.lower(), column.this
        low = name.lower()
        for source in self.sources:
            if source.name == wanted:
                relation = source.relation
                reads = relation.listed(low) if relation.rest is None else None
                if reads is None or wanted in self.local:
                    return None
                self.work.registry.spell(name)
                return (relation.spelled(low) or name) if self.work.dialect == "duckdb" else name, reads
        return None

    def _place(self, node: exp.Expr) -> tuple[str, Reads] | None:
        """The name and the reads of Snowflake's `t.$2`; None where it is not known which column that is."""
        source, number = self.source(node.text("table").lower()), node.args["this"].name
        at = int(number) - 1 if number.isdigit() else -1
        if source is None or source.relation.rest is not None or not 0 <= at < len(source.relation.names):
            return None
        return source.relation.names[at], source.relation.reads[at]

    def bare(self, name: str) -> Reads | None:
        """The reads of a name without a qualifier, from here outwards: columns, select items, whole rows of a table."""
        scope: Scope | None = self
        possible: Reads | None = None
        while scope is not None:
            found = scope._own(name)
            if found is not None:
                return found if possible is None else found | possible
            rest = scope._rest(name)
            # Of tables that nobody described, the nearest is meant.
            if rest is not None and (possible is None or not self.work.registry.undescribed(rest)):
                possible = rest if possible is None else rest | possible
            whole = scope.aliases.get(name)
            if whole is not None and possible is not None and self.work.dialect in _WITHOUT_LATERAL_ALIASES:
                return possible
            if whole is None and scope.sources:
                whole = scope._whole(name)
            if whole is not None:
                return whole if possible is None else whole | possible
            scope = scope.outer
        return possible

    def path(self, parts: Sequence[str]) -> Reads | None:
        """The reads of a qualified name: `t.a`, `s.t.a`, or a field `a.field` or `t.a.field` of a struct."""
        scope: Scope | None = self
        while scope is not None:
            if parts[0] in scope.local:
                return NOTHING
            found = scope._qualified(parts)
            if found is not None:
                return found
            own = scope._own(parts[0]) if scope.sources else None
            if own is not None:
                return self.work.registry.composed(own, TRANSFORMATION)
            scope = scope.outer
        found = self._under_an_alias(parts)
        return self._field_of_item(parts[0]) if found is None else found

    def _under_an_alias(self, parts: Sequence[str]) -> Reads | None:
        """`orders.a` of `FROM orders AS o`, which most engines refuse and people write."""
        for source in self.sources:
            if source.table and len(parts) <= len(source.table) + 1 and tuple(parts[:-1]) == source.table[1 - len(parts) :]:
                return self._in(source, parts[-1])
        return None

    def _field_of_item(self, name: str) -> Reads | None:
        """A field of a select item, or of a column that one of the tables without a schema may have."""
        scope: Scope | None = self
        while scope is not None:
            rest = scope._rest(name)
            if name in scope.aliases or rest is not None:
                return self.work.registry.composed(scope.aliases.get(name, NOTHING) | (rest or NOTHING), TRANSFORMATION)
            scope = scope.outer
        return None

    def _rest(self, name: str) -> Reads | None:
        """What a name may be among the columns of sources whose columns are not all known; None when they are."""
        rests = [s.relation.rest for s in self.sources if s.relation.rest is not None]
        return self.work.registry.named(NOTHING.union(*rests), name) if rests else None

    def _own(self, name: str) -> Reads | None:
        """A parameter, a merged column, or a column of any of the sources that are known to have it."""
        if name in self.local:
            return NOTHING
        if name in self.merged:
            return self.merged[name]
        found: Reads | None = None
        for source in self.sources:
            reads = source.relation.listed(name)
            if reads is not None:
                found = reads if found is None or found is reads else found | reads
        return found

    def _whole(self, name: str) -> Reads | None:
        """The whole row of a source, `SELECT t FROM t`."""
        for source in self.sources:
            if source.name == name:
                return self.work.registry.composed(source.relation.every, TRANSFORMATION)
        return None

    def _qualified(self, parts: Sequence[str]) -> Reads | None:
        """A column by its source's name, as far as the name goes on: what comes after the column are fields."""
        for at in range(len(parts) - 2, -1, -1):
            for source in self.sources:
                if source.name != parts[at] or not _agrees(source.path, parts[:at]):
                    continue
                found = self._in(source, parts[at + 1])
                if found is not None:
                    return self.work.registry.composed(found, IDENTITY if at == len(parts) - 2 else TRANSFORMATION)
        return None

    def _in(self, source: Source, name: str) -> Reads | None:
        found = source.relation.of(name, self.work.registry)
        if found is None and name in _PSEUDO:
            return NOTHING
        return found

    def spelling(self, node: exp.Expr) -> str:
        """The name that a column has in a result: DuckDB spells it as its table does, others as it is mentioned."""
        name: str = node.args["this"].name
        if type(node.args["this"]) is exp.Parameter:
            place = self._place(node)
            return f"${name}" if place is None else place[0]
        if self.work.dialect != "duckdb":
            return name
        qualifier = node.args.get("table")
        wanted = None if qualifier is None else qualifier.name.lower()
        low = name.lower()
        for source in self.sources:
            if wanted is None or source.name == wanted:
                spelled = source.relation.spelled(low)
                if spelled is not None:
                    return spelled
        return name

    def source(self, name: str) -> Source | None:
        """A source by its name, here or further out."""
        scope: Scope | None = self
        while scope is not None:
            for source in scope.sources:
                if source.name == name:
                    return source
            scope = scope.outer
        return None


def _agrees(path: Sequence[str], qualifiers: Sequence[str]) -> bool:
    """Whether what stands before a table's name is the end of its path. A table under an alias has no path to compare with."""
    before = path[:-1]
    return not qualifiers or not before or tuple(qualifiers[-len(before) :]) == tuple(before[-len(qualifiers) :])
