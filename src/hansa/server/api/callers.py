"""Who calls: a bearer token, or a browser's session with its proof; for a consumer and a purpose that the request names."""

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from hansa.access import Action
from hansa.access.identity import Cause, NotAuthenticated, good_for, parse_session
from hansa.frozen import dataclass
from hansa.model import DEFAULT_ENVIRONMENT, Principal, Reader
from hansa.server.backing import Backing
from hansa.server.transport import Answered
from hansa.server.transport.cookies import PROOF, cookie_name, proven
from hansa.server.transport.limiting import count
from hansa.trouble import Trouble

_BEARER = HTTPBearer(auto_error=False, description="A token of `hansa token issue`, or of the mesh's OpenID Connect issuer.")
"""Only tells the description of the API; `caller_of` looks itself, and says more."""
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="hansa"'}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, with the credential that they presented; on whose behalf, and in which environment they read."""

    principal: Principal
    credential: str
    consumer: str = ""
    purpose: str = ""
    environment: str = DEFAULT_ENVIRONMENT

    def __repr__(self) -> str:
        return f"Caller({self.principal.name!r}, {self.consumer!r}, {self.purpose!r}, {self.environment!r})"

    def require(self, action: Action) -> None:
        """Raises a trouble with 403 when the credential is not good for something that its owner may do."""
        if not good_for(self.principal, action):
            mend = f"use a token with the scope `{action}`"
            raise Answered(Trouble("H752", f"the token is not good for `{action}`", mend=mend), 403)

    @property
    def reader(self) -> Reader:
        return Reader(self.principal, self.consumer, self.purpose)

    def told(self, consumer: str | None, purpose: str | None, environment: str | None) -> "Caller":
        """What the body says goes before headers and the address."""
        return replace(
            self,
            consumer=self.consumer if consumer is None else consumer,
            purpose=self.purpose if purpose is None else purpose,
            environment=environment or self.environment,
        )


def backing_of(request: Request) -> Backing:
    backing: Backing = request.app.state.backing
    return backing


# Not a coroutine on purpose: it may ask the ledger, and FastAPI calls it in a thread.
def caller_of(request: Request, _described: Annotated[object, Security(_BEARER)]) -> Caller:
    """Raises `NotAuthenticated`, and a trouble with 401 when there is no credential at all."""
    backing = backing_of(request)
    principal, credential = _established(request, backing)
    count(request, principal.name)

    def said(name: str) -> str:
        return request.query_params.get(name) or request.headers.get(f"x-hansa-{name}", "")

    return Caller(principal, credential, said("consumer"), said("purpose"), said("environment") or backing.environment)


def bearer_of(request: Request) -> str:
    """The bearer token of a request, unproven. Raises `NotAuthenticated`, and a trouble with 401 when there is none."""
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    credential = credential.strip()
    if scheme.lower() != "bearer" or not credential:
        mend = "send `Authorization: Bearer TOKEN`; `hansa token issue USER` makes a token"
        raise Answered(Trouble("H748", "nobody reads anonymously: the request has no bearer token", mend=mend), 401, CHALLENGE)
    if parse_session(credential) is not None:
        # A session is a browser's alone: whoever could send it as a bearer would need no proof.
        raise NotAuthenticated(Cause.MALFORMED)
    return credential


def _established(request: Request, backing: Backing) -> tuple[Principal, str]:
    cookie = request.cookies.get(cookie_name(request), "")
    if "authorization" not in request.headers and parse_session(cookie) is not None:
        return _by_session(request, backing, cookie), cookie
    credential = bearer_of(request)
    source = request.client.host if request.client else ""
    return backing.authenticator.authenticate(credential, source=source, way="http"), credential


def _by_session(request: Request, backing: Backing, cookie: str) -> Principal:
    if not proven(request):
        mend = f"send the header `{PROOF}` as the pages do, from a page of this server; nothing was done"
        raise Answered(Trouble("H842", "a session counts only from its own pages, with its proof", mend=mend), 403)
    principal = backing.authenticator.session(cookie)
    if principal is None:
        raise Answered(Trouble("H748", "the session has ended", mend="sign in again"), 401, CHALLENGE)
    return principal


Called = Annotated[Caller, Depends(caller_of)]
Backed = Annotated[Backing, Depends(backing_of)]
