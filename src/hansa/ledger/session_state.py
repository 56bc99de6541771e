"""Sessions, one-time links and uses of tokens in the ledger in memory: the counterpart of `session_store`."""

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import assert_never

from hansa.ledger.sense import opened_already
from hansa.ledger.session_changes import (
    InvitationUsed,
    Invited,
    SessionChange,
    SessionOpened,
    SessionsEnded,
    SessionsSwept,
    SessionUsed,
    TokenUsed,
)
from hansa.model import Invitation, SessionRecord


@dataclass(slots=True)
class SessionState:
    sessions: dict[str, SessionRecord] = field(default_factory=dict)
    invitations: dict[str, Invitation] = field(default_factory=dict)
    uses: dict[str, dt.datetime] = field(default_factory=dict)

    def copy(self) -> "SessionState":
        return SessionState(dict(self.sessions), dict(self.invitations), dict(self.uses))


def record(state: SessionState, change: SessionChange) -> None:
    match change:
        case SessionOpened(session):
            if session.id in state.sessions:
                raise opened_already(session.id)
            state.sessions[session.id] = session
        case SessionUsed(id_, at):
            kept = state.sessions.get(id_)
            if kept is not None and kept.used < at:
                state.sessions[id_] = replace(kept, used=at)
        case SessionsEnded(ids):
            for each in ids:
                state.sessions.pop(each, None)
        case SessionsSwept():
            _sweep(state, change)
        case Invited(invitation, keep):
            state.invitations[invitation.hash] = invitation
            newest = sorted(state.invitations.values(), key=lambda i: (-i.until.timestamp(), i.hash))[:keep]
            state.invitations = {i.hash: i for i in newest}
        case InvitationUsed(hash_):
            state.invitations.pop(hash_, None)
        case TokenUsed(token, at):
            state.uses[token] = max(at, state.uses.get(token, at))
        case _:
            assert_never(change)


def _sweep(state: SessionState, change: SessionsSwept) -> None:
    left = [s for s in state.sessions.values() if s.ends > change.now and s.used > change.unused]
    newest = sorted(left, key=lambda s: (s.used, s.opened, s.id), reverse=True)[: change.keep]
    state.sessions = {s.id: s for s in newest}
    state.invitations = {i.hash: i for i in state.invitations.values() if i.until > change.now}
