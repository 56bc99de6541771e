"""Answers queries over what is published, under the decisions of `access`: nobody's SQL is trusted.

Promises: what runs is what was checked; a reader sees just the columns, masks and rows that were decided, over one set of
publications; every read is on record before its first row leaves; no error tells a value that its reader may not see. Does not:
decide, know who somebody is, or keep anything but the record. `answering.Gateway` is the door's inside; importing this costs no
engine.
"""

from hansa.gateway.asking import (
    Answering,
    GovernedAnswer,
    Parameters,
    Prepared,
    Query,
    QueryLimits,
    Recorder,
    Refused,
)

__all__ = ["Answering", "GovernedAnswer", "Parameters", "Prepared", "Query", "QueryLimits", "Recorder", "Refused"]
