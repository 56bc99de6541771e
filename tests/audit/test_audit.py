"""Planted violations of each kind are found, with exact counts, by the real engine."""

from typing import Any

import pytest

from hansa.audit import Audit, audit, confine
from hansa.engines import Cancellation, Cancelled
from hansa.model import (
    CheckStatus,
    Comparison,
    ContractColumn,
    CsvFiles,
    Evidence,
    Limits,
    Operator,
    ParquetFiles,
    Rule,
    RuleKind,
    Table,
)
from hansa.model.types import Date, Decimal, Float, Integer, List, String, Timestamp

PASS, FAIL, WARN, ERROR, SKIP = CheckStatus.PASS, CheckStatus.FAIL, CheckStatus.WARN, CheckStatus.ERROR, CheckStatus.SKIP
TEXT = "SELECT unnest(['a@b.ch', 'x', NULL, 'longer text', 'ACC12345678']) AS v"
NUMBERS = "SELECT unnest([1, 2, 3, 3, 10, NULL, 4, 4, 4]) AS v"


def column(**options: Any) -> ContractColumn:
    return ContractColumn("v", **options)


def limited(**limits: Any) -> ContractColumn:
    return ContractColumn("v", limits=Limits(**limits))


PLANTED: list[tuple[str, str, ContractColumn, int | None]] = [
    ("v.required", NUMBERS, column(required=True), 1),
    ("v.required", "SELECT 1 AS v", column(required=True), 0),
    ("v.accepted", TEXT, column(accepted=("x", "longer text", None)), 2),
    ("v.accepted", NUMBERS, column(accepted=(1, 2, "3", 4.0)), 1),
    ("v.accepted", NUMBERS, column(accepted=("none of it",)), 8),
    ("v.range", NUMBERS, limited(minimum=2, maximum=4), 2),
    ("v.range", NUMBERS, limited(exclusive_minimum=2, exclusive_maximum=4), 6),
    ("v.range", NUMBERS, limited(minimum=1, maximum=10), 0),
    ("v.range", "SELECT unnest([0.1, 0.2, 0.3]::DECIMAL(5,2)[]) AS v", limited(exclusive_minimum=0.1), 1),
    ("v.range", "SELECT unnest(['0.1', '0.2', 'NaN', '0.3']::DOUBLE[]) AS v", limited(maximum=0.2), 2),
    ("v.range", "SELECT unnest([DATE '2020-01-01', DATE '2021-01-01']) AS v", limited(minimum="2020-06-01"), 1),
    ("v.range", "SELECT TIMESTAMP '2020-01-01 00:00:00' AS v", limited(minimum="2020-01-01 00:00:00+10:00"), 0),
    ("v.range", "SELECT TIMESTAMPTZ '2020-01-01 00:00:00+00' AS v", limited(minimum="2020-01-01 00:00:01"), 1),
    ("v.range", "SELECT TIME '10:00:00' AS v", limited(maximum="09:59:59"), 1),
    ("v.length", TEXT, limited(min_length=2, max_length=10), 3),
    ("v.length", "SELECT 'äöü' AS v", limited(max_length=3), 0),
    ("v.length", "SELECT encode('äöü') AS v", limited(max_length=3), 1),
    ("v.pattern", TEXT, limited(pattern="ACC[0-9]{8}"), 3),
    ("v.pattern", TEXT, limited(pattern="^x$"), 3),
    ("v.format", TEXT, limited(format="email"), 3),
    ("v.format", "SELECT unnest([127, 128, -128, -129, NULL]) AS v", limited(format="i8"), 2),
    ("v.format", "SELECT unnest([-1, 9223372036854775807]::BIGINT[]) AS v", limited(format="u128"), 1),
    ("v.format", "SELECT uuid() AS v", limited(format="uuid"), 0),
    ("v.multipleOf", NUMBERS, limited(multiple_of=2), 3),
    ("v.multipleOf", NUMBERS, limited(multiple_of=0.5), 0),
    ("v.multipleOf", "SELECT unnest([0.3, 0.35]::DOUBLE[]) AS v", limited(multiple_of=0.1), 1),
    ("v.multipleOf", "SELECT unnest([0.30, 0.35]::DECIMAL(9,2)[]) AS v", limited(multiple_of=0.1), 1),
    ("v.items", "SELECT unnest([[1], [1, 2], [], NULL]) AS v", limited(min_items=1, max_items=1), 2),
    ("v.uniqueItems", "SELECT unnest([[1, 1], [1, 2], [NULL, NULL], [1, NULL], NULL, []]) AS v", limited(unique_items=True), 2),
]


