"""SQL rules come from strangers: what one may be, and the text of it that engines are given.

A rule is one query over the table it belongs to and the other tables of its contract. It names no files, no other tables,
and calls only functions that compute a value from values. The text that runs is written anew from the tree that was
looked at, so that
no engine can read it differently than we did. This is the first of two fences: engines run it without access to the outside.
"""

from collections.abc import Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from hansa.audit.functions import is_harmless
from hansa.trouble import Place, Trouble, did_you_mean, one_of

_QUERIES = (exp.Select, exp.SetOperation, exp.Subquery)
# Nodes that are no part of a query, wherever they stand.
_FOREIGN = (exp.Command, exp.DDL, exp.DML, exp.Into, exp.Lock, exp.Parameter, exp.Placeholder, exp.SessionParameter, exp.Pragma)


def confine(query: str, allowed: frozenset[str] | tuple[str, ...], place: Place | None = None) -> tuple[Trouble, ...]:
    """The troubles of a query that may read only the tables `allowed` (compared without case). Placeholders must be filled."""
    tree = _tree(query, place)
    return (tree,) if isinstance(tree, Trouble) else _troubles(tree, tuple(allowed), place)


def confined(query: str, names: Mapping[str, str], place: Place | None = None) -> str | tuple[Trouble, ...]:
    """The query, written anew, with every table renamed as `names` says (what the rule calls it → the engine's name)."""
    tree = _tree(query, place)
    if isinstance(tree, Trouble):
        return (tree,)
    troubles = _troubles(tree, tuple(names), place)
    if troubles:
        return troubles
    renamed = {name.lower(): new for name, new in names.items()}
    for table in list(tree.find_all(exp.Table)):
        if isinstance(table.this, exp.Identifier) and not _is_local(table):
            # Without an alias, columns could no longer be written with the table's own name before them.
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name, quoted=True)))
            table.set("this", exp.to_identifier(renamed[_name(table)], quoted=True))
            table.set("db", None)
            table.set("catalog", None)
    return tree.sql(dialect="duckdb", comments=False)


def _tree(query: str, place: Place | None) -> exp.Expr | Trouble:
    try:
        statements = [s for s in sqlglot.parse(query, read="duckdb") if s is not None]
    except (SqlglotError, RecursionError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return _trouble("H381", f"an SQL rule cannot be read: {reason}", place, "write one query in DuckDB's SQL")
    if len(statements) != 1:
        return _trouble("H381", f"an SQL rule is one query, and here are {len(statements)} statements", place, "keep the query")
    tree = statements[0]
    if not isinstance(tree, _QUERIES):
        return _trouble("H381", f"an SQL rule is a query, and this is {tree.key.upper()}", place, "begin with SELECT or WITH")
    return tree


def _troubles(tree: exp.Expr, allowed: tuple[str, ...], place: Place | None) -> tuple[Trouble, ...]:
    names = {name.lower() for name in allowed}
    found: list[Trouble] = []
    for node in tree.walk():
        if isinstance(node, _FOREIGN):
            found.append(_trouble("H381", f"an SQL rule is a plain query, without {node.key.upper()}", place, "leave it out"))
        elif isinstance(node, exp.Table):
            found += _table_troubles(node, names, place)
        elif isinstance(node, exp.Func) and not is_harmless(node):
            found.append(_function_trouble(node, place))
    return tuple(dict.fromkeys(found))


def _table_troubles(table: exp.Table, names: set[str], place: Place | None) -> list[Trouble]:
    if isinstance(table.this, exp.Func):
        # Functions in FROM are judged as any other function; those that only make rows are harmless.
        return []
    if isinstance(table.this, exp.Identifier) and (_is_local(table) or _name(table) in names):
        return []
    name = _name(table) or table.sql(dialect="duckdb")
    near = did_you_mean(name, names)
    mend = (near + " " if near else "") + f"a rule reads its own table and others of its contract: {one_of(names)}"
    return [_trouble("H382", f"an SQL rule reads `{name}`, which is no table of its contract", place, mend)]


def _function_trouble(node: exp.Func, place: Place | None) -> Trouble:
    name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
    mend = "use functions that compute a value from values; files, settings and the system stay outside"
    return _trouble("H383", f"an SQL rule calls `{name.lower()}`, which rules may not call", place, mend)


def _name(table: exp.Table) -> str:
    return ".".join(part.name for part in table.parts).lower()


def _is_local(table: exp.Table) -> bool:
    """Whether a table is a WITH query that is visible here: of this query or one around it, and written before.

    Exactness matters: a name that only looks local would reach the engine as a table, or as a file's name.
    """
    if len(table.parts) != 1:
        return False
    wanted = table.name.lower()
    below: exp.Expr = table
    around = table.parent
    while around is not None:
        with_ = around if isinstance(around, exp.With) else around.args.get("with_")
        # Coming from within a WITH, its own look has decided already which of its queries are visible.
        if isinstance(with_, exp.With) and with_ is not below and _visible(wanted, with_, below):
            return True
        below, around = around, around.parent
    return False


def _visible(wanted: str, with_: exp.With, below: exp.Expr) -> bool:
    for query in with_.expressions:
        if query is below:
            return bool(with_.args.get("recursive")) and query.alias.lower() == wanted
        if query.alias.lower() == wanted:
            return True
    return False


def _trouble(code: str, summary: str, place: Place | None, mend: str) -> Trouble:
    return Trouble(code, summary, (place.noted("the rule"),) if place else (), mend)
