"""Who may come to a mesh, as it is declared: accounts of machines, and the issuer whose word on people is taken."""

from dataclasses import dataclass, field

from hansa.trouble import Place


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
