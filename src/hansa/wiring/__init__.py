"""The one place where implementations are chosen and constructed, for the mesh of one folder.

Promises that everything is made on first use, so that a command pays only for what it needs: `hansa check` opens no ledger,
`hansa status` no engine, and nobody imports PyIceberg before something is committed.

Does not decide anything about the mesh, and serves nobody: `hansa.serving` puts together what answers readers.
"""

from hansa.wiring.circumstances import actor, moment, now
from hansa.wiring.engines import PARALLEL
from hansa.wiring.place import MESH_FILE, find_root, locate
from hansa.wiring.workplace import LATELY, MOST_QUERIES, Workplace, open_database

__all__ = [
    "LATELY",
    "MESH_FILE",
    "MOST_QUERIES",
    "PARALLEL",
    "Workplace",
    "actor",
    "find_root",
    "locate",
    "moment",
    "now",
    "open_database",
]
