"""Questions to an engine: the query of each, what its answer is evidence of, and what is asked when it cannot be had."""

from collections.abc import Callable, Sequence
from typing import Any, assert_never

from hansa.audit.evidence import Answered, Counted, Measurement, NotAnswered, Repeated
from hansa.audit.queries import distinct, fused, histogram, in_order, repeats, single
from hansa.engines import EngineFailed, QueryRefused
from hansa.frozen import dataclass
from hansa.model import Evidence

ROWS = ""
"""Where the rows of the table stand among the evidence; no check has an empty id."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows of one check to be counted: by a condition on the row, or on `value` where each distinct value is looked at once."""

    check: str
    column: str
    in_row: str
    of_value: str
    dear: bool = False


@dataclass(frozen=True, slots=True)
class AskCounts:
    """Several tallies at once, by a scan or, with `column`, by its histogram."""

    tallies: tuple[Tally, ...]
    column: str = ""


@dataclass(frozen=True, slots=True)
class AskOne:
    """One tally by itself: what is left of a larger question that could not be answered."""

    tally: Tally


@dataclass(frozen=True, slots=True)
class AskRepeats:
    checks: tuple[str, ...]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskDistinct:
    checks: tuple[str, ...]
    key: tuple[str, ...]
    otherwise: AskRepeats


@dataclass(frozen=True, slots=True)
class AskOrder:
    """Whether the rows are ordered by a key that is packed into one integer."""

    checks: tuple[str, ...]
    packed: str
    otherwise: AskRepeats


@dataclass(frozen=True, slots=True)
class AskRule:
    checks: tuple[str, ...]
    query: str


Job = AskCounts | AskOne | AskRepeats | AskDistinct | AskOrder | AskRule
Answer = list[tuple[Any, ...]] | QueryRefused | EngineFailed
Ask = Callable[[Sequence[str]], tuple[Answer, ...]]


def counting(tallies: Sequence[Tally]) -> AskCounts:
    return AskCounts(tuple(tallies))


def weighing(column: str, tallies: Sequence[Tally]) -> AskCounts:
    return AskCounts(tuple(tallies), column)


def carried_out(jobs: Sequence[Job], ask: Ask) -> dict[str, Measurement]:
    """The evidence of all jobs. Each round asks what the one before left open; there are at most three."""
    found: dict[str, Measurement] = {}
    while jobs:
        outcomes = [_outcome(job, answer) for job, answer in zip(jobs, ask([_query(job) for job in jobs]), strict=True)]
        for said, _ in outcomes:
            found.update(said)
        jobs = [job for _, left in outcomes for job in left]
    return found


def _query(job: Job) -> str:
    match job:
        case AskCounts(tallies, ""):
            return fused([t.in_row for t in tallies])
        case AskCounts(tallies, column):
            return histogram(column, [t.of_value for t in tallies])
        case AskOne(tally):
            return fused([tally.in_row])
        case AskRepeats(_, key):
            return repeats(key)
        case AskDistinct(_, key):
            return distinct(key)
        case AskOrder(_, packed):
            return in_order(packed)
        case AskRule(_, query):
            return single(query)
        case _:
            assert_never(job)


def _outcome(job: Job, answer: Answer) -> tuple[dict[str, Measurement], list[Job]]:
    """The evidence in an answer, and the jobs for what it left open."""
    if isinstance(answer, QueryRefused | EngineFailed):
        left = _in_parts(job, answer)
        reason = " ".join(answer.reason.split())
        return ({}, left) if left else (dict.fromkeys(_ids(job), NotAnswered(reason)), [])
    return _read(job, answer)


def _in_parts(job: Job, failure: QueryRefused | EngineFailed) -> list[Job]:
    if isinstance(failure, EngineFailed) and failure.kind == "connection":
        # The engine is out of reach: asking again only takes longer to say so. Bad input may be bad in one column only.
        return []
    match job:
        case AskCounts(tallies, column) if tallies:
            return [*([] if column else [AskCounts(())]), *(AskOne(t) for t in tallies)]
        case AskDistinct() | AskOrder():
            return [job.otherwise]
        case _:
            return []


def _ids(job: Job) -> tuple[str, ...]:
    match job:
        case AskCounts(tallies, column):
            return (*(() if column else (ROWS,)), *(t.check for t in tallies))
        case AskOne(tally):
            return (tally.check,)
        case _:
            return job.checks


def _read(job: Job, rows: list[tuple[Any, ...]]) -> tuple[dict[str, Measurement], list[Job]]:
    match job:
        case AskCounts(_, column):
            how = Evidence.HISTOGRAM if column else Evidence.SCAN
            return {check: Counted(int(n), how) for check, n in zip(_ids(job), rows[0], strict=True)}, []
        case AskOne(tally):
            return {tally.check: Counted(int(rows[0][1]), Evidence.SCAN)}, []
        case AskRepeats(checks):
            return dict.fromkeys(checks, Repeated(int(rows[0][0]), int(rows[0][1]), Evidence.SCAN)), []
        case AskDistinct(checks):
            unique = rows[0][0] == rows[0][1]
            return (dict.fromkeys(checks, Repeated(0, 0, Evidence.SCAN)), []) if unique else ({}, [job.otherwise])
        case AskOrder(checks):
            less, equal, first = (int(n) for n in rows[0])
            repeated = Repeated(first, equal + first, Evidence.SCAN)
            return (dict.fromkeys(checks, repeated), []) if less == 0 else ({}, [job.otherwise])
        case AskRule(checks):
            return dict.fromkeys(checks, _answer(rows)), []
        case _:
            assert_never(job)


def _answer(rows: list[tuple[Any, ...]]) -> Measurement:
    if not rows:
        return NotAnswered("the query gave no row")
    if len(rows) > 1:
        return NotAnswered("the query gave several rows, and one value is wanted")
    if len(rows[0]) != 1:
        return NotAnswered(f"the query gave {len(rows[0])} columns, and one value is wanted")
    return Answered(rows[0][0])
