"""What a signed token says must hold: for us, from our issuer, now. After OpenID Connect Core 3.1.3.7, RFC 9068 and RFC 8725."""

import datetime as dt
import math
from collections.abc import Mapping

from hansa.model import OidcSettings

Claims = Mapping[str, object]
LONGEST = 366 * 86_400  # seconds; an expiry so far away is a mistake, or no time at all


def wrong_with(claims: Claims, settings: OidcSettings, now: dt.datetime) -> str:
    """Why a token does not hold, in a few words; empty when it does. `expired` is the word for one that held once."""
    return (
        _times(claims, settings.clock_skew_seconds, now.timestamp())
        or _parties(claims, settings)
        or _kind(claims)
        or ("its e-mail address is not verified" if _unverified_email(claims, settings) else "")
    )


def _times(claims: Claims, skew: int, now: float) -> str:
    ends, begins, issued = (_seconds(claims, name) for name in ("exp", "nbf", "iat"))
    if ends is None or any(name in claims and value is None for name, value in (("nbf", begins), ("iat", issued))):
        return "exp is missing, or a time is no number"
    if now >= ends + skew:
        return "expired"
    if ends - now > LONGEST:
        return "it ends too late"
    if begins is not None and now < begins - skew:
        return "it is not good yet"
    return "it was issued in the future" if issued is not None and now < issued - skew else ""


def _parties(claims: Claims, settings: OidcSettings) -> str:
    if claims.get("iss") != settings.issuer:
        return "its issuer is another"
    said = claims.get("aud")
    audience = [said] if isinstance(said, str) else said
    if not isinstance(audience, list) or not all(isinstance(a, str) for a in audience):
        return "it has no audience"
    if not set(audience) & set(settings.audience):
        return "it is for another audience"
    client = claims.get("azp", claims.get("client_id"))
    if settings.clients and client not in settings.clients:
        return "it was issued to another client"
    if not settings.clients and len(set(audience)) > 1 and client not in settings.audience:
        return "it has several audiences, and was issued to none of ours"
    return ""


def _kind(claims: Claims) -> str:
    # Whoever holds such a token must also prove to hold a key, which a plain bearer header cannot.
    if "cnf" in claims:
        return "it is bound to a key"
    return "it tells of an event" if "events" in claims else ""


def _unverified_email(claims: Claims, settings: OidcSettings) -> bool:
    return settings.user_claim == "email" and claims.get("email_verified") is not True


def _seconds(claims: Claims, name: str) -> float | None:
    said = claims.get(name)
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    # A whole number may be larger than any float.
    return float(said) if abs(said) < 1e12 and math.isfinite(said) else None
