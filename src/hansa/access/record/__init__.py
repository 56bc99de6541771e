"""What the record of access answers: who may read what, what was read, by whom and at what cost, and who holds a key.

Promises to read the audit log in pieces, so that a long one needs no more memory than a short one. Does not write: entries are
made by the gateway, and the ledger chains them.
"""

from hansa.access.record.filters import ReadFilter, by_port
from hansa.access.record.holding import Holder, Holding, KeyRead, holders_of, majors_of, reads_of
from hansa.access.record.past import entries, last_of_each_query, used_lately
from hansa.access.record.standing import access_records, holding_grants
from hansa.access.record.usage import Usage, usage_of

__all__ = [
    "Holder",
    "Holding",
    "KeyRead",
    "ReadFilter",
    "Usage",
    "access_records",
    "by_port",
    "entries",
    "holders_of",
    "holding_grants",
    "last_of_each_query",
    "majors_of",
    "reads_of",
    "usage_of",
    "used_lately",
]
