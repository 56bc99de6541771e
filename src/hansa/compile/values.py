"""Whether a single expression may be null, among the sources of its query."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace

from sqlglot import exp

from hansa.compile.nullness import LITERAL, NEVER, UNKNOWN, Nullness, Relation, either, first_of, maybe, proven, strict
from hansa.compile.rejecting import NULLING, STRICT, null_if_null, operands, rejected
from hansa.frozen import dataclass

_NEVER_NULL: tuple[type[exp.Expr], ...] = (
    exp.Boolean, exp.Count, exp.CountIf, exp.Exists, exp.Is, exp.NullSafeEQ, exp.NullSafeNEQ, exp.RowNumber, exp.Rank,
    exp.DenseRank, exp.Ntile, exp.CumeDist, exp.PercentRank, exp.Array, exp.Struct, exp.CurrentDate, exp.CurrentTimestamp,
    exp.CurrentTime, exp.Uuid, exp.Rand, exp.Concat,
)  # fmt: skip
# Aggregates that are null only over rows without a value.
_AGGREGATES: tuple[type[exp.Expr], ...] = (
    exp.Sum, exp.Min, exp.Max, exp.Avg, exp.AnyValue, exp.First, exp.Last, exp.Median, exp.ArrayAgg, exp.GroupConcat,
    exp.LogicalAnd, exp.LogicalOr, exp.Mode,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """A table in a query's FROM. `far` says why its columns are null where an outer join found no row."""

    name: str
    relation: Relation
    far: tuple[Nullness, ...] = ()
    hidden: bool = False
    never: frozenset[str] = frozenset()

    def outer(self, reason: Nullness) -> "Source":
        return replace(self, far=(*self.far, reason), never=frozenset())

    def matched(self, columns: frozenset[str]) -> "Source":
        """The source after an inner join USING columns. On an outer join's far side it may have been found by that, or not."""
        if not self.far:
            return replace(self, never=self.never | columns)
        touched = not self.relation.complete or any(self.relation.find(c) is not None for c in columns)
        return replace(self, far=tuple(UNKNOWN for _ in self.far)) if touched else self

    def column(self, name: str) -> Nullness | None:
        found = self.relation.find(name)
        if found is None:
            return None
        if name in self.never:
            return proven(found)
        return self.far[0] if self.far else found


@dataclass(frozen=True, slots=True)
class Scope:
    """What the expressions of one SELECT see.

    `never` are the keys of values that conditions prove, `unsure` those that they touch. `merged` are columns that USING shows
    once, `doubtful` those among them whose value may come from either side.
    """

    sources: tuple[Source, ...] = ()
    merged: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    grouped: bool = False
    sets: bool = False
    aliases: Mapping[str, Nullness] = field(default_factory=dict)
    never: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()

    @property
    def expressions(self) -> bool:
        """Whether conditions prove something of a value that is no column."""
        return any(key.startswith("=") for key in self.never)

    def owner(self, column: exp.Column) -> Source | None:
        """The source of a column, where just one can be it."""
        name, table = column.name.lower(), column.table.lower()
        if table:
            return next((s for s in self.sources if s.name == table), None)
        having = [s for s in self.sources if not s.hidden and s.relation.find(name) is not None]
        if len(having) == 1 or (having and name in self.merged):
            return having[0]
        return None

    def key(self, value: exp.Expr) -> str:
        """One text for each value: a column by its source and name, any other expression by its SQL after an equals sign."""
        if isinstance(value, exp.Paren):
            return self.key(value.this)
        if isinstance(value, exp.Column):
            owner = self.owner(value)
            return f"{owner.name if owner else value.table.lower()}.{value.name.lower()}"
        return f"={value.sql('duckdb', comments=False).lower()}"

    def knowing(self, never: frozenset[str], unsure: Iterable[str]) -> "Scope":
        """The scope in which some values are proven and some are touched by conditions that prove nothing simple.

        A proven column of an outer join's far side proves that its row was found. Its join condition then holds as well and may
        prove more about other far sides, which are no longer told; nor are they when a condition touches any far side, since of
        the two sides of a full join one is always there.
        """
        touched = frozenset(unsure)
        found = {s.name for s in self.sources if s.far and any(k.startswith(f"{s.name}.") for k in never)}
        about = bool(found) or any(s.far and any(k.startswith(f"{s.name}.") for k in touched) for s in self.sources)
        sources = []
        for source in self.sources:
            far = () if source.name in found else tuple(UNKNOWN for _ in source.far) if about else source.far
            sources.append(replace(source, far=far))
        return replace(self, sources=tuple(sources), never=self.never | never, unsure=self.unsure | touched)

    def column(self, column: exp.Column) -> Nullness:
        name = column.name.lower()
        owner = self.owner(column)
        if owner is None:
            return UNKNOWN if column.table else self.aliases.get(name, UNKNOWN)
        if not column.table and (name in self.doubtful or "*" in self.doubtful):
            return UNKNOWN
        return self.of(owner, name)

    def of(self, owner: Source, name: str) -> Nullness:
        key = f"{owner.name}.{name}"
        found = owner.column(name) or UNKNOWN
        if key in self.never:
            return proven(found)
        return UNKNOWN if found.maybe and key in self.unsure else found

    def of_star(self, owner: Source, name: str, *, wanted: bool) -> Nullness:
        if not wanted and (name in self.doubtful or "*" in self.doubtful):
            return UNKNOWN
        return UNKNOWN if self.sets else self.of(owner, name)


