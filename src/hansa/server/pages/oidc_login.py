"""Signing in and out at the mesh's OpenID Connect issuer, as browsers go there and come back."""

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hansa.access.identity import Authenticator, NotAuthenticated
from hansa.access.identity.login_failures import LoginFailed, refused
from hansa.frozen import dataclass
from hansa.server.pages.rendering import Renderer
from hansa.server.pages.sessions import Sessions
from hansa.server.pages.signing import let_in
from hansa.server.pages.visit import local, onward, theme_of
from hansa.server.transport import Answered

if TYPE_CHECKING:
    from hansa.access.identity.login import IssuerLogin

BEGIN = "/sign-in/issuer"
BACK = "/sign-in/issuer/back"
SIGNED_OUT = "/signed-out"
STATUS = {"H835": 403, "H836": 502, "H837": 400, "H838": 403, "H839": 403}
_MOST_ANSWER = 8_000  # characters


@dataclass(frozen=True, slots=True)
class IssuerDoor:
    """The way in through the issuer."""

    login: "IssuerLogin | None"
    authenticator: Authenticator
    sessions: Sessions
    renderer: Renderer

    def begin(self, request: Request) -> Response:
        """Send the browser to the issuer."""
        login = self._login()
        try:
            begun = login.begin(self._back(request), local(request.query_params.get("next", "/")))
        except LoginFailed as failed:
            raise _answered(failed) from failed
        response = onward(begun.address)
        # Lax, since it has to come along when the issuer sends the browser back.
        response.set_cookie(
            _cookie(request),
            begun.cookie,
            max_age=begun.seconds,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return response

    def come_back(self, request: Request) -> Response:
        """A session for whom the issuer names to this browser."""
        login, source = self._login(), request.client.host if request.client else ""
        parameters = request.query_params
        if len(request.url.query) > _MOST_ANSWER:
            raise HTTPException(400, "the answer is too long")
        answer = {name: parameters.getlist(name) for name in parameters}
        try:
            logged_in = login.complete(answer, request.cookies.get(_cookie(request), ""), self._back(request))
            basis = self.authenticator.basis_of(logged_in.bearer)
        except NotAuthenticated as wrong:
            self.authenticator.note(wrong, source, "pages")
            raise _answered(refused(wrong)) from wrong
        except LoginFailed as failed:
            if failed.cause is not None:
                self.authenticator.note(failed.cause, source, "pages")
            raise _answered(failed) from failed
        response = onward(local(logged_in.onward))
        _forget(request, response)
        return let_in(request, response, self.sessions, basis)

    def signed_out(self, request: Request) -> Response:
        """Where somebody is after they signed out here: the issuer may still know them."""
        login = self._login()
        shown = {
            "theme": theme_of(request),
            "issuer": login.host,
            "elsewhere": login.logout(f"{_base(request, login)}/sign-in"),
        }
        text = self.renderer.render("signed_out.html", shown)
        return Response(text, headers={"Cache-Control": "no-store"}, media_type="text/html")

    def _login(self) -> "IssuerLogin":
        if self.login is None:
            raise HTTPException(404)
        return self.login

    def _back(self, request: Request) -> str:
        return f"{_base(request, self._login())}{BACK}"


def _base(request: Request, login: "IssuerLogin") -> str:
    """The address of this server as browsers see it: as it is declared, or as the request has it."""
    declared = login.redirect_url.removesuffix(BACK)
    return declared or f"{request.url.scheme}://{request.url.netloc}"


def _cookie(request: Request) -> str:
    return "__Host-hansa_login" if request.url.scheme == "https" else "hansa_login"


def _forget(request: Request, response: Response) -> None:
    """A sign-in that came to its end is not completed again."""
    response.delete_cookie(_cookie(request), secure=request.url.scheme == "https", httponly=True, samesite="lax")


def _answered(failed: LoginFailed) -> Answered:
    return Answered(failed.troubles[0], STATUS[failed.troubles[0].code])