@pytest.mark.parametrize(("check", "rows", "promised", "failing"), PLANTED)
def test_a_row_test_counts_exactly_the_rows_that_fail(
    auditor: Any, check: str, rows: str, promised: ContractColumn, failing: int
) -> None:
    verdict = auditor.one(check, rows, promised)
    assert (verdict.failing_rows, verdict.status) == (failing, FAIL if failing else PASS), verdict.message


@pytest.mark.parametrize(("check", "rows", "promised", "failing"), PLANTED)
def test_a_row_test_passes_on_no_rows(auditor: Any, check: str, rows: str, promised: ContractColumn, failing: int) -> None:
    assert auditor.one(check, f"SELECT * FROM ({rows}) LIMIT 0", promised).status is PASS


def test_a_missing_column_fails_presence_and_its_other_checks_are_skipped(auditor: Any) -> None:
    done = auditor.all(NUMBERS, ContractColumn("w", type=Integer(64), required=True, unique=True, limits=Limits(minimum=1)))
    assert {r.check: r.status for r in done.results} == {
        "w.presence": FAIL,
        "w.type": SKIP,
        "w.required": SKIP,
        "w.unique": SKIP,
        "w.range": SKIP,
    }
    assert "missing" in next(r.message for r in done.results if r.check == "w.unique")
    assert not done.passed


def test_a_wrong_type_fails_and_only_tests_of_that_type_are_skipped(auditor: Any) -> None:
    done = auditor.all("SELECT '7' AS v", column(type=Integer(64), exact=True, required=True, limits=Limits(minimum=1)))
    assert {r.check: r.status for r in done.results} == {
        "v.presence": PASS,
        "v.type": FAIL,
        "v.required": PASS,
        "v.range": SKIP,
    }


@pytest.mark.parametrize(
    ("rows", "promised", "status"),
    [
        ("1::INTEGER", column(type=Integer(64), exact=True), PASS),
        ("1::BIGINT", column(type=Integer(32), exact=True), FAIL),
        ("1::BIGINT", column(type=Decimal(10, 2), logical_type="number"), PASS),
        ("1.5::DOUBLE", column(type=Integer(64), logical_type="integer"), FAIL),
        ("1.5::DECIMAL(5,0)", column(logical_type="integer"), PASS),
        ("TIMESTAMPTZ '2020-01-01 00:00:00+00'", column(type=Timestamp(), logical_type="timestamp"), PASS),
        ("'2020-01-01'", column(type=Date(), logical_type="date"), FAIL),
        ("[1]", column(type=List(String()), logical_type="array"), PASS),
        ("1.5::FLOAT", column(type=Float(64), exact=True), PASS),
    ],
)
def test_a_type_may_be_narrower_or_of_the_family(auditor: Any, rows: str, promised: ContractColumn, status: CheckStatus) -> None:
    assert auditor.one("v.type", f"SELECT {rows} AS v", promised).status is status


def test_names_are_found_without_regard_to_case(auditor: Any) -> None:
    assert auditor.one("V.range", NUMBERS, ContractColumn("V", limits=Limits(minimum=2))).failing_rows == 1


def test_unique_counts_key_values_that_repeat_and_the_rows_that_hold_them(auditor: Any) -> None:
    verdict = auditor.one("v.unique", NUMBERS + " UNION ALL SELECT NULL", column(unique=True))
    assert (verdict.status, verdict.measured, verdict.failing_rows) == (FAIL, 2, 5)


def test_a_primary_key_of_several_columns_is_one_check_and_its_parts_hold_no_nulls(auditor: Any) -> None:
    rows = "SELECT unnest([1, 1, 1, NULL, NULL]) AS a, unnest(['x', 'y', 'y', 'z', 'z']) AS b"
    done = auditor.all(rows, ContractColumn("a", primary_key=1), ContractColumn("b", primary_key=2))
    found = {r.check: (r.status, r.measured, r.failing_rows) for r in done.results}
    assert found["primaryKey"] == (FAIL, 1, 2)
    assert found["a.required"] == (FAIL, 2, 2)
    assert found["b.required"][0] is PASS


