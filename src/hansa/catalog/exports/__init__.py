"""A mesh as documents of other systems: DCAT 3, DPROD, OpenAPI 3.1, and cards for readers that are programs.

Pure: from a compiled mesh and what is published of it to pieces of text, one thing at a time, the same for the same mesh. What
readers may not know of is taken out before, by `discoverable`. Does not: read values of the data, fetch anything, write files.
"""

from hansa.catalog.exports.cards import Card, cards
from hansa.catalog.exports.dcat import dcat
from hansa.catalog.exports.dprod import dprod
from hansa.catalog.exports.endpoints import Endpoint, endpoints_of
from hansa.catalog.exports.iris import Iris
from hansa.catalog.exports.jsonld import json_ld
from hansa.catalog.exports.openapi import openapi, written
from hansa.catalog.exports.telling import MayDiscover, Told, about, discoverable, product_of
from hansa.catalog.exports.turtle import turtle
from hansa.catalog.exports.vocabulary import SHORT

__all__ = [
    "SHORT",
    "Card",
    "Endpoint",
    "Iris",
    "MayDiscover",
    "Told",
    "about",
    "cards",
    "dcat",
    "discoverable",
    "dprod",
    "endpoints_of",
    "json_ld",
    "openapi",
    "product_of",
    "turtle",
    "written",
]
