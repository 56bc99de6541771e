"""What `hansa acknowledge` writes, and what it refuses to write since it would mean nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]

FILE = Path("domains/customer/profiles/acknowledgements.yaml")
FOR = ("--for", "customer.profiles", "--by", "customer-team")
TO_COME = ("--reason", "fine", "--version", "2.0.0")


@pytest.mark.parametrize(
    ("subject", "more", "reason"),
    [
        ("customer.profiles.profiles#name", ("--reason", "fine", "--version", "soon"), "`soon` is not a version"),
        ("customer.profiles.profiles#name", ("--reason", " ", "--version", "2.0.0"), "needs a reason"),
        ("customer", TO_COME, "`customer` is a domain"),
        ("customer.profile.profiles#name", TO_COME, "did you mean `customer.profiles`?"),
    ],
)
def test_an_entry_that_would_mean_nothing_is_not_written(
    hansa: Hansa, mesh: Path, subject: str, more: tuple[str, ...], reason: str
) -> None:
    said = hansa("acknowledge", subject, *FOR, *more, code=2)
    assert "H334" in said.err
    assert reason in said.err
    assert not FILE.exists()


def test_a_use_case_is_told_that_only_products_accept_changes(hansa: Hansa, mesh: Path) -> None:
    use_case = "apiVersion: hansa/v1\nkind: Consumer\nname: campaign\nowner: customer-team\npurposes: [letters]\n"
    Path("governance/consumers").mkdir(parents=True)
    Path("governance/consumers/campaign.yaml").write_text(use_case)
    who = ("--for", "campaign", "--by", "customer-team")
    assert "is a use case" in hansa("acknowledge", "customer.profiles.profiles#name", *who, *TO_COME, code=2).err


def test_a_change_is_accepted_once(hansa: Hansa, mesh: Path) -> None:
    hansa("acknowledge", "customer.profiles.profiles#name", *FOR, *TO_COME)
    before = FILE.read_text()
    assert "before" in hansa("acknowledge", "customer.profiles.profiles#name", *FOR, *TO_COME, code=2).err
    assert FILE.read_text() == before
    hansa("acknowledge", "customer.profiles.profiles#born", *FOR, *TO_COME)
    assert FILE.read_text().startswith(before)


def test_a_product_that_goes_is_accepted_with_the_version_that_goes(hansa: Hansa, mesh: Path) -> None:
    hansa("new", "product", "customer/names")
    odps = Path("domains/customer/names/product.odps.yaml")
    odps.write_text(
        odps.read_text() + "\ninputPorts:\n  - {name: profiles, version: 1.0.0, contractId: customer.profiles.profiles}\n"
    )
    Path("domains/customer/names/models/names.sql").write_text("SELECT id, coalesce(name, '') AS name FROM profiles")
    hansa("run", "--quiet")
    shutil.rmtree("domains/customer/profiles")
    said = hansa("acknowledge", "customer.profiles", "--for", "customer.names", "--by", "customer-team", "--reason", "we go, too")
    assert "accepts customer.profiles 1.0.0" in said.out
    changes = hansa("plan", "--json", code=1).json["changes"]
    (gone,) = (c for c in changes if c["subject"] == "customer.profiles")
    assert [h["acknowledged"] for h in gone["consumers"]] == [True]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"- a\n", None], ids=["binary", "list", "folder"])
def test_a_file_to_which_nothing_can_be_added_is_left_as_it_is(hansa: Hansa, mesh: Path, content: bytes | None) -> None:
    FILE.mkdir() if content is None else FILE.write_bytes(content)
    said = hansa("acknowledge", "customer.profiles.profiles#name", *FOR, *TO_COME, code=2).err
    assert "[H165]" in said
    assert "Traceback" not in said
    assert FILE.is_dir() if content is None else FILE.read_bytes() == content
