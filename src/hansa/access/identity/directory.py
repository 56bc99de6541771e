"""The embedded directory: who is somebody in a mesh, by what is declared and what the ledger keeps.

Members of the teams of `teams.yaml` are users, and its services are service accounts. The ledger's entries add people, teams and
attributes to that, and can disable anybody; they cannot take away what is declared, nor make a machine of a person.
"""

import os
import pwd
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from hansa.model import Mesh, Principal, PrincipalKind, UserRecord

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+|=/~-]{0,199}")


def is_account(name: str) -> bool:
    """Whether a text can name an account: plain letters, so that no two look alike, and no colon, which the operator has."""
    return _NAME.fullmatch(name) is not None


class Directory:
    """Everybody who is known, disabled or not, by name. A value: made anew when the mesh or the ledger's entries change."""

    def __init__(self, mesh: Mesh, kept: Iterable[UserRecord] = ()) -> None:
        found = {entry.name: entry for entry in _declared(mesh) if is_account(entry.name)}
        for entry in kept:
            found[entry.name] = _joined(found.get(entry.name), entry)
        self._entries: Mapping[str, UserRecord] = dict(sorted(found.items()))

    def __iter__(self) -> Iterator[UserRecord]:
        return iter(self._entries.values())

    def find(self, name: str) -> UserRecord | None:
        """Somebody by the exact name."""
        return self._entries.get(name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._entries)


def principal_of(user: UserRecord, way: str, scopes: tuple[str, ...] = ()) -> Principal:
    """The principal that an entry is. A narrowed credential carries an administrator's power only if it says so."""
    administrator = user.administrator and (not scopes or "administer" in scopes)
    return Principal(user.name, user.kind, user.teams, user.attributes, scopes, administrator, way)


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
    for name in mesh.administrators:
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
