"""The reading side for people: how every product stands, the page of one, and where data comes from and goes.

It only reads the mesh and the ledger; search and exports will join it here.
"""

from hansa.catalog.finding import find
from hansa.catalog.lineage import LineageNode, LineageView, Link, Subject, column_by_column, lineage, nodes
from hansa.catalog.page import ColumnLine, HistoryEntry, PortSection, ProductPage, page
from hansa.catalog.past import Past
from hansa.catalog.states import ProductState, state_of, states

__all__ = [
    "ColumnLine",
    "HistoryEntry",
    "LineageNode",
    "LineageView",
    "Link",
    "Past",
    "PortSection",
    "ProductPage",
    "ProductState",
    "Subject",
    "column_by_column",
    "find",
    "lineage",
    "nodes",
    "page",
    "state_of",
    "states",
]
