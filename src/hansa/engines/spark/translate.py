"""DuckDB's SQL as Spark's, or a refusal with its reason: a model is written once and gives one result.

Names and stars are resolved against the schemas first; then each scope is typed and rewritten from the inside out, node by
node, by `rules`. What has no rule is refused, so silence never means "probably the same". Known to differ all the same: UPPER of
letters that grow (ß), texts that Spark takes for dates more willingly than DuckDB, the last digits of sums of doubles.
"""

import hashlib
import re
from collections.abc import Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, OptimizeError, ParseError, SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from hansa.engines.protocol import QueryRefused
from hansa.engines.spark.scopes import ScopeTyper
from hansa.engines.spark.shape import check_shape, group_by_all, selects_for_values
from hansa.engines.spark.spelling import place
from hansa.frozen import dataclass
from hansa.model import DataType, Schema, sql


@dataclass(frozen=True, slots=True)
class Translation:
    """A query in Spark's SQL over the views of its tables, and its columns with DuckDB's types (None: Spark's own word counts).

    `nameless` are the results that nobody named, as written: a table cannot hold them.
    """

    sql: str
    columns: tuple[tuple[str, DataType | None], ...]
    nameless: tuple[str, ...] = ()


def view_of(table: str) -> str:
    """The temporary view that stands for a table: a plain identifier, one to one."""
    plain = re.sub(r"\W", "_", table.lower(), flags=re.ASCII)
    mark = "" if plain == table.lower() else "_" + hashlib.blake2b(table.lower().encode(), digest_size=3).hexdigest()
    return f"hansa_{plain}{mark}"


def translate(query: str, tables: Mapping[str, Schema]) -> Translation:
    """Translate one SELECT over these tables. Raises `QueryRefused`."""
    tree = _parsed(query)
    check_shape(tree)
    nameless = _named_for_now(tree)
    written = _as_written(tree, tables)
    selects_for_values(tree)
    _name_views(tree, tables)
    schemas = {view_of(name): schema for name, schema in tables.items()}
    qualified = _qualified(tree, schemas)
    group_by_all(qualified)
    typer = ScopeTyper(schemas)
    for scope in traverse_scope(qualified):
        typer.rewrite(scope)
    outputs = typer.outputs(qualified)
    names = [written.get(name, name) for name, _ in outputs]
    _rename_outputs(qualified, names)
    return Translation(_generated(qualified), tuple(zip(names, (t for _, t in outputs), strict=True)), nameless)


def _parsed(query: str) -> exp.Query:
    try:
        statements = [s for s in sqlglot.parse(query, read="duckdb") if s is not None]
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        reason = f"{first.get('description', error)} near {first.get('highlight', '')}".strip()
        raise QueryRefused(reason, int(first.get("line") or 0), int(first.get("col") or 0)) from None
    except SqlglotError as error:
        raise QueryRefused(" ".join(str(error).split())) from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise QueryRefused("a model is one SELECT")
    return statements[0]


def _first_select(query: exp.Expr) -> exp.Expr:
    """The SELECT that names the columns: a union's are named by its first query."""
    while isinstance(query, exp.SetOperation | exp.Subquery):
        query = query.this
    return query


def _named_for_now(tree: exp.Query) -> tuple[str, ...]:
    """Give the results that have no name one, so that no two meet; what they were."""
    select = _first_select(tree)
    nameless = []
    for number, projection in enumerate(select.expressions if isinstance(select, exp.Select) else []):
        if not isinstance(projection, exp.Alias | exp.Column | exp.Star | exp.Dot):
            nameless.append(projection.sql("duckdb"))
            projection.replace(exp.alias_(projection.copy(), f"_hansa_{number}"))
    return tuple(nameless)


def _as_written(tree: exp.Query, tables: Mapping[str, Schema]) -> dict[str, str]:
    """Identifiers as people wrote them, by their lower case: resolving names lowers them. A table's own column comes first."""
    aliases = {i.name.lower(): i.name for i in tree.find_all(exp.Identifier)}
    return aliases | {c.name.lower(): c.name for schema in tables.values() for c in schema}


def _name_views(tree: exp.Query, tables: Mapping[str, Schema]) -> None:
    """Let every reference to a table mean its view, under the name that the query knows it by."""
    known = {name.lower(): name for name in tables}
    for column in tree.find_all(exp.Column):
        if column.args.get("db") is not None and ".".join(p.name for p in column.parts[:-1]).lower() in known:
            column.set("db", None)
            column.set("catalog", None)
    for table in list(tree.find_all(exp.Table)):
        if not isinstance(table.this, exp.Identifier):
            raise QueryRefused(
                f"{table.sql('duckdb')}: functions that give tables are not translated; name an input port", *place(table)
            )
        name = ".".join(part.name for part in table.parts).lower()
        if "." not in name and name in _visible_ctes(table):
            continue
        if name not in known:
            raise QueryRefused(f"there is no table {name}", *place(table), candidates=tuple(tables))
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
        table.set("this", exp.to_identifier(view_of(name)))
        table.set("db", None)
        table.set("catalog", None)


def _visible_ctes(table: exp.Table) -> set[str]:
    """The common table expressions that a reference sees: all of the queries around it, inside a WITH only the earlier ones."""
    names: set[str] = set()
    inside: exp.Expr = table
    around = table.parent
    while around is not None:
        if isinstance(around, exp.With):
            earlier = around.expressions[: around.expressions.index(inside)]
            names |= {c.alias.lower() for c in earlier}
        elif isinstance(around, exp.Query) and not isinstance(inside, exp.With):
            names |= {c.alias.lower() for c in around.ctes}
        inside, around = around, around.parent
    return names


def _qualified(tree: exp.Query, schemas: Mapping[str, Schema]) -> exp.Query:
    columns: dict[str, object] = {view: {c.name.lower(): sql(c.type) for c in schema} for view, schema in schemas.items()}
    try:
        result = qualify(tree, schema=columns, dialect="duckdb", validate_qualify_columns=True)
    except OptimizeError as error:
        text = " ".join(re.sub(r"\x1b\[\d*m", "", str(error)).split())
        found = re.search(r"[Cc]olumn '?\"?([\w.\"]+)\"?'? could not be resolved", text)
        at = re.search(r"Line:? (\d+), Col(?:umn)?:? (\d+)", text)
        line, column = (int(at[1]), int(at[2])) if at else (0, 0)
        everything = tuple(sorted({c.name for s in schemas.values() for c in s})) if found else ()
        raise QueryRefused(text.split(" Line")[0], line, column, everything) from None
    except SqlglotError as error:
        raise QueryRefused(" ".join(str(error).split())) from None
    assert isinstance(result, exp.Query)
    return result


def _rename_outputs(query: exp.Query, names: list[str]) -> None:
    for projection, name in zip(_first_select(query).expressions, names, strict=True):
        if isinstance(projection, exp.Alias):
            projection.set("alias", exp.to_identifier(name, quoted=True))


def _generated(query: exp.Query) -> str:
    try:
        return query.sql(dialect="spark", unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as error:
        raise QueryRefused(f"Spark has no such thing: {' '.join(str(error).split())}") from None
