"""The mesh for agents: a server of the Model Context Protocol, over HTTP beside the API and over stdio for one who sits here.

Promises: every tool stands on the decision, the masks, the limits and the record that every other way of reading has (way `mcp`);
what a caller may not discover is in no result, list, completion or error; texts that others wrote are cleaned of what cannot be
seen, and told as content. Nothing is kept between two requests, so that any replica answers any of them.
Does not: load the protocol's library before somebody speaks it, run models, ask clients for anything, or let arguments of a call
widen what its connection was opened for.
"""

from hansa.server.agents.listening import MOST_SECONDS, Agents, BesideAgents

__all__ = ["MOST_SECONDS", "Agents", "BesideAgents"]
