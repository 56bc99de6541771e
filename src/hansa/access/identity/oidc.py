"""Bearer tokens of an OpenID Connect issuer: JSON Web Tokens, verified by the issuer's public keys."""

import datetime as dt
import hmac
import json
from collections.abc import Callable, Iterable
from dataclasses import replace

import jwt

from hansa.access.identity.claims import Claims, wrong_with
from hansa.access.identity.keyring import Keyring, PublicKey
from hansa.access.identity.refusals import Cause, NotAuthenticated
from hansa.frozen import dataclass
from hansa.model import OidcSettings, PrincipalKind, UserRecord, is_account

_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
"""What a token may say that it is; others of an issuer (for logout, for events) are signed by the same keys."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom an issuer vouches for: by name, until when, and what its groups mean in the mesh."""

    name: str
    issuer: str
    ends: dt.datetime
    teams: tuple[str, ...] = ()
    administrator: bool = False
    service: bool = False
    groups: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, settings: OidcSettings, name: str, ends: dt.datetime, groups: Iterable[str], kind: PrincipalKind = PrincipalKind.USER
    ) -> "Bearer":
        """What groups of the issuer mean in the mesh. Those that mean nothing are not kept."""
        said = frozenset(groups)
        meaning = {group for group, _ in settings.teams} | set(settings.administrators)
        return cls(
            name=name,
            issuer=settings.issuer,
            ends=ends,
            teams=tuple(sorted({team for group, team in settings.teams if group in said})),
            administrator=not said.isdisjoint(settings.administrators),
            service=kind is PrincipalKind.SERVICE,
            groups=tuple(sorted(said & meaning)),
        )

    def joined(self, entry: UserRecord | None) -> UserRecord:
        """What the issuer says, with what the mesh's own directory knows besides."""
        kind = PrincipalKind.SERVICE if self.service else PrincipalKind.USER
        known = entry if entry is not None else UserRecord(self.name, kind)
        teams = tuple(sorted({*known.teams, *self.teams}))
        return replace(known, teams=teams, administrator=known.administrator or self.administrator)


class OidcVerifier:
    """Verifies the tokens of one issuer. The signature comes first; nothing else of a token is believed before it."""

    def __init__(self, settings: OidcSettings, clock: Callable[[], dt.datetime], monotonic: Callable[[], float]) -> None:
        self._settings = settings
        self._clock = clock
        self._keys = Keyring(settings, monotonic)
        self._signed = jwt.PyJWS(algorithms=list(settings.algorithms))

    def verify(self, text: str) -> Bearer:
        """Whom a token names. Raises `NotAuthenticated`."""
        return self._vouched(self._claims(text))

    def verify_login(self, text: str, nonce: str) -> Bearer:
        """Whom an identity token names that was asked for with a nonce, for one client (OpenID Connect Core 3.1.3.7)."""
        claims = self._claims(text)
        said = claims.get("nonce")
        if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
            raise NotAuthenticated(Cause.CLAIMS, detail="its nonce is another")
        if claims.get("azp", self._settings.client_id) != self._settings.client_id:
            raise NotAuthenticated(Cause.CLAIMS, detail="it was issued to another client")
        if not isinstance(claims.get("iat"), int | float):
            raise NotAuthenticated(Cause.CLAIMS, detail="it does not say when it was issued")
        return self._vouched(claims)

    def _vouched(self, claims: Claims) -> Bearer:
        wrong = wrong_with(claims, self._settings, self._clock())
        if wrong:
            raise NotAuthenticated(Cause.EXPIRED if wrong == "expired" else Cause.CLAIMS, detail=wrong)
        return self._bearer(claims)

    def _claims(self, text: str) -> Claims:
        try:
            algorithm, kid = self._header(text)
            payload = self._signed.decode(text, self._key(algorithm, kid).material, algorithms=[algorithm])
            claims = json.loads(payload)
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as wrong:
            # The library's text may quote the token; the name of the error says enough.
            raise NotAuthenticated(Cause.SIGNATURE, detail=type(wrong).__name__) from None
        if not isinstance(claims, dict):
            raise NotAuthenticated(Cause.SIGNATURE, detail="its content is no object")
        return claims

    def _header(self, text: str) -> tuple[str, str | None]:
        """The algorithm and key that a token names. Keys that it brings along, or says to fetch, are never looked at."""
        header = self._signed.get_unverified_header(text)
        algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
        if not isinstance(algorithm, str) or algorithm not in self._settings.algorithms:
            raise NotAuthenticated(Cause.SIGNATURE, detail="its algorithm is not allowed")
        if kid is not None and not isinstance(kid, str):
            raise NotAuthenticated(Cause.SIGNATURE, detail="its kid is no text")
        if not isinstance(kind, str) or kind.lower() not in _TYPES:
            raise NotAuthenticated(Cause.SIGNATURE, detail="it is another type of token")
        if "crit" in header:
            raise NotAuthenticated(Cause.SIGNATURE, detail="it demands an extension")
        return algorithm, kid

    def _key(self, algorithm: str, kid: str | None) -> PublicKey:
        found = self._keys.find(kid, algorithm)
        if found is None:
            raise NotAuthenticated(Cause.SIGNATURE, detail=self._keys.trouble or "the issuer has no such key")
        return found

    def _bearer(self, claims: Claims) -> Bearer:
        settings = self._settings
        name = claims.get(settings.user_claim)
        if not isinstance(name, str) or not is_account(name):
            raise NotAuthenticated(Cause.CLAIMS, detail=f"its claim {settings.user_claim} names no account")
        said = claims.get(settings.groups_claim)
        groups = [g for g in (said if isinstance(said, list) else [said]) if isinstance(g, str)]
        ends = dt.datetime.fromtimestamp(float(str(claims["exp"])), dt.UTC) + dt.timedelta(seconds=settings.clock_skew_seconds)
        machine = claims.get("sub") in (claims.get("client_id"), claims.get("azp"))
        return Bearer.of(settings, name, ends, groups, PrincipalKind.SERVICE if machine else PrincipalKind.USER)