def metric(name: str, operator: Operator, unit: str = "", severity: str = "", **arguments: Any) -> Rule:
    return Rule(
        RuleKind.LIBRARY, "rule", metric=name, operator=operator, unit=unit, severity=severity, arguments=tuple(arguments.items())
    )


def be(*bounds: Any, how: Comparison = Comparison.BE) -> Operator:
    return Operator(how, bounds)


@pytest.mark.parametrize(
    ("rule", "status", "measured"),
    [
        (metric("rowCount", be(9)), PASS, 9),
        (metric("rowCount", be(9, 10, how=Comparison.BETWEEN)), PASS, 9),
        (metric("rowCount", be(10, 20, how=Comparison.NOT_BETWEEN)), PASS, 9),
        (metric("rowCount", be(9, 20, how=Comparison.NOT_BETWEEN)), FAIL, 9),
        (metric("rowCount", be(100, how=Comparison.GREATER), severity="warning"), WARN, 9),
        (metric("rowCount", be(50), unit="percent"), ERROR, None),
        (metric("nullValues", be(0)), FAIL, 1),
        (metric("nullValues", be(12, how=Comparison.LESS), unit="percent"), PASS, 100 / 9),
        (metric("missingValues", be(3), missingValues=(None, 3)), PASS, 3),
        (metric("missingValues", be(1)), PASS, 1),
        (metric("invalidValues", be(1), validValues=(1, 2, 3, 4)), PASS, 1),
        (metric("invalidValues", be(0), validValues=(1, 2, 3, 4), missingValues=(10,)), PASS, 0),
        (metric("invalidValues", be(0)), ERROR, None),
        (metric("duplicateValues", be(2)), PASS, 2),
        (metric("duplicateValues", be(0), unit="percent"), FAIL, 200 / 9),
        (metric("nullCheck", None), FAIL, 1),  # type: ignore[arg-type]
        (metric("row_count", be(9)), PASS, 9),
        (metric("countCheck", None), SKIP, None),  # type: ignore[arg-type]
        (metric("nullValues", None), FAIL, 1),  # type: ignore[arg-type]
        (metric("duplicateValues", None), FAIL, 2),  # type: ignore[arg-type]
        (metric("missingValues", None), ERROR, None),  # type: ignore[arg-type]
        (metric("duplicateValues", be(2), properties=("people.v",)), PASS, 2),
        (metric("duplicateValues", be(2), properties=("tbl_people.v",)), PASS, 2),
        (metric("duplicateValues", be(2), properties=("others.v",)), SKIP, None),
        (metric("phaseOfMoon", be(0)), SKIP, None),
        (metric("rowCount", be(1, how=Comparison.BETWEEN)), ERROR, None),
        (metric("rowCount", be("many")), ERROR, 9),
        (Rule(RuleKind.TEXT, "rule"), SKIP, None),
        (Rule(RuleKind.CUSTOM, "rule", engine="soda"), SKIP, None),
    ],
)
def test_a_rule_is_measured_and_compared(auditor: Any, rule: Rule, status: CheckStatus, measured: Any) -> None:
    verdict = auditor.one("rule", NUMBERS, column(rules=(rule,)))
    assert (verdict.status, verdict.measured) == (status, pytest.approx(measured) if measured is not None else None), verdict


def sql(query: str, *bounds: Any, name: str = "rule", severity: str = "") -> Rule:
    return Rule(RuleKind.SQL, name, query=query, operator=be(*bounds) if bounds else None, severity=severity)


