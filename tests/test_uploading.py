"""A manifest that somebody uploads is looked through: what it says, what the mesh makes of it, and whom it breaks."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.repositories import COLUMNS, SHOP, exported, write, write_people

from hansa.ledger import ManifestUploaded
from hansa.live import LiveMesh
from hansa.model import manifest as manifests
from hansa.model.uploaded import UploadedManifest
from hansa.names import DomainName
from hansa.trouble import TroubleError
from hansa.uploading import Candidate, Examined, examined
from hansa.wiring import Workplace

PEOPLE = DomainName("people")
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    return exported(write_people(tmp_path_factory.mktemp("people")))


@pytest.fixture
def shop(tmp_path: Path, text: str) -> Path:
    """The mesh with the first version uploaded."""
    root = write(tmp_path / "shop", SHOP)
    upload(root, text)
    return root


def upload(root: Path, text: str, version: int = 1) -> None:
    said = json.loads(text)
    with Workplace(root, {}) as workplace:
        made = UploadedManifest(PEOPLE, version, said["digest"], said["mesh"], 1, len(text), NOW, "ann")
        workplace.ledger.apply([ManifestUploaded(made, text)])


def examine(root: Path, text: str, before: str = "") -> Examined:
    with Workplace(root, {}) as workplace:
        return examined(workplace, Candidate(PEOPLE, "people_team", text, before))


def refused(root: Path, text: str) -> Any:
    with pytest.raises(TroubleError) as raised:
        examine(root, text)
    return raised.value.troubles[0]


def edited(text: str, change: Callable[[dict[str, Any]], object]) -> str:
    """With a digest that fits: as somebody would who means harm."""
    data = json.loads(text)
    change(data)
    surface = {key: data[key] for key in ("mesh", "domains", "acknowledgements") if key in data}
    return json.dumps({**data, "digest": manifests._digest(surface)})


def product(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = data["domains"][0]["products"][0]
    return found


def test_the_mesh_is_compiled_from_the_newest_upload(shop: Path, tmp_path: Path) -> None:
    with Workplace(shop, {}) as workplace:
        assert workplace.compiled.valid, workplace.compiled.troubles
        people = next(d for d in workplace.compiled.mesh.domains if d.name == PEOPLE)
        assert (people.manifest, people.owner, people.title) == ("uploaded@1", "people_team", "People")
    more = exported(write_people(tmp_path / "more", {**COLUMNS, "phone": "string"}))
    upload(shop, more, 2)
    with Workplace(shop, {}) as workplace:  # what was kept of the mesh rests on the first
        people = next(d for d in workplace.compiled.mesh.domains if d.name == PEOPLE)
        assert people.manifest == "uploaded@2"
        assert "phone" in people.products[0].outputs[0].schema.names
    with Workplace(shop, {}) as workplace:
        assert not workplace.compilation.was_read, "and is kept again"


def test_a_live_mesh_follows_what_is_uploaded(shop: Path, tmp_path: Path) -> None:
    with Workplace(shop, {}) as workplace:
        live = LiveMesh(workplace)
        before = live.look()
        assert live.look() is before
        upload(shop, exported(write_people(tmp_path / "more", {**COLUMNS, "phone": "string"})), 2)
        assert [d.manifest for d in live.look().domains] == ["", "uploaded@2"]


def test_looking_for_uploads_begins_no_ledger(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {k: v for k, v in SHOP.items() if "towns" not in k})
    with Workplace(root, {}) as workplace:
        assert [t.code for t in workplace.compiled.troubles] == ["H173"]
        assert [(str(d.name), d.manifest) for d in workplace.compiled.mesh.domains] == [("orders", ""), ("people", "uploaded@0")]
    assert not (root / ".hansa" / "ledger.db").exists()


def test_what_is_only_added_breaks_nobody(shop: Path, text: str, tmp_path: Path) -> None:
    more = exported(write_people(tmp_path / "more", {**COLUMNS, "phone": "string"}, version="1.1.0"))
    found = examine(shop, more, text)
    assert found.errors == ()
    assert found.document == more
    assert [c.subject for c in found.changes if c.column] == ["people.profiles.profiles@1#phone"]
    assert not any(c.breaking for c in found.changes)


def test_a_column_that_is_gone_leaves_its_reader_in_trouble(shop: Path, text: str, tmp_path: Path) -> None:
    less = exported(write_people(tmp_path / "less", {"id": "integer", "name": "string"}, required=()))
    found = examine(shop, less, text)
    assert {t.product for t in found.errors} == {"orders.towns"}
    assert all(t.places[0].file.startswith("domains/orders/towns") for t in found.errors)
    gone = next(c for c in found.changes if c.column == "town")
    assert gone.with_impact
    assert {h.name for h in gone.consumers} == {"orders.towns"}


def test_a_promise_that_is_taken_back_breaks_readers_though_all_compiles(shop: Path, text: str, tmp_path: Path) -> None:
    loose = exported(write_people(tmp_path / "loose", required=(), version="2.0.0"))
    with pytest.raises(AssertionError):
        assert examine(shop, loose, text).errors == ()  # a new major, and the old one is gone
    loose = exported(write_people(tmp_path / "loose", required=(), version="1.1.0"))
    found = examine(shop, loose, text)
    assert found.errors == ()
    [breaking] = [c for c in found.changes if c.breaking]
    assert (breaking.column, breaking.with_impact) == ("town", True)


def test_who_accepted_a_change_is_not_broken_by_it(shop: Path, text: str, tmp_path: Path) -> None:
    write(
        shop,
        {
            "domains/orders/towns/acknowledgements.yaml": (
                "apiVersion: hansa/v1\nkind: Acknowledgements\nacknowledgements:\n"
                "  - {subject: 'people.profiles.profiles@1#town', version: 1.1.0, by: orders_team, reason: We skip them.}\n"
            )
        },
    )
    found = examine(shop, exported(write_people(tmp_path / "loose", required=(), version="1.1.0")), text)
    assert [c.with_impact for c in found.changes if c.breaking] == [False]


def test_a_product_that_is_gone_breaks_who_reads_it(shop: Path, text: str, tmp_path: Path) -> None:
    other = exported(write_people(tmp_path / "other", product="staff"))
    found = examine(shop, other, text)
    assert found.errors
    gone = next(c for c in found.changes if c.product == "people.profiles")
    assert {h.name for h in gone.consumers} == {"orders.towns"}


def test_errors_that_were_there_before_are_nobodys_fault_here(shop: Path, text: str) -> None:
    write(shop, {"domains/orders/towns/models/towns.sql": "SELECT nothing FROM profiles\n"})
    assert examine(shop, text, text).errors == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: product(d).update(owner="mallory", retired=True), "H873"),
        (lambda d: d["domains"][0].update(products=[], colour="blue"), "H873"),
        (lambda d: d["domains"].append({"name": "orders"}), "H874"),
        (lambda d: d.update(domains=[{"name": "orders"}]), "H874"),
        (lambda d: product(d)["team"].update(name="omar"), "H875"),
        (lambda d: product(d)["outputs"][0]["contract"].update(version="9.0.0"), "H283"),
        (lambda d: product(d).update(address="orders.towns"), "H283"),
        (lambda d: d["domains"][0].update(title="\ud800"), "H283"),
        (lambda d: d["domains"][0].update(title="\0"), "H873"),
        (lambda d: d.update(domains=[]), "H283"),
        (lambda d: d.update(format=2), "H283"),
    ],
)
def test_a_document_that_was_made_by_hand_is_refused(shop: Path, text: str, change: Any, code: str) -> None:
    assert refused(shop, edited(text, change)).code == code


def test_the_place_of_what_is_not_understood_is_told(shop: Path, text: str) -> None:
    data = json.loads(edited(text, lambda d: product(d).update(retired=True)))
    trouble = refused(shop, json.dumps(data, indent=1))
    assert "domains[0].products[0].retired" in trouble.summary
    line = json.dumps(data, indent=1).splitlines().index('     "retired": true') + 1
    assert [(p.file, p.line) for p in trouble.places] == [("manifest.json", line)]


@pytest.mark.parametrize(
    "broken",
    ["", "{", "[]", "null", "NaN", "[" * 100_000, '{"kind": "Manifest"}', "1" * 5_000, '{"kind": "Manifest", "format": 1}'],
)
def test_what_is_no_manifest_is_refused(shop: Path, broken: str) -> None:
    assert refused(shop, broken).code == "H283"


def test_what_was_changed_after_it_was_exported_is_refused(shop: Path, text: str) -> None:
    assert refused(shop, text.replace("Bremen", "Berlin").replace("People", "Folk")).code == "H283"


def test_a_name_that_owns_something_here_is_made_nobodys(shop: Path, text: str, tmp_path: Path) -> None:
    write(shop, {"domains/orders/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\nname: orders\nowner: old_team\n"})
    trouble = refused(shop, exported(write_people(tmp_path / "grabbing", member="old_team")))
    assert (trouble.code, "old_team" in trouble.summary) == ("H875", True)


def test_who_owns_the_domain_says_the_mesh_and_not_the_upload(shop: Path, text: str) -> None:
    upload(shop, edited(text, lambda d: d["domains"][0].update(owner="orders_team")), 2)
    with Workplace(shop, {}) as workplace:
        assert [d.owner for d in workplace.compiled.mesh.domains if d.name == PEOPLE] == ["people_team"]
