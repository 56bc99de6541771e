"""Policies of several levels as one: what a lower level may add, and what it cannot take back."""

import datetime as dt
from collections.abc import Callable

import pytest

from hansa.compile import Compiled
from hansa.compile.policies import built_in_policies, policies_of_file
from hansa.declare.files import parse
from hansa.model import Policy, PolicyLevel, PolicyMode, PolicyTime
from hansa.trouble import Severity, Trouble

CompiledOf = Callable[..., Compiled]

GLOBAL = "governance/policies/owner.yaml"
DOMAIN = "domains/shop/policies/owner.yaml"
PRODUCT = "domains/shop/profiles/policies/owner.yaml"
SQL = "SELECT product AS subject, 'no owner' AS message FROM products WHERE owner IS NULL"
EXAMPLE = "examples: [{name: all is well, expect: pass}]\n"


def policy(id: str = "owner", more: str = "", sql: str = SQL) -> str:  # noqa: A002
    written = f"sql: |\n  {sql}\n" if sql else ""
    return f"apiVersion: hansa/v1\nkind: Policy\nid: {id}\n{written}{more}"


def own(compiled: Compiled) -> list[Policy]:
    return [p for p in compiled.mesh.governance.policies if p.level is not PolicyLevel.BUILT_IN]


def about(compiled: Compiled) -> list[Trouble]:
    return [t for t in compiled.troubles if t.code.startswith("H3") or any("polic" in p.file for p in t.places)]


def codes(compiled: Compiled) -> list[tuple[str, str]]:
    return [(t.code, str(t.severity)) for t in about(compiled)]


def test_a_policy_is_read_with_everything_that_it_says(compiled: CompiledOf) -> None:
    more = (
        "title: Everything has an owner\nwhy: someone must answer\nseverity: warning\nmode: enforce\nwhen: continuous\n"
        "scope: {domains: [shop], tags: [core]}\nmend: name a team\ntags: [people]\n"
        "examples:\n  - name: nobody\n    expect: fail\n    subjects: [shop.profiles]\n"
        "    rows: {products: [{product: shop.profiles, tags: [a, b], weight: 1.5, main: true, owner: null}]}\n"
    )
    (found,) = own(compiled({GLOBAL: policy(more=more)}))
    assert (found.id, found.title, found.level, found.holder) == ("owner", "Everything has an owner", PolicyLevel.GLOBAL, "")
    assert (found.severity, found.mode, found.when) == (Severity.WARNING, PolicyMode.ENFORCE, PolicyTime.CONTINUOUS)
    assert (found.scope.domains, found.scope.tags, found.mend, found.tags) == (("shop",), ("core",), "name a team", ("people",))
    (example,) = found.examples
    assert (example.passes, example.subjects) == (False, ("shop.profiles",))
    row = {"product": "shop.profiles", "tags": ("a", "b"), "weight": 1.5, "main": True, "owner": None}
    assert example.rows == {"products": (row,)}


def test_the_place_of_a_query_is_that_of_its_first_character(compiled: CompiledOf) -> None:
    (found,) = own(compiled({GLOBAL: policy()}))
    assert (str(found.place), str(found.sql_place)) == (f"{GLOBAL}:3:5", f"{GLOBAL}:5:3")


def test_a_file_may_hold_several_policies(compiled: CompiledOf) -> None:
    entries = "  - {id: a, sql: SELECT 1 AS subject}\n  - {id: b, sql: SELECT 2 AS subject}\n"
    text = f"apiVersion: hansa/v1\nkind: Policies\npolicies:\n{entries}"
    assert [p.id for p in own(compiled({GLOBAL: text}))] == ["a", "b"]


