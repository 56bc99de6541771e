"""How a session begins: encryption where it is wanted, who it is, and on whose behalf.

The password is a token; the user is its principal's name. The database is for whom is read: a consumer, or `consumer/purpose`;
`hansa`, `postgres` and the user's own name, which clients take by default, stand for nobody. `options` may say the same with
`-c hansa.consumer=… -c hansa.purpose=…`, and is stronger.
"""

import re
import ssl
import time
from collections.abc import Callable, Mapping

from hansa.frozen import dataclass
from hansa.gateway.guesses import Guesses
from hansa.gateway.postgres import answers
from hansa.gateway.postgres.line import Line
from hansa.gateway.postgres.messages import VERSION, Cancel, Encryption, Garbled, Password, StartUp
from hansa.gateway.postgres.settings import Settings
from hansa.gateway.postgres.troubles import NOT_OFFERED, UNKNOWN, WithState
from hansa.model import Principal
from hansa.trouble import Trouble, TroubleError

Authenticate = Callable[[str, str], Principal]
"""From a credential's text, and where it came from, to whose it is; raises TroubleError."""

NOBODY = frozenset({"", "hansa", "postgres", "template1"})
"""Databases that name no consumer."""

_LONGEST_PASSWORD = 1 << 16
_NOT_SETTINGS = frozenset({"user", "database", "options", "replication"})
_MEND = "log in with your name and a token as the password; `hansa token issue` makes one"


@dataclass(frozen=True, slots=True)
class Opened:
    """Who opened a session, with which credential, and what was set with it. `database` is as the client named it."""

    principal: Principal
    credential: str
    database: str
    settings: Settings


def opened(
    line: Line, until: float, tls: ssl.SSLContext | None, authenticate: Authenticate, guesses: Guesses, origin: str
) -> Opened | Cancel:
    """Go through the beginning with a client. Raises `Gone`, `Garbled`, TimeoutError, and TroubleError for what to tell it."""
    begun = _started(line, until, tls)
    if isinstance(begun, Cancel):
        return begun
    said = dict(begun.parameters)
    unknown = [name for name in said if name.startswith("_pq_.")]
    if begun.version != VERSION or unknown:
        line.send(answers.negotiated(unknown))
    user, database = said.get("user", ""), said.get("database") or said.get("user", "")
    if not user:
        raise WithState("28000", Trouble("H730", "nobody reads here without saying who they are", mend=_MEND))
    if said.get("replication", "false").lower() not in ("false", "off", "no", "0"):
        raise WithState(NOT_OFFERED, Trouble("H733", "the gateway does not offer replication", mend="ask with SELECT"))
    line.send(answers.ASK_PASSWORD)
    left = until - time.monotonic()
    password = line.message(left, longest=_LONGEST_PASSWORD, whole=max(left, 0.1))
    if not isinstance(password, Password):
        raise Garbled("a password was to come")
    principal = _known(user, password.text, authenticate, guesses, origin)
    settings = Settings(user, [*_claims(database, user), *_options(said.get("options", "")), *_settings(said)])
    return Opened(principal, password.text, database, settings)


def _started(line: Line, until: float, tls: ssl.SSLContext | None) -> StartUp | Cancel:
    if tls is not None and line.begins_with_tls(until):
        line.encrypt(tls, until)
    for _ in range(3):  # at most one wish for each kind of encryption comes before
        begun = line.first(until)
        match begun:
            case Encryption(True) if tls is not None and not line.encrypted:
                line.send(b"S")
                line.flush()
                line.encrypt(tls, until)
            case Encryption():
                line.send(b"N")
                line.flush()
            case Cancel():
                return begun
            case StartUp():
                if tls is not None and not line.encrypted:
                    mend = "connect with sslmode=require, or verify-full"
                    raise WithState("28000", Trouble("H730", "this server takes tokens over TLS only", mend=mend))
                return begun
    raise Garbled("encryption was asked for again")


def _known(user: str, password: str, authenticate: Authenticate, guesses: Guesses, origin: str) -> Principal:
    if not password:
        raise WithState(UNKNOWN, Trouble("H730", "nobody reads here without saying who they are", mend=_MEND))
    guesses.refuse(origin, password)
    try:
        principal = authenticate(password, origin)
        if principal.name != user:
            raise WithState(UNKNOWN, Trouble("H730", "name and token do not belong together", mend=_MEND))
    except TroubleError:
        guesses.failed(origin)
        raise
    guesses.succeeded(password)
    return principal


def _claims(database: str, user: str) -> list[tuple[str, str]]:
    """What the name of the database says of for whom is read, and why."""
    consumer, _, purpose = database.partition("/")
    said = [] if consumer in NOBODY or consumer == user else [("hansa.consumer", consumer)]
    return [*said, ("hansa.purpose", purpose)] if purpose else said


def _settings(said: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in said.items() if name not in _NOT_SETTINGS and not name.startswith("_pq_.")]


def _options(written: str) -> list[tuple[str, str]]:
    """Settings as on the command line of PostgreSQL: `-c name=value`, `--name=value`; a backslash keeps a space."""
    words = [re.sub(r"\\(.)", r"\1", word) for word in re.findall(r"(?:\\.|[^\s\\])+", written)]
    found: list[tuple[str, str]] = []
    while words:
        word = words.pop(0)
        if word == "-c" and words:
            word = words.pop(0)
        elif word.startswith("--"):
            word = word[2:].replace("-", "_")
        elif word.startswith("-c"):
            word = word[2:]
        else:
            raise WithState("22023", Trouble("H739", f"`{word[:60]}` is no option", mend="write -c name=value"))
        name, _, value = word.partition("=")
        found.append((name, value))
    return found
