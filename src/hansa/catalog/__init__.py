"""The reading side for people: how every product stands, the page of one, and where data comes from and goes.

Beside it `search` finds any of it, `drawing` lays graphs out, and `exports` writes it for other systems.
Does not: change the mesh or the ledger, read rows, or know who looks.
"""

from hansa.catalog.finding import find
from hansa.catalog.lineage import LineageNode, LineageView, Link, Subject, column_by_column, lineage, nodes
from hansa.catalog.neighbours import Neighbours
from hansa.catalog.page import ColumnLine, HistoryEntry, PortSection, ProductPage, page
from hansa.catalog.past import Past
from hansa.catalog.states import ProductState, aged, state_of, states

__all__ = [
    "ColumnLine",
    "HistoryEntry",
    "LineageNode",
    "LineageView",
    "Link",
    "Neighbours",
    "Past",
    "PortSection",
    "ProductPage",
    "ProductState",
    "Subject",
    "aged",
    "column_by_column",
    "find",
    "lineage",
    "nodes",
    "page",
    "state_of",
    "states",
]
