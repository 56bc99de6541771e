"""`hansa.connect`: the public name of the client, which is loaded by the first call. `import hansa` stays cheap."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hansa.client import Connection


def connect(url: str = "", **options: Any) -> "Connection":
    """A connection to a gateway, or to a mesh in this process: see `hansa.client.connect` for the options."""
    from hansa.client import connect as connecting

    return connecting(url, **options)
