"""Governance: rules and findings as each viewer may know them, waivers as code, rehearsal, and the record of reads."""

import json
import re
import time
from collections.abc import Callable
from contextlib import chdir
from functools import cache
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.pages import usable_unseen

PAGES = (
    "/governance",
    "/governance/policies",
    "/governance/policies/readme-present",
    "/governance/violations",
    "/governance/violations?by=policy",
    "/governance/violations?waived=yes",
    "/governance/waivers",
    "/governance/scorecards",
    "/governance/scorecards?domain=customer",
    "/governance/classes",
    "/governance/classes?class=personal",
    "/governance/rehearse",
    "/governance/audit",
    "/governance/audit/holding",
    "/governance/audit/holding?key=customer.profiles.profiles%23id",
    "/governance/explore",
)
SELECT = "SELECT product AS subject, 'it is there' AS message FROM products"
FILES = {
    "governance/teams.yaml": (
        "apiVersion: hansa/v1\nkind: Teams\nadministrators: [ada]\nteams:\n"
        "  - {name: customer_team, contact: c@shop.example, members: [carla]}\n"
        "  - {name: vault_team, contact: v@shop.example, members: [vera]}\n"
    ),
    "governance/classifications.yaml": (
        "apiVersion: hansa/v1\nkind: Classifications\nclasses:\n  - {name: public}\n"
        "  - {name: personal, above: [public], mask: show-first-4, description: About people.}\n"
    ),
    "governance/access/hidden.cedar": (
        '@id("vault.hidden")\nforbid (principal, action in [Action::"discover", Action::"describe"], resource)\n'
        'when { resource in Domain::"vault" } unless { principal.administrator || principal in Team::"vault_team" };\n'
    ),
    "governance/waivers.yaml": (
        "apiVersion: hansa/v1\nkind: Waivers\nwaivers:\n"
        "  - {policy: names-short, subject: customer.visits, reason: moves in spring, approver: dpo, granted: 2020-01-01,"
        " expires: 2020-06-30}\n"
        "  - {policy: no-visits, subject: customer.visits, reason: a while yet <b>, approver: dpo, expires: SOON}\n"
        "  - {policy: readme-present, subject: vault.gold, reason: it is secret, approver: vera, expires: SOON}\n"
    ),
}
POLICIES = {
    "readme-present": (
        "error",
        "SELECT product AS subject, 'no README of ' || product AS message FROM products WHERE readme IS NULL",
    ),
    "names-short": ("warning", "SELECT product AS subject, 'a <b>name</b> of vault.gold' AS message FROM products"),
    "no-visits": ("error", "SELECT product AS subject, 'visits' AS message FROM products WHERE name = 'visits'"),
    "vault-rule": ("note", "SELECT product AS subject FROM products WHERE false"),
    "odd-one": ("note", "SELECT product AS subject, 'x' AS message FROM products WHERE product = 'vault.gold'"),
    "cannot-be": ("warning", "SELECT nothing AS subject FROM products"),
}


