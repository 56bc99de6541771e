"""The metadata store: what happened, and the pointers that say what consumers see.

Promises that a write is all or nothing under its conditions, that two holders of one lease never exist, that publications are
never edited and that their ids and versions are never given twice. Does not decide what to record, does not read the data that
publications name, and does not look at a clock: every time is an argument. `hansa.ledger.opening` opens one; it is no part of
this door, so that importing the protocol stays cheap.
"""

from hansa.ledger.protocol import (
    AccessStepped,
    Change,
    ChecksRecorded,
    Condition,
    Conflict,
    Event,
    EventKind,
    LastStepIs,
    LeaseHeld,
    Ledger,
    LedgerGone,
    PointerIs,
    PointerMove,
    PointerMoved,
    PoliciesDecided,
    ProductFinished,
    PublicationKept,
    PublicationsForgotten,
    Published,
    ReadsRecorded,
    RunEnded,
    RunStarted,
    RunStepped,
    TokenKept,
    Unpointed,
    UserKept,
    VerdictsChanged,
    WrittenEntry,
)

__all__ = [
    "AccessStepped",
    "Change",
    "ChecksRecorded",
    "Condition",
    "Conflict",
    "Event",
    "EventKind",
    "LastStepIs",
    "LeaseHeld",
    "Ledger",
    "LedgerGone",
    "PointerIs",
    "PointerMove",
    "PointerMoved",
    "PoliciesDecided",
    "ProductFinished",
    "PublicationKept",
    "PublicationsForgotten",
    "Published",
    "ReadsRecorded",
    "RunEnded",
    "RunStarted",
    "RunStepped",
    "TokenKept",
    "Unpointed",
    "UserKept",
    "VerdictsChanged",
    "WrittenEntry",
]
