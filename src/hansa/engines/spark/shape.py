"""What a query is built of: which clauses are translated, and two that are written out before types are looked at."""

from sqlglot import exp

from hansa.engines.spark.spelling import refused

_REFUSED: dict[type[exp.Expr], str] = {
    exp.TableSample: "a sample is another one on each engine",
    exp.Pivot: "PIVOT and UNPIVOT are not translated; write one CASE a column",
    exp.Columns: "COLUMNS(…) is not translated; name the columns",
    exp.Collate: "collations are not translated; compare LOWER(…)",
    exp.Lambda: "lambdas and list comprehensions are not translated; use unnest",
    exp.Comprehension: "lambdas and list comprehensions are not translated; use unnest",
    exp.Lateral: "LATERAL is not translated; write a join or a window function",
    exp.Unnest: "unnest is translated in the SELECT list, not in FROM",
    exp.Parameter: "a model has no parameters",
    exp.Placeholder: "a model has no parameters",
    exp.Rand: "a random number is another one on each engine",
}


def check_shape(tree: exp.Query) -> None:
    """Refuse clauses that Spark lacks or reads differently. Raises `QueryRefused`."""
    for node in tree.walk():
        reason = _REFUSED.get(type(node)) or _clause(node)
        if reason:
            raise refused(node, reason)


def _clause(node: exp.Expr) -> str:
    match node:
        case exp.Join() if node.args.get("method"):
            return f"{node.args['method']} joins are not translated; write a join with ON or a window function"
        case exp.With() if node.args.get("recursive"):
            return "recursive queries are not translated"
        case exp.SetOperation() if node.args.get("by_name"):
            return "UNION BY NAME is not translated; name the columns of each side in one order"
        case exp.Limit() | exp.Fetch() if node.find(exp.LimitOptions) or (
            node.expression is not None and not node.expression.is_int
        ):
            return "LIMIT is translated with a constant number of rows"
        case exp.Group() if any(node.args.get(k) for k in ("cube", "rollup", "grouping_sets")):
            return "CUBE, ROLLUP and GROUPING SETS are not translated; write a UNION ALL"
        case exp.Order() if any(
            isinstance(o.this, exp.Column) and o.this.name.lower() == "all" and not o.this.table for o in node.expressions
        ):
            return "ORDER BY ALL is not translated; name the columns"
        case exp.Select() if sum(1 for s in node.selects if s.find(exp.Explode)) > 1:
            return "one unnest in a SELECT is translated; DuckDB walks several side by side"
        case _:
            return ""


def selects_for_values(tree: exp.Query) -> None:
    """(VALUES …) AS v(a, b) as a union of SELECTs: so its columns have names and types."""
    for values in list(tree.find_all(exp.Values)):
        alias = values.args.get("alias")
        names = [c.name for c in alias.columns] if isinstance(alias, exp.TableAlias) else []
        rows = [t.expressions if isinstance(t, exp.Tuple) else [t] for t in values.expressions]
        if alias is None or len(rows) > 500 or not names or any(len(r) != len(names) for r in rows):
            raise refused(values, "VALUES is translated with names for its columns, AS v(a, b), and up to 500 rows")
        union: exp.Query | None = None
        for row in rows:
            select = exp.Select(expressions=[exp.alias_(v.copy(), n) for v, n in zip(row, names, strict=True)])
            union = select if union is None else exp.Union(this=union, expression=select, distinct=False)
        inner = values.parent if isinstance(values.parent, exp.Subquery) and not values.parent.alias else values
        inner.replace(exp.Subquery(this=union, alias=exp.TableAlias(this=exp.to_identifier(alias.name))))


def group_by_all(tree: exp.Query) -> None:
    """GROUP BY ALL as the list of what is not aggregated: not every Spark Connect server knows it."""
    for select in tree.find_all(exp.Select):
        group = select.args.get("group")
        if group is None or not group.args.get("all"):
            continue
        keys = [s.unalias() for s in select.selects if not _aggregates(s) and not isinstance(s.unalias(), exp.Literal | exp.Null)]
        select.set("group", exp.Group(expressions=[k.copy() for k in keys]) if keys else None)


def _aggregates(node: exp.Expr) -> bool:
    return any(not isinstance(a.parent, exp.Window) for a in node.find_all(exp.AggFunc))
