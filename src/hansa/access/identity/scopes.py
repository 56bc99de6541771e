"""What a credential is good for: less than its owner may do, never more.

`read`, `request`, `approve` and `administer` name what may be done; `consumer:NAME` narrows for whom. A credential with none of
them is good for everything that its owner may do; one with consumers alone is good for reading. To discover and describe is good
with every credential, since it shows no data.
"""

import re
from collections.abc import Iterable, Mapping

from hansa.access.protocol import Action
from hansa.model import Principal
from hansa.trouble import Trouble, TroubleError, did_you_mean

CONSUMER = "consumer:"
ACTIONS: Mapping[str, frozenset[Action]] = {
    "read": frozenset({Action.READ, Action.READ_ROW, Action.READ_UNMASKED}),
    "request": frozenset({Action.REQUEST}),
    "approve": frozenset({Action.APPROVE, Action.GRANT}),
    "administer": frozenset({Action.ADMINISTER}),
}
_OPEN = frozenset({Action.DISCOVER, Action.DESCRIBE})
_CONSUMER = re.compile(r"consumer:[A-Za-z0-9][A-Za-z0-9_.-]{0,199}")


def scopes_of(words: Iterable[str]) -> tuple[str, ...]:
    """Scopes as they are kept: each once, sorted. Raises `TroubleError` for one that there is not."""
    found = tuple(sorted(set(words)))
    for word in found:
        if word not in ACTIONS and not _CONSUMER.fullmatch(word):
            mend = did_you_mean(word[:60], ACTIONS) or f"scopes: {', '.join(f'`{a}`' for a in ACTIONS)}, `consumer:NAME`"
            raise TroubleError(Trouble("H787", f"no scope is called `{word[:60]}`", mend=mend))
    return found


def good_for(principal: Principal, action: Action, consumer: str = "") -> bool:
    """Whether the credential that established a principal may be used for an action, on behalf of a consumer.

    Whether the principal itself may do it, a `Decider` says.
    """
    scopes = principal.scopes
    if not scopes or action in _OPEN:
        return True
    consumers = {s.removeprefix(CONSUMER) for s in scopes if s.startswith(CONSUMER)}
    if consumers and consumer not in consumers:
        return False
    named = [s for s in scopes if not s.startswith(CONSUMER)] or ["read"]
    # A word that we do not know, such as one of a later version, is good for nothing.
    return any(action in ACTIONS.get(s, ()) for s in named)


def within(wanted: Iterable[str], own: Iterable[str]) -> bool:
    """Whether a credential with the scopes `wanted` is good for nothing that one with the scopes `own` is not good for."""
    wanted, own = tuple(wanted), tuple(own)
    if not own:
        return True
    if not wanted:
        return False
    mine, theirs = _consumers(own), _consumers(wanted)
    return _actions(wanted) <= _actions(own) and (not mine or (bool(theirs) and theirs <= mine))


def _consumers(scopes: Iterable[str]) -> frozenset[str]:
    return frozenset(s.removeprefix(CONSUMER) for s in scopes if s.startswith(CONSUMER))


def _actions(scopes: Iterable[str]) -> frozenset[Action]:
    named = [s for s in scopes if not s.startswith(CONSUMER)] or ["read"]
    return frozenset(action for s in named for action in ACTIONS.get(s, ()))
