"""Consumers, purposes, requests and grants; decides what a reader may see of a port, and why.

Promises: default deny; a decision names every rule that made it; what cannot be decided is refused. Does not: read data, or keep
anything but through the ledger.
"""

from hansa.access.protocol import Action, Decider, Verdict

__all__ = ["Action", "Decider", "Verdict"]