def test_the_folder_says_the_level_and_the_holder(compiled: CompiledOf) -> None:
    files = {GLOBAL: policy("a"), DOMAIN: policy("b", sql="SELECT 2 AS subject"), PRODUCT: policy("c", sql="SELECT 3 AS subject")}
    assert [(p.id, p.level, p.holder) for p in own(compiled(files))] == [
        ("a", PolicyLevel.GLOBAL, ""),
        ("b", PolicyLevel.DOMAIN, "shop"),
        ("c", PolicyLevel.PRODUCT, "shop.profiles"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (policy("Owner Named"), ("H314", "error")),
        (policy(sql=""), ("H121", "error")),
        (policy(more="scope: {domains: [shpo]}\n"), ("H316", "warning")),
        (policy(more="scope: {products: [shop.profile]}\n"), ("H316", "warning")),
        (policy(more="mode: enforced\n"), ("H124", "error")),
        (policy(more="tightens: nothing\n"), ("H318", "error")),
        (policy(more="mode: enforce\n"), ("H317", "note")),
        (policy(more="examples: [{name: x, expect: pass, rows: {products: {a: b}}}]\n"), ("H317", "error")),
        (policy(more="colour: red\n"), ("H122", "error")),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_place(compiled: CompiledOf, text: str, expected: tuple[str, str]) -> None:
    found = compiled({GLOBAL: text})
    assert codes(found) == [expected]
    assert about(found)[0].places[0].file == GLOBAL
    assert about(found)[0].places[0].line > 0


def test_two_policies_of_one_level_cannot_share_an_id_and_the_first_is_used(compiled: CompiledOf) -> None:
    found = compiled({GLOBAL: policy(), "governance/policies/second.yaml": policy(sql="SELECT 2 AS subject")})
    assert codes(found) == [("H315", "error")]
    assert [p.sql.strip() for p in own(found)] == [SQL]


@pytest.mark.parametrize("weaker", ["mode: report\n", "severity: warning\n", "severity: note\nmode: report\n"])
@pytest.mark.parametrize("name", ["owner", "our-owner"])
def test_a_local_policy_that_would_weaken_a_higher_one_is_refused(compiled: CompiledOf, name: str, weaker: str) -> None:
    local = policy(name, f"tightens: owner\n{weaker}", sql="SELECT 1 AS subject WHERE false")
    found = compiled({GLOBAL: policy(more=f"mode: enforce\n{EXAMPLE}"), DOMAIN: local})
    assert codes(found) == [("H312", "error")]
    (kept,) = own(found)
    assert (kept.level, kept.mode, kept.severity) == (PolicyLevel.GLOBAL, PolicyMode.ENFORCE, Severity.ERROR)
    assert [p.file for p in about(found)[0].places] == [DOMAIN, GLOBAL]


def test_a_local_policy_cannot_narrow_the_scope_of_one_that_it_repeats(compiled: CompiledOf) -> None:
    found = compiled({GLOBAL: policy(), DOMAIN: policy(more="scope: {products: [shop.history]}\n", sql="SELECT 1 AS subject")})
    assert codes(found) == [("H312", "error")]


def test_a_local_policy_may_tighten_by_its_mode_alone_and_both_hold(compiled: CompiledOf) -> None:
    local = policy("our-owner", "tightens: owner\nmode: enforce\n", sql="")
    found = compiled({GLOBAL: policy(more="mode: report\nmend: name one\n"), DOMAIN: local})
    assert codes(found) == []
    above, ours = own(found)
    assert (above.mode, ours.mode) == (PolicyMode.REPORT, PolicyMode.ENFORCE)
    assert (ours.sql, ours.mend, ours.tightens, ours.sql_place) == (above.sql, "name one", "owner", above.sql_place)


def test_a_product_tightens_what_its_domain_set(compiled: CompiledOf) -> None:
    files = {DOMAIN: policy(), PRODUCT: policy("mine", "tightens: owner\nmode: enforce\n", sql="")}
    assert codes(compiled(files)) == []
    weaker = {
        DOMAIN: policy(more=f"mode: enforce\n{EXAMPLE}"),
        PRODUCT: policy("mine", "tightens: owner\nmode: report\n", sql=""),
    }
    assert codes(compiled(weaker, "weaker")) == [("H312", "error")]


def test_a_local_policy_that_asks_what_a_higher_one_asks_is_superfluous(compiled: CompiledOf) -> None:
    found = compiled({GLOBAL: policy(), DOMAIN: policy("copy", sql=SQL.replace(" FROM", "\n   FROM"))})
    assert codes(found) == [("H318", "warning")]
    assert [p.id for p in own(found)] == ["owner"]


def test_a_local_policy_may_ask_what_a_higher_one_asks_of_others(compiled: CompiledOf) -> None:
    found = compiled(
        {GLOBAL: policy(more="scope: {domains: [shop], tags: [gold]}\n"), DOMAIN: policy("ours", "tightens: owner\n", "")}
    )
    assert codes(found) == []
    assert [p.id for p in own(found)] == ["owner", "ours"]


def test_a_name_that_is_used_at_two_levels_is_told_and_both_hold(compiled: CompiledOf) -> None:
    found = compiled({GLOBAL: policy(), DOMAIN: policy(sql="SELECT 1 AS subject")})
    assert codes(found) == [("H318", "note")]
    assert [p.level for p in own(found)] == [PolicyLevel.GLOBAL, PolicyLevel.DOMAIN]


def test_a_local_scope_cannot_reach_the_products_of_others(compiled: CompiledOf) -> None:
    found = compiled({PRODUCT: policy(more="scope: {products: [shop.history]}\n")})
    assert codes(found) == [("H316", "error")]


def test_the_mesh_may_relax_what_comes_with_hansa_and_a_domain_may_not(compiled: CompiledOf) -> None:
    relaxed = compiled({GLOBAL: policy("contract-version-bump", "mode: report\n", sql="")})
    assert codes(relaxed) == []
    (found,) = [p for p in relaxed.mesh.governance.policies if p.id == "contract-version-bump"]
    (shipped,) = [p for p in built_in_policies() if p.id == "contract-version-bump"]
    assert (found.level, found.mode, found.sql) == (PolicyLevel.GLOBAL, PolicyMode.REPORT, shipped.sql)
    refused = compiled({DOMAIN: policy("contract-version-bump", "mode: report\n", sql="")}, "refused")
    assert codes(refused) == [("H312", "error")]


def test_a_query_of_ones_own_for_what_comes_with_hansa_is_not_used(compiled: CompiledOf) -> None:
    found = compiled({GLOBAL: policy("contract-version-bump", sql="SELECT 1 AS subject WHERE false")})
    assert codes(found) == [("H318", "warning")]
    assert all("too_small" in p.sql for p in found.mesh.governance.policies if p.id == "contract-version-bump")


def test_what_comes_with_hansa_holds_everywhere_and_has_examples(compiled: CompiledOf) -> None:
    found = compiled()
    assert found.mesh.governance.policies == built_in_policies()
    assert {p.id: p.mode for p in built_in_policies()} == {
        "breaking-change-with-impact": PolicyMode.ENFORCE,
        "contract-version-bump": PolicyMode.ENFORCE,
        "input-agreement": PolicyMode.REPORT,
    }
    assert all(p.examples for p in built_in_policies())
    assert found.valid


def test_a_file_is_read_as_if_it_lay_in_a_folder(compiled: CompiledOf) -> None:
    mesh = compiled({GLOBAL: policy(more=f"mode: enforce\n{EXAMPLE}")}).mesh
    document, _ = parse("new.yaml", policy("new", "tightens: owner\nmode: report\n"))
    assert document is not None
    found, troubles = policies_of_file(document, mesh, "shop")
    assert (found, [t.code for t in troubles]) == ((), ["H312"])
    found, troubles = policies_of_file(document, mesh)
    assert ([(p.id, p.level) for p in found], [t.code for t in troubles]) == ([("new", PolicyLevel.GLOBAL)], ["H318"])


WAIVER = "apiVersion: hansa/v1\nkind: Waivers\nwaivers:\n  - {{policy: owner, subject: shop.profiles, {}}}\n"


def test_a_waiver_is_read_with_its_days(compiled: CompiledOf) -> None:
    text = WAIVER.format("reason: r, approver: a, granted: 2026-01-01, expires: 2026-06-30")
    found = compiled({GLOBAL: policy(), "governance/waivers.yaml": text})
    (waiver,) = found.mesh.governance.waivers
    assert (waiver.granted, waiver.expires) == (dt.date(2026, 1, 1), dt.date(2026, 6, 30))
    assert codes(found) == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("reason: r, approver: a", "H121"),
        ("approver: a, expires: 2026-06-30", "H121"),
        ("reason: '', approver: a, expires: 2026-06-30", "H321"),
        ("reason: r, approver: a, expires: in spring", "H321"),
        ("reason: r, approver: a, granted: once, expires: 2026-06-30", "H321"),
    ],
)
def test_a_waiver_that_lacks_something_is_an_error(compiled: CompiledOf, said: str, code: str) -> None:
    found = compiled({GLOBAL: policy(), "governance/waivers.yaml": WAIVER.format(said)})
    assert [(t.code, t.is_error) for t in found.troubles if "waivers" in t.places[0].file] == [(code, True)]


def test_a_waiver_without_end_or_reason_waives_nothing(compiled: CompiledOf) -> None:
    files = {GLOBAL: policy(), "governance/waivers.yaml": WAIVER.format("reason: ' ', approver: a, expires: 2026-06-30")}
    assert compiled(files).mesh.governance.waivers == ()


def test_a_waiver_of_a_policy_that_does_not_exist_is_told(compiled: CompiledOf) -> None:
    text = WAIVER.format("reason: r, approver: a, expires: 2026-06-30").replace("owner", "ownr")
    assert codes(compiled({GLOBAL: policy(), "governance/waivers.yaml": text})) == [("H319", "warning")]
