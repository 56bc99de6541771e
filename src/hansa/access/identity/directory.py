"""The embedded directory: who is somebody in a mesh, by what is declared and what the ledger keeps.

Members and delegates of the teams of `teams.yaml` are users, and its services are service accounts. The ledger adds people, teams
and attributes to that, and can disable anybody; it cannot take away what is declared, nor make a machine of a person.
"""

import os
import pwd
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from hansa.access.teams import sole_owners
from hansa.model import Mesh, Principal, PrincipalKind, UserRecord, is_account
from hansa.trouble import Trouble, TroubleError, did_you_mean


class Directory:
    """Everybody who is known, disabled or not, by name. A value: made anew when the mesh or the ledger's entries change."""

    def __init__(self, mesh: Mesh, kept: Iterable[UserRecord] = ()) -> None:
        found = {entry.name: entry for entry in _declared(mesh) if is_account(entry.name)}
        for entry in kept:
            found[entry.name] = _joined(found.get(entry.name), entry)
        self._entries: Mapping[str, UserRecord] = dict(sorted(found.items()))
        self._sole_owners = sole_owners(mesh)

    def __iter__(self) -> Iterator[UserRecord]:
        return iter(self._entries.values())

    def find(self, name: str) -> UserRecord | None:
        """Somebody by the exact name."""
        return self._entries.get(name)

    def named(self, name: str) -> UserRecord:
        """Somebody by the exact name. Raises `TroubleError` when nobody is called so."""
        entry = self._entries.get(name)
        if entry is None:
            mend = did_you_mean(name[:60], self._entries) or "`hansa user list` shows who is known, `hansa user add` adds"
            raise TroubleError(Trouble("H782", f"nobody is called `{name[:60]}`", mend=mend))
        return entry

    def principal(self, user: UserRecord, way: str, scopes: tuple[str, ...] = ()) -> Principal:
        """The principal that somebody is. A narrowed credential carries an administrator's power only if it says so.

        Who owns something in their own name is of a team of one, called like them.
        """
        administrator = user.administrator and (not scopes or "administer" in scopes)
        alone = (user.name,) if user.name in self._sole_owners else ()
        teams = tuple(sorted({*user.teams, *alone}))
        return Principal(user.name, user.kind, teams, user.attributes, scopes, administrator, way)


def operator(environ: Mapping[str, str]) -> Principal:
    """Whoever works on the mesh's own machine, by the name of the account; `HANSA_ACTOR` tells who stands behind a shared one."""
    name = environ.get("HANSA_ACTOR") or _account() or environ.get("USER") or environ.get("LOGNAME") or "unknown"
    return Principal(f"operator:{name}", PrincipalKind.OPERATOR, administrator=True)


def _account() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        # In a container the number may have no name.
        return ""


def _declared(mesh: Mesh) -> Iterator[UserRecord]:
    teams: dict[str, set[str]] = {}
    for team in mesh.teams:
        for member in team.members:
            teams.setdefault(member, set()).add(team.name)
    for name in (*(d for team in mesh.teams for d in team.delegates), *mesh.administrators):
        teams.setdefault(name, set())
    for name, theirs in teams.items():
        yield UserRecord(name, teams=tuple(sorted(theirs)), administrator=name in mesh.administrators)
    for service in mesh.services:
        joined = tuple(sorted({*service.teams, *teams.get(service.name, ())}))
        administrator = service.name in mesh.administrators
        yield UserRecord(service.name, PrincipalKind.SERVICE, service.title, joined, service.attributes, administrator)


def _joined(declared: UserRecord | None, kept: UserRecord) -> UserRecord:
    if declared is None:
        return replace(kept, teams=tuple(sorted(set(kept.teams))))
    return UserRecord(
        name=declared.name,
        kind=declared.kind,
        title=kept.title or declared.title,
        teams=tuple(sorted({*declared.teams, *kept.teams})),
        attributes=tuple(sorted({**dict(declared.attributes), **dict(kept.attributes)}.items())),
        administrator=declared.administrator or kept.administrator,
        disabled=kept.disabled,
        changed=kept.changed,
    )
