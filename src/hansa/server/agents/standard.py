"""The protocol over stdin and stdout, for one client that started this process: whoever it is, is said once."""

import anyio
from mcp.server.stdio import stdio_server

from hansa.server.agents.listening import MOST_SECONDS
from hansa.server.agents.speaking import Connection, speaker
from hansa.server.api import Caller
from hansa.server.catalogue import Catalogue

_MOST = 16  # calls of one client at once


def over_stdio(catalogue: Catalogue, caller: Caller, seconds: float = MOST_SECONDS) -> None:
    """Answer until stdin ends. Nothing else may write to stdout meanwhile."""
    anyio.run(_spoken, catalogue, caller, seconds)


async def _spoken(catalogue: Catalogue, caller: Caller, seconds: float) -> None:
    server = speaker(Connection(catalogue, lambda _: caller, anyio.CapacityLimiter(_MOST), seconds))
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
