"""Compares two versions of a contract by meaning: what changed, what that asks of the version, whether readers break.

Pure: two ODCS documents as plain data come in, one value goes out. Entries of lists are matched by what they are, never by where
they stand; what is a default written out, an old word of the standard or another spelling of a type is no change of promise.
Who reads what changed is not known here: `hansa.plan` joins that.
"""

from hansa.plan.difference.difference import difference
from hansa.plan.difference.records import ContractChange, Difference
from hansa.plan.difference.rules import RULES, Rule
from hansa.plan.difference.wording import shown

__all__ = ["RULES", "ContractChange", "Difference", "Rule", "difference", "shown"]
