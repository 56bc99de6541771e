"""A live mesh follows its files; one that no longer compiles leaves the last good one in force."""

import os
from pathlib import Path

import pytest

from hansa.live import LiveMesh
from hansa.model.manifest import manifest_of, to_text
from hansa.trouble import Trouble, TroubleError
from hansa.wiring import Workplace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "domains/shop").mkdir(parents=True)
    (tmp_path / "hansa.yaml").write_text("apiVersion: hansa/v1\nkind: Mesh\nname: small\n")
    write(tmp_path, "Shop")
    return tmp_path


def write(root: Path, title: str, kind: str = "Domain") -> None:
    file = root / "domains/shop/domain.yaml"
    file.write_text(f"apiVersion: hansa/v1\nkind: {kind}\nname: shop\ntitle: {title}\nowner: a@b.c\n")
    os.utime(file, ns=(0, hash(title + kind) % 10**18))


def test_what_changed_is_in_force_after_the_next_look(root: Path) -> None:
    with Workplace(root, {}) as workplace:
        live = LiveMesh(workplace)
        before = live.look()
        assert live.look() is before
        write(root, "Market")
        assert [d.title for d in live.look().domains] == ["Market"]


def test_a_mesh_with_errors_changes_nothing_and_is_told_once(root: Path) -> None:
    told: list[tuple[Trouble, ...]] = []
    with Workplace(root, {}) as workplace:
        live = LiveMesh(workplace, tell=told.append)
        write(root, "Broken", kind="Domane")
        assert [d.title for d in live.look().domains] == ["Shop"]
        assert [d.title for d in live.look().domains] == ["Shop"]
        assert len(told) == 1
        assert live.troubles == told[0] != ()
        write(root, "Mended")
        assert [d.title for d in live.look().domains] == ["Mended"]
        assert told[1:] == [()]


def test_a_first_mesh_with_errors_is_refused(root: Path) -> None:
    write(root, "Broken", kind="Domane")
    with Workplace(root, {}) as workplace, pytest.raises(TroubleError):
        LiveMesh(workplace)


def test_rules_that_lie_outside_of_the_mesh_are_looked_at_too(root: Path) -> None:
    mesh, rules = root / "mesh", root / "rules/policies"
    (mesh / "domains").mkdir(parents=True)
    (root / "domains/shop").rename(mesh / "domains/shop")
    (mesh / "hansa.yaml").write_text((root / "hansa.yaml").read_text() + "governance: ../rules\n")
    rules.mkdir(parents=True)
    rule = "apiVersion: hansa/v1\nkind: Policy\nid: {}\nsql: SELECT product AS subject FROM products\n"
    (rules / "one.yaml").write_text(rule.format("one"))
    with Workplace(mesh, {}) as workplace:
        live = LiveMesh(workplace)
        assert "one" in {p.id for p in live.look().governance.policies}
        (rules / "two.yaml").write_text(rule.format("two"))
        assert "two" in {p.id for p in live.look().governance.policies}


def test_a_manifest_that_lies_outside_of_the_mesh_is_looked_at_too(tmp_path: Path) -> None:
    """And a domain's folder that lies there, before it has any product."""
    people, shop = tmp_path / "people", tmp_path / "shop"
    for mesh, title in ((people, "People"), (shop, "Shop")):
        (mesh / "domains/shop").mkdir(parents=True)
        (mesh / "hansa.yaml").write_text(f"apiVersion: hansa/v1\nkind: Mesh\nname: {mesh.name}\n")
        write(mesh, title)
    (people / "domains/shop").rename(people / "domains/people")
    (people / "domains/people/domain.yaml").write_text("apiVersion: hansa/v1\nkind: Domain\nname: people\nowner: a@b.c\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/domain.yaml").write_text("apiVersion: hansa/v1\nkind: Domain\nname: empty\ntitle: Before\nowner: a@b.c\n")
    names = "domains: [domains/*, ../empty, {manifest: ../people.public}]\n"
    (shop / "hansa.yaml").write_text((shop / "hansa.yaml").read_text() + names)

    def export(title: str) -> None:
        domain = people / "domains/people/domain.yaml"
        domain.write_text(f"apiVersion: hansa/v1\nkind: Domain\nname: people\ntitle: {title}\nowner: a@b.c\n")
        with Workplace(people, {}) as workplace:
            mesh = workplace.compiled.mesh
        (tmp_path / "people.public").write_text(to_text(manifest_of(mesh, mesh.domains)))

    export("People")
    with Workplace(shop, {}) as workplace:
        live = LiveMesh(workplace)
        before = live.look()
        assert live.look() is before
        export("Those who buy")
        assert {d.title for d in live.look().domains} == {"Shop", "Before", "Those who buy"}
        domain = tmp_path / "empty/domain.yaml"
        domain.write_text(domain.read_text().replace("Before", "Afterwards"))
        assert {d.title for d in live.look().domains} == {"Shop", "Afterwards", "Those who buy"}
