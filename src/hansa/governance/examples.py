"""Running a policy's examples: rows that must pass, and rows in which it must find just the subjects that are named."""

import datetime as dt
from collections.abc import Iterable

from hansa.engines import EngineFailed, QueryRefused
from hansa.frozen import dataclass
from hansa.governance.asking import OpenDatabase
from hansa.governance.relations import RELATIONS, example_rows, view_queries
from hansa.model import Policy, PolicyExample
from hansa.trouble import Trouble, did_you_mean, one_of


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """What came of one example. `found` is pass, fail or error; `subjects` are those of the violations, sorted."""

    example: PolicyExample
    found: str
    passed: bool
    subjects: tuple[str, ...] = ()
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """The examples of one policy, as they went."""

    policy: Policy
    results: tuple[ExampleResult, ...]

    @property
    def passed(self) -> bool:
        return all(r.passed for r in self.results)


def run_examples(policies: Iterable[Policy], open_database: OpenDatabase, today: dt.date) -> tuple[PolicyTest, ...]:
    """Run all examples. Scopes and waivers play no part: an example shows what the query itself says."""
    return tuple(PolicyTest(p, tuple(_run(p, e, open_database, today) for e in p.examples)) for p in policies)


def _run(policy: Policy, example: PolicyExample, open_database: OpenDatabase, today: dt.date) -> ExampleResult:
    try:
        rows = example_rows(example.rows, today)
    except KeyError as unknown:
        return _wrong(example, "H317", *_unknown(str(unknown.args[0])))
    try:
        database = open_database(rows, view_queries())
        try:
            answer = database.ask(policy.sql)
        finally:
            database.close()
    except (QueryRefused, EngineFailed) as wrong:
        return _wrong(
            example, "H313", f"`{policy.id}` cannot be judged over an example: {wrong.reason}", "mend the query, or the rows"
        )
    at = next((i for i, name in enumerate(answer.columns) if name.lower() == "subject"), None)
    if at is None:
        return _wrong(example, "H313", f"the query of `{policy.id}` yields no column `subject`", "select who breaks the rule")
    subjects = tuple(sorted({str(row[at]) for row in answer.rows}))
    wanted = tuple(sorted(set(example.subjects)))
    passed = not subjects if example.passes else bool(subjects) and (not wanted or subjects == wanted)
    return ExampleResult(example, "fail" if subjects else "pass", passed, subjects)


def _wrong(example: PolicyExample, code: str, summary: str, mend: str) -> ExampleResult:
    places = (example.place,) if example.place is not None else ()
    return ExampleResult(example, "error", passed=False, trouble=Trouble(code, summary, places, mend))


def _unknown(name: str) -> tuple[str, str]:
    """What to say of a relation or column that an example names and the mesh does not have."""
    columns = {r.name: [c.name for c in r.columns] for r in RELATIONS}
    relation, _, column = name.partition(".")
    known = columns.get(relation, ()) if column else columns
    what = f"no column `{column}`" if column else f"no relation `{relation}`"
    summary = f"an example gives rows that cannot be: {f'`{relation}` has' if column else 'there is'} {what}"
    return summary, did_you_mean(column or relation, known) or f"known: {one_of(known)}"
