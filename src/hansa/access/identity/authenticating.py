"""Credentials become principals: tokens of the embedded directory, bearers of an OpenID Connect issuer, sessions of browsers."""

import contextlib
import datetime as dt
import hashlib
import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from hansa.access.identity.directory import Directory
from hansa.access.identity.failures import FailureLog
from hansa.access.identity.refusals import Cause, NotAuthenticated
from hansa.access.identity.session_text import GRAIN, IDLE, LIFETIME, Basis, lasts, parse_session
from hansa.access.identity.session_text import PREFIX as SESSION
from hansa.access.identity.throttle import Throttle
from hansa.access.identity.tokens import DEFAULT_DAYS, PREFIX, expiry, parse_token, token_for
from hansa.frozen import dataclass
from hansa.ledger import Change, Ledger, SessionUsed, TokenKept, TokenUsed
from hansa.model import Mesh, OidcSettings, Principal, PrincipalKind, SessionRecord, TokenRecord, UserRecord
from hansa.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    from hansa.access.identity.oidc import Bearer, OidcVerifier

FRESH = 1.0
"""Seconds for which an established principal, and for which the directory is believed: revocation acts within twice that."""
PROVEN = 600.0  # seconds for which a credential that was good is looked at although its source has to wait
TOLD = dt.timedelta(hours=1)
"""How often the use of one token is told to the ledger."""
MOST_KEPT = 4096
MOST_CHARACTERS = 16_384


@dataclass(frozen=True, slots=True)
class _Known:
    principal: Principal
    at: float
    ends: dt.datetime


