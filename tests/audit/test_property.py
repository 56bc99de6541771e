"""For random small tables and random limits: verdicts, counts and quarantine equal a naive evaluation in Python."""

import math
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hansa.audit import REASONS, audit, quarantine_query, quarantine_schema
from hansa.model import (
    CheckStatus,
    Column,
    Comparison,
    ContractColumn,
    Limits,
    Operator,
    ParquetFiles,
    Relation,
    Rule,
    RuleKind,
    Schema,
    Table,
    View,
)
from hansa.model.types import Float, Integer, String

SCHEMA = Schema((Column("n", Integer(64)), Column("f", Float(64)), Column("t", String())))
ARROW = pa.schema([("n", pa.int64()), ("f", pa.float64()), ("t", pa.string())])
Row = tuple[int | None, float | None, str | None]

floats = st.one_of(st.none(), st.sampled_from([0.0, 0.1, 0.3, 1.5, -2.0, math.nan, math.inf]))
texts = st.one_of(st.none(), st.text("ab1'", max_size=3))
tables = st.lists(st.tuples(st.one_of(st.none(), st.integers(-5, 5)), floats, texts), max_size=12)
bounds = st.one_of(st.none(), st.integers(-6, 6), st.sampled_from([0.1, 0.5, 1.5]))
sizes = st.one_of(st.none(), st.integers(0, 3))
operators = st.one_of(
    st.builds(lambda how, b: Operator(how, (b,)), st.sampled_from(list(Comparison)[:6]), st.integers(0, 4)),
    st.builds(
        lambda how, a, b: Operator(how, (a, b)), st.sampled_from(list(Comparison)[6:]), st.integers(0, 3), st.integers(1, 6)
    ),
)
PATTERNS = ["^a", "b$", "^[ab]*$", "1", r"\w\w"]


@st.composite
def numbers(draw: Any, name: str) -> ContractColumn:
    low, high, above, below = (draw(bounds) for _ in range(4))
    step = draw(st.sampled_from([None, 2, 3])) if name == "n" else None
    limits = Limits(low, high, above, below, step)
    accepted = tuple(draw(st.lists(st.integers(-3, 3), max_size=4)))
    return ContractColumn(name, required=draw(st.booleans()), unique=draw(st.booleans()), limits=limits, accepted=accepted)


@st.composite
def words(draw: Any) -> ContractColumn:
    limits = Limits(
        min_length=draw(sizes),
        max_length=draw(sizes),
        pattern=draw(st.sampled_from(["", *PATTERNS])),
        format=draw(st.sampled_from(["", "byte"])),
    )
    return ContractColumn(
        "t", unique=draw(st.booleans()), limits=limits, accepted=tuple(draw(st.lists(st.text("ab1'", max_size=2), max_size=3)))
    )


@st.composite
def rules(draw: Any) -> Rule:
    metric = draw(st.sampled_from(["rowCount", "nullValues", "missingValues", "invalidValues", "duplicateValues"]))
    arguments: dict[str, tuple[Any, ...]] = {}
    if metric == "missingValues":
        arguments["missingValues"] = tuple(draw(st.lists(st.sampled_from(["", "a", None]), max_size=2)))
    if metric == "invalidValues":
        arguments["validValues"] = tuple(draw(st.lists(st.text("ab1'", max_size=2), min_size=1, max_size=3)))
    return Rule(RuleKind.LIBRARY, "rule", metric=metric, operator=draw(operators), arguments=tuple(arguments.items()))


