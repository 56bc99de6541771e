"""Who may come to a mesh: `identity` of `hansa.yaml`, and the service accounts and administrators of `governance/teams.yaml`."""

import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from hansa.declare.reading import Reader
from hansa.declare.shape import Kind, Path, key, record_at
from hansa.frozen import dataclass
from hansa.model import OidcSettings, ServiceAccount, is_account, is_trustworthy
from hansa.trouble import Severity, did_you_mean, one_of

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key that only the issuer has. A secret that both sides share would let us make its tokens."""
MOST_SKEW = 300
LOGIN_BACK = "/sign-in/issuer/back"
"""Where the issuer sends a browser back to."""
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,99}")


@dataclass(frozen=True, slots=True)
class OidcEntry:
    """The OpenID Connect issuer whose bearer tokens are accepted, and at which people may sign in to the pages."""

    issuer: str = key(required=True)
    audience: tuple[str, ...] = key((), kind=Kind.ONE_OR_MORE, required=True, at_least_one=True)
    algorithms: tuple[str, ...] = key(("RS256", "ES256"), at_least_one=True)
    user_claim: str = key("sub")
    groups_claim: str = key("groups")
    teams: object = key(None, kind=Kind.MAPPING)
    administrators: tuple[str, ...] = key(())
    clients: tuple[str, ...] = key(())
    clock_skew_seconds: int | None = key(60, minimum=0)
    jwks_url: str = key()
    client_id: str = key()
    client_secret_variable: str = key()
    redirect_url: str = key()
    login_scopes: tuple[str, ...] = key(("profile", "email"))
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class IdentityEntry:
    oidc: OidcEntry | None = key(None)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """An entry of `services` of `teams.yaml`."""

    name: str = key(required=True)
    title: str = key()
    teams: tuple[str, ...] = key(())
    attributes: object = key(None, kind=Kind.MAPPING)
    at: Path = record_at()


def read_oidc(identity: IdentityEntry | None, reader: Reader) -> OidcSettings | None:
    """The issuer of a mesh; None when it names none or anything in the file is wrong: then nobody's tokens are accepted."""
    said = identity.oidc if identity is not None else None
    if said is None:
        return None
    for name, value in (("issuer", said.issuer), ("audience", all(said.audience)), ("userClaim", said.user_claim)):
        if not value and isinstance(reader.at((*said.at, name)), str | list):
            reader.trouble("H790", f"`{name}` is empty", (*said.at, name), "write what the issuer says, or delete the key")
    for name, url in (("issuer", said.issuer), ("jwksUrl", said.jwks_url), ("redirectUrl", said.redirect_url)):
        if url and not is_trustworthy(url):
            mend = "write an https:// address; http:// is for an issuer on this machine alone"
            reader.trouble("H790", f"{reader.shown((*said.at, name))} is no address to trust", (*said.at, name), mend)
    _check_login(said, reader)
    for number, algorithm in enumerate(said.algorithms):
        if algorithm not in ALGORITHMS:
            at = (*said.at, "algorithms", number)
            mend = f"known: {one_of(ALGORITHMS)}; tokens without a signature or signed with a shared secret are never accepted"
            reader.trouble("H791", f"tokens signed by {reader.shown(at)} are not accepted", at, mend)
    if said.clock_skew_seconds is not None and said.clock_skew_seconds > MOST_SKEW:
        at = (*said.at, "clockSkewSeconds")
        reader.trouble("H790", f"clocks may differ by at most {MOST_SKEW} seconds", at, "set the clocks of both machines by NTP")
    teams = tuple(_texts(said.teams, "H790", (*said.at, "teams"), reader))
    # A key that was mistyped, such as `clients`, would have narrowed who comes in.
    if any(t.is_error for t in reader.troubles):
        return None
    return OidcSettings(
        issuer=said.issuer,
        audience=said.audience,
        algorithms=said.algorithms,
        user_claim=said.user_claim,
        groups_claim=said.groups_claim,
        teams=teams,
        administrators=said.administrators,
        clients=said.clients,
        clock_skew_seconds=said.clock_skew_seconds or 0,
        jwks_url=said.jwks_url,
        client_id=said.client_id,
        client_secret_variable=said.client_secret_variable,
        redirect_url=said.redirect_url,
        login_scopes=said.login_scopes,
    )


