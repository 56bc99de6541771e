"""Handles: unguessable, of one principal, for a while, and never too many."""

import pytest

from hansa.gateway.flight.handles import Handles
from hansa.gateway.guesses import Guesses
from hansa.trouble import TroubleError


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def _handles(clock: Clock, most: int = 2) -> Handles[str]:
    return Handles("ticket", 10, most, clock)


def test_using_a_handle_keeps_it_alive() -> None:
    clock = Clock()
    handles = _handles(clock)
    handle = handles.keep("anna", "it")
    for clock.now in (9, 18, 27):
        assert handles.look("anna", handle) == "it"
    clock.now = 38
    with pytest.raises(TroubleError, match="H734"):
        handles.look("anna", handle)
    assert len(handles) == 0


def test_what_is_forgotten_makes_room() -> None:
    clock = Clock()
    handles = _handles(clock)
    first = [handles.keep("anna", "it") for _ in range(2)]
    assert len(set(first)) == 2
    with pytest.raises(TroubleError, match="H736"):
        handles.keep("anna", "it")
    handles.keep("bert", "his")
    clock.now = 11
    assert handles.keep("anna", "it") not in first


def test_guesses_are_forgotten_after_a_minute() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    guesses.succeeded("good")
    for _ in range(20):
        guesses.failed("here")
    with pytest.raises(TroubleError, match="H736"):
        guesses.refuse("here", "new")
    guesses.refuse("here", "good")
    guesses.refuse("there", "new")
    clock.now = 61
    guesses.refuse("here", "new")
