"""Who may come to a mesh, as it is declared: accounts of machines, and the issuer whose word on people is taken."""

import datetime as dt
import re
from dataclasses import field
from urllib.parse import urlsplit

from hansa.frozen import dataclass
from hansa.trouble import Place

_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+|=/~-]{0,199}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_account(name: str) -> bool:
    """Whether a text can name an account: plain letters, so that no two look alike, and no colon, which the operator has."""
    return _ACCOUNT.fullmatch(name) is not None


def is_trustworthy(url: str) -> bool:
    """Whether what a URL yields is what its host says: by TLS, or since it never leaves this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment or not url.isprintable() or " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A machine's account, of `teams.yaml`. It is in `teams` as a person would be."""

    name: str
    title: str = ""
    teams: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """The OpenID Connect issuer of a mesh. Tokens are for one of `audience`, signed by one of `algorithms` (never with a shared
    secret), and name their bearer at `user_claim`.

    `teams` maps groups, as the claim `groups_claim` has them, to teams of the mesh; other groups give nothing. `clients` are the
    parties that tokens may have been issued to; empty for any. `jwks_url` empty is looked up at the issuer.

    With `client_id` people sign in to the pages at the issuer: `client_secret_variable` names the environment's variable that
    holds the client's secret, empty for a public client; `redirect_url` is where the issuer sends them back to, empty for the
    address that they came by; `login_scopes` are what is asked for besides `openid`.
    """

    issuer: str
    audience: tuple[str, ...]
    algorithms: tuple[str, ...] = ("RS256", "ES256")
    user_claim: str = "sub"
    groups_claim: str = "groups"
    teams: tuple[tuple[str, str], ...] = ()
    administrators: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    clock_skew_seconds: int = 60
    jwks_url: str = ""
    client_id: str = ""
    client_secret_variable: str = ""
    redirect_url: str = ""
    login_scopes: tuple[str, ...] = ("profile", "email")


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A browser in which somebody signed in, as it is kept: its secret only by its hash.

    It rests on the token with the id `token` (which was made for it alone where `own`), or on the word of `issuer` about the
    groups of its user; `known` says that the directory knew them then. It ends at `ends` at the latest. `used` is when that was
    last, to the minute; `browser` is for its owner to tell their sessions apart.
    """

    id: str
    hash: str = field(repr=False)
    user: str
    opened: dt.datetime
    ends: dt.datetime
    used: dt.datetime
    token: str = ""
    own: bool = False
    issuer: str = ""
    groups: tuple[str, ...] = ()
    service: bool = False
    known: bool = False
    browser: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link that lets a user in until some time, kept by the hash of its secret."""

    hash: str = field(repr=False)
    user: str
    until: dt.datetime