def written(policy: str, severity: str, sql: str) -> str:
    return (
        f"apiVersion: hansa/v1\nkind: Policy\nid: {policy}\ntitle: About {policy}\nwhy: Because of {policy}.\n"
        f"severity: {severity}\nmode: report\nmend: Mend it.\nsql: |\n  {sql}\n"
    )


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory, sites: Callable[[Path], Any]) -> Any:
    """Two products of Carla's that everybody may know, and `vault.gold` of Vera's, of which only she and Ada may."""
    import datetime as dt

    from hansa.cli import main

    root = tmp_path_factory.mktemp("ruled")
    (root / "data.csv").write_text("id,name\n1,Zoë\n2,Ann\n")

    def run(*arguments: str) -> None:
        with chdir(root), pytest.raises(SystemExit) as ended:
            main(list(arguments))
        assert ended.value.code in (0, None), arguments

    run("init", ".")
    for domain, team in (("customer", "customer_team"), ("vault", "vault_team")):
        run("new", "domain", domain)
        file = root / f"domains/{domain}/domain.yaml"
        file.write_text(re.sub(r"owner: .*", f"owner: {team}", file.read_text()))
    for name in ("customer/profiles", "customer/visits", "vault/gold"):
        run("new", "product", name, "--from", "data.csv")
        product = root / "domains" / name
        team = "vault_team" if name.startswith("vault") else "customer_team"
        odps = product / "product.odps.yaml"
        odps.write_text(odps.read_text().replace("customer-team", team).replace("vault-team", team))
        (product / "README.md").unlink(missing_ok=True)
        contract = next((product / "contracts").glob("*.odcs.yaml"))
        contract.write_text(
            contract.read_text().replace("      - name: name\n", "      - name: name\n        classification: personal\n")
        )
    soon = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=10)).isoformat()
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text.replace("SOON", soon))
    (root / "governance/policies").mkdir(exist_ok=True)
    for policy, (severity, sql) in POLICIES.items():
        (root / f"governance/policies/{policy}.yaml").write_text(written(policy, severity, sql))
    (root / "domains/vault/policies").mkdir()
    (root / "domains/vault/policies/own.yaml").write_text(written("vaults-own", "warning", SELECT))
    run("run", "--quiet")
    run("user", "add", "nick")
    run("query", "SELECT id, name FROM customer.profiles WHERE name = 'Ann'", "--json")
    run("query", "SELECT * FROM vault.gold", "--json")
    run("query", "SELECT count(*) FROM customer.profiles AS p JOIN vault.gold AS g ON g.id = p.id", "--json")
    site = sites(root)
    return SimpleNamespace(serving=site.serving, fresh=site.browser, browser=cache(site.browser))


def shown(browser: Any, path: str) -> Any:
    """A page, once the policies are judged."""
    for _ in range(100):
        response = browser.get(path)
        assert response.status_code == 200, f"{path}: {response.status_code} {response.text[-900:]}"
        if "Refresh" not in response.headers:
            return read(browser, response)
        time.sleep(0.1)
    raise AssertionError(f"{path} is never judged")


def read(browser: Any, response: Any) -> Any:
    """A page with its long names in one piece."""
    return type(browser.parsed(response))(response.text.replace("<wbr>", ""))


def text_of(page: Any) -> str:
    return " ".join(page.text.split())


def sent(browser: Any, path: str, **fields: str) -> Any:
    return browser.post(path, {"csrf": browser.csrf, **fields})


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_nothing_of_what_is_hidden(path: str, ruled: Any) -> None:
    for who in ("nick", "carla"):
        page = shown(ruled.browser(who), path)
        said = page.text.lower() + " ".join(page.links)
        assert "vault" not in said, f"{who} {path}"
        assert "gold" not in said, f"{who} {path}"
    assert "Governance" in text_of(shown(ruled.browser("ada"), path))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_used_without_seeing_it_and_runs_nothing(path: str, ruled: Any) -> None:
    page = shown(ruled.browser("ada"), path)
    usable_unseen(page)
    for tag, attributes in page.elements:
        assert tag not in ("b", "style", "iframe"), tag
        assert not any(a.startswith("on") or a == "style" for a in attributes), (tag, attributes)
    assert len(ruled.browser("ada").get(path).content) < 100_000


def test_the_overview_counts_what_the_viewer_may_know(ruled: Any) -> None:
    ada = text_of(shown(ruled.browser("ada"), "/governance"))
    nick = text_of(shown(ruled.browser("nick"), "/governance"))
    assert "4 warnings now" in ada
    assert "2 waived" in ada
    assert "2 warnings now" in nick
    assert "1 waived" in nick


