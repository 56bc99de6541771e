"""The reading side for people: how every product stands, and the page of one.

It only reads the mesh and the ledger; search, lineage views and exports will join it here.
"""

from hansa.catalog.page import ColumnLine, HistoryEntry, PortSection, ProductPage, page
from hansa.catalog.states import ProductState, state_of, states

__all__ = [
    "ColumnLine",
    "HistoryEntry",
    "PortSection",
    "ProductPage",
    "ProductState",
    "page",
    "state_of",
    "states",
]
