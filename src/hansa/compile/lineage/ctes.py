"""Common table expressions: what names stand for within a query that begins with WITH, recursive or not."""

from typing import Final

from sqlglot import exp

from hansa.compile.lineage.reads import ANYTHING, ANYTHING_OF_ROWS, GROUP_BY
from hansa.compile.lineage.relation import Relation
from hansa.compile.lineage.scope import Scope
from hansa.compile.lineage.sources import alias_columns


def with_ctes(node: exp.Expr, outer: Scope) -> dict[str, Relation] | None:
    """What names stand for within a query that begins with WITH; None when nothing is new."""
    with_ = node.args.get("with_")
    if not isinstance(with_, exp.With):
        return None
    env = dict(outer.env)
    for cte in with_.expressions:
        name = cte.alias.lower()
        scope = Scope(outer.work, outer, env)
        if _mentions_itself(cte, name, with_, scope):
            env[name] = _fixpoint(cte, name, env, outer)
        else:
            env[name] = scope.work.query(cte.this, scope).renamed(alias_columns(cte))
        if with_.args.get("search") or with_.args.get("cycle"):
            env[name] = Relation(env[name].names, env[name].reads, env[name].rows, env[name].every)
    return env


def _mentions_itself(cte: exp.Expr, name: str, with_: exp.With, scope: Scope) -> bool:
    """Whether a common table expression is recursive. Some dialects do without the word RECURSIVE."""
    if not isinstance(cte.this, exp.SetOperation):
        return False
    if not with_.recursive and scope.work.dialect in ("duckdb", "postgres", "redshift", "mysql", "spark", "hive", "databricks"):
        return False
    return any(t.name.lower() == name for t in cte.this.find_all(exp.Table))


def _fixpoint(cte: exp.Expr, name: str, env: dict[str, Relation], outer: Scope) -> Relation:
    """The relation of a recursive query: it is followed again until nothing is added."""
    first = cte.this
    while isinstance(first, exp.SetOperation):
        first = first.left
    columns = alias_columns(cte)
    known = outer.work.query(first, Scope(outer.work, outer, env)).renamed(columns)
    for _ in range(_ENOUGH):
        found = outer.work.query(cte.this, Scope(outer.work, outer, {**env, name: known})).renamed(columns)
        if cte.args.get("key_expressions"):
            keyed = found.rows | outer.work.registry.composed(found.every, GROUP_BY)
            found = Relation(found.names, found.reads, keyed, found.rest)
        if found.same(known):
            return known
        known = found
    outer.work.give_up_on(name)
    return Relation(known.names, [ANYTHING] * len(known.names), ANYTHING_OF_ROWS, ANYTHING)


# Each round adds at least one read; the sets of real queries are stable after three or four.
_ENOUGH: Final = 100
