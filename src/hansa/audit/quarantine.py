"""The rows that failed, each with the reasons: what is set aside for people to look at."""

from collections.abc import Sequence

from hansa.audit.checks import Check, Metric, MetricName, Unique
from hansa.audit.judge import holds
from hansa.audit.literal import text
from hansa.audit.predicate import Unanswerable, condition
from hansa.audit.queries import filled_key, listed
from hansa.model import CheckResult, CheckStatus, Column, Schema, quoted
from hansa.model.types import List, String

REASONS = "_hansa_reasons"


def quarantine_query(checks: Sequence[Check], results: Sequence[CheckResult], schema: Schema, relation: str) -> str | None:
    """Selects the failing rows of the table named `relation`, with the ids of the checks that each fails in `_hansa_reasons`.

    Only failed checks that tell rows apart take part; None when there are none. Of repeated keys, all rows fail: nobody can say
    which one is right.
    """
    failed = {r.check for r in results if r.status is CheckStatus.FAIL}
    keys: list[str] = []
    reasons: list[str] = []
    for check in checks:
        if check.id not in failed:
            continue
        fails = _fails(check, schema, relation, keys)
        if fails is not None:
            reasons.append(f"CASE WHEN {fails} THEN [{text(check.id)}] ELSE [] END")
    if not reasons:
        return None
    collected = f"CAST({' || '.join(reasons)} AS VARCHAR[])"
    marked = f"SELECT batch.*, {collected} AS {REASONS} FROM {quoted(relation)} AS batch {' '.join(keys)}"
    return f"SELECT * FROM ({marked}) AS marked WHERE array_length({REASONS}) > 0"


def quarantine_schema(schema: Schema) -> Schema:
    """The schema of quarantined rows: as they were found, and the reasons."""
    return Schema((*(Column(c.name, c.type) for c in schema), Column(REASONS, List(String()))))


def _fails(check: Check, schema: Schema, relation: str, keys: list[str]) -> str | None:
    """The condition on a row of `batch`; appends to `keys` the join that a repeated key needs."""
    match check.question:
        case Unique(columns):
            return _repeats(columns, schema, relation, keys)
        case Metric() as metric:
            if holds(0, metric.operator) is not True:
                # Too few of something: no row is at fault.
                return None
            if metric.metric is MetricName.DUPLICATE_VALUES:
                return _repeats(metric.columns, schema, relation, keys)
        case _:
            pass
    column = schema.find(check.column) if check.column else None
    if column is None:
        return None
    fails = condition(check, column, f"batch.{quoted(column.name)}")
    return None if isinstance(fails, Unanswerable) else fails


def _repeats(columns: tuple[str, ...], schema: Schema, relation: str, keys: list[str]) -> str:
    names = tuple(dict.fromkeys(c.name for name in columns if (c := schema.find(name)) is not None))
    alias = f"repeated_{len(keys)}"
    groups = f"SELECT {listed(names)}, count(*) AS rows FROM {quoted(relation)} WHERE {filled_key(names)}"
    grouped = f"{groups} GROUP BY {listed(names)} HAVING count(*) > 1"
    equal = " AND ".join(f"batch.{quoted(n)} = {alias}.{quoted(n)}" for n in names)
    keys.append(f"LEFT JOIN ({grouped}) AS {alias} ON {equal}")
    return f"{alias}.{quoted(names[0])} IS NOT NULL"
