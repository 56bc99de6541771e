"""Makes an audited set of snapshots the product's published version in one atomic move; rollback, promotion, garbage.

This folder decides what consumers see and nothing else: it neither computes nor audits. Readers resolve through `visible`.
"""

from hansa.publish.candidate import Candidate, CandidatePort, NewData, SameData
from hansa.publish.collect import Garbage, collect
from hansa.publish.heads import align_heads, show
from hansa.publish.pointers import ROLLBACK, Move, promote, rollback, withdraw
from hansa.publish.publish import commit, publish
from hansa.publish.visible import all_visible, visible

__all__ = [
    "ROLLBACK",
    "Candidate",
    "CandidatePort",
    "Garbage",
    "Move",
    "NewData",
    "SameData",
    "align_heads",
    "all_visible",
    "collect",
    "commit",
    "promote",
    "publish",
    "rollback",
    "show",
    "visible",
    "withdraw",
]
