"""The public keys of an issuer, kept for as long as they may be believed."""

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jwt import PyJWK
from jwt.exceptions import PyJWTError

from hansa.access.identity.fetching import NotFetched, fetch_keys
from hansa.frozen import dataclass
from hansa.model import OidcSettings

FRESH = 600.0
"""Seconds after which keys are looked up again, beside the work that goes on with those at hand."""
STALE = 86_400.0
"""Seconds for which an issuer that cannot be reached is believed to have the keys that it had."""
PAUSE = 10.0
"""Seconds between two look-ups at least: tokens with invented key ids must not make us a flood for the issuer."""
_FAMILIES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_SMALLEST_RSA = 2048
_MOST_KEYS = 200


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key of the issuer. `algorithm` is the only one that it is for, if the issuer says so; `material` is the library's."""

    kid: str | None
    family: str
    algorithm: str | None
    material: Any

    def fits(self, kid: str | None, algorithm: str) -> bool:
        """Whether it may be what a token was signed with, by the algorithm and key id that the token names."""
        return _FAMILIES.get(algorithm[:2]) == self.family and self.algorithm in (None, algorithm) and kid in (None, self.kid)


class Keyring:
    """Finds the key that a token names; looks it up at the issuer when it is not known. Safe in many threads."""

    def __init__(self, settings: OidcSettings, monotonic: Callable[[], float]) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._keys: tuple[PublicKey, ...] = ()
        self._fetched: float | None = None
        self._tried: float | None = None
        self.trouble = ""

    def find(self, kid: str | None, algorithm: str) -> PublicKey | None:
        """The key that a token names, or the only one that fits when it names none; None when there is no such key."""
        found = self._at_hand(kid, algorithm)
        if found is None:
            self._refresh()
            return self._at_hand(kid, algorithm)
        if self._older_than(FRESH) and self._may_try():
            threading.Thread(target=self._refresh, name="hansa-keys", daemon=True).start()
        return found

    def _at_hand(self, kid: str | None, algorithm: str) -> PublicKey | None:
        if self._older_than(STALE):
            return None
        fitting = [key for key in self._keys if key.fits(kid, algorithm)]
        return fitting[0] if len(fitting) == 1 else None

    def _older_than(self, seconds: float) -> bool:
        return self._fetched is None or self._monotonic() - self._fetched > seconds

    def _may_try(self) -> bool:
        return self._tried is None or self._monotonic() - self._tried >= PAUSE

    def _refresh(self) -> None:
        """Look the keys up, unless somebody just did; whoever waits for that finds them afterwards."""
        with self._lock:
            if not self._may_try():
                return
            self._tried = self._monotonic()
            try:
                self._keys = tuple(_usable(fetch_keys(self._settings)))
                self._fetched = self._monotonic()
                self.trouble = ""
            except NotFetched as wrong:
                self.trouble = str(wrong)


def _usable(keys: list[Mapping[str, object]]) -> Iterator[PublicKey]:
    """The public keys for signatures; what is not known, not for that or too weak is passed over."""
    for each in keys[:_MOST_KEYS]:
        kid, algorithm, family = each.get("kid"), each.get("alg"), each.get("kty")
        # A private key in a public place is nobody's alone any more.
        if each.get("use", "sig") != "sig" or family not in _FAMILIES.values() or "d" in each:
            continue
        try:
            material = PyJWK(dict(each)).key
        except (PyJWTError, ValueError, TypeError, KeyError):
            continue
        if family != "RSA" or material.key_size >= _SMALLEST_RSA:
            yield PublicKey(
                kid if isinstance(kid, str) else None, str(family), algorithm if isinstance(algorithm, str) else None, material
            )
