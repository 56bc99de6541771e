"""Who may come to a mesh, as it is declared: accounts of machines, and the issuer whose word on people is taken."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

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
