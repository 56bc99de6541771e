"""`hansa query --as USER --for CONSUMER --purpose P`: what somebody else sees, and why not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Hansa = Callable[..., Any]
SQL = "SELECT name FROM customer.profiles WHERE id = $n"
MIA = ("--as", "mia", "--for", "campaign", "--purpose", "letters", "--param", "n=3")


def test_a_user_sees_what_the_grant_shows_and_is_told_what_is_masked(hansa: Hansa, governed_mesh: Path) -> None:
    said = hansa("query", SQL, *MIA, "--json", "--mesh", governed_mesh)
    (row,) = said.json
    assert row["name"].startswith("Zoë ")
    assert "Ångström" not in row["name"]
    assert "customer.profiles.profiles#name is masked by show-first-4" in said.err


def test_the_operator_sees_everything(hansa: Hansa, governed_mesh: Path) -> None:
    said = hansa("query", SQL, "--param", "n=3", "--json", "--mesh", governed_mesh)
    assert said.json == [{"name": "Zoë Ångström 3"}]
    assert said.err == ""


def test_a_refusal_is_the_answer_no_with_its_reasons(hansa: Hansa, governed_mesh: Path) -> None:
    refused = hansa("query", SQL, "--as", "nick", "--param", "n=3", "--json", "--mesh", governed_mesh, code=1).json["refused"]
    assert set(refused) == {"rules", "reasons", "mend"}
    assert refused["reasons"]
    said = hansa("query", SQL, "--as", "nick", "--param", "n=3", "--mesh", governed_mesh, code=1)
    assert "H707" in said.err
    assert "mend:" in said.err
    assert said.out == ""


def test_a_consumer_alone_is_decided_about_too(hansa: Hansa, governed_mesh: Path) -> None:
    (row,) = hansa("query", SQL, *MIA[2:], "--json", "--mesh", governed_mesh).json
    assert "Ångström" not in row["name"]
    hansa("query", SQL, "--for", "campaign", "--purpose", "resale", "--param", "n=3", "--mesh", governed_mesh, code=1)


def test_nobody_of_that_name_is_told(hansa: Hansa, governed_mesh: Path) -> None:
    assert "H782" in hansa("query", "SELECT 1", "--as", "mai", "--mesh", governed_mesh, code=2).err


def test_parameters_are_json_or_texts_by_name_or_number(hansa: Hansa, governed_mesh: Path) -> None:
    ask = ("--mesh", governed_mesh, "--format", "ndjson")
    assert json.loads(hansa("query", "SELECT $a AS a", "--param", "a=x=1", *ask).out) == {"a": "x=1"}
    assert json.loads(hansa("query", "SELECT ? + ? AS s", "--param", "1=2", "--param", "2=3", *ask).out) == {"s": 5}
    for wrong in (("--param", "5"), ("--param", "a=1", "--param", "a=2"), ("--param", "=1")):
        assert "H949" in hansa("query", "SELECT $a AS a", *wrong, *ask, code=2).err