class Authenticator:
    """Establishes who presents a credential. Default deny: whatever is not proven is refused, and nobody is anonymous.

    Safe in many threads. `source` is where a credential comes from (the address of the other end): wrong ones of one source are
    slowed down; who leaves it out does that itself. A bearer token proves its owner to whoever holds it, so it must only travel
    over TLS or loopback.
    """

    def __init__(
        self,
        mesh: Callable[[], Mesh],
        ledger: Ledger,
        oidc: OidcSettings | None = None,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._mesh = mesh
        self._ledger = ledger
        self._oidc = oidc
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._directory: tuple[float, Mesh, Directory] | None = None
        self._verifier: OidcVerifier | None = None
        self._throttle = Throttle(monotonic)
        self._failures = FailureLog(ledger, clock)
        self._told: OrderedDict[str, dt.datetime] = OrderedDict()

    def authenticate(self, credential: str, *, source: str = "", way: str = "") -> Principal:
        """Who presents a token of ours or of the issuer. Raises `NotAuthenticated`, and `LedgerGone` when nobody can tell."""
        digest = hashlib.sha256(credential[: MOST_CHARACTERS + 1].encode(errors="replace")).digest()
        known, now = self._known.get(digest), self._monotonic()
        if known is not None and now - known.at <= FRESH and self._clock() < known.ends:
            return known.principal
        proven = known is not None and now - known.at <= PROVEN
        try:
            if not proven and (seconds := self._throttle.wait(source)):
                raise NotAuthenticated(Cause.THROTTLED, retry_after=seconds)
            principal, ends = self._established(credential)
        except NotAuthenticated as refused:
            self._forget(digest)
            if refused.cause is not Cause.THROTTLED:
                self._throttle.failed(source)
            self._failures.note(refused, source, way)
            raise
        self._throttle.succeeded(source)
        self._remember(digest, _Known(principal, now, ends))
        return principal

    def basic(self, user: str, password: str, *, source: str = "", way: str = "") -> Principal:
        """Who presents a name and a token of that name as the password. Raises as `authenticate` does."""
        principal = self.authenticate(password, source=source, way=way)
        if not hmac.compare_digest(principal.name.encode(), user.encode(errors="replace")):
            refused = NotAuthenticated(Cause.OTHER_USER, about=principal.name)
            self._throttle.failed(source)
            self._failures.note(refused, source, way)
            raise refused
        return principal

    def session(self, text: str) -> Principal | None:
        """Whose session a browser's cookie is; None when it is none, or when it or what it rests on has ended.

        Nothing of that is put on record or slows anybody down: sessions end all the time, and none was ever guessed.
        """
        if parse_session(text) is None:
            return None
        digest = hashlib.sha256(text.encode()).digest()
        known, now = self._known.get(digest), self._monotonic()
        if known is not None and now - known.at <= FRESH and self._clock() < known.ends:
            return known.principal
        try:
            principal, ends = self._by_session(text)
        except NotAuthenticated:
            self._forget(digest)
            return None
        self._remember(digest, _Known(principal, now, ends))
        return principal

    def ended(self, text: str) -> None:
        """Believe a session's cookie no longer, now: its session was ended here."""
        self._forget(hashlib.sha256(text.encode(errors="replace")).digest())

    def basis(self, credential: str, *, source: str = "", way: str = "") -> Basis:
        """What a session rests on that somebody opens with a token. Raises as `authenticate` does."""
        if credential.startswith(SESSION):
            raise NotAuthenticated(Cause.MALFORMED)
        principal = self.authenticate(credential, source=source, way=way)
        token = parse_token(credential)
        if token is None:
            return self.basis_of(self._bearer(credential))
        kept = self._ledger.token(token.id)
        if kept is None:
            raise NotAuthenticated(Cause.UNKNOWN, about=f"token {token.id}")
        return Basis(principal.name, expiry(kept), token.id)

    def basis_of(self, bearer: "Bearer") -> Basis:
        """What a session rests on that the issuer vouches for. Raises `NotAuthenticated` for who is disabled here."""
        self._vouched_for(bearer)
        known = self.directory().find(bearer.name) is not None
        service = bearer.service
        return Basis(bearer.name, bearer.ends, issuer=bearer.issuer, groups=bearer.groups, service=service, known=known)

    def note(self, refused: NotAuthenticated, source: str, way: str) -> None:
        """Put on record that somebody was refused elsewhere, such as at a sign-in with the issuer."""
        self._failures.note(refused, source, way)

    def user(self, name: str) -> Principal:
        """Somebody of the directory by name, without a credential: for whoever may read the mesh's files anyway."""
        return self.directory().principal(self._member(name), "local")

    def left(self, name: str) -> bool:
        """Whether whoever was called so has no account any more: disabled, or known to nobody.

        Whom an issuer vouches for need not be in the directory; of them only those are known to have left who were disabled.
        """
        entry = self.directory().find(name)
        if entry is not None:
            return entry.disabled
        return self._oidc is None and not name.startswith("operator:")

    def directory(self) -> Directory:
        """Everybody who is known, as of at most `FRESH` seconds ago."""
        mesh, now = self._mesh(), self._monotonic()
        kept = self._directory
        if kept is None or kept[1] is not mesh or now - kept[0] > FRESH:
            kept = self._directory = (now, mesh, Directory(mesh, self._ledger.users()))
        return kept[2]

    def issue_token(
        self,
        user: str,
        *,
        days: int = DEFAULT_DAYS,
        scopes: Iterable[str] = (),
        label: str = "",
        until: dt.datetime | None = None,
    ) -> tuple[str, TokenRecord]:
        """A new token of somebody, kept in the ledger by its hash. Its text is returned once and can never be had again."""
        token, record = token_for(self._member(user).name, now=self._clock(), days=days, scopes=scopes, label=label, until=until)
        self._ledger.apply((TokenKept(record),))
        return str(token), record

    def _member(self, name: str) -> UserRecord:
        entry = self.directory().named(name)
        if entry.disabled:
            raise TroubleError(Trouble("H783", f"`{entry.name}` is disabled", mend=f"`hansa user enable {entry.name}`"))
        return entry

    def _established(self, credential: str) -> tuple[Principal, dt.datetime]:
        if not credential.isascii() or len(credential) > MOST_CHARACTERS:
            raise NotAuthenticated(Cause.MALFORMED)
        if credential.startswith(SESSION):
            return self._by_session(credential)
        return self._by_token(credential) if credential.startswith(PREFIX) else self._by_issuer(credential)

    def _by_token(self, credential: str) -> tuple[Principal, dt.datetime]:
        token = parse_token(credential)
        if token is None:
            raise NotAuthenticated(Cause.MALFORMED)
        kept = self._ledger.token(token.id)
        if not token.proves(kept) or kept is None:
            raise NotAuthenticated(Cause.UNKNOWN if kept is None else Cause.WRONG_SECRET, about=f"token {token.id}")
        found = self._owner(kept)
        self._tell(TokenUsed(token.id, self._clock()), token.id, TOLD)
        return found

    def _owner(self, kept: TokenRecord) -> tuple[Principal, dt.datetime]:
        """Whom a token that was proven, here or when a session was opened with it, stands for."""
        now, ends = self._clock(), expiry(kept)
        if kept.revoked is not None:
            raise NotAuthenticated(Cause.REVOKED, about=f"token {kept.id}")
        if now >= ends:
            raise NotAuthenticated(Cause.EXPIRED, about=f"token {kept.id}")
        directory = self.directory()
        entry = directory.find(kept.user)
        if entry is None or entry.disabled:
            raise NotAuthenticated(Cause.NOBODY if entry is None else Cause.DISABLED, about=f"token {kept.id} of {kept.user}")
        return directory.principal(entry, f"token:{kept.id}", kept.scopes), ends

    def _by_session(self, credential: str) -> tuple[Principal, dt.datetime]:
        text = parse_session(credential)
        if text is None:
            raise NotAuthenticated(Cause.MALFORMED)
        kept, now = self._ledger.session(text.id), self._clock()
        if kept is None or not text.proves(kept) or not lasts(kept, now):
            raise NotAuthenticated(Cause.ENDED, about=f"session {text.id}")
        principal, ends = self._rests_on(kept)
        if now - kept.used >= GRAIN:
            self._tell(SessionUsed(kept.id, now), kept.id, GRAIN)
        return principal, min(ends, kept.ends, kept.opened + LIFETIME, now + IDLE)

    def _rests_on(self, kept: SessionRecord) -> tuple[Principal, dt.datetime]:
        """Whom the token or the word of the issuer that a session rests on still stands for."""
        if kept.token:
            token = self._ledger.token(kept.token)
            if token is None or token.user != kept.user:
                raise NotAuthenticated(Cause.UNKNOWN, about=f"session {kept.id}")
            return self._owner(token)
        if self._oidc is None or kept.issuer != self._oidc.issuer:
            raise NotAuthenticated(Cause.NO_ISSUER, about=f"session {kept.id}")
        from hansa.access.identity.oidc import Bearer

        kind = PrincipalKind.SERVICE if kept.service else PrincipalKind.USER
        bearer = Bearer.of(self._oidc, kept.user, kept.ends, kept.groups, kind)
        if kept.known and self.directory().find(kept.user) is None:
            raise NotAuthenticated(Cause.NOBODY, about=kept.user)
        return self._vouched_for(bearer), kept.ends

    def _vouched_for(self, bearer: "Bearer") -> Principal:
        directory = self.directory()
        entry = directory.find(bearer.name)
        if entry is not None and entry.disabled:
            raise NotAuthenticated(Cause.DISABLED, about=bearer.name)
        return directory.principal(bearer.joined(entry), f"oidc:{bearer.issuer}")

    def _tell(self, change: Change, about: str, grain: dt.timedelta) -> None:
        """Put on record that something was used, once in a while. A ledger that takes no writes keeps nobody from reading."""
        now = self._clock()
        with self._lock:
            before = self._told.get(about)
            if before is not None and abs(now - before) < grain:
                return
            self._told[about] = now
            self._told.move_to_end(about)
            if len(self._told) > MOST_KEPT:
                self._told.popitem(last=False)
        with contextlib.suppress(TroubleError):
            self._ledger.apply((change,))

    def _by_issuer(self, credential: str) -> tuple[Principal, dt.datetime]:
        bearer = self._bearer(credential)
        return self._vouched_for(bearer), bearer.ends

    def _bearer(self, credential: str) -> "Bearer":
        if self._oidc is None:
            raise NotAuthenticated(Cause.MALFORMED if credential.count(".") != 2 else Cause.NO_ISSUER)
        with self._lock:
            if self._verifier is None:
                # Cryptography takes its time to load, and a mesh without an issuer never needs it.
                from hansa.access.identity.oidc import OidcVerifier

                self._verifier = OidcVerifier(self._oidc, self._clock, self._monotonic)
            verifier = self._verifier
        return verifier.verify(credential)

    def _remember(self, digest: bytes, known: _Known) -> None:
        with self._lock:
            self._known[digest] = known
            self._known.move_to_end(digest)
            if len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)

    def _forget(self, digest: bytes) -> None:
        with self._lock:
            self._known.pop(digest, None)
