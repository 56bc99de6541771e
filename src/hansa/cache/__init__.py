"""What a command finds out and the next one need not find out again: compiled meshes, and what policies said of them.

Promises: all of it may be deleted at any time. It is never trusted blindly: it is used only while everything that it was made of
is as it was, and reading it can make nothing but records of the model. Products of a mesh that is recalled are read when
somebody looks. Does not: keep meshes with errors, or anything that a consumer sees.
"""

from hansa.cache.files import await_claim, claim
from hansa.cache.meshes import Kept, Recalled, Settings, keep, keep_again, recall
from hansa.cache.said import Said, keep_said, recall_answers, recall_verdicts
from hansa.cache.stamps import next_tick, state

__all__ = [
    "Kept",
    "Recalled",
    "Said",
    "Settings",
    "await_claim",
    "claim",
    "keep",
    "keep_again",
    "keep_said",
    "next_tick",
    "recall",
    "recall_answers",
    "recall_verdicts",
    "state",
]