def test_policies_are_narrowed(ruled: Any) -> None:
    browser = ruled.browser("nick")
    page = shown(browser, "/governance/policies?severity=error&level=global")
    assert "/governance/policies/readme-present" in page.links
    assert "/governance/policies/names-short" not in page.links
    assert "cannot be judged" in text_of(shown(browser, "/governance/policies?verdict=cannot+be+judged"))
    assert "No policy is like that" in text_of(shown(browser, "/governance/policies?severity=nothing"))
    assert "/governance/policies/vaults-own" in shown(ruled.browser("vera"), "/governance/policies?domain=vault").links


def test_a_policy_tells_its_question_and_who_breaks_it(ruled: Any) -> None:
    page = shown(ruled.browser("nick"), "/governance/policies/readme-present")
    said = text_of(page)
    assert "Because of readme-present." in said
    assert "WHERE readme IS NULL" in said
    assert "no README of customer.profiles" in said
    assert "domains/customer/profiles/product.odps.yaml:" in said.replace("\u200b", "")
    assert "2 findings" in said
    assert "In earlier runs" in said
    assert "/products/customer.profiles" in page.links


def test_what_names_the_hidden_is_not_said_but_that_it_is_broken_is(ruled: Any) -> None:
    said = text_of(shown(ruled.browser("nick"), "/governance/policies/names-short"))
    assert "names something that you may not know of" in said
    assert "2 findings" in said
    vera = text_of(shown(ruled.browser("vera"), "/governance/policies/names-short"))
    assert "a <b>name</b> of vault.gold" in vera
    assert "3 findings" in vera


def test_the_query_of_a_rule_about_the_hidden_is_not_shown(ruled: Any) -> None:
    said = text_of(shown(ruled.browser("nick"), "/governance/policies/odd-one"))
    assert "Its query names something that you may not know of." in said
    assert "WHERE product" in text_of(shown(ruled.browser("vera"), "/governance/policies/odd-one"))


@pytest.mark.parametrize(
    "path",
    [
        "/governance/policies/vault-rule",
        "/governance/policies/nothing",
        "/governance/policies/vaults-own",
        "/governance/scorecards?domain=vault",
        "/governance/classes?class=nothing",
    ],
)
def test_what_may_not_be_known_is_not_there(path: str, ruled: Any) -> None:
    browser = ruled.browser("nick")
    shown(browser, "/governance")
    response = browser.get(path)
    assert (response.status_code, "H823" in response.text) == (404, True)


def test_the_stricter_rule_decides_and_casts_its_shadow(ruled: Any) -> None:
    said = text_of(shown(ruled.browser("vera"), "/governance/policies/vaults-own"))
    assert "The stricter readme-present (global, report, error, waived) decides for this subject" in said
    assert "shadow" not in text_of(shown(ruled.browser("vera"), "/governance/policies/readme-present"))


def test_findings_by_product_and_by_policy(ruled: Any) -> None:
    browser = ruled.browser("ada")
    page = shown(browser, "/governance/violations?severity=error")
    assert "vault.gold" not in text_of(page)  # the one error about it is waived
    assert "customer.visits" in text_of(page)
    by_policy = text_of(shown(browser, "/governance/violations?by=policy&policy=names-short"))
    assert "3 violations" in by_policy
    assert "About names-short" in by_policy
    waived = text_of(shown(browser, "/governance/violations?waived=yes&product=vault.gold"))
    assert "waived by vera" in waived
    for odd in ("page=x", "page=-1", "page=9999", "by=%3Cscript%3E", "domain=x%20y", "product=../.."):
        assert browser.get(f"/governance/violations?{odd}").status_code == 200, odd


def test_waivers_say_what_lapsed_and_what_lapses(ruled: Any) -> None:
    said = text_of(shown(ruled.browser("nick"), "/governance/waivers"))
    assert "2 waivers" in said
    assert "lapsed" in said
    assert "1 finding would need it" in said
    assert "lapses in 10 days" in said
    assert "a while yet <b>" in said
    assert "3 waivers" in text_of(shown(ruled.browser("vera"), "/governance/waivers"))


