"""What a new version of a domain's manifest changes, and whom it concerns: its readers stand in this mesh and not in its own."""

from collections.abc import Sequence
from dataclasses import replace

from hansa.frozen import dataclass
from hansa.model import Domain, Grant, Mesh, MeshChange, Product, ReadRecord
from hansa.names import DomainName, parse_product
from hansa.plan.base_mesh import recorded_as
from hansa.plan.changes import changes_of_mesh

_ELSEWHERE = "."


@dataclass(frozen=True, slots=True)
class ManifestVersions:
    """The products of a domain by two versions of its manifest. There were none before the first one."""

    domain: DomainName
    before: Sequence[Product]
    after: Sequence[Product]


def changes_of_manifest(
    versions: ManifestVersions,
    mesh: Mesh,
    base: Mesh,
    grants: Sequence[Grant] = (),
    reads: Sequence[ReadRecord] = (),
) -> tuple[MeshChange, ...]:
    """Every change between two versions, with those who read what changes.

    `mesh` is compiled with the later one, which may have left readers in trouble; they are known from `base`, which is compiled
    with the earlier one. The two may be the same mesh. `grants` hold now, and `reads` are the newest queries.
    """
    domain = versions.domain
    now = Domain(domain, tuple(replace(p, manifest="") for p in versions.after))
    changed = replace(mesh, domains=(*(_left_alone(d) for d in mesh.domains if d.name != domain), now))
    before = recorded_as(_remembered(base, versions), changed, "")
    found = changes_of_mesh(changed, replace(before, grants=grants, reads=reads))
    return tuple(change for change in found if parse_product(change.product).in_domain == domain)


def _left_alone(domain: Domain) -> Domain:
    """With products that are not compared: only those of this repository are, and these are of another one."""
    return replace(domain, products=tuple(replace(p, manifest=_ELSEWHERE) for p in domain.products))


def _remembered(base: Mesh, versions: ManifestVersions) -> Mesh:
    """The domain as it was, and whoever reads it."""
    domain = versions.domain
    readers = tuple(
        replace(d, products=tuple(p for p in d.products if any(s.in_domain == domain for s in p.suppliers)))
        for d in base.domains
        if d.name != domain
    )
    return replace(base, domains=(*readers, Domain(domain, tuple(versions.before))))
