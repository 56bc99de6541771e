"""The audit of one relation against one table of a contract."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import field

from hansa.audit.checks import Check, lenient
from hansa.audit.derive import checks_for
from hansa.audit.judge import judge
from hansa.audit.measure import measure
from hansa.audit.sqlrule import scene_of
from hansa.engines import Cancellation, Engine
from hansa.frozen import dataclass
from hansa.model import CheckResult, CheckStatus, Relation, Schema, Table


@dataclass(frozen=True, slots=True)
class Audit:
    """The verdicts on one subject; `rows` is None when they could not be counted. `results` stand in the order of `checks`."""

    subject: str
    results: tuple[CheckResult, ...]
    rows: int | None
    checks: tuple[Check, ...] = field(default=(), repr=False)

    @property
    def passed(self) -> bool:
        """Whether nothing failed, and nothing that would matter could not be evaluated. Warnings and skips are no reason."""
        return not self.reasons

    @property
    def reasons(self) -> tuple[CheckResult, ...]:
        """The verdicts for which the audit did not pass."""
        bad = (CheckStatus.FAIL, CheckStatus.ERROR)
        return tuple(r for r in self.results if r.status in bad and not lenient(r.severity))

    @property
    def counts(self) -> Mapping[CheckStatus, int]:
        """How many verdicts of each status, all of them named."""
        counted = Counter(r.status for r in self.results)
        return {status: counted[status] for status in CheckStatus}


def audit(
    subject: str,
    table: Table,
    schema: Schema,
    relation: Relation,
    engine: Engine,
    *,
    siblings: Mapping[str, Relation] | None = None,
    cancellation: Cancellation | None = None,
) -> Audit:
    """Audit a relation whose columns are `schema` against a table of a contract. Raises `Cancelled`; bad data is a verdict.

    `siblings` are the other tables of the contract, by the names that SQL rules call them.
    """
    checks = checks_for(table)
    measurements = measure(checks, schema, scene_of(table, relation, siblings or {}), engine, cancellation)
    return Audit(subject, judge(subject, checks, measurements), measurements.rows, checks)