def test_a_waiver_is_written_as_code(ruled: Any) -> None:
    import yaml

    browser = ruled.browser("carla")
    page = browser.get("/governance/waivers?policy=readme-present&subject=customer.visits&reason=it's+%3Cnew%3E&approver=dpo")
    blocks = [unescape(b) for b in re.findall(r"<code>(apiVersion.*?|hansa policy waive.*?)</code>", page.text, re.DOTALL)]
    entry = yaml.safe_load(blocks[0])["waivers"][0]
    assert (entry["policy"], entry["subject"], entry["reason"]) == ("readme-present", "customer.visits", "it's <new>")
    assert entry["expires"] > entry["granted"]
    assert f"--until {entry['expires']}" in blocks[1]
    for policy, subject, until in (
        ("nothing", "a.b", ""),
        ("readme-present", "", ""),
        ("readme-present", "a.b", "2020-01-01"),
        ("readme-present", "a.b", "x"),
        ("readme-present", "a.b", "2999-01-01"),
    ):
        wrong = f"policy={policy}&subject={subject}&until={until}"
        response = browser.get(f"/governance/waivers?{wrong}")
        assert "H844" in response.text, wrong
        assert "<code>apiVersion" not in response.text


def test_a_rehearsal_says_who_would_fail_and_who_would_lose_what(ruled: Any) -> None:
    browser = ruled.browser("ada")
    response = sent(browser, "/governance/rehearse", text=SELECT + " WHERE domain = 'customer'")
    said = text_of(read(browser, response))
    assert response.status_code == 200
    assert "2 subjects of 2 products would fail now." in said
    assert "customer.profiles" in said
    assert response.headers["cache-control"] == "no-store"
    shown(browser, "/governance/scorecards")
    moments: list[str] = []
    for _ in range(100):
        moments = re.findall(r'<option value="(\d{4}-[^"]+)"', browser.get("/governance/rehearse").text)
        if moments:
            break
        time.sleep(0.1)
    half = written("half", "error", SELECT).replace("mode: report", "mode: enforce")
    said = text_of(read(browser, sent(browser, "/governance/rehearse", text=half, holder="vault", moment=unescape(moments[0]))))
    assert "About half" in said
    assert "1 subject of 1 product would fail now." in said
    assert "1 violation in 3 products: vault.gold" in said
    assert "domains/vault/policies/half.yaml" in said
    clean = sent(
        browser,
        "/governance/rehearse",
        text="-- nobody\nWITH p AS (SELECT * FROM products) SELECT product AS subject FROM p WHERE false",
    )
    assert "nobody would fail" in text_of(read(browser, clean))
    assert "half" not in browser.get("/governance/policies").text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT nothing AS subject FROM products", "H313"),
        ("SELECT product FROM products", "H313"),
        ("DROP TABLE products", "H1"),
        ("apiVersion: hansa/v1\nkind: Policy\nid: x\n", "H"),
        ("apiVersion: hansa/v1\nkind: Mesh\n", "H"),
        ("", "H"),
        ("x: [", "H1"),
        ("SELECT content AS subject FROM read_text('/etc/passwd')", "H313"),
        pytest.param("SELECT count(*) AS subject FROM range(100000000000) a, range(1000000) b", "H", marks=pytest.mark.slow),
    ],
)
def test_a_wrong_rule_is_told_and_not_lost(text: str, code: str, ruled: Any) -> None:
    browser = ruled.browser("ada")
    started = time.monotonic()
    response = sent(browser, "/governance/rehearse", text=text)
    assert 400 <= response.status_code < 500, response.text[-2000:]
    assert f"({code}" in response.text
    assert unescape(re.findall(r"<textarea[^>]*>(.*?)</textarea>", response.text, re.DOTALL)[0]) == text
    assert "root:" not in response.text
    assert time.monotonic() - started < 25


