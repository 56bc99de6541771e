"""Whether data keeps its contract: contract → checks → evidence → verdict, each a value of its own.

Promises: every check of a contract gets one verdict, `pass`, `fail`, `warn`, `error` (could not be evaluated) or
`skip`, and says how it
was reached; SQL of strangers runs only after it was confined. Does not: write, commit, or decide what follows from a verdict.
"""

from hansa.audit.audit import Audit, audit
from hansa.audit.checks import Check
from hansa.audit.confine import confine
from hansa.audit.derive import checks_for
from hansa.audit.evidence import Measurements
from hansa.audit.judge import judge
from hansa.audit.measure import measure
from hansa.audit.pattern import pattern_trouble
from hansa.audit.quarantine import REASONS, quarantine_query, quarantine_schema
from hansa.audit.sqlrule import rule_troubles

__all__ = [
    "REASONS",
    "Audit",
    "Check",
    "Measurements",
    "audit",
    "checks_for",
    "confine",
    "judge",
    "measure",
    "pattern_trouble",
    "quarantine_query",
    "quarantine_schema",
    "rule_troubles",
]