def _check_login(said: OidcEntry, reader: Reader) -> None:
    """What is declared for signing in with a browser. The secret itself must not be in a file, so it is never shown either."""
    if said.client_secret_variable and not _VARIABLE.fullmatch(said.client_secret_variable):
        mend = "name the variable that holds the client's secret, such as HANSA_OIDC_SECRET; never write the secret itself"
        reader.trouble("H790", "`clientSecretVariable` is no name of a variable", (*said.at, "clientSecretVariable"), mend)
    if said.redirect_url and is_trustworthy(said.redirect_url) and urlsplit(said.redirect_url).path != LOGIN_BACK:
        mend = f"write the address of the server as browsers see it, with the path {LOGIN_BACK}"
        reader.trouble("H790", "`redirectUrl` leads to no page of the server", (*said.at, "redirectUrl"), mend)
    for name, value in (("clientSecretVariable", said.client_secret_variable), ("redirectUrl", said.redirect_url)):
        if value and not said.client_id:
            mend = "add `clientId`, the name that the issuer has for this server; or delete the key"
            reader.trouble("H790", f"`{name}` needs `clientId`", (*said.at, name), mend)


def check_oidc_teams(settings: OidcSettings | None, teams: Collection[str], reader: Reader) -> None:
    """A group that stands for a team which nobody declared would give nothing."""
    at: Path = ("identity", "oidc", "teams")
    for group, team in settings.teams if settings is not None and teams else ():
        if team not in teams:
            mend = did_you_mean(team, teams) or f"known teams: {one_of(teams)}"
            reader.trouble("H793", f"the group `{group[:60]}` stands for a team that is not declared", (*at, group), mend)


def read_services(entries: tuple[ServiceEntry, ...], members: Collection[str], reader: Reader) -> tuple[ServiceAccount, ...]:
    """The service accounts that can be used, by name; a name that is a member's, too, is told and left out."""
    reader.once(reader.at(("services",)), "name", ("services",), code="H792")
    teams = {t.get("name") for t in _mappings(reader.at(("teams",)))}
    known = [t for t in teams if isinstance(t, str)]
    found: dict[str, ServiceAccount] = {}
    for entry in entries:
        at = (*entry.at, "name")
        if entry.name in members:
            mend = "give the service a name of its own; what a person does and what a machine does are told apart by it"
            reader.trouble("H792", f"{reader.shown(at)} is a member of a team, too", at, mend)
            continue
        for number, team in enumerate(entry.teams):
            if team not in known:
                mend = did_you_mean(team, known) or f"known teams: {one_of(known)}"
                reader.trouble("H793", f"no team is called `{team[:60]}`", (*entry.at, "teams", number), mend)
        attributes = tuple(sorted(_texts(entry.attributes, "H794", (*entry.at, "attributes"), reader)))
        if entry.name:
            place = reader.document.place(at)
            found.setdefault(entry.name, ServiceAccount(entry.name, entry.title, entry.teams, attributes, place))
    return tuple(found[name] for name in sorted(found))


def check_accounts(reader: Reader) -> None:
    """Names of accounts that no credential could ever have."""
    paths: list[Path] = [("administrators", n) for n, _ in enumerate(_list(reader.at(("administrators",))))]
    paths += [("services", n, "name") for n, _ in enumerate(_list(reader.at(("services",))))]
    for number, team in enumerate(_list(reader.at(("teams",)))):
        for key_ in ("members", "delegates"):
            entries = _list(team.get(key_)) if isinstance(team, dict) else []
            paths += [("teams", number, key_, n) for n, _ in enumerate(entries)]
    for path in paths:
        name = reader.at(path)
        if isinstance(name, str) and name and not is_account(name):
            # A member may be told of without ever coming here; a service or an administrator is declared to.
            severity = Severity.WARNING if path[0] == "teams" else Severity.ERROR
            mend = "use letters without accents, digits and . _ - @ + | = / ~, a letter or digit first"
            reader.trouble("H795", f"{reader.shown(path)} cannot name an account", path, mend, severity)


def _texts(said: object, code: str, path: Path, reader: Reader) -> Iterator[tuple[str, str]]:
    for name, value in (said if isinstance(said, dict) else {}).items():
        if isinstance(value, dict | list) or value is None:
            reader.trouble(code, f"`{str(name)[:60]}` is no text here", (*path, name), "write a text")
        else:
            yield str(name), str(value).lower() if isinstance(value, bool) else str(value)


def _mappings(said: object) -> Iterator[dict[str, object]]:
    return (each for each in _list(said) if isinstance(each, dict))


def _list(said: object) -> list[object]:
    return said if isinstance(said, list) else []
