"""A checked tree with its tables replaced by governed views: what runs is the text of this tree, checked once more."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from hansa.frozen import dataclass
from hansa.gateway.checking import Checked, check, path_of
from hansa.gateway.naming import Named, Names
from hansa.gateway.tree import UNSAFE, Node, Parser
from hansa.trouble import TroubleError

GOVERNED = "governed"
"""The schema of the views that a query reads; nothing else can be named in an instance."""

_Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a query: the port that it means, and the alias that its columns are qualified with."""

    node: Node
    words: _Words
    named: Named


def tables_of(checked: Checked, names: Names, text: str) -> tuple[Table, ...]:
    """The published ports that the tables of a query mean. Raises TroubleError naming the place in the query."""
    return tuple(Table(node, _lowered(path_of(node)), names.of(node, text)) for node in checked.tables)


def rewrite(statement: Node, checked: Checked, tables: Iterable[Table]) -> None:
    """Put governed views in the places of tables, in the tree itself; qualified columns keep their meaning."""
    implied = _implied_aliases(tables)
    for table in tables:
        node = table.node
        if not node.get("alias"):
            node["alias"] = implied[table.words]
        for gone in ("catalog_name", "at_clause"):
            node.pop(gone, None)
        node["schema_name"], node["table_name"] = GOVERNED, table.named.view
        node["qualified_name"] = {"path": [GOVERNED, table.named.view]}
    for column in checked.columns:
        _requalify(column, implied)
    for star in checked.stars:
        words = _lowered(str(star.get("relation_name", "")).split("."))
        if words in implied:
            star["relation_name"] = implied[words]


def checked_text(parser: Parser, statement: Node, views: Collection[str]) -> str:
    """The text of a rewritten tree, parsed and checked again: it holds what a query may hold, and no table but these views.

    So nothing hangs on how faithfully DuckDB writes a tree as text: what is not what was checked is not run.
    """
    text, tree = parser.settled(statement)
    for node in check(tree, "").tables:
        path = path_of(node)
        if len(path) != 2 or path[0] != GOVERNED or path[1] not in views:
            raise TroubleError(UNSAFE)
    return text


def _implied_aliases(tables: Iterable[Table]) -> dict[_Words, str]:
    """How columns of tables without an alias are qualified: `FROM customer.profiles` lets them be written `profiles.age`.

    Where two products end in the same word, as in `FROM a.orders JOIN b.orders`, that word alone means neither.
    """
    by_last = defaultdict(set)
    for table in tables:
        by_last[table.words[-1]].add(table.words)
    bare = {table.words: path_of(table.node) for table in tables if not table.node.get("alias")}
    return {key: words[-1] if len(by_last[key[-1]]) == 1 else ".".join(key) for key, words in bare.items()}


def _requalify(column: Node, implied: Mapping[_Words, str]) -> None:
    """A qualifier written in full, `customer.profiles.age`, becomes the alias of the table that it names."""
    names = column["column_names"]
    for size in (3, 2):
        alias = implied.get(_lowered(names[:size])) if len(names) > size else None
        if alias is not None:
            column["column_names"] = [alias, *names[size:]]
            return


def _lowered(words: Iterable[str]) -> _Words:
    return tuple(word.lower() for word in words)
