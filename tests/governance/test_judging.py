"""Judging: what a row of a query becomes, whom a policy is about, what waivers take away, and what a broken policy stops."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hansa.engines.duckdb.relations import open_database
from hansa.engines.duckdb.watching import AskingLimits
from hansa.governance import NO_FACTS, Facts
from hansa.governance.decisions import decisions_of
from hansa.governance.judging import Judgement, Verdict, judged
from hansa.governance.levels import Scope, covers, deciding, product_of
from hansa.governance.waiving import waiver_troubles
from hansa.model import (
    Governance,
    Impact,
    Mesh,
    MeshChange,
    Outcome,
    Policy,
    PolicyLevel,
    PolicyMode,
    PolicyScope,
    Waiver,
)
from hansa.names import ProductName
from hansa.trouble import Place, Severity

TODAY = dt.date(2026, 5, 17)
EVERY_PRODUCT = "SELECT product AS subject, 'is there' AS message FROM products ORDER BY product"
Judge = Callable[..., Judgement]


def policy(sql: str = EVERY_PRODUCT, **said: Any) -> Policy:
    return Policy(**{"id": "rule", "title": "A rule", "sql": sql, "mode": PolicyMode.ENFORCE, **said})


def waiver(subject: str = "shop.raw", expires: dt.date = TODAY, **said: Any) -> Waiver:
    return Waiver(**{"policy": "rule", "subject": subject, "reason": "r", "approver": "ada", "expires": expires, **said})


@pytest.fixture
def judge(chain: Mesh) -> Judge:
    """Judges policies over the chain of three products."""

    def run(*policies: Policy, waivers: tuple[Waiver, ...] = (), facts: Facts = NO_FACTS, mesh: Mesh = chain) -> Judgement:
        governed = replace(mesh, governance=Governance(policies=policies, waivers=waivers))
        return judged(governed, policies, facts, TODAY, partial(open_database, limits=AskingLimits(seconds=0.5)))

    return run


def subjects(judgement: Judgement) -> list[str]:
    return [v.subject for v in judgement.violations]


def test_each_row_is_a_violation_of_its_product_with_its_owner(judge: Judge) -> None:
    found = judge(policy()).violations
    assert [(v.subject, v.product, v.owner, v.message) for v in found] == [
        ("finance.report", "finance.report", "", "is there"),
        ("shop.clean", "shop.clean", "ann", "is there"),
        ("shop.raw", "shop.raw", "ann", "is there"),
    ]
    assert all(v.refuses for v in found)


def test_a_policy_without_violations_passes(judge: Judge) -> None:
    (verdict,) = judge(policy("SELECT 1 AS subject WHERE false")).verdicts
    assert (verdict.verdict, verdict.violations) == (Verdict.PASS, ())


def test_the_same_violation_twice_is_one_and_nulls_are_said_in_words(judge: Judge) -> None:
    rows = "SELECT * FROM (VALUES ('shop.raw', NULL, NULL), ('shop.raw', NULL, NULL)) t(subject, message, product)"
    (found,) = judge(policy(rows)).violations
    assert (found.message, found.product) == ("A rule", "shop.raw")


def test_a_row_may_name_its_product_owner_and_severity(judge: Judge) -> None:
    row = "SELECT 'term x' AS Subject, 'm' AS message, 'shop.raw' AS product, 'bob' AS owner, 'warning' AS severity"
    (found,) = judge(policy(row)).violations
    assert (found.product, found.owner, found.severity, found.refuses) == ("shop.raw", "bob", Severity.WARNING, False)


def test_a_product_that_is_no_address_is_not_taken_for_one(judge: Judge) -> None:
    (found,) = judge(policy("SELECT 'x' AS subject, 'm' AS message, 'what ever' AS product")).violations
    assert found.product == ""


@pytest.mark.parametrize(
    ("subject", "product"),
    [
        ("shop", ""),
        ("shop.raw", "shop.raw"),
        ("shop.raw.raw", "shop.raw"),
        ("shop.raw.raw@1", "shop.raw"),
        ("shop.raw.raw#id", "shop.raw"),
        ("shop.raw.raw@1#id", "shop.raw"),
        ("a term", ""),
    ],
)
def test_the_product_follows_from_the_address(subject: str, product: str) -> None:
    assert product_of(subject) == product


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"scope": PolicyScope(domains=("shop",))}, ["shop.clean", "shop.raw"]),
        ({"scope": PolicyScope(products=("shop.raw",))}, ["shop.raw"]),
        ({"level": PolicyLevel.DOMAIN, "holder": "finance"}, ["finance.report"]),
        ({"level": PolicyLevel.PRODUCT, "holder": "shop.raw"}, ["shop.raw"]),
        ({"level": PolicyLevel.DOMAIN, "holder": "shop", "scope": PolicyScope(products=("finance.report",))}, []),
        ({"scope": PolicyScope(tags=("gold",))}, ["shop.clean"]),
        ({"scope": PolicyScope(domains=("shp",))}, []),
    ],
)
def test_a_scope_narrows_whom_a_policy_is_about(judge: Judge, chain: Mesh, said: dict[str, Any], expected: list[str]) -> None:
    shop = chain.domains[1]
    tagged = tuple(replace(p, tags=("gold",)) if p.address.product == "clean" else p for p in shop.products)
    mesh = replace(chain, domains=(chain.domains[0], replace(shop, products=tagged)))
    assert subjects(judge(policy(**said), mesh=mesh)) == expected


@pytest.mark.parametrize(
    ("subject", "said", "concerned"),
    [
        ("shop", {}, ("shop.clean", "shop.raw")),
        ("shop", {"scope": PolicyScope(products=("shop.raw", "finance.report"))}, ()),
        ("some-team", {}, ("finance.report", "shop.clean", "shop.raw")),
        ("Shop/Raw", {"scope": PolicyScope(domains=("shop",))}, ("shop.clean", "shop.raw")),
        ("a term", {"level": PolicyLevel.DOMAIN, "holder": "finance"}, ("finance.report",)),
        ("shop.raw", {}, ("shop.raw",)),
        ("shop.gone", {}, ("shop.gone",)),
    ],
)
def test_what_is_no_products_concerns_those_of_its_domain_else_all_in_scope(
    judge: Judge, subject: str, said: dict[str, Any], concerned: tuple[str, ...]
) -> None:
    found = judge(policy(f"SELECT '{subject}' AS subject", **said)).violations
    assert [v.concerned for v in found] == [concerned] * bool(concerned)


@pytest.mark.parametrize("said", ["NULL", "'  '"])
def test_a_row_that_names_nobody_cannot_be_judged_and_stops_those_in_scope(judge: Judge, said: str) -> None:
    judgement = judge(policy(f"SELECT {said} AS subject, 'it is wrong' AS message"))
    assert "a row without `subject`" in judgement.errors[0].summary
    assert subjects(judgement) == ["finance.report", "shop.clean", "shop.raw"]
    assert subjects(judge(policy(f"SELECT {said} AS subject, 'shop.raw' AS product"))) == ["shop.raw"]


def test_a_message_is_one_line_that_no_terminal_takes_for_a_command(judge: Judge) -> None:
    (violation,) = judge(policy("SELECT 'shop.raw' AS subject, chr(27) || '[31mred' || chr(10) || 'x' AS message")).violations
    assert violation.message == "[31mred x"


def test_a_run_records_so_many_violations_of_a_policy_and_counts_the_others(judge: Judge) -> None:
    severity = "if(range < 500, 'note', 'error') AS severity"
    sql = f"SELECT product AS subject, 'x' || range AS message, {severity} FROM products, range(1000)"
    whole, *records = decisions_of(judge(policy(sql)), {"shop.raw", "shop.clean"})
    assert (whole.violations, len(records)) == (3000, 1000)
    assert {r.product for r in records} == {"shop.raw", "shop.clean"}
    assert all(int(r.message[1:]) >= 500 for r in records), "what refuses is recorded first"


def test_a_local_policy_keeps_what_is_no_address_and_drops_other_domains(judge: Judge) -> None:
    rows = "SELECT unnest(['shop', 'finance', 'shop.raw', 'a term']) AS subject, 'm' AS message"
    assert subjects(judge(policy(rows, level=PolicyLevel.DOMAIN, holder="shop"))) == ["a term", "shop", "shop.raw"]


def test_a_product_that_is_gone_is_in_scope_by_its_name(judge: Judge) -> None:
    row = "SELECT 'shop.gone' AS subject, 'm' AS message"
    assert subjects(judge(policy(row, level=PolicyLevel.DOMAIN, holder="shop"))) == ["shop.gone"]
    assert subjects(judge(policy(row, level=PolicyLevel.DOMAIN, holder="finance"))) == []


def test_products_of_other_repositories_keep_their_own_rules(judge: Judge, chain: Mesh) -> None:
    report = replace(chain.domains[0].products[0], manifest="finance.json")
    elsewhere = replace(chain, domains=(replace(chain.domains[0], products=(report,), manifest="finance.json"), chain.domains[1]))
    assert subjects(judge(policy(), mesh=elsewhere)) == ["shop.clean", "shop.raw"]
    assert subjects(judge(policy("SELECT oops"), mesh=elsewhere)) == ["shop.clean", "shop.raw"]


@pytest.mark.parametrize(
    ("given", "waived"),
    [
        (waiver(), True),
        (waiver("shop"), True),
        (waiver("sho"), False),
        (waiver(expires=TODAY - dt.timedelta(days=1)), False),
        (waiver(policy="other"), False),
        (waiver("finance.report"), False),
    ],
)
def test_a_waiver_covers_its_subject_and_all_below_up_to_its_last_day(judge: Judge, given: Waiver, waived: bool) -> None:
    found = judge(policy(), waivers=(given,))
    (raw,) = [v for v in found.violations if v.subject == "shop.raw"]
    assert (raw.waived is not None, raw.refuses) == (waived, not waived)


def test_a_waiver_holds_from_the_day_on_which_it_was_granted(judge: Judge, chain: Mesh) -> None:
    given = waiver(expires=dt.date(2026, 12, 31), granted=TODAY + dt.timedelta(1))
    judgement = judge(policy(), waivers=(given,))
    assert not any(v.waived for v in judgement.violations)
    governed = replace(chain, governance=Governance(waivers=(given,)))
    (trouble,) = waiver_troubles(governed, judgement.violations, TODAY)
    assert (trouble.code, "does not hold before 2026-05-18" in trouble.summary) == ("H320", True)
    assert any(v.waived for v in judge(policy(), waivers=(replace(given, granted=TODAY),)).violations)


def test_a_waiver_covers_by_the_product_what_has_a_subject_of_its_own(judge: Judge) -> None:
    sql = "SELECT 'a term' AS subject, 'shop.raw' AS product"
    assert [bool(judge(policy(sql), waivers=(waiver(s),)).violations[0].waived) for s in ("shop", "shop.raw", "finance")] == [
        True,
        True,
        False,
    ]


def test_a_policy_whose_every_violation_is_waived_passes(judge: Judge) -> None:
    (verdict,) = judge(policy(), waivers=(waiver("shop"), waiver("finance"))).verdicts
    assert (verdict.verdict, len(verdict.violations)) == (Verdict.PASS, 3)


def test_below_an_address_means_whole_words() -> None:
    assert covers("shop.raw", "shop.raw.raw@1#id")
    assert not covers("shop.raw", "shop.rawer")


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT ownr AS subject FROM products", "ownr"),
        ("SELECT subject FROM nowhere", "nowhere"),
        ("SELECT product FROM products", "no column `subject`"),
        ("SELECT 1 AS subject; SELECT 2 AS subject", ""),
        ("DELETE FROM products", ""),
        ("SELECT content AS subject FROM read_text('/etc/hostname')", ""),
        ("SELECT * FROM '/etc/hostname'", ""),
        ("not sql", ""),
        ("", ""),
    ],
)
def test_a_query_that_cannot_be_asked_is_an_error_and_stops_those_in_scope(judge: Judge, sql: str, reason: str) -> None:
    place = Place("governance/policies/rule.yaml", 7, 3)
    wrong = policy(sql, scope=PolicyScope(domains=("shop",)), sql_place=place)
    found = judge(wrong, policy("SELECT 1 AS subject WHERE false", id="fine"))
    assert [v.verdict for v in found.verdicts] == [Verdict.ERROR, Verdict.PASS]
    assert subjects(found) == ["shop.clean", "shop.raw"]
    assert all(v.refuses for v in found.violations)
    (trouble,) = found.errors
    assert (trouble.code, trouble.is_error) == ("H313", True)
    assert reason in trouble.summary
    assert trouble.places[0].file == place.file
    assert trouble.places[0].line == place.line
    assert [t.code for t in found.troubles] == ["H313"], "it is told once, not for each product"


def test_the_place_of_a_wrong_name_is_where_it_stands_in_the_file(judge: Judge) -> None:
    sql = "SELECT product AS subject\nFROM products\nWHERE ownr IS NULL"
    (trouble,) = judge(policy(sql, sql_place=Place("p.yaml", 7, 3))).errors
    assert str(trouble.places[0]) == "p.yaml:9:9"
    assert "owner" in trouble.mend


def test_a_query_that_never_ends_is_stopped(judge: Judge) -> None:
    bomb = "SELECT count(*) AS subject FROM range(100000000) a, range(100000000) b WHERE a.range % 7 = b.range % 11"
    found = judge(policy(bomb))
    assert found.verdicts[0].verdict is Verdict.ERROR
    assert found.refuses


def test_a_reported_policy_that_cannot_be_asked_stops_nobody(judge: Judge) -> None:
    found = judge(policy("SELECT oops AS subject FROM products", mode=PolicyMode.REPORT))
    assert (subjects(found), found.refuses) == ([], False)
    assert [(t.code, t.severity) for t in found.troubles] == [("H313", Severity.WARNING)]


def test_a_waiver_lets_a_product_go_on_while_its_policy_is_broken(judge: Judge) -> None:
    found = judge(policy("SELECT oops"), waivers=(waiver("shop.raw"),))
    assert [(v.subject, v.refuses) for v in found.violations if v.product == "shop.raw"] == [("shop.raw", False)]


@pytest.mark.parametrize(
    ("said", "code", "severity"),
    [
        ({}, "H310", Severity.ERROR),
        ({"severity": Severity.WARNING}, "H310", Severity.WARNING),
        ({"mode": PolicyMode.REPORT}, "H311", Severity.WARNING),
        ({"mode": PolicyMode.REPORT, "severity": Severity.NOTE}, "H311", Severity.NOTE),
    ],
)
def test_a_violation_is_told_as_bad_as_its_policy_says(judge: Judge, said: dict[str, Any], code: str, severity: Severity) -> None:
    found = judge(policy(scope=PolicyScope(products=("shop.raw",)), mend="do", **said))
    (trouble,) = found.troubles
    assert (trouble.code, trouble.severity, trouble.product, trouble.mend) == (code, severity, "shop.raw", "do")
    assert found.refuses == (severity is Severity.ERROR)


def test_a_waived_violation_is_a_note_with_its_approver(judge: Judge) -> None:
    (trouble,) = judge(policy(scope=PolicyScope(products=("shop.raw",))), waivers=(waiver(),)).troubles
    assert trouble.severity is Severity.NOTE
    assert "ada" in trouble.mend


def test_of_two_findings_about_one_subject_the_strictest_decides(judge: Judge) -> None:
    told = policy(id="told", mode=PolicyMode.REPORT)
    local = policy(id="local", level=PolicyLevel.DOMAIN, holder="shop")
    mild = policy(id="mild", severity=Severity.WARNING)
    found = deciding(judge(told, mild, local).violations)
    assert {s: v.policy for s, v in found.items()} == {"shop.raw": "local", "shop.clean": "local", "finance.report": "mild"}


def test_among_equals_the_highest_level_decides(judge: Judge) -> None:
    local = policy(id="local", level=PolicyLevel.DOMAIN, holder="shop")
    assert deciding(judge(local, policy(id="above")).violations)["shop.raw"].policy == "above"


def test_policies_about_changes_hold_where_nothing_changes_and_no_database_is_opened(chain: Mesh) -> None:
    def refuse(*_: object) -> Any:
        raise AssertionError("a database was opened")

    shipped = policy("SELECT subject, change AS message FROM changes", level=PolicyLevel.BUILT_IN)
    (verdict,) = judged(chain, (shipped,), NO_FACTS, TODAY, refuse).verdicts
    assert verdict.verdict is Verdict.PASS


def test_a_change_is_judged_by_what_comes_with_hansa(judge: Judge) -> None:
    shipped = policy("SELECT subject, change AS message FROM changes WHERE breaking", level=PolicyLevel.BUILT_IN)
    change = MeshChange("shop.raw.raw@1#id", "column removed", Impact.MAJOR, True, product="shop.raw")
    (found,) = judge(shipped, facts=Facts(changes=(change,))).violations
    assert (found.product, found.level, found.message) == ("shop.raw", PolicyLevel.BUILT_IN, "column removed")


def test_what_is_decided_is_one_record_a_policy_and_one_a_violation(judge: Judge) -> None:
    local = policy(id="local", level=PolicyLevel.DOMAIN, holder="shop")
    fine = policy("SELECT 1 AS subject WHERE false", id="fine")
    found = decisions_of(judge(local, fine, waivers=(waiver("shop.clean", policy="local"),)), {"shop.raw", "shop.clean"})
    assert [(d.policy, d.subject, d.outcome, d.about, d.decides) for d in found] == [
        ("local", "", Outcome.VIOLATED, ("shop.*",), False),
        ("local", "shop.clean", Outcome.WAIVED, ("shop.clean",), True),
        ("local", "shop.raw", Outcome.VIOLATED, ("shop.raw",), True),
        ("fine", "", Outcome.PASS, ("*",), False),
    ]
    assert found[0].violations == 1
    assert len({d.policy_print for d in found}) == 2


def test_violations_of_products_that_a_run_is_not_about_are_left_out_of_its_record(judge: Judge) -> None:
    found = decisions_of(judge(policy()), {"shop.raw"})
    assert [d.subject for d in found] == ["", "shop.raw"]


def test_whom_a_policy_is_about_is_told_in_few_words(chain: Mesh) -> None:
    def told(**said: Any) -> tuple[str, ...]:
        return Scope.of(policy(**said), chain).told

    assert told() == ("*",)
    assert told(holder="shop") == ("shop.*",)
    assert told(holder="shop.raw") == ("shop.raw",)
    assert told(scope=PolicyScope(domains=("shop",))) == ("shop.clean", "shop.raw")


def test_waivers_that_lapsed_hold_for_nothing_or_for_too_long_are_told(judge: Judge, chain: Mesh) -> None:
    lapsed = waiver("shop.raw", TODAY - dt.timedelta(days=1))
    nobody, long = waiver("shop.rwa"), waiver("shop.clean", TODAY + dt.timedelta(days=400))
    year = waiver("shop.clean", TODAY + dt.timedelta(days=100), granted=TODAY - dt.timedelta(days=200))
    column = waiver("shop.raw.raw#id")
    waivers = (lapsed, nobody, long, year, column)
    mesh = replace(chain, governance=Governance(waivers=waivers))
    found = waiver_troubles(mesh, judge(policy(), waivers=waivers).violations, TODAY)
    assert [t.code for t in found] == ["H320", "H319", "H322"]
    assert "shop.raw would need it" in found[0].summary
    assert all(t.severity is Severity.WARNING for t in found)


def test_a_product_in_trouble_is_no_subject_that_does_not_exist(chain: Mesh) -> None:
    mesh = replace(
        chain, broken=frozenset({ProductName("shop", "bad")}), governance=Governance(waivers=(waiver("shop.bad.port"),))
    )
    assert waiver_troubles(mesh, (), TODAY) == ()


def test_judging_touches_no_file(judge: Judge, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    assert judge(policy(f"COPY products TO '{target}'")).refuses
    assert not target.exists()