def test_only_those_rehearse_who_may_know_everything(ruled: Any) -> None:
    for who in ("nick", "carla"):
        response = sent(ruled.browser(who), "/governance/rehearse", text=SELECT)
        assert (response.status_code, "H846" in response.text, "vault" in response.text) == (403, True, False)
    vera = ruled.browser("vera")
    assert "3 subjects of 3 products would fail" in text_of(read(vera, sent(vera, "/governance/rehearse", text=SELECT)))
    # Who read what is not an owner's to know by way of a rule.
    reads = "SELECT person AS subject, query_id AS message FROM queries"
    assert "nobody would fail" in text_of(read(vera, sent(vera, "/governance/rehearse", text=reads)))
    ada = ruled.browser("ada")
    assert "nobody would fail" not in text_of(read(ada, sent(ada, "/governance/rehearse", text=reads)))


def test_forms_need_the_proof_of_their_session(ruled: Any) -> None:
    browser = ruled.browser("ada")
    for path, fields in (("rehearse", {"text": SELECT}), ("explore", {"sql": "SELECT 1"}), ("audit/verify", {})):
        response = browser.post(f"/governance/{path}", {"csrf": "x", **fields})
        assert (response.status_code, "H821" in response.text) == (403, True), path


def test_administrators_ask_in_sql_and_nobody_else(ruled: Any) -> None:
    ada = ruled.browser("ada")
    said = text_of(
        read(ada, sent(ada, "/governance/explore", sql="SELECT product, '<b>' AS sign, NULL AS nothing FROM products"))
    )
    assert "3 rows" in said
    assert "vault.gold" in said
    assert "<b>" in said
    wrong = sent(ada, "/governance/explore", sql="SELECT prodct FROM products")
    assert (wrong.status_code, "H847" in wrong.text, "SELECT prodct" in wrong.text) == (422, True, True)
    for who in ("nick", "carla", "vera"):
        browser = ruled.browser(who)
        assert "Only administrators ask here" in text_of(shown(browser, "/governance/explore"))
        response = sent(browser, "/governance/explore", sql="SELECT * FROM products")
        assert (response.status_code, "H846" in response.text) == (403, True)
    large = sent(ada, "/governance/explore", sql="SELECT repeat('x', 100000) AS wide FROM columns, columns AS c")
    assert len(large.content) < 100_000


def test_a_token_for_less_administers_nothing(ruled: Any) -> None:
    token, _ = ruled.serving.authenticator.issue_token("ada", scopes=("read",))
    browser = ruled.fresh()
    assert browser.sign_in(token).status_code == 303
    assert sent(browser, "/governance/explore", sql="SELECT 1 FROM products").status_code == 403
    assert "Your own reads" in text_of(shown(browser, "/governance/audit"))


def test_the_record_is_seen_by_whom_it_concerns(ruled: Any) -> None:
    ada = text_of(shown(ruled.browser("ada"), "/governance/audit"))
    assert ada.count("Fingerprint") == 3
    nick = text_of(shown(ruled.browser("nick"), "/governance/audit"))
    assert "Nothing was read yet that you may see." in nick
    carla = text_of(shown(ruled.browser("carla"), "/governance/audit"))
    assert carla.count("customer.profiles.profiles@1") >= 2
    assert "vault" not in carla
    assert carla.count("it is about products of others, too") == 1
    assert "Ann" not in carla
    # No filter tells of what is not shown.
    assert "No read is like that." in text_of(shown(ruled.browser("carla"), "/governance/audit?port=vault.gold"))
    vera = text_of(shown(ruled.browser("vera"), "/governance/audit?port=vault.gold"))
    assert vera.count("vault.gold.gold@1") >= 2