@pytest.mark.parametrize(
    ("query", "bounds", "status"),
    [
        ("SELECT count(*) FROM {object} WHERE {property} > 3", (4,), PASS),
        ("SELECT count(*) FROM ${table} WHERE ${column} > 3", (4,), PASS),
        ('SELECT max("{column}") FROM "{model}"', (10,), PASS),
        ("SELECT count(*) FROM people", (9,), PASS),
        ("SELECT count(people.v) FROM people", (8,), PASS),
        ("SELECT count(*) FROM tbl_people AS p WHERE p.v = 3", (2,), PASS),
        ("WITH x AS (SELECT v FROM people) SELECT count(v) FROM x", (8,), PASS),
        ("SELECT max(v) > 9 FROM people", (), PASS),
        ("SELECT max(v) > 10 FROM people", (), FAIL),
        ("SELECT max(v) > 10 FROM people", (False,), PASS),
        ("SELECT sum(v)::DECIMAL(9,2) FROM people", (31,), PASS),
        ("SELECT max(v) FROM people", (), ERROR),
        ("SELECT v FROM people WHERE v > 99", (1,), ERROR),
        ("SELECT v FROM people", (1,), ERROR),
        ("SELECT max(v) FROM people WHERE v > 99", (1,), ERROR),
        ("SELECT 1, 2", (1,), ERROR),
        ("SELECT count(*) FROM elsewhere", (1,), ERROR),
        ("SELECT count(*) FROM {thing}", (1,), ERROR),
        ("SELECT nothing FROM people", (1,), ERROR),
        ("", (1,), ERROR),
    ],
)
def test_an_sql_rule_gives_one_value(auditor: Any, query: str, bounds: tuple[Any, ...], status: CheckStatus) -> None:
    verdict = auditor.one("rule", NUMBERS, column(rules=(sql(query, *bounds),)))
    assert verdict.status is status, verdict
    assert (verdict.message != "") == (status in (FAIL, ERROR)) or status is FAIL


def test_what_an_sql_rule_gives_is_a_number_of_json_or_a_text(auditor: Any) -> None:
    verdict = auditor.one("rule", NUMBERS, column(rules=(sql("SELECT avg('nan'::DOUBLE) FROM people", 3),)))
    assert (verdict.status, verdict.measured) == (FAIL, "NaN")


def test_an_sql_rule_reads_siblings_of_its_contract(auditor: Any) -> None:
    rule = sql("SELECT count(*) FROM people WHERE v NOT IN (SELECT id FROM orders)", 0)
    done = auditor.all("SELECT 1 AS v", rules=(rule,), orders="SELECT 2 AS id")
    assert [(r.status, r.measured) for r in done.results] == [(FAIL, 1)]


def test_a_bad_rule_costs_only_itself(auditor: Any) -> None:
    bad = (sql("SELECT boom FROM people", 1, name="a"), sql("SELECT error('x')", 1, name="b"))
    done = auditor.all(NUMBERS, column(required=True, limits=Limits(minimum="not a number", maximum=3)), rules=bad)
    assert {r.check: r.status for r in done.results} == {
        "v.presence": PASS,
        "v.required": FAIL,
        "v.range": ERROR,
        "a": ERROR,
        "b": ERROR,
    }


def test_a_fused_scan_that_fails_is_asked_again_in_parts(engine: Any, written: Any) -> None:
    path = written("SELECT 'x' AS v, 5 AS w").paths
    promised = written("SELECT 1 AS v, 5 AS w").schema
    table = Table("t", (ContractColumn("v", limits=Limits(maximum=3)), ContractColumn("w", limits=Limits(multiple_of=2))))
    done = audit("t", table, promised, ParquetFiles(path, promised), engine)
    found = {r.check: (r.status, r.failing_rows) for r in done.results}
    assert found["v.range"][0] is ERROR
    assert found["w.multipleOf"] == (FAIL, 1)


def test_files_that_are_gone_give_errors_not_exceptions(engine: Any, written: Any, tmp_path: Any) -> None:
    schema = written(NUMBERS).schema
    gone = ParquetFiles((str(tmp_path / "gone.parquet"),), schema)
    done = audit("t", Table("t", (column(required=True, unique=True),)), schema, gone, engine)
    assert [r.status for r in done.results] == [PASS, ERROR, ERROR]
    assert done.rows is None
    assert not done.passed


def test_ids_are_unique_and_rules_keep_their_own(auditor: Any) -> None:
    rules = (sql("SELECT 1", 1), sql("SELECT 2", 1), Rule(RuleKind.SQL, "n", id="v.presence", query="SELECT 1", operator=be(1)))
    done = auditor.all(NUMBERS, column(), rules=rules)
    assert [r.check for r in done.results] == ["v.presence", "rule", "rule-2", "v.presence-2"]


