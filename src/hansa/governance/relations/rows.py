"""All relations, and their rows: of a mesh, or of a policy's example."""

import datetime as dt
from collections.abc import Mapping, Sequence

from hansa.governance.asking import RelationRows, Row, Value
from hansa.governance.facts import Facts
from hansa.governance.relations.changing import CHANGING
from hansa.governance.relations.checks import CHECKS
from hansa.governance.relations.contracts import CONTRACTS
from hansa.governance.relations.flowing import FLOWING
from hansa.governance.relations.organisation import ORGANISATION
from hansa.governance.relations.ports import PORTS
from hansa.governance.relations.products import PRODUCTS
from hansa.governance.relations.recorded import RECORDED
from hansa.governance.relations.rules import RULES
from hansa.governance.relations.schema import Kind, Material, RelationColumn, RelationSchema
from hansa.governance.relations.views import VIEWS
from hansa.model import Mesh

_ALL = (*ORGANISATION, *PRODUCTS, *PORTS, *CONTRACTS, *CHECKS, *FLOWING, *RULES, *CHANGING, *RECORDED)

RELATIONS: tuple[RelationSchema, ...] = tuple(r.schema for r in _ALL)


def rows_of(mesh: Mesh, facts: Facts, today: dt.date) -> Mapping[str, RelationRows]:
    """Every relation of a mesh; rows are made when they are asked for, since most queries need a few relations only."""
    material = Material(mesh, facts, today)
    return {r.schema.name: r.given(material) for r in _ALL}


def example_rows(
    given: Mapping[str, Sequence[Mapping[str, Value | Sequence[str]]]], today: dt.date
) -> Mapping[str, RelationRows]:
    """Every relation with just the rows given, each as values by column name; `mesh` has its one row, whose day is `today`.

    A column that is not given is null, a flag false, a list empty. Raises `KeyError` with the name of an unknown relation, or
    `relation.column` of an unknown column.
    """
    known = {schema.name: schema for schema in RELATIONS}
    for name, rows in given.items():
        columns = {c.name for c in known[name].columns}
        for row in rows:
            for column in row.keys() - columns:
                raise KeyError(f"{name}.{column}")
    filled = {"mesh": ({},), **given}
    filled["mesh"] = tuple({"today": today.isoformat(), **row} for row in filled["mesh"])
    return {s.name: RelationRows(s.typed, tuple(_example_row(s, row) for row in filled.get(s.name, ()))) for s in RELATIONS}


def view_queries() -> Mapping[str, str]:
    """The SQL of every view, in an order in which they can be made."""
    return {view.name: view.sql for view in VIEWS}


def _example_row(schema: RelationSchema, given: Mapping[str, Value | Sequence[str]]) -> Row:
    return tuple(_example_value(c, given.get(c.name)) for c in schema.columns)


def _example_value(column: RelationColumn, given: Value | Sequence[str]) -> Value | tuple[str, ...]:
    match column.type, given:
        case Kind.FLAG, None:
            return False
        case Kind.TEXTS, None:
            return ()
        case Kind.TEXTS, str():
            return (given,)
        case Kind.TEXTS, list() | tuple():
            return tuple(str(each) for each in given)
        case _, None | str() | int() | float():
            return given
        case _:
            return str(given)