def test_the_record_is_narrowed_and_paged(ruled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = ruled.browser("ada")
    assert text_of(shown(browser, "/governance/audit?column=name&port=customer")).count("Fingerprint") == 1
    assert text_of(shown(browser, "/governance/audit?column=vault.gold.gold%23id")).count("Fingerprint") == 2
    assert "No read is like that." in text_of(shown(browser, "/governance/audit?outcome=refused"))
    assert "No read is like that." in text_of(shown(browser, "/governance/audit?until=2020-01-01"))
    assert text_of(shown(browser, "/governance/audit?since=2020-01-01")).count("Fingerprint") == 3
    for wrong in ("since=x", "outcome=x", "port=%3Cb%3E"):
        response = browser.get(f"/governance/audit?{wrong}")
        assert (response.status_code, "H848" in response.text) == (400, True), wrong
    from hansa.server.pages.governing import auditing

    monkeypatch.setattr(auditing, "EACH", 2)
    first = shown(browser, "/governance/audit")
    older = next(link for link in first.links if "before=" in link)
    assert text_of(first).count("Fingerprint") == 2
    second = shown(browser, older)
    assert text_of(second).count("Fingerprint") == 1
    assert not any("before=" in link for link in second.links)


def test_who_holds_a_key_and_who_read_it(ruled: Any) -> None:
    key = "/governance/audit/holding?key=customer.profiles.profiles%23id"
    ada = text_of(shown(ruled.browser("ada"), key))
    assert "Held by 1 product" in ada
    assert ada.count("Fingerprint") == 2
    nick = text_of(shown(ruled.browser("nick"), key))
    assert "No read of it in this time." in nick
    for wrong in ("vault.gold.gold%23id", "customer.profiles.profiles%23nothing", "x", "customer.profiles", "%23"):
        response = ruled.browser("nick").get(f"/governance/audit/holding?key={wrong}")
        assert (response.status_code, "H848" in response.text) == (400, True), wrong
    assert "Held by 1 product" in text_of(shown(ruled.browser("vera"), "/governance/audit/holding?key=vault.gold.gold%23id"))


def test_the_chain_is_verified_from_the_page(ruled: Any) -> None:
    ada, nick = ruled.browser("ada"), ruled.browser("nick")
    assert sent(nick, "/governance/audit/verify").status_code == 403
    assert sent(ada, "/governance/audit/verify").headers["location"] == "/governance/audit#chain"
    said = ""
    for _ in range(50):
        said = text_of(shown(ada, "/governance/audit"))
        if "the audit log is whole" in said:
            break
        time.sleep(0.1)
    head = ruled.serving.workplace.ledger.audit_head()
    assert "the audit log is whole" in said
    assert f"{head[0]} entries" in said
    assert head[1] in said
    assert "the audit log is whole" not in nick.get("/governance/audit").text


def test_classes_say_where_they_are(ruled: Any) -> None:
    page = shown(ruled.browser("nick"), "/governance/classes?class=personal")
    assert "2 columns of personal" in text_of(page)
    assert "stricter than public" in text_of(page)
    assert "3 columns of personal" in text_of(shown(ruled.browser("vera"), "/governance/classes?class=personal"))


def test_scorecards_count_what_may_be_known(ruled: Any) -> None:
    nick = shown(ruled.browser("nick"), "/governance/scorecards")
    assert "customer.profiles" in text_of(nick)
    assert "cannot be judged" in text_of(nick)
    vera = text_of(shown(ruled.browser("vera"), "/governance/scorecards"))
    assert "vault.gold" in vera


def test_a_mesh_without_rules_says_what_to_do(site: Any) -> None:
    browser = site.browser("mia")
    assert "No rule of your own is in force yet." in text_of(shown(browser, "/governance"))
    assert "Nothing of what you may know breaks a rule" in text_of(shown(browser, "/governance/violations"))
    assert "Nobody has leave to break a rule." in text_of(shown(browser, "/governance/waivers"))
    assert "No rule of your own is in force yet." in text_of(shown(browser, "/governance/scorecards"))
    assert json.dumps(browser.get("/governance").headers["cache-control"]) == '"private, no-cache"'
