"""Hansa: data products as code, traded through ports under contracts, governed for all."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hansa.client import Connection

__version__ = "0.1.0"


def connect(url: str = "", **options: Any) -> "Connection":
    """A connection to a gateway, or to a mesh in this process: see `hansa.client.connect`, which is loaded by the first call."""
    from hansa.client import connect as connecting

    return connecting(url, **options)
