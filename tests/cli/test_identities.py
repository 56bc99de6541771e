"""`hansa user` and `hansa token`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hansa.access.identity import parse_token

TEAMS = """\
apiVersion: hansa/v1
kind: Teams
teams: [{name: insights, members: [ada]}]
services: [{name: nightly, teams: [insights]}]
administrators: [ada]
"""
Hansa = Callable[..., Any]


@pytest.fixture
def shop(in_folder: Path) -> Path:
    (in_folder / "hansa.yaml").write_text("apiVersion: hansa/v1\nkind: Mesh\nname: shop\n")
    (in_folder / "governance").mkdir()
    (in_folder / "governance" / "teams.yaml").write_text(TEAMS)
    return in_folder


def test_the_directory_is_shown_changed_and_shown_again(shop: Path, hansa: Hansa) -> None:
    assert [(u["name"], u["kind"]) for u in hansa("user", "list", "--json").json["users"]] == [
        ("ada", "user"),
        ("nightly", "service"),
    ]
    added = hansa("user", "add", "eve", "--team", "insights", "--attribute", "region=north", "--title", "Eve", "--json").json
    assert added == {
        "name": "eve",
        "kind": "user",
        "title": "Eve",
        "teams": ["insights"],
        "attributes": {"region": "north"},
        "administrator": False,
        "disabled": False,
    }
    changed = hansa("user", "set", "eve", "--no-team", "--attribute", "region=", "--administrator", "--json").json
    assert (changed["teams"], changed["attributes"], changed["administrator"]) == ([], {}, True)
    assert hansa("user", "disable", "nightly", "--json").json["disabled"]
    text = hansa("user", "list").out
    assert "disabled" in text
    assert not hansa("user", "enable", "nightly", "--json").json["disabled"]
    assert hansa("user", "add", "robot", "--service", "--json").json["kind"] == "service"
    assert hansa("user", "show", "ada").out == "ada (user, administrator)\n  teams: insights\n"


def test_a_token_is_shown_once_listed_without_its_secret_and_revoked(shop: Path, hansa: Hansa) -> None:
    said = hansa("token", "issue", "ada", "--label", "notebook")
    token = parse_token(said.out.strip())
    assert token is not None
    assert "shown only now" in said.err
    assert token.secret not in said.err
    listed = hansa("token", "list", "--json").json["tokens"]
    assert [(t["id"], t["user"], t["scopes"], t["label"], t["revoked"]) for t in listed] == [
        (token.id, "ada", ["read"], "notebook", None)
    ]
    for shown in (hansa("token", "list").out, hansa("user", "show", "ada").out, str(listed)):
        assert token.id in shown
        assert token.secret not in shown
    assert not any(token.secret.encode() in file.read_bytes() for file in shop.rglob("*") if file.is_file())
    # A token that leaked is revoked as it was found.
    assert hansa("token", "revoke", str(token), "--json").json["revoked"] is not None
    first = hansa("token", "list", "--json").json["tokens"][0]["revoked"]
    assert hansa("token", "revoke", token.id, "--json").json["revoked"] == first
    assert "revoked" in hansa("token", "list", "--user", "ada").out
    assert hansa("token", "list", "--user", "nobody", "--json").json == {"tokens": []}


def test_a_token_has_the_scopes_that_were_asked_for(shop: Path, hansa: Hansa) -> None:
    asked = ("--scope", "request", "--scope", "consumer:campaign")
    issued = hansa("token", "issue", "nightly", *asked, "--days", "7", "--json")
    assert issued.json["scopes"] == ["consumer:campaign", "request"]
    assert "there is no consumer `campaign`" in issued.err
    assert hansa("token", "issue", "ada", "--scope", "all", "--json").json["scopes"] == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("user", "add", "ada"), "H785"),
        (("user", "add", "operator:x"), "H784"),
        (("user", "add", "x", "--team", "insihgts"), "H789"),
        (("user", "add", "x", "--attribute", "region"), "H955"),
        (("user", "set", "nobody"), "H782"),
        (("user", "set", "ada", "--team", "insights", "--no-team"), "H954"),
        (("user", "show", "nobody"), "H782"),
        (("user", "disable", "nobody"), "H782"),
        (("token", "issue", "nobody"), "H782"),
        (("token", "issue", "ada", "--days", "366"), "H786"),
        (("token", "issue", "ada", "--scope", "reed"), "H787"),
        (("token", "issue", "ada", "--scope", "all", "--scope", "read"), "H954"),
        (("token", "revoke", "unknown"), "H788"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(arguments: tuple[str, ...], code: str, shop: Path, hansa: Hansa) -> None:
    before = hansa("user", "list", "--json").json, hansa("token", "list", "--json").json
    assert hansa(*arguments, "--json", code=2).json["error"]["troubles"][0]["code"] == code
    assert (hansa("user", "list", "--json").json, hansa("token", "list", "--json").json) == before


def test_nobody_disabled_gets_a_token(shop: Path, hansa: Hansa) -> None:
    hansa("user", "disable", "ada")
    assert hansa("token", "issue", "ada", "--json", code=2).json["error"]["troubles"][0]["code"] == "H783"
