"""Iceberg tables: staged files, commits, snapshots, heads of environments, garbage collection.

One table for each major of each output port, in a SQL catalogue beside the ledger. Promises: a commit is one snapshot or
nothing; it holds its base's files and the change, whatever happened to the branch meanwhile; data files are never moved or
rewritten; nothing that a kept snapshot names is ever deleted. Does not decide what is published: that is the ledger's
publication, and a snapshot that no publication names is invisible to consumers. Computes no data.

Importing this door costs no PyIceberg, and neither does reading the files of a snapshot once they were listed.
"""

from hansa.lake.change import RUN_PROPERTY, Append, Change, Collected, Replace, Rewrite, Snapshot
from hansa.lake.failure import LakeConflict, LakeFailed, LakeRefused
from hansa.lake.lake import Lake
from hansa.lake.places import table_name
from hansa.lake.stored_schema import schema_from_json, schema_to_json

__all__ = [
    "RUN_PROPERTY",
    "Append",
    "Change",
    "Collected",
    "Lake",
    "LakeConflict",
    "LakeFailed",
    "LakeRefused",
    "Replace",
    "Rewrite",
    "Snapshot",
    "schema_from_json",
    "schema_to_json",
    "table_name",
]
