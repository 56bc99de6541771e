"""Typing and rewriting a query scope by scope, from the inside out, so that a column's type is known where it is used."""

from collections.abc import Iterator, Mapping

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from hansa.engines.protocol import QueryRefused
from hansa.engines.spark.inference import known, pair, typed
from hansa.engines.spark.rules import RULES
from hansa.engines.spark.spelling import exact, refused
from hansa.model import DataType, Schema

# The bones of a query: they have no type and are spelt alike.
_BONES = (
    exp.Select,
    exp.SetOperation,
    exp.From,
    exp.Join,
    exp.Where,
    exp.Group,
    exp.Having,
    exp.Qualify,
    exp.Order,
    exp.Ordered,
    exp.Limit,
    exp.Offset,
    exp.With,
    exp.CTE,
    exp.Table,
    exp.TableAlias,
    exp.Identifier,
    exp.WindowSpec,
    exp.DataType,
    exp.DataTypeParam,
    exp.ColumnDef,
)


class ScopeTyper:
    """Rewrites scopes in the order that SQLGlot traverses them; remembers what columns each query has."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas
        self._outputs: dict[int, tuple[tuple[str, DataType | None], ...]] = {}

    def outputs(self, query: exp.Expr) -> tuple[tuple[str, DataType | None], ...]:
        """The columns of a query that was rewritten."""
        while isinstance(query, exp.Subquery):
            query = query.this
        return self._outputs[id(query)]

    def rewrite(self, scope: Scope) -> None:
        """Type and rewrite one scope in place. Raises `QueryRefused`."""
        query = scope.expression
        if isinstance(query, exp.SetOperation):
            self._outputs[id(query)] = self._united(query)
            return
        if not isinstance(query, exp.Select):
            raise refused(query, "it is not translated")
        for node in reversed(list(_own_nodes(query))):
            self._rewrite_node(node, scope)
        self._outputs[id(query)] = tuple((s.alias_or_name, known(s)) for s in query.selects)

    def _rewrite_node(self, node: exp.Expr, scope: Scope) -> None:
        if isinstance(node, exp.Subquery | exp.SetOperation | exp.Select) and node is not scope.expression:
            inner = self.outputs(node)
            typed(node, inner[0][1] if len(inner) == 1 else None)
            return
        if isinstance(node, exp.Column):
            typed(node, self._column(node, scope))
            return
        if isinstance(node, _BONES) or (isinstance(node, exp.Window) and isinstance(node.this, exp.Identifier)):
            return
        rule = RULES.get(type(node))
        if rule is None:
            what = node.name if isinstance(node, exp.Anonymous) else type(node).__name__
            raise refused(node, f"{what} has no translation to Spark yet that is known to give the same; write it otherwise")
        # The rule may put the node inside its successor, so its own place is kept first.
        parent, key, index = node.parent, node.arg_key, node.index
        after = rule(node)
        if after is not node and parent is not None and key is not None:
            parent.set(key, after, index)

    def _column(self, column: exp.Column, scope: Scope) -> DataType | None:
        around: Scope | None = scope
        while around is not None:
            source = around.sources.get(column.table)
            if source is not None:
                return self._of_source(source, column)
            around = around.parent
        if not column.table:  # an output's own alias, in ORDER BY
            return next((known(s) for s in scope.expression.expressions if s.alias_or_name == column.name), None)
        raise refused(column, "its table is not known here")

    def _of_source(self, source: exp.Expr | Scope, column: exp.Column) -> DataType | None:
        if isinstance(source, Scope):
            return dict(self.outputs(source.expression)).get(column.name)
        schema = self._schemas.get(source.name)
        found = schema.find(column.name) if schema is not None else None
        if found is None:
            raise refused(column, "there is no such column")
        return found.type

    def _united(self, query: exp.SetOperation) -> tuple[tuple[str, DataType | None], ...]:
        """UNION and its kin: where the sides' types differ, each is cast to the common one."""
        left, right = self.outputs(query.left), self.outputs(query.right)
        if len(left) != len(right):
            raise QueryRefused(f"the sides of a {query.key.upper()} have {len(left)} and {len(right)} columns")
        result = []
        for at, ((name, ours), (_, theirs)) in enumerate(zip(left, right, strict=True)):
            common = pair(ours, theirs) if ours is not None and theirs is not None else ours or theirs
            if common is None and (ours or theirs) is not None:
                raise QueryRefused(f"the column {name} of a {query.key.upper()} has different types on its sides; cast them")
            for side in (query.left, query.right):
                if common is not None:
                    self._cast_output(side, at, common)
            result.append((name, common))
        return tuple(result)

    def _cast_output(self, query: exp.Expr, at: int, type_: DataType) -> None:
        if isinstance(query, exp.Subquery):
            self._cast_output(query.this, at, type_)
        elif isinstance(query, exp.SetOperation):
            self._cast_output(query.left, at, type_)
            self._cast_output(query.right, at, type_)
        elif isinstance(query, exp.Select):
            projection = query.selects[at]
            value = projection.unalias()
            if known(value) != type_:
                value.replace(exact(value.copy(), type_))


def _own_nodes(query: exp.Select) -> Iterator[exp.Expr]:
    """The nodes of a scope, parents before children; a query inside it counts as one node."""
    yield from query.walk(bfs=False, prune=lambda n: isinstance(n, exp.Query) and n is not query)
