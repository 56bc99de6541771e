"""A product in trouble is not one that does not exist, and an answer that is without it says so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]
BROKEN, FINE = "customer.profiles", "stock.items"
LEFT_OUT = f"left out, since `hansa check` has troubles with them: {BROKEN}\n"


@pytest.fixture
def half(mesh: Path, hansa: Hansa) -> Path:
    """A mesh of two products, one of them in trouble."""
    hansa("new", "domain", "stock")
    hansa("new", "product", "stock/items", "--from", "data.csv")
    (mesh / "domains/customer/profiles/models/profiles.sql").write_text("SELEC")
    return mesh


def test_whoever_asks_for_it_is_told_so(half: Path, hansa: Hansa) -> None:
    for command in (("describe", BROKEN), ("feedback", BROKEN), ("lineage", BROKEN), ("policy", "scorecard", BROKEN)):
        said = hansa(*command, code=2).err
        assert f"{BROKEN} is in trouble" in said, command
        assert "`hansa check` says what" in said, command


def test_an_answer_without_it_says_so(half: Path, hansa: Hansa) -> None:
    rule = half / "rule.yaml"
    sql = "SELECT product AS subject, 'no' AS message FROM products WHERE false"
    rule.write_text(f"apiVersion: hansa/v1\nkind: Policy\nid: rule\nsql: {sql}\n")
    commands = (
        ("policy", "list"),
        ("policy", "scorecard"),
        ("policy", "scorecard", "customer"),
        ("policy", "rehearse", "rule.yaml"),
        ("policy", "query", "SELECT product FROM products"),
        ("classify", "--no-data"),
        ("search", "profiles"),
        ("export", "dcat"),
    )
    for command in commands:
        assert LEFT_OUT in hansa(*command).err, command
        assert LEFT_OUT in hansa(*command, "--json").err, command


def test_an_answer_about_others_does_not(half: Path, hansa: Hansa) -> None:
    for command in (("policy", "scorecard", "stock"), ("classify", "stock", "--no-data")):
        assert BROKEN not in hansa(*command).err, command
