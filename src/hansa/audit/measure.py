"""From checks to evidence, in as few queries as the data allows.

The schema and the footers of Parquet files settle what they can. On large files, dear tests of a column with few
distinct values are
answered by its histogram and keys by the order of the rows, where a sample says that this may work. The rest goes through one
fused scan; keys and SQL rules have a query each. A query that fails costs only its own checks: a fused one is asked
again in parts.
"""

from collections.abc import Iterable, Mapping, Sequence

from hansa.audit.checks import Accepted, Check, Format, Metric, MetricName, Pattern, SqlRule, Unique
from hansa.audit.evidence import Counted, Measurement, Measurements, NotAnswered
from hansa.audit.footers import Footers, footers_of
from hansa.audit.jobs import ROWS, Answer, AskDistinct, AskOrder, AskRepeats, AskRule, Job, Tally, carried_out, counting, weighing
from hansa.audit.keys import ordered_key
from hansa.audit.predicate import Unanswerable, condition
from hansa.audit.queries import in_order, variety
from hansa.audit.settle import by_footers, by_schema
from hansa.audit.sqlrule import Scene, prepared
from hansa.engines import Cancellation, Engine, EngineFailed, QueryRefused
from hansa.frozen import dataclass
from hansa.model import Relation, Schema

LARGE = 300_000
"""Rows from which a look at a sample pays. Below, one scan takes a few milliseconds."""
FEW = 1_000
"""Distinct values in a sample up to which a column's histogram is taken."""


def measure(
    checks: Sequence[Check], schema: Schema, scene: Scene, engine: Engine, cancellation: Cancellation | None = None
) -> Measurements:
    """Evidence for every check. Raises `Cancelled`; everything else that goes wrong is evidence, too."""
    found: dict[str, Measurement] = dict(by_schema(checks, schema))
    footers = footers_of(scene.subject)
    if footers is not None:
        found.update(by_footers(_open(checks, found), schema, footers))
    ask = _Asking(engine, scene.alone, cancellation)
    tallies = _tallies(_open(checks, found), schema, found)
    keys = _keys(_open(checks, found), schema)
    few, ordered = _promising(tallies, keys, footers, ask)
    jobs: list[Job] = []
    for column in sorted(few):
        jobs.append(weighing(column, [t for t in tallies if t.column == column]))
    scanned = [t for t in tallies if t.column not in few]
    if scanned or footers is None:
        jobs.append(counting(scanned))
    jobs += _key_jobs(keys, ordered, footers)
    rules = _rule_jobs(_open(checks, found), schema, scene, found)
    if scene.siblings:
        # Asked apart, so that a sibling that cannot be read costs only the rules.
        found.update(carried_out(rules, _Asking(engine, scene.tables, cancellation).queries))
    else:
        jobs += rules
    found.update(carried_out(jobs, ask.queries))
    rows = found.pop(ROWS, None)
    if footers is not None:
        return Measurements(footers.rows, found)
    _count_rows(checks, found, rows)
    return Measurements(rows.rows if isinstance(rows, Counted) else None, found)


@dataclass(frozen=True, slots=True)
class _Asking:
    engine: Engine
    tables: Mapping[str, Relation]
    cancellation: Cancellation | None

    def queries(self, queries: Sequence[str]) -> tuple[Answer, ...]:
        """The engine's answers; a relation that cannot be opened at all is the answer to every query."""
        try:
            return self.engine.measure(queries, self.tables, self.cancellation)
        except (EngineFailed, QueryRefused) as failure:
            return tuple(failure for _ in queries)


def _open(checks: Iterable[Check], found: Mapping[str, Measurement]) -> list[Check]:
    return [c for c in checks if c.id not in found]


def _tallies(checks: Iterable[Check], schema: Schema, found: dict[str, Measurement]) -> list[Tally]:
    """What is counted value by value; the rest of the checks is left alone. Conditions that do not exist are evidence at once."""
    tallies: list[Tally] = []
    for check in checks:
        column = schema.find(check.column) if check.column else None
        if column is None or isinstance(check.question, Unique | SqlRule) or _is_key(check) or _is_row_count(check):
            continue
        in_row, of_value = condition(check, column), condition(check, column, "value")
        if isinstance(in_row, Unanswerable) or isinstance(of_value, Unanswerable):
            found[check.id] = NotAnswered(in_row.reason if isinstance(in_row, Unanswerable) else "")
        else:
            tallies.append(Tally(check.id, column.name, in_row, of_value, _is_dear(check)))
    return tallies


