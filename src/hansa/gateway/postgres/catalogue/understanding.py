"""From a query of PostgreSQL's catalogue to one of ours: DuckDB's own tree of it, its relations, functions and types renamed."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from hansa.engines.duckdb.mentioned import walk
from hansa.frozen import dataclass
from hansa.gateway.checking import check, path_of
from hansa.gateway.making import call, cast, constant, type_of
from hansa.gateway.postgres.catalogue.functions import HELPING, KEYWORDS, MACROS, PREFIX, Session, is_told
from hansa.gateway.postgres.catalogue.relations import NUMBERS, RELATIONS, Relation
from hansa.gateway.postgres.troubles import WithState, not_offered
from hansa.gateway.postgres.types import SCALARS
from hansa.gateway.tree import Node, Parser, called
from hansa.trouble import Trouble

_CATALOGS = ("pg_catalog", "information_schema")
_TYPES = {
    "oid": "BIGINT", "xid": "BIGINT", "name": "VARCHAR", "regproc": "VARCHAR", "regrole": "VARCHAR", "char": "VARCHAR",
    "oidvector": "VARCHAR", "int2vector": "VARCHAR", "cstring": "VARCHAR", "aclitem": "VARCHAR", "pg_node_tree": "VARCHAR",
    "sql_identifier": "VARCHAR", "character_data": "VARCHAR", "cardinal_number": "INTEGER", "yes_or_no": "VARCHAR",
}  # fmt: skip
_NAMED = ("regclass", "regtype", "regnamespace")
_ALSO = frozenset(f"{PREFIX}{name}" for name in MACROS)
_FUNCTIONS = {
    "array_to_string": "array_to_string",
    "json_build_object": "json_object",
    "generate_subscripts": "generate_subscripts",
}


@dataclass(frozen=True, slots=True)
class Understood:
    """What runs, and the relations that it reads."""

    text: str
    relations: frozenset[Relation] = field(default=frozenset())


def concerns(tree: Node) -> bool:
    """Whether a query asks of the catalogue: some relation of it, or a function that tells of the session and no relation."""
    tables = [path_of(node) for node in walk(tree) if node.get("type") == "BASE_TABLE"]
    if any(_relation(path) is not None for path in tables):
        return True
    return not tables and any(_tells(node) for node in walk(tree))


def understood(tree: Node, parser: Parser, session: Session, numbered: Mapping[str, int]) -> Understood:
    """Raises TroubleError for what the catalogue does not have, or does not understand."""
    relations: set[Relation] = set()
    _alias(tree)
    for node in list(walk(tree)):
        match node:
            case {"type": "BASE_TABLE"}:
                relations |= _table(node)
            case {"class": "COLUMN_REF"}:
                _column(node, session)
            case {"class": "FUNCTION"} | {"class": "WINDOW"}:
                _function(node, session)
            case {"class": "CAST"}:
                _cast(node, numbered)
            case {"class": "COLLATE", "child": child}:
                _become(node, child)
            case _:
                pass
    text, settled = parser.settled(tree)
    check(settled, "", _ALSO)
    helping = {name for function, names in HELPING.items() if f"{PREFIX}{function}" in text for name in names}
    return Understood(text, frozenset(relations | {RELATIONS["pg_catalog", name] for name in helping}))


def _relation(path: tuple[str, ...]) -> tuple[str, str] | None:
    """Which relation of the catalogue a table's words name; None for a table that is none of it."""
    words = tuple(word.lower() for word in path)
    if len(words) == 2 and words[0] in _CATALOGS:
        return words[0], words[1]
    return ("pg_catalog", words[0]) if len(words) == 1 and words[0].startswith("pg_") else None


def _tells(node: Node) -> bool:
    if str(node.get("type_name", "")).lower() in _NAMED:
        return True
    name = _keyword(node) or called(node)
    return is_told(name) if name else False


def _keyword(node: Node) -> str:
    names = [str(n).lower() for n in node.get("column_names", ())] if node.get("class") == "COLUMN_REF" else []
    return names[0] if len(names) == 1 and names[0] in KEYWORDS else ""


def _table(node: Node) -> set[Relation]:
    path = path_of(node)
    named = _relation(path)
    if named is None:
        if len(path) == 1:
            return set()  # a part of the query, or nothing: the engine says so
        raise not_offered("the catalogue and data in one query", mend="ask for them one after the other")
    found = RELATIONS.get(named)
    if found is None:
        raise not_offered(
            f"{named[0]}.{named[1][:63]}", mend="`\\d domain.product` and information_schema.columns tell of columns"
        )
    node.setdefault("alias", found.name)
    for gone in ("catalog_name", "at_clause"):
        node.pop(gone, None)
    node["schema_name"], node["table_name"] = found.schema, found.name
    node["qualified_name"] = {"path": [found.schema, found.name]}
    return {found}


