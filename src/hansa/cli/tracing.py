"""`lineage`: where data comes from and where it goes, across domains, or in one statement."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import JsonOption, MeshOption
from hansa.cli.output import write_json

if TYPE_CHECKING:
    from hansa.catalog import LineageNode, LineageView, Link
    from hansa.model import LineageGraph

STATEMENT = "columns"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(lineage)


def lineage(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME[#COLUMN]",
            help="A product, port, column or source:CONTRACT#COLUMN; or the word columns, for one statement of SQL.",
        ),
    ],
    up: Annotated[bool, typer.Option("--up", help="Only what it comes from.")] = False,
    down: Annotated[bool, typer.Option("--down", help="Only where it goes.")] = False,
    depth: Annotated[int | None, typer.Option("--depth", min=1, metavar="N", help="At most N steps, from port to port.")] = None,
    indirect: Annotated[bool, typer.Option("--indirect", help="Follow joins, filters, grouping and sorting, too.")] = False,
    dialect: Annotated[str, typer.Option("--dialect", metavar="D", help="columns: the dialect of the statement.")] = "duckdb",
    schema: Annotated[
        Path | None, typer.Option("--schema", metavar="FILE", help="columns: the tables, as {table: {column: type}}.")
    ] = None,
    sql: Annotated[Path | None, typer.Option("--sql", metavar="FILE", help="columns: the statement; by default stdin.")] = None,
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Show what data is made of and where it goes.

    Up and down, over products and domains, with how each column takes part and how that is known.

    Example: hansa lineage customer.profiles#household_id --down
    """
    if name == STATEMENT:
        from hansa.cli.statement_lineage import columns

        columns(dialect, schema, sql, json)
        return
    from hansa.catalog import column_by_column, find
    from hansa.catalog import lineage as lineage_of
    from hansa.cli.lineage_tree import write_lineage
    from hansa.model import LineageGraph
    from hansa.wiring import Workplace

    both = up == down
    with Workplace.open(mesh) as workplace:
        graph = LineageGraph(workplace.compiled.mesh)
    view = lineage_of(graph, find(graph, name), depth, up=up or both, down=down or both)
    if json:
        write_json(_json(column_by_column(view, graph), graph))
    else:
        write_lineage(view, up=up or both, down=down or both, indirect=indirect)


def _json(view: "LineageView", graph: "LineageGraph") -> dict[str, object]:
    from hansa.catalog import nodes

    return {
        "name": str(view.of),
        "nodes": [_node_json(n) for n in nodes(view, graph)],
        "edges": [_edge_json(e) for e in dict.fromkeys((*view.up, *view.down))],
    }


def _node_json(node: "LineageNode") -> dict[str, object]:
    return {
        "name": node.name,
        "kind": node.kind,
        "product": node.product,
        "port": node.port,
        "column": node.column,
        "owner": node.owner,
    }


def _edge_json(link: "Link") -> dict[str, object]:
    return {
        "from": str(link.source),
        "to": str(link.target),
        "kind": link.kind,
        "subtype": link.subtype,
        "learnt": link.learnt,
        "columns": link.columns,
    }