def _is_key(check: Check) -> bool:
    return isinstance(check.question, Metric) and check.question.metric is MetricName.DUPLICATE_VALUES


def _is_row_count(check: Check) -> bool:
    return isinstance(check.question, Metric) and check.question.metric is MetricName.ROW_COUNT


def _is_dear(check: Check) -> bool:
    """Whether looking at each row costs more than grouping: lists of values and expressions do, comparisons do not."""
    question = check.question
    dear_metric = isinstance(question, Metric) and (question.metric is MetricName.INVALID_VALUES or bool(question.missing))
    return isinstance(question, Accepted | Pattern | Format) or dear_metric


def _keys(checks: Iterable[Check], schema: Schema) -> dict[str, tuple[str, ...]]:
    """The key of each check that asks for repeats, in the spelling of the data."""
    keys: dict[str, tuple[str, ...]] = {}
    for check in checks:
        if isinstance(check.question, Unique | Metric) and (isinstance(check.question, Unique) or _is_key(check)):
            columns = [schema.find(name) for name in check.question.columns]
            keys[check.id] = tuple(dict.fromkeys(c.name for c in columns if c is not None))
    return keys


def _promising(
    tallies: Sequence[Tally], keys: Mapping[str, tuple[str, ...]], footers: Footers | None, ask: _Asking
) -> tuple[set[str], dict[tuple[str, ...], str]]:
    """By a sample of large files: the columns with few values, and the keys that the rows seem to be ordered by."""
    if footers is None or footers.rows < LARGE:
        return set(), {}
    dear = sorted({t.column for t in tallies if t.dear})
    wanted = {key: sql for key in dict.fromkeys(keys.values()) if (sql := ordered_key(key, footers))}
    queries = ([variety(dear)] if dear else []) + [in_order(sql, sample=True) for sql in wanted.values()]
    answers = list(ask.queries(queries)) if queries else []
    few: set[str] = set()
    if dear:
        first = answers.pop(0)
        if isinstance(first, list) and first:
            few = {column for column, values in zip(dear, first[0], strict=True) if int(values) <= FEW}
    # A key in order is worth reading only when the sample is: a refusal leaves the usual way.
    ordered = {key: sql for (key, sql), rows in zip(wanted.items(), answers, strict=True) if _rising(rows)}
    return few, ordered


def _rising(answer: Answer) -> bool:
    return isinstance(answer, list) and answer[0][0] == 0


def _key_jobs(keys: Mapping[str, tuple[str, ...]], ordered: Mapping[tuple[str, ...], str], footers: Footers | None) -> list[Job]:
    """One job for each key, whichever checks ask for it; a cheap question leads to a dearer one when it proves nothing."""
    asked: dict[tuple[str, ...], list[str]] = {}
    for check, key in keys.items():
        asked.setdefault(key, []).append(check)
    jobs: list[Job] = []
    for key, checks in asked.items():
        last = AskRepeats(tuple(checks), key)
        if key in ordered:
            jobs.append(AskOrder(tuple(checks), ordered[key], last))
        elif footers is not None and footers.rows >= LARGE:
            jobs.append(AskDistinct(tuple(checks), key, last))
        else:
            jobs.append(last)
    return jobs


def _rule_jobs(checks: Iterable[Check], schema: Schema, scene: Scene, found: dict[str, Measurement]) -> list[Job]:
    jobs: list[Job] = []
    for check in checks:
        if not isinstance(check.question, SqlRule):
            continue
        column = schema.find(check.column) if check.column else None
        query = prepared(check.question.query, scene, column.name if column else "", check.place)
        if isinstance(query, str):
            jobs.append(AskRule((check.id,), query))
        else:
            found[check.id] = NotAnswered("; ".join(t.summary for t in query))
    return jobs


def _count_rows(checks: Iterable[Check], found: dict[str, Measurement], rows: Measurement | None) -> None:
    for check in checks:
        if _is_row_count(check) and check.id not in found:
            found[check.id] = rows if rows is not None else NotAnswered("the rows could not be counted")
