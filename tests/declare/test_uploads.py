"""Entries of `domains` that wait for uploads: what they need, what is looked up, and what is told."""

from pathlib import Path

import pytest

from hansa.declare import load
from hansa.declare.manifests import FoundUpload
from hansa.trouble import Severity, Trouble, TroubleError

HEAD = "apiVersion: hansa/v1\nkind: Mesh\nname: shop\ndomains:\n"
WAITS = "  - {manifest: uploaded, domain: people, owner: people_team}\n"


def mesh(root: Path, *entries: str, teams: str = "") -> Path:
    (root / "hansa.yaml").write_text(HEAD + "".join(entries))
    if teams:
        (root / "governance").mkdir()
        (root / "governance" / "teams.yaml").write_text(
            f"apiVersion: hansa/v1\nkind: Teams\nteams: [{{name: {teams}, members: [ann]}}]\n"
        )
    return root


def nothing(ledger: str, domain: str) -> None:
    return None


def told(found: tuple[Trouble, ...]) -> list[tuple[str, int]]:
    return [(t.code, t.places[0].line) for t in found]


def test_the_newest_upload_is_looked_up_in_the_ledger_of_the_mesh(tmp_path: Path) -> None:
    asked = []

    def find(ledger: str, domain: str) -> FoundUpload:
        asked.append((ledger, domain))
        (tmp_path / "kept.json").write_text("a document")
        return FoundUpload(tmp_path / "kept.json", 7)

    found = load(mesh(tmp_path, WAITS), {}, find_upload=find)
    assert found.troubles == ()
    assert asked == [("sqlite:///.hansa/ledger.db", "people")]
    [declared] = found.manifests
    assert (declared.location, declared.text, declared.domain, declared.owner, declared.version) == (
        "uploaded@7", "a document", "people", "people_team", 7,
    )  # fmt: skip


def test_a_domain_of_which_nothing_was_uploaded_is_told_and_stays_reserved(tmp_path: Path) -> None:
    found = load(mesh(tmp_path, WAITS), {}, find_upload=nothing)
    assert told(found.troubles) == [("H173", 5)]
    assert found.troubles[0].severity is Severity.WARNING
    assert [(m.domain, m.text, m.version) for m in found.manifests] == [("people", None, 0)]


def test_a_ledger_that_is_away_is_an_error_at_the_entry(tmp_path: Path) -> None:
    def gone(ledger: str, domain: str) -> FoundUpload:
        raise TroubleError(Trouble("H450", "the ledger is away"))

    found = load(mesh(tmp_path, WAITS), {}, find_upload=gone)
    assert told(found.troubles) == [("H450", 5)]
    assert found.troubles[0].is_error


def test_where_nobody_can_look_it_is_an_error(tmp_path: Path) -> None:
    assert told(load(mesh(tmp_path, WAITS), {}).troubles) == [("H164", 5)]


@pytest.mark.parametrize(
    "entry",
    [
        "{manifest: uploaded}",
        "{manifest: uploaded, domain: people}",
        "{manifest: uploaded, owner: people_team}",
        "{manifest: uploaded, domain: No Word, owner: people_team}",
        "{manifest: uploaded, domain: people, owner: ''}",
    ],
)
def test_an_upload_needs_its_domain_and_who_uploads(tmp_path: Path, entry: str) -> None:
    found = load(mesh(tmp_path, f"  - {entry}\n"), {}, find_upload=nothing)
    assert "H170" in {t.code for t in found.troubles}
    assert found.manifests == ()


def test_two_entries_for_one_domain_are_refused(tmp_path: Path) -> None:
    other = "  - {manifest: uploaded, domain: people, owner: staff_team}\n"
    found = load(mesh(tmp_path, WAITS, other), {}, find_upload=nothing)
    assert ("H171", 6) in told(found.troubles)
    assert [m.owner for m in found.manifests] == ["people_team"]


@pytest.mark.parametrize("entry", ["{manifest: people.json, domain: people}", "{path: domains, owner: people_team}"])
def test_what_is_for_uploads_is_not_passed_over_elsewhere(tmp_path: Path, entry: str) -> None:
    (tmp_path / "people.json").write_text("{}")
    (tmp_path / "domains").mkdir()
    assert "H172" in {t.code for t in load(mesh(tmp_path, f"  - {entry}\n"), {}).troubles}


def test_an_owner_that_is_no_team_of_the_mesh_is_told(tmp_path: Path) -> None:
    found = load(mesh(tmp_path, WAITS, teams="people_taem"), {}, find_upload=nothing)
    trouble = next(t for t in found.troubles if t.code == "H230")
    assert "people_taem" in trouble.mend


def test_a_file_that_is_called_uploaded_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "uploaded").write_text("{}")
    found = load(mesh(tmp_path, "  - manifest: ./uploaded\n"), {}, find_upload=nothing)
    assert [(m.location, m.domain) for m in found.manifests] == [("./uploaded", "")]
