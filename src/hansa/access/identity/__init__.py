"""Who somebody is: the embedded directory, tokens, and bearer tokens of an OpenID Connect issuer.

Promises: default deny and nobody anonymous; a secret is kept by its hash alone and compared in constant time; a revoked token
or a disabled user is refused within two seconds; all refusals look alike from outside. Does not: decide what somebody may do (a
`Decider` does), or keep a replayed bearer token out, which proves its owner to whoever holds it.
"""

from hansa.access.identity.authenticating import Authenticator
from hansa.access.identity.directory import Directory, operator
from hansa.access.identity.keeping import UserChange, add_user, change_user, revoke_token
from hansa.access.identity.refusals import Cause, NotAuthenticated
from hansa.access.identity.scopes import good_for, scopes_of, within
from hansa.access.identity.session_text import IDLE, LIFETIME, Basis, SessionText, lasts, opened, parse_session
from hansa.access.identity.tokens import DEFAULT_DAYS, MOST_DAYS, expiry, parse_token

__all__ = [
    "DEFAULT_DAYS",
    "IDLE",
    "LIFETIME",
    "MOST_DAYS",
    "Authenticator",
    "Basis",
    "Cause",
    "Directory",
    "NotAuthenticated",
    "SessionText",
    "UserChange",
    "add_user",
    "change_user",
    "expiry",
    "good_for",
    "lasts",
    "opened",
    "operator",
    "parse_session",
    "parse_token",
    "revoke_token",
    "scopes_of",
    "within",
]