def test_severity_decides_whether_a_failure_stops(auditor: Any) -> None:
    done: Audit = auditor.all(NUMBERS, rules=(sql("SELECT 2", 1, severity="Minor"), sql("SELECT x", 1, severity="info")))
    assert [r.status for r in done.results] == [WARN, ERROR]
    assert done.passed
    assert (done.counts[WARN], done.counts[ERROR], done.counts[FAIL], done.rows) == (1, 1, 0, 9)


def test_verdicts_say_how_they_were_reached(auditor: Any) -> None:
    rows = "SELECT i AS k, i % 7 AS v, 'w' || (i % 5) AS w FROM range(400000) t(i)"
    done = auditor.all(
        rows,
        ContractColumn("k", unique=True, required=True, limits=Limits(minimum=0)),
        ContractColumn("v", limits=Limits(maximum=5)),
        ContractColumn("w", accepted=("w0", "w1", "w2", "w3"), limits=Limits(pattern="^w[0-3]$", max_length=2)),
    )
    found = {r.check: (r.status, r.failing_rows, r.how) for r in done.results}
    assert found["k.required"] == (PASS, 0, Evidence.STATISTICS)
    assert found["k.range"] == (PASS, 0, Evidence.STATISTICS)
    assert found["k.unique"] == (PASS, 0, Evidence.SCAN)
    assert found["v.range"] == (FAIL, 57142, Evidence.SCAN)
    assert found["w.accepted"] == (FAIL, 80000, Evidence.HISTOGRAM)
    assert found["w.pattern"] == (FAIL, 80000, Evidence.HISTOGRAM)
    assert found["w.length"] == (PASS, 0, Evidence.HISTOGRAM)
    assert found["w.presence"][2] is Evidence.PROOF


def test_large_keys_out_of_order_are_told_apart_too(auditor: Any) -> None:
    once = "SELECT (i * 7919) % 400009 AS k, i AS j FROM range(400000) t(i)"
    assert auditor.one("k.unique", once, ContractColumn("k", unique=True)).status is PASS
    verdict = auditor.one("k.unique", f"{once} UNION ALL SELECT 0, 1", ContractColumn("k", unique=True))
    assert (verdict.measured, verdict.failing_rows) == (1, 2)
    thrice = "SELECT greatest(i, 2) AS k FROM range(400000) t(i) UNION ALL SELECT i FROM range(400000, 400010) t(i), range(2)"
    verdict = auditor.one("k.unique", f"SELECT k FROM ({thrice}) ORDER BY k", ContractColumn("k", unique=True))
    assert (verdict.measured, verdict.failing_rows) == (11, 23)
    late = "SELECT least(i, 399998) AS k FROM range(400000) t(i)"
    verdict = auditor.one("k.unique", late, ContractColumn("k", unique=True))
    assert (verdict.measured, verdict.failing_rows) == (1, 2)


def test_text_files_are_scanned_and_never_claim_statistics(engine: Any, written: Any, tmp_path: Any) -> None:
    path = tmp_path / "people.csv"
    path.write_text("v\n1\n\n3\n")
    schema = written("SELECT 1 AS v").schema
    table = Table("t", (column(required=True, limits=Limits(maximum=2)),), rules=(metric("rowCount", be(3)),))
    done = audit("t", table, schema, CsvFiles((str(path),), schema), engine)
    assert {r.check: (r.status, r.measured, r.how) for r in done.results[1:]} == {
        "v.required": (FAIL, 1, Evidence.SCAN),
        "v.range": (FAIL, 1, Evidence.SCAN),
        "rule": (PASS, 3, Evidence.SCAN),
    }


def test_a_cancelled_audit_stops(engine: Any, written: Any) -> None:
    relation = written(NUMBERS)
    stop = Cancellation()
    stop.request()
    with pytest.raises(Cancelled):
        audit("t", Table("t", (column(unique=True),)), relation.schema, relation, engine, cancellation=stop)


def test_an_untranslatable_pattern_is_an_error_that_names_the_construct(auditor: Any) -> None:
    verdict = auditor.one("v.pattern", TEXT, limited(pattern="(?=x)y"))
    assert verdict.status is ERROR
    assert "lookahead" in verdict.message


def test_confine_lets_the_own_table_through() -> None:
    assert confine("SELECT count(*) FROM people", ("people",)) == ()
