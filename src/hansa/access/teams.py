"""Which names are teams, and who answers to a name as a person: the one place where the two are told apart.

Owners, delegates and approvers are named by bare words, and so are users, whom an issuer or an operator may call anything. A user
who is called like a team must not count as that team, nor one who is called like a team that was there once.
"""

from collections.abc import Iterator

from hansa.model import Mesh, Team


def team_names(mesh: Mesh) -> frozenset[str]:
    """The names of all teams that a mesh declares, in `teams.yaml` or at its products."""
    return frozenset(team.name for team in _teams(mesh) if team.name)


def sole_owners(mesh: Mesh) -> frozenset[str]:
    """The people who own something in their own name: each is a team of one.

    Only who is declared as a person counts: an owner's name that nobody explains may be of a team that is gone.
    """
    owners = {p.owner for p in mesh.products} | {d.owner for d in mesh.domains} | {c.owner for c in mesh.governance.consumers}
    people = {name for team in _teams(mesh) for name in (*team.members, *team.delegates)}
    people |= {*mesh.administrators, *(s.name for s in mesh.services)}
    return frozenset((owners & people) - team_names(mesh))


def _teams(mesh: Mesh) -> Iterator[Team]:
    yield from mesh.teams
    yield from (p.team for p in mesh.products if p.team is not None)
