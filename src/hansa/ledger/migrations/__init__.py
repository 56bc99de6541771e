"""The versions of the ledger's tables and the way from each to the next.

Promises that any older ledger can be brought to `CURRENT`, all or nothing. Does not touch tables of others in the same
database, such as those of PyIceberg's catalogue. Versions are four digits, one file each in `versions`, and once released are
never edited.
"""

CURRENT = "0007"
VERSION_TABLE = "ledger_version"

__all__ = ["CURRENT", "VERSION_TABLE"]
