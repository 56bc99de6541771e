"""What one viewer may know of, be told of in words of others, and do: every page, resource and tool asks here.

Promises: asked of the decider once for each thing, and remembered only while nothing changed; what is hidden is neither named,
counted, reached through lineage, nor told from what never was. Does not: decide, or look at requests.
"""

from hansa.server.sight.changes import known_changes
from hansa.server.sight.discretion import UNSAID, Discretion
from hansa.server.sight.findings import known_troubles, known_violations
from hansa.server.sight.meanings import Meanings, meanings
from hansa.server.sight.meant import described_ports, meant_port
from hansa.server.sight.powers import Reach, administers, answers_for, owned
from hansa.server.sight.reaching import knows, reached
from hansa.server.sight.sight import Sight, Sights

__all__ = [
    "UNSAID",
    "Discretion",
    "Meanings",
    "Reach",
    "Sight",
    "Sights",
    "administers",
    "answers_for",
    "described_ports",
    "known_changes",
    "known_troubles",
    "known_violations",
    "knows",
    "meanings",
    "meant_port",
    "owned",
    "reached",
]
