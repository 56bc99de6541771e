"""Policies as SQL over the mesh's own relations, waivers, rehearsal, detectors and the scorecard.

Pure functions of a mesh and the recorded facts: the database that answers a policy's query is given as a function, and so is the
day. It judges and explains; who refuses because of it (check, plan, run) is their own affair.
"""

from hansa.governance.asking import Answer, MeshDatabase, OpenDatabase, RelationRows
from hansa.governance.facts import NO_FACTS, AccessRecord, Facts, FeedbackRecord

__all__ = ["NO_FACTS", "AccessRecord", "Answer", "Facts", "FeedbackRecord", "MeshDatabase", "OpenDatabase", "RelationRows"]
