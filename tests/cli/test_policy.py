"""`hansa policy`, and what policies make of `check`, `plan` and `run`: through the command line, over a published mesh."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]

SQL = "SELECT product AS subject, product || ' has no description' AS message FROM products WHERE purpose IS NULL"
PRODUCT = "customer.profiles"
INNOCENT = "stock.items"
NOBODY = "SELECT product AS subject, 'is not allowed' AS message FROM products"


def rule(root: Path, sql: str, more: str = "", name: str = "rule", folder: str = "governance") -> Path:
    file = root / folder / "policies" / f"{name}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    text = f"apiVersion: hansa/v1\nkind: Policy\nid: {name}\nmode: enforce\nmend: ask ada\n{more}sql: |\n  {sql}\n"
    file.write_text(text)
    return file


def of(document: Any, code: str) -> list[Any]:
    return [t for t in document["troubles"] if t["code"] == code]


class TestCheck:
    def test_an_enforced_policy_that_is_broken_makes_the_mesh_invalid_with_place_and_mend(self, two: Path, hansa: Hansa) -> None:
        rule(two, NOBODY, "scope: {domains: [customer]}\n")
        document = hansa("check", "--json", code=1).json
        (trouble,) = of(document, "H310")
        assert not document["valid"]
        assert (trouble["product"], trouble["mend"], trouble["severity"]) == (PRODUCT, "ask ada", "error")
        assert [p["file"] for p in trouble["places"]] == [
            "domains/customer/profiles/product.odps.yaml",
            "governance/policies/rule.yaml",
        ]

    def test_a_reported_policy_warns_and_a_waived_violation_is_a_note(self, two: Path, hansa: Hansa) -> None:
        rule(two, NOBODY)
        file = two / "governance/policies/rule.yaml"
        file.write_text(file.read_text().replace("enforce", "report"))
        assert {t["severity"] for t in of(hansa("check", "--json").json, "H311")} == {"warning"}
        hansa("policy", "waive", "rule", "stock", "--until", "2999-01-01", "--reason", "r", "--approver", "ada")
        found = hansa("check", "--json").json
        assert {t["product"]: t["severity"] for t in of(found, "H311")} == {PRODUCT: "warning", INNOCENT: "note"}
        assert len(of(found, "H322")) == 1, "it holds for more than a year"

    def test_policies_are_judged_each_time_and_the_compiled_mesh_is_kept(self, two: Path, hansa: Hansa) -> None:
        rule(two, NOBODY)
        hansa("check", code=1)
        kept = (two / ".hansa/cache/mesh").stat().st_mtime_ns
        hansa("check", code=1)
        assert (two / ".hansa/cache/mesh").stat().st_mtime_ns == kept

    def test_waivers_are_kept_with_the_mesh_and_lapse_by_themselves(
        self, two: Path, hansa: Hansa, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rule(two, NOBODY)
        until = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=20)).isoformat()
        for domain in ("customer", "stock"):
            hansa("policy", "waive", "rule", domain, "--until", until, "--reason", "r", "--approver", "ada")
        hansa("check")
        kept = (two / ".hansa/cache/mesh").stat().st_mtime_ns
        hansa("check")
        assert (two / ".hansa/cache/mesh").stat().st_mtime_ns == kept
        file = two / "governance/waivers.yaml"
        file.write_text(file.read_text().replace(until, "2020-01-01"))
        document = hansa("check", "--json", code=1).json
        assert (len(of(document, "H310")), len(of(document, "H320"))) == (2, 2)

    def test_what_policies_said_of_a_mesh_that_did_not_change_is_kept_for_the_day(
        self, two: Path, hansa: Hansa, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rule(two, NOBODY, "scope: {domains: [customer]}\n")
        hansa("policy", "waive", "rule", PRODUCT, "--until", "2999-01-01", "--reason", "r", "--approver", "ada")
        first, second = (hansa("check", "--json").json for _ in range(2))
        assert (two / ".hansa/cache/verdicts").exists()
        assert hansa("check", "--json").json["troubles"] == first["troubles"] == second["troubles"]
        monkeypatch.setenv("HANSA_TODAY", "2999-01-02")
        assert {"H310", "H320"} <= {t["code"] for t in hansa("check", "--json", code=1).json["troubles"]}
        monkeypatch.delenv("HANSA_TODAY")
        (two / ".hansa/cache/verdicts").write_bytes(b"nothing of ours\n")
        assert hansa("check", "--json").json["troubles"] == first["troubles"]
        rule(two, NOBODY)
        assert {t["product"] for t in of(hansa("check", "--json", code=1).json, "H310")} == {PRODUCT, INNOCENT}

    def test_a_policy_for_runs_is_not_judged_by_check_but_its_mistakes_are_told(self, two: Path, hansa: Hansa) -> None:
        rule(two, NOBODY, "when: run\n")
        assert of(hansa("check", "--json").json, "H310") == []
        rule(two, "SELECT nothing AS subject FROM products", "when: continuous\n")
        assert len(of(hansa("check", "--json", code=1).json, "H313")) == 1


class TestPlanAndRun:
    def test_only_the_products_that_break_a_policy_are_refused(self, two: Path, hansa: Hansa) -> None:
        rule(two, NOBODY, "scope: {domains: [customer]}\n")
        plan = hansa("plan", "--json", code=1).json
        (violation,) = plan["violations"]
        assert (violation["policy"], violation["level"], violation["subject"]) == ("rule", "global", PRODUCT)
        assert {s["product"]: s["action"] for s in plan["steps"]} == {PRODUCT: "blocked", INNOCENT: "build"}
        assert "refused by rule" in hansa("plan", code=1).out

        outcome = hansa("run", "--json", "--quiet", code=1).json
        assert {p["name"]: p["status"] for p in outcome["products"]} == {PRODUCT: "blocked", INNOCENT: "published"}
        (refused,) = [p for p in outcome["products"] if p["name"] == PRODUCT]
        assert refused["reason"] == "policy rule: is not allowed"

    def test_a_refused_product_stays_as_it_was_published(self, two: Path, hansa: Hansa) -> None:
        hansa("run", "--quiet")
        rule(two, NOBODY, "scope: {domains: [customer]}\n")
        hansa("run", "--quiet", code=1)
        shown = {p["name"]: p["version"] for p in hansa("status", "--json").json["products"]}
        assert shown == {PRODUCT: 1, INNOCENT: 1}

    def test_a_plan_of_others_is_not_held_up(self, two: Path, hansa: Hansa) -> None:
        rule(two, NOBODY, "scope: {domains: [customer]}\n")
        plan = hansa("plan", INNOCENT, "--json").json
        assert (plan["violations"], plan["blocked"]) == ([], False)

    def test_a_waiver_lets_the_product_through(self, two: Path, hansa: Hansa) -> None:
        rule(two, NOBODY, "scope: {domains: [customer]}\n")
        hansa("policy", "waive", "rule", PRODUCT, "--until", "2999-01-01", "--reason", "r", "--approver", "ada")
        plan = hansa("plan", "--json").json
        assert plan["violations"][0]["waived"]["approver"] == "ada"
        hansa("run", "--quiet")
        log = hansa("policy", "log", PRODUCT, "--json").json["decisions"]
        assert [(d["policy"], d["outcome"], d["waiver"]) for d in log if d["subject"]] == [("rule", "waived", "2999-01-01")]

    def test_a_policy_for_runs_is_judged_before_a_run(self, two: Path, hansa: Hansa) -> None:
        published = "SELECT product AS subject, 'was published before' AS message FROM publications"
        rule(two, published, "when: run\nscope: {domains: [customer]}\n")
        hansa("run", "--quiet")
        assert hansa("plan", "--json", code=1).json["violations"][0]["message"] == "was published before"

    def test_a_policy_for_runs_is_told_after_a_run_and_takes_nothing_back(self, two: Path, hansa: Hansa) -> None:
        empty = "SELECT product AS subject, 'is small' AS message FROM published_ports WHERE visible AND row_count < 100"
        rule(two, empty, "when: run\nscope: {domains: [customer]}\n")
        outcome = hansa("run", "--json", "--quiet").json
        assert {p["name"]: p["status"] for p in outcome["products"]} == {PRODUCT: "published", INNOCENT: "published"}
        assert [(t["code"], t["product"]) for t in outcome["troubles"]] == [("H310", PRODUCT)]

    @pytest.mark.parametrize(
        ("sql", "line", "reason"),
        [
            ("SELECT prodct AS subject FROM products", 9, "prodct"),
            ("SELECT content AS subject FROM read_text('/etc/hostname')", 9, "read_text"),
            ("SELECT a.product AS subject FROM products a; DROP TABLE products", 9, ""),
        ],
    )
    def test_a_broken_policy_stops_those_it_is_about_and_nobody_else(
        self, two: Path, hansa: Hansa, sql: str, line: int, reason: str
    ) -> None:
        rule(two, sql, "scope: {domains: [customer]}\n")
        (trouble,) = of(hansa("check", "--json", code=1).json, "H313")
        assert reason in trouble["summary"]
        assert (trouble["places"][0]["file"], trouble["places"][0]["line"]) == ("governance/policies/rule.yaml", line - 1)
        plan = hansa("plan", "--json", code=1).json
        assert {s["product"]: s["action"] for s in plan["steps"]} == {PRODUCT: "blocked", INNOCENT: "build"}
        assert [w["code"] for w in plan["warnings"]] == ["H313"]
        outcome = hansa("run", "--json", "--quiet", code=1).json
        assert {p["name"]: p["status"] for p in outcome["products"]} == {PRODUCT: "blocked", INNOCENT: "published"}
        log = hansa("policy", "log", PRODUCT, "--json").json["decisions"]
        assert ("rule", "error", True) in [(d["policy"], d["outcome"], d["decides"]) for d in log]

    @pytest.mark.slow
    def test_a_policy_that_never_ends_is_stopped_and_stops_those_it_is_about(self, two: Path, hansa: Hansa) -> None:
        bomb = "SELECT count(*) AS subject FROM range(1000000000) a, range(1000000000) b WHERE a.range % 7 = b.range % 11"
        rule(two, bomb, "scope: {domains: [customer]}\n")
        plan = hansa("plan", "--json", code=1).json
        assert {s["product"]: s["action"] for s in plan["steps"]} == {PRODUCT: "blocked", INNOCENT: "build"}


class TestBuiltIn:
    def test_too_small_a_version_bump_is_refused_unless_the_mesh_only_wants_to_know(self, mesh: Path, hansa: Hansa) -> None:
        hansa("run", "--quiet")
        (contract,) = (mesh / "domains/customer/profiles/contracts").glob("profiles.odcs.yaml")
        text = contract.read_text()
        contract.write_text(text.replace("required: true", "required: false", 1))
        assert contract.read_text() != text
        plan = hansa("plan", "--json", code=1).json
        assert {(v["policy"], v["level"], v["refuses"]) for v in plan["violations"]} == {
            ("contract-version-bump", "built-in", True)
        }
        relaxed = mesh / "governance/policies/version.yaml"
        relaxed.parent.mkdir(exist_ok=True)
        relaxed.write_text("apiVersion: hansa/v1\nkind: Policy\nid: contract-version-bump\nmode: report\n")
        plan = hansa("plan", "--json").json
        assert {(v["policy"], v["level"], v["refuses"]) for v in plan["violations"]} == {
            ("contract-version-bump", "global", False)
        }


class TestCommands:
    def test_list_has_the_rules_with_their_verdicts_and_ends_with_1_when_one_is_broken(self, two: Path, hansa: Hansa) -> None:
        rule(two, NOBODY, "scope: {domains: [customer]}\n")
        rule(two, "SELECT 1 AS subject WHERE false", name="fine", folder="domains/stock")
        found = {p["policy"]: p for p in hansa("policy", "list", "--json", code=1).json["policies"]}
        assert {name: p["verdict"] for name, p in found.items()} == {
            "breaking-change-with-impact": "pass",
            "contract-version-bump": "pass",
            "input-agreement": "pass",
            "rule": "fail",
            "fine": "pass",
        }
        assert (found["fine"]["level"], found["fine"]["holder"]) == ("domain", "stock")
        assert found["rule"]["scope"]["domains"] == ["customer"]
        (violation,) = found["rule"]["violations"]
        assert (violation["subject"], violation["message"], violation["waived"]) == (PRODUCT, "is not allowed", None)
        assert "is not allowed" in hansa("policy", "list", code=1).out

    def test_list_shows_waived_violations_when_asked_for_all(self, two: Path, hansa: Hansa) -> None:
        rule(two, NOBODY, "scope: {domains: [customer]}\n")
        hansa("policy", "waive", "rule", PRODUCT, "--until", "2999-01-01", "--reason", "r", "--approver", "ada")
        assert "is not allowed" not in hansa("policy", "list").out
        assert "waived up to 2999-01-01" in hansa("policy", "list", "--all").out

    def test_show_prints_a_rule_with_its_query(self, two: Path, hansa: Hansa) -> None:
        rule(two, NOBODY)
        assert NOBODY in hansa("policy", "show", "rule").out
        (shown,) = hansa("policy", "show", "rule", "--json").json["policies"]
        assert (shown["sql"].strip(), shown["level"], shown["file"]) == (NOBODY, "global", "governance/policies/rule.yaml")
        assert "did you mean `rule`" in hansa("policy", "show", "rul", code=2).err

    def test_examples_run_and_say_which_failed(self, two: Path, hansa: Hansa) -> None:
        examples = (
            "examples:\n"
            "  - {name: none, expect: pass}\n"
            "  - {name: found, expect: fail, subjects: [a.b], rows: {products: [{product: a.b}]}}\n"
            "  - {name: wrong, expect: fail, subjects: [a.c], rows: {products: [{product: a.b}]}}\n"
            "  - {name: none there, expect: fail}\n"
            "  - {name: unknown, expect: pass, rows: {products: [{prodct: a.b}]}}\n"
        )
        file = rule(two, NOBODY, examples)
        found = hansa("policy", "test", "governance/policies/rule.yaml", "--json", code=1).json
        assert (found["passed"], found["failed"]) == (2, 3)
        (tested,) = found["policies"]
        results = {e["name"]: (e["expect"], e["found"], e["passed"], e["subjects"]) for e in tested["examples"]}
        assert results == {
            "none": ("pass", "pass", True, []),
            "found": ("fail", "fail", True, ["a.b"]),
            "wrong": ("fail", "fail", False, ["a.b"]),
            "none there": ("fail", "pass", False, []),
            "unknown": ("pass", "error", False, []),
        }
        assert "`products` has no column `prodct`" in tested["examples"][-1]["reason"]
        assert "expected violations of a.c, found a.b" in hansa("policy", "test", "rule", code=1).out
        outside = file.rename(two / "draft.yaml")
        assert hansa("policy", "test", outside, "--json", code=1).json["failed"] == 3

    def test_all_examples_of_a_healthy_mesh_hold(self, mesh: Path, hansa: Hansa) -> None:
        assert hansa("policy", "test", "--json").json["failed"] == 0

    @pytest.mark.parametrize(
        "arguments",
        [
            ("rule", PRODUCT, "--until", "2020-01-01", "--reason", "r", "--approver", "a"),
            ("rule", PRODUCT, "--until", "soon", "--reason", "r", "--approver", "a"),
            ("rule", PRODUCT, "--until", "2999-01-01", "--reason", " ", "--approver", "a"),
            ("rule", PRODUCT, "--until", "2999-01-01", "--reason", "two\nlines", "--approver", "a"),
            ("rul", PRODUCT, "--until", "2999-01-01", "--reason", "r", "--approver", "a"),
        ],
    )
    def test_a_waiver_that_could_not_hold_is_not_written(self, two: Path, hansa: Hansa, arguments: tuple[str, ...]) -> None:
        rule(two, NOBODY)
        hansa("policy", "waive", *arguments, code=2)
        assert not (two / "governance/waivers.yaml").exists()

    def test_waive_says_what_the_waiver_covers_today(self, two: Path, hansa: Hansa) -> None:
        rule(two, NOBODY)
        told = hansa(
            "policy", "waive", "rule", "customer", "--until", "2999-01-01", "--reason", "r", "--approver", "ada", "--json"
        ).json
        assert told["covers"] == [{"subject": PRODUCT, "message": "is not allowed"}]
        assert told["file"] == "governance/waivers.yaml"
        nothing = ("policy", "waive", "rule", "customr", "--until", "2999-01-01", "--reason", "r", "--approver", "ada", "--json")
        assert [t["code"] for t in hansa(*nothing).json["troubles"]] == ["H319", "H322"]

    def test_a_waiver_goes_into_a_file_as_it_is_written_or_not_at_all(self, two: Path, hansa: Hansa) -> None:
        rule(two, NOBODY)
        file = two / "governance/waivers.yaml"
        waive = ("policy", "waive", "rule", PRODUCT, "--until", "2999-01-01", "--reason", "r", "--approver", "ada")
        for content in (b"\xff\xfe", b"apiVersion: hansa/v1\nkind: Mesh\n"):
            file.write_bytes(content)
            assert "[H921]" in hansa(*waive, code=2).err
            assert file.read_bytes() == content
        file.write_bytes(b"# ours\r\napiVersion: hansa/v1\r\nkind: Waivers\r\n")
        hansa(*waive)
        assert file.read_bytes().startswith(b"# ours\r\napiVersion")
        assert file.read_bytes().count(b"\r\n") == file.read_bytes().count(b"\n")

    def test_waivers_and_policies_go_where_a_variable_says_that_governance_is(
        self, two: Path, hansa: Hansa, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RULES", "rules")
        mesh = two / "hansa.yaml"
        mesh.write_text(f"{mesh.read_text()}governance: ${{RULES}}\n")
        (two / "governance").rename(two / "rules")
        hansa("policy", "adopt", "owner-present")
        hansa("policy", "waive", "owner-present", PRODUCT, "--until", "2999-01-01", "--reason", "r", "--approver", "ada")
        assert (two / "rules/waivers.yaml").is_file()
        assert (two / "rules/policies/owner-present.yaml").is_file()

    def test_the_log_is_empty_before_the_first_run(self, mesh: Path, hansa: Hansa) -> None:
        assert hansa("policy", "log", "--json").json["decisions"] == []
        assert "No run" in hansa("policy", "log").out
        hansa("policy", "log", "not a product", code=2)


class TestWhatIsNoProducts:
    def test_an_enforced_rule_about_a_domain_holds_its_products_back(self, two: Path, hansa: Hansa) -> None:
        rule(two, "SELECT domain AS subject, 'has no officer' AS message FROM domains WHERE domain = 'stock'")
        plan = hansa("plan", "--json", code=1).json
        assert {s["product"]: s["action"] for s in plan["steps"]} == {PRODUCT: "build", INNOCENT: "blocked"}
        assert "policy rule: stock: has no officer" in [s["reason"] for s in plan["steps"]]
        assert hansa("plan", "customer", "--json").json["violations"] == []
        hansa("policy", "waive", "rule", "stock", "--until", "2999-01-01", "--reason", "r", "--approver", "ada")
        hansa("plan")


class TestManyViolations:
    MANY = "SELECT product || '.p#' || range AS subject, product, 'is wrong' AS message FROM products, range(200)"

    @pytest.mark.parametrize(
        ("arguments", "count"),
        [(("check",), "error[H310] the policy rule: 395 more"), (("policy", "list"), "380 more (--all"), (("plan",), "390 more")],
    )
    def test_many_of_a_kind_are_cut_and_counted(self, two: Path, hansa: Hansa, arguments: tuple[str, ...], count: str) -> None:
        rule(two, self.MANY)
        text = hansa(*arguments, code=1).out
        assert count in text
        assert len(text.splitlines()) < 60
        whole = (*arguments, "--json") if arguments == ("plan",) else (*arguments, "--all")
        assert hansa(*whole, code=1).out.count("is wrong") >= 400

    def test_nothing_is_cut_for_one_line(self, two: Path, hansa: Hansa) -> None:
        rule(two, self.MANY.replace("200", "3"))
        assert hansa("check", code=1).out.count("is wrong") == 6
