"""Signing in at the issuer with a browser: the authorisation code flow with PKCE (RFC 6749, RFC 7636, OpenID Connect Core 3.1).

Nothing is remembered here between the way there and the way back. All that belongs to one sign-in is derived from a secret in a
cookie of the browser that began it, so any replica can complete it, and no other browser. The code is good once: the issuer sees
to that (RFC 6749, 4.1.2).
"""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from urllib.parse import quote, urlencode, urlsplit

from hansa.access.identity.fetching import NotFetched, discover, post_form
from hansa.access.identity.login_failures import LoginFailed, denied, not_of_this_browser, refused, unavailable
from hansa.access.identity.oidc import Bearer, OidcVerifier
from hansa.access.identity.refusals import NotAuthenticated
from hansa.frozen import dataclass
from hansa.model import OidcSettings, is_trustworthy
from hansa.trouble import Trouble, TroubleError

WITHIN = dt.timedelta(minutes=10)
"""How long somebody may take at the issuer."""
FRESH = 600.0  # seconds for which the issuer's own description is believed
STALE = 86_400.0  # seconds for which it is, when the issuer cannot be asked
PAUSE = 5.0  # seconds between two questions to an issuer that did not answer
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and the cookie that ties what comes back to it, for so many seconds."""

    address: str
    cookie: str = field(repr=False)
    seconds: int


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Whom the issuer vouches for, and where they wanted to go."""

    bearer: Bearer
    onward: str


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One sign-in of one browser. What is derived with another word tells nothing about the rest."""

    secret: str = field(repr=False)
    began: int
    onward: str

    def __str__(self) -> str:
        return f"{self.secret}.{self.began}.{base64.urlsafe_b64encode(self.onward.encode()).decode().rstrip('=')}"

    def derived(self, word: str, back: str) -> str:
        text = "\0".join((word, str(self.began), self.onward, back))
        return _base64(hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).digest())


class IssuerLogin:
    """Sends browsers to one issuer, and takes them back. Safe in many threads."""

    def __init__(
        self,
        settings: OidcSettings,
        secret: str,
        clock: Callable[[], dt.datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._secret, self._clock, self._monotonic = settings, secret, clock, monotonic
        # An identity token is for the client that asked for it, whatever audience bearer tokens have.
        mine = replace(settings, audience=(settings.client_id,), clients=())
        self._verifier = OidcVerifier(mine, clock, monotonic)
        self._lock = threading.Lock()
        self._known: tuple[float, Mapping[str, object]] | None = None
        self._failed: tuple[float, str] | None = None

    @classmethod
    def of(
        cls, settings: OidcSettings | None, environ: Mapping[str, str], clock: Callable[[], dt.datetime]
    ) -> "IssuerLogin | None":
        """The way in that a mesh declares; None when people sign in with tokens alone. Raises `TroubleError` with no secret."""
        if settings is None or not settings.client_id:
            return None
        variable = settings.client_secret_variable
        secret = environ.get(variable, "") if variable else ""
        if variable and not secret:
            mend = "set it where the server is started; for a public client, which has no secret, delete `clientSecretVariable`"
            raise TroubleError(Trouble("H841", f"the secret of the issuer's client is not in `{variable}`", mend=mend))
        return cls(settings, secret, clock)

    @property
    def host(self) -> str:
        """What to call the issuer before people."""
        return urlsplit(self._settings.issuer).hostname or self._settings.issuer

    @property
    def redirect_url(self) -> str:
        """Where the issuer sends browsers back to, as it is declared; empty for wherever they came from."""
        return self._settings.redirect_url

    def begin(self, back: str, onward: str) -> Begun:
        """Send a browser to the issuer, which sends it back to `back`; then it goes on to `onward`. Raises `LoginFailed`."""
        attempt = _Attempt(secrets.token_urlsafe(32), int(self._clock().timestamp()), onward)
        challenge = _base64(hashlib.sha256(attempt.derived("verifier", back).encode()).digest())
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": back,
            "scope": " ".join(dict.fromkeys(("openid", *self._settings.login_scopes))),
            "state": attempt.derived("state", back),
            "nonce": attempt.derived("nonce", back),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return Begun(_with(self._endpoint("authorization_endpoint"), asked), str(attempt), int(WITHIN.total_seconds()))

    def complete(self, answer: Mapping[str, list[str]], cookie: str, back: str) -> LoggedIn:
        """Whom the issuer names to a browser that came back with an answer and its cookie. Raises `LoginFailed`."""
        said = {name: values[0] for name, values in answer.items()}
        if said.get("error"):
            raise denied(said["error"])
        attempt = self._attempt(cookie)
        state = attempt.derived("state", back)
        if any(len(values) != 1 for values in answer.values()) or not hmac.compare_digest(state, _plain(said.get("state", ""))):
            raise not_of_this_browser("it answers another sign-in")
        self._check_issuer(said)
        code = said.get("code", "")
        if not code or len(code) > 4000:
            raise not_of_this_browser("it has no code")
        token = self._exchanged(code, back, attempt.derived("verifier", back))
        try:
            return LoggedIn(self._verifier.verify_login(token, attempt.derived("nonce", back)), attempt.onward)
        except NotAuthenticated as wrong:
            raise refused(wrong) from wrong

    def logout(self, back: str) -> str:
        """Where a browser ends its session at the issuer, which then sends it to `back`; empty when the issuer has no such place.

        After OpenID Connect RP-Initiated Logout 1.0. No identity token is kept to hint with, so the issuer may ask.
        """
        try:
            endpoint = self._endpoint("end_session_endpoint")
        except LoginFailed:
            return ""
        return _with(endpoint, {"client_id": self._settings.client_id, "post_logout_redirect_uri": back})

    def _attempt(self, cookie: str) -> _Attempt:
        try:
            secret, began, onward = cookie.split(".")
            found = _Attempt(secret, int(began), base64.urlsafe_b64decode(onward + "=" * (-len(onward) % 4)).decode())
        except (ValueError, binascii.Error):
            raise not_of_this_browser("this browser began no sign-in, or took too long") from None
        age = self._clock().timestamp() - found.began
        if len(secret) < 40 or age > WITHIN.total_seconds() or age < -self._settings.clock_skew_seconds:
            raise not_of_this_browser("it took too long")
        return found

    def _check_issuer(self, said: Mapping[str, str]) -> None:
        """That the answer is our issuer's and not another's that was mixed in (RFC 9207)."""
        must = self._metadata().get("authorization_response_iss_parameter_supported") is True
        if said.get("iss", "" if must else self._settings.issuer) != self._settings.issuer:
            raise not_of_this_browser("it is another issuer's")

    def _exchanged(self, code: str, back: str, verifier: str) -> str:
        """The identity token for a code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        form["client_id"] = self._settings.client_id
        authorization = ""
        if self._secret:
            methods = self._metadata().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            if isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods:
                form["client_secret"] = self._secret
            else:
                # Both parts are encoded before they are joined (RFC 6749, 2.3.1).
                pair = f"{quote(self._settings.client_id, safe='')}:{quote(self._secret, safe='')}"
                authorization = f"Basic {base64.b64encode(pair.encode()).decode()}"
        try:
            token = post_form(self._endpoint("token_endpoint"), form, authorization).get("id_token")
        except NotFetched as wrong:
            if wrong.error == "invalid_grant":
                raise not_of_this_browser("its code was used, or is too old") from wrong
            raise unavailable(f"{wrong} ({wrong.error})" if wrong.error else str(wrong)) from wrong
        if not isinstance(token, str):
            raise unavailable("it gave no identity token")
        return token

    def _endpoint(self, name: str) -> str:
        """An address of the issuer. One that trusts nobody but itself cannot send us to this machine's own ports."""
        url = self._metadata().get(name)
        if not isinstance(url, str) or not is_trustworthy(url):
            raise unavailable(f"it names no {name.replace('_', ' ')} at an https address")
        issuer, found = urlsplit(self._settings.issuer), urlsplit(url)
        if found.hostname in _LOOPBACK and issuer.hostname not in _LOOPBACK:
            raise unavailable(f"its {name.replace('_', ' ')} is on this machine, and it is not")
        return url

    def _metadata(self) -> Mapping[str, object]:
        with self._lock:
            now, known = self._monotonic(), self._known
            if known is not None and now - known[0] <= FRESH:
                return known[1]
            if self._failed is None or now - self._failed[0] >= PAUSE:
                try:
                    self._known, self._failed = (now, discover(self._settings.issuer)), None
                    return self._known[1]
                except NotFetched as wrong:
                    self._failed = (now, str(wrong))
            if known is not None and now - known[0] <= STALE:
                return known[1]
            raise unavailable(self._failed[1])


def _with(address: str, parameters: Mapping[str, str]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(parameters)}"


def _base64(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _plain(text: str) -> str:
    """ASCII, which is all that can be compared in constant time."""
    return text.encode("ascii", "replace").decode()