def failing(column: ContractColumn, values: list[Any]) -> dict[str, set[int]]:
    """The rows that fail each check of a column, by the naive reading of the contract."""
    limits, found = column.limits, dict[str, set[int]]()

    def where(kind: str, fails: Callable[[Any], bool]) -> None:
        found[f"{column.name}.{kind}"] = {i for i, v in enumerate(values) if v is not None and fails(v)}

    def outside(value: Any) -> bool:
        value = math.inf if value != value else value  # NaN is greater than every number
        low, high, above, below = limits.minimum, limits.maximum, limits.exclusive_minimum, limits.exclusive_maximum
        return bool(
            (low is not None and value < low)
            or (high is not None and value > high)
            or (above is not None and value <= above)
            or (below is not None and value >= below)
        )

    if column.required:
        found[f"{column.name}.required"] = {i for i, v in enumerate(values) if v is None}
    if column.unique:
        counted = Counter("nan" if v != v else v for v in values if v is not None)
        where("unique", lambda v: counted["nan" if v != v else v] > 1)
    if column.accepted:
        where("accepted", lambda v: v not in column.accepted)
    if (limits.minimum, limits.maximum, limits.exclusive_minimum, limits.exclusive_maximum) != (None,) * 4:
        where("range", outside)
    if limits.multiple_of is not None:
        where("multipleOf", lambda v: v % limits.multiple_of != 0)
    if (limits.min_length, limits.max_length) != (None, None):
        where(
            "length", lambda v: not (limits.min_length or 0) <= len(v) <= (99 if limits.max_length is None else limits.max_length)
        )
    if limits.pattern:
        where("pattern", lambda v: re.search(limits.pattern, v) is None)
    if limits.format:
        where("format", lambda v: re.fullmatch("", v) is None)  # of these texts only the empty one is base64
    return found


def measured(rule: Rule, values: list[str | None]) -> int:
    match rule.metric:
        case "rowCount":
            return len(values)
        case "nullValues":
            return sum(v is None for v in values)
        case "missingValues":
            return sum(v is None or v in rule.argument("missingValues") for v in values)
        case "invalidValues":
            return sum(v is not None and v not in rule.argument("validValues") for v in values)
        case _:
            return sum(n > 1 for n in Counter(v for v in values if v is not None).values())


def holds(value: int, operator: Operator) -> bool:
    a, b = operator.bounds[0], operator.bounds[-1]
    assert isinstance(a, int)
    assert isinstance(b, int)
    return {
        Comparison.BE: value == a,
        Comparison.NOT_BE: value != a,
        Comparison.GREATER: value > a,
        Comparison.GREATER_OR_EQUAL: value >= a,
        Comparison.LESS: value < a,
        Comparison.LESS_OR_EQUAL: value <= a,
        Comparison.BETWEEN: a <= value <= b,
        Comparison.NOT_BETWEEN: not a <= value <= b,
    }[operator.comparison]


def relation_of(rows: list[Row], as_file: bool, folder: Path) -> Relation:
    arrow = pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], ARROW)
    if as_file:
        path = folder / "rows.parquet"
        pq.write_table(arrow, path, row_group_size=4)
        return ParquetFiles((str(path),), SCHEMA)
    written = ", ".join(f"({_sql(n)}::BIGINT, {_sql(f)}::DOUBLE, {_sql(t)}::VARCHAR)" for n, f, t in rows)
    empty = "SELECT NULL::BIGINT AS n, NULL::DOUBLE AS f, NULL::VARCHAR AS t WHERE false"
    return View(f"SELECT * FROM (VALUES {written}) AS rows(n, f, t)" if rows else empty, None)


def _sql(value: Any) -> str:
    return "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"


@pytest.mark.parametrize("as_file", [True, False])
@settings(
    max_examples=25,
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=tables, n=numbers("n"), f=numbers("f"), t=words(), rule=rules())
def test_verdicts_and_quarantine_equal_a_naive_evaluation(
    engine: Any,
    tmp_path: Path,
    as_file: bool,
    rows: list[Row],
    n: ContractColumn,
    f: ContractColumn,
    t: ContractColumn,
    rule: Rule,
) -> None:
    t = ContractColumn("t", unique=t.unique, limits=t.limits, accepted=t.accepted, rules=(rule,))
    relation = relation_of(rows, as_file, tmp_path)
    done = audit("s", Table("things", (n, f, t)), SCHEMA, relation, engine)
    verdicts = {r.check: r for r in done.results}
    by_row: dict[int, set[str]] = {i: set() for i in range(len(rows))}
    for place, column in enumerate((n, f, t)):
        for check, wrong in failing(column, [row[place] for row in rows]).items():
            assert verdicts[check].failing_rows == len(wrong), verdicts[check]
            assert verdicts[check].status is (CheckStatus.FAIL if wrong else CheckStatus.PASS)
            for row in wrong:
                by_row[row].add(check)
    value = measured(rule, [row[2] for row in rows])
    assert rule.operator is not None
    assert verdicts["rule"].measured == value
    assert verdicts["rule"].status is (CheckStatus.PASS if holds(value, rule.operator) else CheckStatus.FAIL)
    assert done.rows == len(rows)
    assert quarantined(engine, relation, done) == expected(rows, by_row)


