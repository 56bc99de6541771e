"""UNION, INTERSECT and EXCEPT of two relations, by position or by name."""

from sqlglot import exp

from hansa.compile.lineage.reads import FILTER, GROUP_BY, NOTHING, Reads, Registry
from hansa.compile.lineage.relation import Relation


def combined(node: exp.SetOperation, left: Relation, right: Relation, registry: Registry) -> Relation:
    """EXCEPT hands on values of the left side alone; the others those of both. Rows that are compared decide about all."""
    rows = left.rows | right.rows
    if isinstance(node, exp.Except | exp.Intersect):
        rows |= registry.composed(left.every | right.every, FILTER)
    elif node.args.get("distinct"):
        rows |= registry.composed(left.every | right.every, GROUP_BY)
    if isinstance(node, exp.Except):
        return Relation(left.names, left.reads, rows, left.rest)
    if node.args.get("by_name"):
        return _by_name(node, left, right, rows, registry)
    return _by_position(left, right, rows)


def _by_name(node: exp.SetOperation, left: Relation, right: Relation, rows: Reads, registry: Registry) -> Relation:
    names = {n.lower(): n for n in (*right.names, *left.names)}
    order = [low for low in dict.fromkeys(n.lower() for n in (*left.names, *right.names)) if _kept(low, node, left, right)]
    rest = None if left.rest is None and right.rest is None else (left.rest or NOTHING) | (right.rest or NOTHING)
    reads = [(left.of(low, registry) or NOTHING) | (right.of(low, registry) or NOTHING) for low in order]
    return Relation([names[low] for low in order], reads, rows, rest)


def _kept(low: str, node: exp.SetOperation, left: Relation, right: Relation) -> bool:
    """Whether a column is among those of `INNER UNION … BY NAME`, `LEFT …` or `… ON (a, b)`."""
    args = node.args
    if args.get("on"):
        return low in {e.name.lower() for e in args["on"]}
    if (args.get("side") or "").upper() == "LEFT":
        return left.rest is not None or low in left.index
    if (args.get("kind") or "").upper() == "INNER":
        return all(s.rest is not None or low in s.index for s in (left, right))
    return True


def _by_position(left: Relation, right: Relation, rows: Reads) -> Relation:
    if left.rest is None and right.rest is None and len(left.names) == len(right.names):
        return Relation(left.names, [a | b for a, b in zip(left.reads, right.reads, strict=True)], rows)
    # Which columns meet is not known, so each may meet any of the other side.
    other = right.every
    rest = None if left.rest is None else left.rest | other
    return Relation(left.names, [a | other for a in left.reads], rows, rest)
