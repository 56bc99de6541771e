"""The mesh itself, its domains, teams and people."""

from collections.abc import Iterator

from hansa.governance.asking import Row
from hansa.governance.relations.schema import (
    DOMAIN,
    FILE,
    LINE,
    Material,
    MeshRelation,
    RelationSchema,
    day,
    number,
    said,
    text,
    texts,
    where,
)


def _mesh(material: Material) -> Iterator[Row]:
    mesh = material.mesh
    yield (
        mesh.name,
        said(mesh.title),
        said(mesh.description),
        material.today.isoformat(),
        material.facts.environment,
        tuple(sorted(str(p) for p in mesh.broken)),
    )


def _domains(material: Material) -> Iterator[Row]:
    for d in material.mesh.domains:
        texts_ = (said(d.title), said(d.description), said(d.owner), said(d.capability))
        yield (str(d.name), *texts_, d.tags, len(d.products), said(d.manifest), *where(d.place))


def _teams(material: Material) -> Iterator[Row]:
    """The declared teams, then those that only products name."""
    seen: set[str] = set()
    named = (p.team for p in material.mesh.products if p.team is not None)
    declared = {t.name for t in material.mesh.teams}
    for team in (*material.mesh.teams, *named):
        if team.name not in seen:
            seen.add(team.name)
            yield team.name, said(team.contact), team.members, "governance" if team.name in declared else "product"


def _people(material: Material) -> Iterator[Row]:
    """Members of teams, and owners who are no team."""
    teams = {t.name: t for t in (*(p.team for p in material.mesh.products if p.team is not None), *material.mesh.teams)}
    pairs = {(member, team.name): "member" for team in teams.values() for member in team.members}
    owners = {p.owner for p in material.mesh.products} | {d.owner for d in material.mesh.domains}
    members = {person for person, _ in pairs}
    for person, team in sorted(pairs):
        yield person, team, "owner" if person in owners else "member"
    for owner in sorted(owners - members - teams.keys() - {""}):
        yield owner, None, "owner"


ORGANISATION = (
    MeshRelation(
        RelationSchema(
            "mesh",
            "The mesh, in one row: what it is, and the day and environment that it is looked at.",
            (
                text("name", "its name"),
                text("title", "its title"),
                text("description", "what it is"),
                day("today", "the day that counts as today; policies use it instead of a clock"),
                text("environment", "the environment whose recorded facts are looked at"),
                texts("broken", "the products that do not compile; they are in no other relation"),
            ),
        ),
        _mesh,
    ),
    MeshRelation(
        RelationSchema(
            "domains",
            "The domains.",
            (
                DOMAIN,
                text("title", "its title"),
                text("description", "what it is about"),
                text("owner", "a team's name or a person's address"),
                text("capability", "the business capability that it serves"),
                texts("tags", "its tags"),
                number("products", "how many products it has"),
                text("manifest", "the manifest that it comes from; null for a domain of this repository"),
                FILE,
                LINE,
            ),
        ),
        _domains,
    ),
    MeshRelation(
        RelationSchema(
            "teams",
            "The teams that governance lists, and those that products name.",
            (
                text("team", "its name"),
                text("contact", "how to reach it"),
                texts("members", "its members"),
                text("declared", "`governance` when teams.yaml lists it, `product` when only a product names it"),
            ),
        ),
        _teams,
    ),
    MeshRelation(
        RelationSchema(
            "people",
            "Who is in which team, and owners who are in none; a person of two teams has two rows.",
            (
                text("person", "name or address, as written"),
                text("team", "the team; null without one"),
                text("role", "`owner` when a product or domain names them as its owner, else `member`"),
            ),
        ),
        _people,
    ),
)
