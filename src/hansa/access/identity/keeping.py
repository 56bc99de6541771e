"""Changes of the embedded directory: people come and change, are disabled and enabled; tokens are revoked."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from hansa.access.identity.directory import Directory
from hansa.access.teams import team_names
from hansa.frozen import dataclass
from hansa.ledger import Ledger, TokenKept, UserKept
from hansa.model import Mesh, PrincipalKind, TokenRecord, UserRecord, is_account
from hansa.trouble import Trouble, TroubleError, did_you_mean, one_of

RESERVED = frozenset({"auto", "hansa"})
"""Who approves where policies say that nobody has to, and who notices that access expired: on record they must be nobody else."""


@dataclass(frozen=True, slots=True)
class UserChange:
    """What is to change of somebody; None leaves it. Attributes are set one by one, and one that is set to nothing goes."""

    title: str | None = None
    teams: tuple[str, ...] | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    administrator: bool | None = None
    disabled: bool | None = None

    def of(self, user: UserRecord) -> UserRecord:
        attributes = {**dict(user.attributes), **dict(self.attributes)}
        return replace(
            user,
            title=user.title if self.title is None else self.title,
            teams=user.teams if self.teams is None else tuple(sorted(set(self.teams))),
            attributes=tuple(sorted((name, value) for name, value in attributes.items() if value)),
            administrator=user.administrator if self.administrator is None else self.administrator,
            disabled=user.disabled if self.disabled is None else self.disabled,
        )


def add_user(
    ledger: Ledger, mesh: Mesh, name: str, change: UserChange, *, now: dt.datetime, kind: PrincipalKind = PrincipalKind.USER
) -> UserRecord:
    """Somebody new, as the directory has it from now on. Raises `TroubleError` for a name that is taken or cannot be one."""
    if not is_account(name):
        mend = "use letters without accents, digits and . _ - @ + | = / ~, a letter or digit first"
        raise TroubleError(Trouble("H784", f"`{name[:60]}` cannot name an account", mend=mend))
    if name in RESERVED or name in team_names(mesh):
        whose = "what Hansa does by itself" if name in RESERVED else "a team"
        raise TroubleError(Trouble("H784", f"`{name}` is the name of {whose}", mend="call the account otherwise"))
    if Directory(mesh, ledger.users()).find(name) is not None:
        mend = f"`hansa user show {name}` shows who it is, `hansa user set {name}` changes it"
        raise TroubleError(Trouble("H785", f"`{name}` is in the directory already", mend=mend))
    return _keep(ledger, mesh, UserRecord(name, kind), change, now)


def change_user(ledger: Ledger, mesh: Mesh, name: str, change: UserChange, *, now: dt.datetime) -> UserRecord:
    """Somebody changed, as the directory has it from now on. What is declared in `teams.yaml` stays, whatever is kept here."""
    kept = {user.name: user for user in ledger.users()}
    known = Directory(mesh, kept.values()).named(name)
    return _keep(ledger, mesh, kept.get(name, UserRecord(name, known.kind)), change, now)


def revoke_token(ledger: Ledger, id_: str, *, now: dt.datetime) -> TokenRecord:
    """End a token for good; one that was revoked before stays as it is."""
    kept = ledger.token(id_)
    if kept is None:
        raise TroubleError(Trouble("H788", f"no token has the id `{id_[:60]}`", mend="`hansa token list` shows their ids"))
    if kept.revoked is None:
        kept = replace(kept, revoked=now)
        ledger.apply((TokenKept(kept),))
    return kept


def _keep(ledger: Ledger, mesh: Mesh, user: UserRecord, change: UserChange, now: dt.datetime) -> UserRecord:
    _check_teams(mesh, change.teams or ())
    ledger.apply((UserKept(replace(change.of(user), changed=now)),))
    found = Directory(mesh, ledger.users()).find(user.name)
    assert found is not None, user.name
    return found


def _check_teams(mesh: Mesh, teams: Iterable[str]) -> None:
    declared = {t.name for t in mesh.teams}
    declared |= {p.team.name for p in mesh.products if p.team is not None}
    declared |= {d.owner for d in mesh.domains if d.owner}
    for team in teams:
        if team not in declared:
            mend = did_you_mean(team[:60], declared) or f"known teams: {one_of(declared)}"
            raise TroubleError(Trouble("H789", f"no team is called `{team[:60]}`", mend=mend if declared else "declare it"))
