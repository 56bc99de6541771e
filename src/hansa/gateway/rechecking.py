"""Credentials of those who read now are looked up again: whoever may not read any more is stopped in the middle."""

from collections.abc import Callable, Iterable

from hansa.ledger import LedgerGone
from hansa.trouble import TroubleError

Stop = Callable[[TroubleError], None]


def recheck(reading: Iterable[tuple[str, Stop]], again: Callable[[str], object]) -> None:
    """Stop those of `reading`, each a credential and how it is stopped, for whose credential `again` raises TroubleError."""
    by_credential: dict[str, list[Stop]] = {}
    for credential, stop in reading:
        by_credential.setdefault(credential, []).append(stop)
    for credential, stops in by_credential.items():
        try:
            again(credential)
        except LedgerGone:
            # Nobody knows whether it still holds. What flows was allowed and recorded; no new query begins by now.
            continue
        except TroubleError as refused:
            for stop in stops:
                stop(refused)
