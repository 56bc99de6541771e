"""Why a credential was refused: all of it for the record, and next to nothing for whoever presented it."""

import enum

from hansa.trouble import Trouble, TroubleError


class Cause(enum.StrEnum):
    """What was wrong, for the record."""

    MALFORMED = "it is no credential"
    UNKNOWN = "no token has this id"
    WRONG_SECRET = "the secret of the token is wrong"
    REVOKED = "the token was revoked"
    EXPIRED = "it has expired"
    NOBODY = "its owner is not in the directory"
    DISABLED = "its owner is disabled"
    OTHER_USER = "it belongs to somebody else than it was presented for"
    NO_ISSUER = "the mesh trusts no OpenID Connect issuer"
    SIGNATURE = "it is not signed by a key of the issuer in a way that is allowed"
    CLAIMS = "what it says does not hold here"
    ENDED = "the session has ended"
    THROTTLED = "too many credentials of its source were wrong"


class NotAuthenticated(TroubleError):
    """A credential that establishes nobody. The trouble is the same for every cause, lest anybody learn which tokens exist.

    `cause`, `detail` and `about` (the id of a token, the name of a user; never a secret) are for the record alone. `retry_after`
    is in seconds, and not 0 when nothing of this source is looked at before.
    """

    def __init__(self, cause: Cause, *, detail: str = "", about: str = "", retry_after: int = 0) -> None:
        super().__init__(_throttled(retry_after) if cause is Cause.THROTTLED else REFUSED)
        self.cause = cause
        self.detail = detail
        self.about = about
        self.retry_after = retry_after


REFUSED = Trouble(
    "H780",
    "the credential is not accepted",
    mend="present a token that is still good, as `Authorization: Bearer …`; `hansa token issue USER` makes one",
)


def _throttled(seconds: int) -> Trouble:
    return Trouble("H781", "too many credentials from here were not accepted", mend=f"wait {seconds} s, then use a good one")