def _column(node: Node, session: Session) -> None:
    if keyword := _keyword(node):
        _stand_for(node, session.value(keyword, ()))
    elif len(node["column_names"]) > 2 and str(node["column_names"][0]).lower() in _CATALOGS:
        node["column_names"] = node["column_names"][1:]


def _function(node: Node, session: Session) -> None:
    name = called(node)
    arguments = [argument.get("expression", {}) for argument in node.get("arguments", ())]
    for gone in ("schema", "catalog"):
        node.pop(gone, None)
    if name in ("~", "!~", "~*", "!~*"):
        found = call("regexp_matches", *arguments, *([constant("STRING", "i")] if "*" in name else []))
        _become(node, {"class": "OPERATOR", "type": "OPERATOR_NOT", "children": [found]} if name[0] == "!" else found)
        return
    texts = [text for argument in arguments if (text := _text(argument)) is not None]
    value = session.value(name, tuple(texts) if texts else None)
    if value is not NotImplemented:
        _stand_for(node, value)
        return
    if name in MACROS:
        _rename(node, f"{PREFIX}{name}")
    else:
        _rename(node, _FUNCTIONS.get(name, name))


def _cast(node: Node, numbered: Mapping[str, int]) -> None:
    for type_ in (n for n in walk(node.get("type_expr", {})) if "type_name" in n):
        for gone in ("schema", "catalog"):
            type_.pop(gone, None)
        name = str(type_["type_name"]).lower().strip('"')
        known = _TYPES.get(name, name)
        type_["type_name"], type_["qualified_name"] = known, {"path": [known]}
    name, child = str(node.get("type_expr", {}).get("type_name", "")), node.get("child", {})
    if name not in _NAMED:
        return
    if (text := _text(child)) is not None:
        _become(node, constant("INTEGER", str(_number(text, name, numbered))))
    elif child.get("class") == "CONSTANT" or child.get("class") == "PARAMETER":
        node["type_expr"] = type_of("BIGINT")
    else:
        _become(node, call(f"{PREFIX}{name}", child))


def _text(node: Node) -> str | None:
    """The text that a node is; None for a node that is none. DuckDB leaves an empty one out."""
    literal = node.get("literal", {}) if node.get("class") == "CONSTANT" else {}
    return str(literal.get("text", "")) if literal.get("kind") == "STRING" else None


def _number(text: str, kind: str, numbered: Mapping[str, int]) -> int:
    """The number of what a text names, as a cast to `regclass` or `regtype` finds it."""
    plain = text.replace('"', "").removeprefix("pg_catalog.")
    if plain.isdigit():
        return int(plain)
    known: dict[str, int] = dict(NUMBERS) | dict(numbered) if kind == "regclass" else {}
    if kind == "regtype":
        known = {name: t.oid for t in SCALARS for name in (t.name,)}
    found = known.get(plain.lower())
    if found is None:
        raise WithState("42P01", Trouble("H703", f"`{text[:100]}` names nothing here"))
    return found


def _alias(tree: Node) -> None:
    """Give columns that will stand for a value, or be called otherwise, the name that PostgreSQL gives them."""
    for query in walk(tree):
        for item in query.get("select_list", ()) if isinstance(query.get("select_list"), list) else ():
            inner = item.get("child", {}) if item.get("class") == "CAST" else item
            name = _keyword(inner) or called(inner)
            if inner is not item and inner.get("class") == "CONSTANT":
                name = str(item.get("type_expr", {}).get("type_name", ""))
            if name and name.isidentifier() and not item.get("alias"):
                item["alias"] = name


def _stand_for(node: Node, value: object) -> None:
    match value:
        case None:
            made = cast(constant("NULL_LITERAL", ""), type_of("VARCHAR"))
        case bool():
            made = cast(constant("STRING", str(value).lower()), type_of("BOOLEAN"))
        case int():
            made = constant("INTEGER", str(value))
        case _:
            made = constant("STRING", str(value))
    _become(node, made)


def _become(node: Node, other: Mapping[str, Any]) -> None:
    """Put another node in the place of one, in the tree itself, under the same name."""
    kept = {"alias": node["alias"]} if node.get("alias") else {}
    node.clear()
    node.update(other)
    node.update(kept)


def _rename(node: Node, name: str) -> None:
    node["function_name"], node["qualified_name"] = name, {"path": [name]}