def value_nullness(value: exp.Expr, scope: Scope) -> Nullness:
    """Whether an expression may be null, in the rows that its query returns."""
    # The text of an expression is dear, and hardly any condition proves something of one.
    if scope.expressions and not isinstance(value, exp.Column | exp.Literal) and scope.key(value) in scope.never:
        return NEVER
    match value:
        case exp.Column():
            return UNKNOWN if scope.sets else scope.column(value)
        case exp.Literal():
            return NEVER
        case exp.Null():
            return maybe(LITERAL)
        case exp.Alias() | exp.Paren():
            return value_nullness(value.this, scope)
        case exp.TryCast():
            inner = value_nullness(value.this, scope)
            return inner if inner.maybe else UNKNOWN
        case exp.Nullif():
            return maybe("NULLIF makes nulls")
        case exp.Coalesce():
            return first_of(value_nullness(part, scope) for part in (value.this, *value.expressions))
        case exp.Case() | exp.If():
            return _case(value, scope)
        case exp.Window():
            return _window(value, scope)
        case exp.Filter(this=exp.Count() | exp.CountIf()):
            return NEVER
        case exp.Subquery():
            return NEVER if _counts(value.this) else UNKNOWN
        case exp.And() | exp.Or() | exp.Xor():
            parts = (value_nullness(value.left, scope), value_nullness(value.right, scope))
            return NEVER if all(p.never for p in parts) else UNKNOWN
        case exp.In():
            return value_nullness(value.this, scope) if value.args.get("query") is None else UNKNOWN
        case exp.Interval():
            return value_nullness(value.this, scope) if value.this is not None else UNKNOWN
        case _:
            return _operation(value, scope)


def _operation(value: exp.Expr, scope: Scope) -> Nullness:
    if isinstance(value, _NEVER_NULL):
        return NEVER
    if isinstance(value, _AGGREGATES):
        return _aggregate(value, scope)
    if isinstance(value, STRICT):
        found = strict(value_nullness(part, scope) for part in operands(value))
        if found.never and isinstance(value, NULLING):
            return NEVER if _not_zero(value.expression) else UNKNOWN
        return found
    return UNKNOWN


def _aggregate(value: exp.Expr, scope: Scope) -> Nullness:
    """An aggregate of values that are never null, over groups: a group has a row. Without GROUP BY there may be none."""
    inner = value.this.this if isinstance(value.this, exp.Distinct | exp.Order) else value.this
    if not scope.grouped or scope.sets or not isinstance(inner, exp.Expr):
        return UNKNOWN
    return NEVER if value_nullness(inner, scope).never else UNKNOWN


def _window(value: exp.Window, scope: Scope) -> Nullness:
    match value.this:
        case exp.Lag() | exp.Lead() as shifted if shifted.args.get("default") is None:
            return maybe(f"{type(shifted).__name__.upper()} has no row to look at, and no default")
        case exp.IgnoreNulls() | exp.RespectNulls():
            return UNKNOWN
        case function if isinstance(function, _NEVER_NULL):
            return NEVER
        case exp.Expr() as function if _over_rows(function) and value.args.get("spec") is None:
            inner = function.this
            return NEVER if isinstance(inner, exp.Expr) and value_nullness(inner, scope).never else UNKNOWN
        case _:
            return UNKNOWN


