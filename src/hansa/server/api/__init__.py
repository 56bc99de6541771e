"""What holds for every address of the API: who calls and looks, bodies and keys, pages of lists, tags, refusals, its description.

Promises: no parameter is passed over; lists have pages that stay in order while things come and go; what is sent again is done
once; every refusal is told in the description of the API. Does not: have addresses itself; those are in `resources`, `reading`,
`access` and `events`.
"""

from hansa.server.api.bodies import Strict, body_of
from hansa.server.api.callers import Backed, Called, Caller
from hansa.server.api.listing import Paged, Pages
from hansa.server.api.paging import Cursor
from hansa.server.api.refusing import refusals
from hansa.server.api.routes import Resource
from hansa.server.api.shown import Listing, Shown, example
from hansa.server.api.viewing import Viewer, Viewing

__all__ = [
    "Backed",
    "Called",
    "Caller",
    "Cursor",
    "Listing",
    "Paged",
    "Pages",
    "Resource",
    "Shown",
    "Strict",
    "Viewer",
    "Viewing",
    "body_of",
    "example",
    "refusals",
]
