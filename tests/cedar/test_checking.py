"""Access policies at `hansa check`: what is wrong with them, where, and how to mend it."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]


@pytest.fixture
def mesh(hansa: Hansa, in_folder: Path) -> Path:
    """customer.people and sales.orders, from small files."""
    (in_folder / "people.csv").write_text("id,mail\na,a@b.org\n")
    hansa("init", ".")
    for name in ("customer/people", "sales/orders"):
        hansa("new", "domain", name.partition("/")[0])
        hansa("new", "product", name, "--from", "people.csv")
    (in_folder / "governance/access").mkdir(parents=True, exist_ok=True)
    return in_folder


@pytest.fixture
def troubles(hansa: Hansa, mesh: Path) -> Callable[..., list[tuple[str, str, str]]]:
    """Code, place and mend of what `check` says of a file of policies."""

    def of(text: str, file: str = "governance/access/a.cedar") -> list[tuple[str, str, str]]:
        (mesh / file).parent.mkdir(parents=True, exist_ok=True)
        (mesh / file).write_text(text)
        check = hansa("check", "--json", code=None).json
        found = [t for t in check["troubles"] if t["places"] and t["places"][0]["file"].startswith(file.partition("/")[0])]
        place = "{file}:{line}:{column}".format
        return [
            (t["code"], place(**t["places"][-1]).rpartition("/")[2], t["mend"]) for t in found if ".cedar" in str(t["places"])
        ]

    return of


def test_good_policies_are_no_trouble(troubles: Callable[..., Any]) -> None:
    text = """
        @id("a") forbid (principal, action == Action::"read", resource in Product::"sales.orders")
        unless { context has consumer };
        @id("b") forbid (principal, action == Action::"readRow", resource is sales::orders::orders::Row)
        when { resource has mail && resource.mail like "*@b.org" };
        permit (principal == Service::"auto", action == Action::"approve", resource) when { context.days <= 30 };
        forbid (principal, action == Action::"grant", resource) when { context.approvals < 2 && context.classes.contains("x") };
    """
    assert troubles(text) == []


READ = 'forbid (principal, action == Action::"read", resource'
ROWS = 'forbid (principal, action == Action::"readRow", resource'


@pytest.mark.parametrize(
    ("text", "code", "word", "mend"),
    [
        ("\nforbid (princpal, action, resource);", "H194", "princpal", "explain H194"),
        ("forbid (principal, action, resource)", "H194", "forbid", "semicolon"),
        ("permit (principal == ?principal, action, resource);", "H194", "?principal", "never linked"),
        (f'@id("hansa.x") {READ});', "H195", "@id", "call it otherwise"),
        (f'@id("x") {READ});\n @id("x") {READ});', "H195", " @id", "another `@id`"),
        ('forbid (principal, action == Action::"reed", resource);', "H294", "reed", "did you mean `read`"),
        (f"{READ}) when {{ resource.clases.isEmpty() }};", "H294", "clases", "`classes`"),
        (f"{READ}) when {{ resource.classes.contains(1) }};", "H294", "forbid", "access-schema"),
        (f'{READ}) when {{ context.consumer.kind == "x" }};', "H294", "consumer", "has consumer"),
        (f'{READ}) when {{ principal.getTag("a") == "b" }};', "H294", 'a")', "hasTag"),
        (f"{ROWS} is AnyRow);", "H294", "AnyRow", "name the port"),
        (f'{READ} in Product::"sales.order");', "H297", 'sales.order"', "`sales.orders`"),
        (f'{READ} in Port::"sales.orders.orders@1");', "H297", "sales.orders.orders@1", "without its major"),
        (f"{ROWS} is sales::order::orders::Row);", "H297", "sales::order::", "sales::orders::orders::Row"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_mend(
    troubles: Callable[..., Any], text: str, code: str, word: str, mend: str
) -> None:
    found = troubles(text)
    before = text[: text.index(word) + len(word) - len(word.lstrip())]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    assert [(c, p) for c, p, _ in found] == [(code, f"a.cedar:{line}:{column}")]
    assert mend in found[0][2]


@pytest.mark.parametrize(
    "resource", ['in Domain::"customer"', '== Product::"customer.people"', "is customer::people::people::Row"]
)
def test_a_domain_s_policy_about_others_is_told(troubles: Callable[..., Any], resource: str) -> None:
    action = "readRow" if resource.endswith("Row") else "administer"
    (found,) = troubles(f'permit (principal, action == Action::"{action}", resource {resource});', "domains/sales/access/a.cedar")
    assert found[0] == "H295"


def test_policies_that_nobody_reads_are_told(troubles: Callable[..., Any], hansa: Hansa, mesh: Path) -> None:
    (found,) = troubles("forbid (principal, action, resource);", "domains/sales/orders/access/a.cedar")
    assert found[0] == "H196"
    (mesh / "domains/sales/orders/access/a.cedar").unlink()
    (mesh / "governance/access/bad.cedar").write_bytes(b"\xff\xfe")
    assert [t["code"] for t in hansa("check", "--json", code=1).json["troubles"] if "bad.cedar" in str(t["places"])] == ["H103"]


def test_nothing_is_published_while_a_policy_cannot_be_understood(hansa: Hansa, mesh: Path) -> None:
    (mesh / "domains/sales/access").mkdir()
    (mesh / "domains/sales/access/a.cedar").write_text("forbid (principal, action, resource)")
    ran = {p["name"]: p["status"] for p in hansa("run", "--json", code=None).json["products"]}
    assert ran["customer.people"] == "published"
    assert ran.get("sales.orders") != "published"


def test_a_kept_mesh_notices_policies_that_come_change_and_go(hansa: Hansa, mesh: Path) -> None:
    for folder in ("governance/access", "domains/sales/access"):
        file = mesh / folder / "a.cedar"
        assert hansa("check", "--json").json["valid"]
        file.parent.mkdir(exist_ok=True)
        file.write_text('forbid (principal, action == Action::"read", resource);')
        assert hansa("check", "--json").json["valid"]
        file.write_text('forbid (principal, action == Action::"reed", resource);')
        assert not hansa("check", "--json", code=1).json["valid"]
        file.unlink()


def test_cedar_is_not_loaded_where_there_is_nothing_to_check(hansa_process: Hansa, mesh: Path) -> None:
    program = "import sys\nfrom hansa.cli import main\ntry: main(['check'])\nfinally: print('cedarpy' in sys.modules)"
    import subprocess

    def loads() -> bool:
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=mesh, check=True)
        return done.stdout.splitlines()[-1] == "True"

    assert not loads()
    (mesh / "governance/access/a.cedar").write_text('forbid (principal, action == Action::"read", resource);')
    assert loads()
    assert not loads(), "a kept mesh was checked before"
