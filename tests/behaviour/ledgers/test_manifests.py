"""Uploaded manifests: versions are only ever added, one behind the other, and each stays as it was accepted."""

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from hansa.ledger import Conflict, EventKind, Ledger, ManifestIs, ManifestUploaded
from hansa.model.uploaded import UploadedManifest
from hansa.names import DomainName

AT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
PEOPLE, SALES = DomainName("people"), DomainName("sales")


def a_manifest(version: int = 1, domain: DomainName = PEOPLE) -> UploadedManifest:
    at = AT + dt.timedelta(hours=version)
    return UploadedManifest(domain, version, f"blake2b:{version}", "elsewhere", 3, 120, at, "ann")


def upload(ledger: Ledger, version: int = 1, domain: DomainName = PEOPLE) -> None:
    ledger.apply([ManifestUploaded(a_manifest(version, domain), f"document {version} — Ähre")])


def test_nothing_was_uploaded_at_first(ledger: Ledger) -> None:
    assert (ledger.manifests(), ledger.manifest_versions(PEOPLE), ledger.last_manifest()) == ((), (), 0)
    assert ledger.manifest_text(PEOPLE, 1) is None


def test_every_version_stays_with_its_document_who_and_when(ledger: Ledger) -> None:
    upload(ledger)
    upload(ledger, 1, SALES)
    upload(ledger, 2)
    assert ledger.manifest_versions(PEOPLE) == (replace(a_manifest(2), serial=3), replace(a_manifest(1), serial=1))
    assert ledger.manifests() == (replace(a_manifest(2), serial=3), replace(a_manifest(1, SALES), serial=2))
    assert [ledger.manifest_text(PEOPLE, n) for n in (1, 2, 3)] == ["document 1 — Ähre", "document 2 — Ähre", None]
    assert ledger.last_manifest() == 3


@pytest.mark.parametrize("version", [1, 3, 9])
def test_a_version_that_is_not_the_next_is_a_conflict_and_leaves_nothing(ledger: Ledger, version: int) -> None:
    upload(ledger)
    with pytest.raises(Conflict) as raised:
        upload(ledger, version)
    assert raised.value.found == 1
    assert len(ledger.manifest_versions(PEOPLE)) == 1


def test_an_upload_is_told_of_as_an_event_without_its_document(ledger: Ledger) -> None:
    upload(ledger)
    with pytest.raises(Conflict):
        upload(ledger)
    (event,) = ledger.events(0, 10)
    assert (event.kind, event.subject, event.at) == (EventKind.MANIFEST_UPLOADED, "people", a_manifest().at)
    assert json.loads(event.body) == {
        "domain": "people", "version": 1, "digest": "blake2b:1", "mesh": "elsewhere", "actor": "ann",
    }  # fmt: skip


def test_a_condition_names_the_version_that_somebody_saw(ledger: Ledger) -> None:
    ledger.apply([ManifestUploaded(a_manifest(), "one")], [ManifestIs(PEOPLE, 0)])
    with pytest.raises(Conflict):
        ledger.apply([ManifestUploaded(a_manifest(2), "two")], [ManifestIs(PEOPLE, 0)])
    ledger.apply([ManifestUploaded(a_manifest(2), "two")], [ManifestIs(PEOPLE, 1)])


def test_of_two_at_once_one_gets_a_conflict(ledger: Ledger) -> None:
    def attempt(_: int) -> bool:
        try:
            upload(ledger)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == [False, False, False, True]


@pytest.mark.parametrize("wrong", [{"at": dt.datetime(2026, 1, 1)}, {"version": 0}])
def test_what_makes_no_sense_is_refused(ledger: Ledger, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"zone|version"):
        ledger.apply([ManifestUploaded(replace(a_manifest(), **wrong), "")])  # type: ignore[arg-type]
    assert ledger.last_manifest() == 0
