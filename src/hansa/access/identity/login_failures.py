"""Why a sign-in at the issuer came to nothing, as people read it. What anybody wrote into an address is never repeated."""

from hansa.access.identity.refusals import Cause, NotAuthenticated
from hansa.trouble import Trouble, TroubleError

_AGAIN = "sign in again"
_BUSY = frozenset({"server_error", "temporarily_unavailable"})
_CLOCKS = frozenset({"expired", "it is not good yet", "it was issued in the future"})


class LoginFailed(TroubleError):
    """Nobody was signed in. `cause` is what was wrong with the identity token, if that was it."""

    def __init__(self, trouble: Trouble, cause: NotAuthenticated | None = None) -> None:
        super().__init__(trouble)
        self.cause = cause


def denied(error: str) -> LoginFailed:
    """The issuer sent somebody back with an error (OpenID Connect Core 3.1.2.6)."""
    if error in _BUSY:
        return unavailable("it says that something went wrong there")
    why = "you did not agree, or may not sign in here" if error == "access_denied" else "it did not let you in"
    return LoginFailed(Trouble("H835", f"the issuer signed nobody in: {why}", mend=f"{_AGAIN}, perhaps as somebody else"))


def unavailable(why: str) -> LoginFailed:
    mend = "wait a moment and sign in again, or with a token; whoever runs the server finds more in `hansa explain H836`"
    return LoginFailed(Trouble("H836", f"nobody can sign in at the issuer now: {why}", mend=mend))


def not_of_this_browser(why: str) -> LoginFailed:
    mend = f"{_AGAIN}, in one window, and within ten minutes; cookies have to be allowed"
    return LoginFailed(Trouble("H837", f"this answer of the issuer belongs to no sign-in of this browser: {why}", mend=mend))


def refused(cause: NotAuthenticated) -> LoginFailed:
    """What the issuer said does not hold here. Told in our own words: nothing of the token is repeated."""
    why = cause.detail
    if cause.cause in (Cause.NOBODY, Cause.DISABLED) or why.endswith("names no account"):
        what = "your account is disabled here" if cause.cause is Cause.DISABLED else "it names no account"
        mend = "ask whoever runs this mesh"
        return LoginFailed(Trouble("H839", f"the issuer knows you, but this mesh does not let you in: {what}", mend=mend), cause)
    if why in _CLOCKS:
        mend = "sign in again; if it stays, the clocks of the server and of the issuer differ too much"
    else:
        mend = "whoever runs the server finds the reason in the audit log, and what to set in `hansa explain H838`"
    return LoginFailed(Trouble("H838", f"what the issuer says of you does not hold here: {why}", mend=mend), cause)
