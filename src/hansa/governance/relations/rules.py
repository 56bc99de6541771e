"""The rules themselves: policies, leave to break them, and changes that consumers have accepted."""

from collections.abc import Iterator

from hansa.governance.asking import Row
from hansa.governance.relations.schema import (
    FILE,
    LINE,
    Material,
    MeshRelation,
    RelationSchema,
    day,
    flag,
    number,
    said,
    text,
    texts,
    where,
)


def _policies(material: Material) -> Iterator[Row]:
    for p in material.mesh.governance.policies:
        scope = p.scope
        yield (p.id, p.title, said(p.why), str(p.severity), str(p.mode), str(p.when), str(p.level), said(p.holder),
               said(p.tightens), scope.domains, scope.products, scope.tags, scope.classes, said(p.mend), p.tags, p.sql,
               len(p.examples), *where(p.place))  # fmt: skip


def _waivers(material: Material) -> Iterator[Row]:
    today = material.today
    for w in material.mesh.governance.waivers:
        granted = w.granted.isoformat() if w.granted else None
        left = (w.expires - today).days
        yield w.policy, w.subject, w.reason, w.approver, granted, w.expires.isoformat(), w.holds(today), left, *where(w.place)


def _acknowledgements(material: Material) -> Iterator[Row]:
    for a in material.mesh.governance.acknowledgements:
        on = a.on.isoformat() if a.on else None
        yield str(a.consumer), a.subject, a.version, a.by, said(a.reason), on, *where(a.place)


RULES = (
    MeshRelation(
        RelationSchema(
            "policies",
            "The policies of all levels.",
            (
                text("policy", "its id"),
                text("title", "its title"),
                text("why", "why it is there"),
                text("severity", "error, warning, note"),
                text("mode", "`enforce` refuses, `report` tells"),
                text("judged", "when it is judged: design, run, continuous"),
                text("level", "who set it: built-in, global, domain, product"),
                text("holder", "the domain or product that set it; null above"),
                text("tightens", "the policy of a higher level that it makes stricter"),
                texts("domains", "the domains that it is about; empty for all"),
                texts("products", "the products that it is about; empty for all"),
                texts("tags_in_scope", "the tags of products that it is about; empty for all"),
                texts("classes_in_scope", "the classes of products that it is about; empty for all"),
                text("mend", "what to do about a violation"),
                texts("tags", "its own tags"),
                text("sql", "its query"),
                number("examples", "how many examples it has"),
                FILE,
                LINE,
            ),
        ),
        _policies,
    ),
    MeshRelation(
        RelationSchema(
            "waivers",
            "Leave to break a policy for a while; lapsed ones stay until they are removed.",
            (
                text("policy", "the policy's id"),
                text("subject", "what may break it: an address, and all below it"),
                text("reason", "why"),
                text("approver", "who gave leave"),
                day("granted", "since when"),
                day("expires", "the last day on which it holds"),
                flag("active", "whether it holds today"),
                number("days_left", "how many days are left; negative when it has lapsed"),
                FILE,
                LINE,
            ),
        ),
        _waivers,
    ),
    MeshRelation(
        RelationSchema(
            "acknowledgements",
            "Breaking changes that the owner of a consumer has accepted.",
            (
                text("consumer", "the product whose owner accepts"),
                text("subject", "the port or column that changes"),
                text("version", "the contract version that brings the change"),
                text("person", "who accepts"),
                text("reason", "why"),
                day("accepted", "the day"),
                FILE,
                LINE,
            ),
        ),
        _acknowledgements,
    ),
)