def quarantined(engine: Any, relation: Relation, done: Any) -> list[tuple[str, ...]]:
    """Rows with the reasons that row tests and keys gave; the rule's own reasons are tested by themselves."""
    query = quarantine_query(done.checks, done.results, SCHEMA, "batch table")
    if query is None:
        return []
    (rows,) = engine.measure([query], {"batch table": relation})
    assert isinstance(rows, list), rows
    kept = [(repr(r[:3]), *sorted(set(r[3]) - {"rule"})) for r in rows]
    return sorted(k for k in kept if len(k) > 1)


def expected(rows: list[Row], by_row: dict[int, set[str]]) -> list[tuple[str, ...]]:
    return sorted((repr(row), *sorted(by_row[i])) for i, row in enumerate(rows) if by_row[i])


def rule_of(metric: str, operator: Operator, **arguments: Any) -> Rule:
    return Rule(RuleKind.LIBRARY, "rule", metric=metric, operator=operator, arguments=tuple(arguments.items()))


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        (rule_of("nullValues", Operator(Comparison.BE, (0,))), [2]),
        (rule_of("missingValues", Operator(Comparison.LESS, (1,)), missingValues=("a",)), [0, 2, 3]),
        (rule_of("invalidValues", Operator(Comparison.BE, (0,)), validValues=("a",)), [1]),
        (rule_of("invalidValues", Operator(Comparison.BE, (0,)), pattern=("^b",)), [0, 3]),
        (rule_of("duplicateValues", Operator(Comparison.LESS_OR_EQUAL, (0,))), [0, 3]),
        (rule_of("duplicateValues", Operator(Comparison.BE, (0,)), properties=("t", "f")), []),
        (rule_of("nullValues", Operator(Comparison.GREATER, (3,))), []),
        (rule_of("rowCount", Operator(Comparison.BE, (0,))), []),
    ],
)
def test_a_failed_metric_quarantines_the_rows_it_counts(engine: Any, tmp_path: Path, rule: Rule, rows: list[int]) -> None:
    data: list[Row] = [(0, 0.0, "a"), (1, 1.0, "b"), (2, 2.0, None), (3, 3.0, "a")]
    relation = relation_of(data, True, tmp_path)
    done = audit("s", Table("things", (ContractColumn("t", rules=(rule,)),)), SCHEMA, relation, engine)
    query = quarantine_query(done.checks, done.results, SCHEMA, "b")
    found: list[int] = []
    if query is not None:
        (answer,) = engine.measure([query], {"b": relation})
        assert all(row[3] == ["rule"] for row in answer)
        found = sorted(row[0] for row in answer)
    assert found == rows


def test_a_warning_quarantines_nothing_and_the_schema_names_the_reasons(engine: Any, tmp_path: Path) -> None:
    rule = Rule(RuleKind.LIBRARY, "rule", metric="nullValues", operator=Operator(Comparison.BE, (0,)), severity="warning")
    relation = relation_of([(0, None, None)], True, tmp_path)
    done = audit("s", Table("things", (ContractColumn("t", rules=(rule,)),)), SCHEMA, relation, engine)
    assert quarantine_query(done.checks, done.results, SCHEMA, "b") is None
    assert quarantine_schema(SCHEMA).names == ("n", "f", "t", REASONS)