def _over_rows(function: exp.Expr) -> bool:
    return isinstance(function, (*_AGGREGATES, exp.FirstValue, exp.LastValue))


def _case(value: exp.Case | exp.If, scope: Scope) -> Nullness:
    """Every branch in the light of its condition, and of the conditions before it that were not true."""
    found: list[Nullness] = []
    uncovered = _uncovered(value, scope)
    if isinstance(value, exp.Case) and value.this is not None:
        # `case x when 1 then …`: in every branch x equals something, so it is not null there.
        known = scope.knowing(null_if_null(value.this, scope.key), ())
        found = [value_nullness(b.args["true"], known) for b in value.args["ifs"]]
        scope = scope.knowing(frozenset(), {scope.key(c) for c in value.this.find_all(exp.Column)})
        branches: list[tuple[exp.Expr, exp.Expr]] = []
    elif isinstance(value, exp.Case):
        branches = [(b.this, b.args["true"]) for b in value.args["ifs"]]
    else:
        branches = [(value.this, value.args["true"])]
    other = value.args.get("default") if isinstance(value, exp.Case) else value.args.get("false")
    for condition, result in branches:
        found.append(value_nullness(result, _where(condition, scope)))
        scope = _where_not(condition, scope)
    found.append(value_nullness(other, scope) if other is not None else uncovered)
    return either(found)


def _uncovered(value: exp.Case | exp.If, scope: Scope) -> Nullness:
    """What a CASE without ELSE gives where no branch fits: a null, unless its branches cover all that the contract accepts."""
    tested, covered = _tested(value)
    if tested is None:
        return maybe("CASE has no ELSE")
    subject = value_nullness(tested, scope)
    if not subject.accepted or not subject.accepted <= covered:
        left = sorted(subject.accepted - covered)
        return maybe("CASE has no ELSE" + (f", and no branch for {left[0]!r}" if left else ""))
    return subject if subject.maybe else proven(subject) if subject.never else UNKNOWN


def _tested(value: exp.Case | exp.If) -> tuple[exp.Column | None, frozenset[str]]:
    """The one column that all branches compare with literals, and those; None when they do anything else."""
    if not isinstance(value, exp.Case):
        return None, frozenset()
    covered: set[str] = set()
    columns: list[exp.Expr] = [value.this] if value.this is not None else []
    for branch in value.args["ifs"]:
        match branch.this:
            case exp.Literal() as literal if value.this is not None:
                covered.add(literal.name)
            case exp.EQ(this=exp.Column() as column, expression=exp.Literal() as literal):
                columns.append(column)
                covered.add(literal.name)
            case exp.In(this=exp.Column() as column, expressions=literals) if literals:
                columns.append(column)
                covered |= {e.name for e in literals if isinstance(e, exp.Literal)}
            case _:
                return None, frozenset()
    first = columns[0] if columns else None
    same = isinstance(first, exp.Column) and all(c.sql().lower() == first.sql().lower() for c in columns)
    return (first, frozenset(covered)) if same and isinstance(first, exp.Column) else (None, frozenset())


def _where(condition: exp.Expr, scope: Scope) -> Scope:
    never = rejected(condition, scope.key)
    return scope.knowing(never, {scope.key(c) for c in condition.find_all(exp.Column)} - never)


def _where_not(condition: exp.Expr, scope: Scope) -> Scope:
    """`x is null` is never null itself, so where it is not true, x is not null; the same for each part of an OR of such."""
    never: frozenset[str] = frozenset()
    parts = list(condition.flatten()) if isinstance(condition, exp.Or) else [condition]
    for part in parts:
        if isinstance(part, exp.Is) and isinstance(part.expression, exp.Null):
            never |= null_if_null(part.this, scope.key)
    return scope.knowing(never, {scope.key(c) for c in condition.find_all(exp.Column)} - never)


def _counts(query: exp.Expr) -> bool:
    """Whether a scalar subquery is a bare count: it returns one row, which is not null."""
    if not isinstance(query, exp.Select) or query.args.get("group") or query.args.get("having") or query.args.get("limit"):
        return False
    return len(query.expressions) == 1 and isinstance(query.expressions[0].unalias(), exp.Count)


def _not_zero(divisor: exp.Expr) -> bool:
    return isinstance(divisor, exp.Literal) and not divisor.is_string and any(d in "123456789" for d in divisor.name)
