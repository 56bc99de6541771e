"""Acknowledgements in consumers' folders: what counts, and what is told of those that do not."""

from pathlib import Path

import pytest

from hansa.compile.acknowledgements import compile_acknowledgements
from hansa.compile.findings import Findings
from hansa.declare import load
from hansa.declare.governance.acknowledgements import with_entry
from hansa.model import Acknowledgement
from hansa.trouble import TroubleError

PRODUCT = """\
apiVersion: v1.1.0
kind: DataProduct
id: shop.{name}
name: {name}
version: 1.0.0
status: active
outputPorts:
  - {{name: {name}, version: 1.0.0, contractId: shop.{name}.{name}}}
team: {{name: shop-team, members: [{{username: ada, role: owner}}, {{username: Bob}}]}}
"""
HEAD = "apiVersion: hansa/v1\nkind: Acknowledgements\nacknowledgements:\n"
ENTRY = {"subject": "shop.orders.orders#total", "version": "2.0.0", "by": "ada", "reason": "fine", "on": "2026-04-01"}


def compiled(root: Path, text: str, folder: str = "domains/shop/spend") -> tuple[tuple[Acknowledgement, ...], list[str]]:
    files = {
        "hansa.yaml": "apiVersion: hansa/v1\nkind: Mesh\nname: small\n",
        "domains/shop/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\nname: shop\n",
        "domains/shop/orders/product.odps.yaml": PRODUCT.format(name="orders"),
        "domains/shop/spend/product.odps.yaml": PRODUCT.format(name="spend"),
        f"{folder}/acknowledgements.yaml": text,
    }
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    declarations, findings = load(root, {}), Findings()
    assert declarations.governance is not None
    found = compile_acknowledgements(declarations.governance, declarations, findings)
    assert not findings.broken
    return found, [t.code for t in findings.troubles]


def entry(**changed: str) -> str:
    said = {**ENTRY, **changed}
    return HEAD + "  - {" + ", ".join(f'{k}: "{v}"' for k, v in said.items() if v) + "}\n"


def test_an_entry_holds_for_the_product_in_whose_folder_it_lies(tmp_path: Path) -> None:
    ((found,), codes) = compiled(tmp_path, entry())
    assert codes == []
    assert (str(found.consumer), found.subject, found.version, found.by) == (
        "shop.spend",
        "shop.orders.orders#total",
        "2.0.0",
        "ada",
    )
    assert str(found.on) == "2026-04-01"
    assert found.place is not None
    assert found.place.line == 4


def test_a_domain_says_which_of_its_products_accepts(tmp_path: Path) -> None:
    ((found,), codes) = compiled(tmp_path, entry(consumer="shop.spend"), "domains/shop")
    assert (str(found.consumer), codes) == ("shop.spend", [])


@pytest.mark.parametrize(
    ("changed", "folder", "code"),
    [
        ({"by": "eve"}, "domains/shop/spend", "H332"),
        ({"subject": "nonsense#"}, "domains/shop/spend", "H331"),
        ({"subject": "shop"}, "domains/shop/spend", "H331"),
        ({"version": "soon"}, "domains/shop/spend", "H331"),
        ({"consumer": "shop.orders"}, "domains/shop/spend", "H331"),
        ({}, "domains/shop", "H331"),
        ({"consumer": "shop.nobody"}, "domains/shop", "H331"),
        ({"subject": ""}, "domains/shop/spend", "H121"),
    ],
)
def test_an_entry_that_is_wrong_accepts_nothing_and_is_told(
    tmp_path: Path, changed: dict[str, str], folder: str, code: str
) -> None:
    found, codes = compiled(tmp_path, entry(**changed), folder)
    assert found == ()
    assert codes == [code]


def test_a_subject_in_no_product_of_the_mesh_is_only_warned_of(tmp_path: Path) -> None:
    found, codes = compiled(tmp_path, entry(subject="shop.gone.gone"))
    assert (len(found), codes) == (1, ["H330"])


def test_team_and_members_may_speak_whatever_the_case(tmp_path: Path) -> None:
    for who in ("shop-team", "bob", "ADA"):
        assert len(compiled(tmp_path, entry(by=who))[0]) == 1, who


def test_an_entry_is_added_and_all_else_stays_as_it_was_written(tmp_path: Path) -> None:
    text = with_entry("", ENTRY, "a.yaml")
    (first,), _ = compiled(tmp_path, text)
    text = text.replace("acknowledgements:\n", "acknowledgements:\n  # ours\n")
    more = with_entry(text, {**ENTRY, "reason": 'it: is "fine" # really', "version": "3.0.0"}, "a.yaml")
    assert more.startswith(text)
    found, codes = compiled(tmp_path, more)
    assert codes == []
    assert [(a.version, a.reason) for a in found] == [("2.0.0", "fine"), ("3.0.0", 'it: is "fine" # really')]
    assert found[0].subject == first.subject


@pytest.mark.parametrize(
    "text",
    [
        HEAD.replace("acknowledgements:\n", "acknowledgements: []\n"),
        HEAD.replace("acknowledgements:\n", "acknowledgements: [{subject: a.b.c, version: 1.0.0, by: ada}]\n"),
        "acknowledgements:\n  - {subject: a.b.c, version: 1.0.0, by: ada}\nkind: Acknowledgements\n",
        "- a list\n",
        "kind: [\n",
    ],
)
def test_what_cannot_be_added_to_is_left_alone(text: str) -> None:
    with pytest.raises(TroubleError, match="add it by hand"):
        with_entry(text, ENTRY, "a.yaml")
