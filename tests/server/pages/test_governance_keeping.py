"""What takes long is made beside requests: once, again when what it is made of changes, and not at all when nothing did."""

import gc
import threading
import time
import weakref
from collections.abc import Callable

import pytest
from tests.server.pages.conftest import Site

from hansa.model import Principal
from hansa.server.governing import Rulings
from hansa.server.governing.keeping import Kept, Remembered
from hansa.server.sight import Sight
from hansa.trouble import Trouble, TroubleError


def until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_value_is_made_once_and_again_when_its_mark_changes() -> None:
    made: list[int] = []
    mark = ["one"]

    def make() -> int:
        made.append(len(made))
        return len(made)

    kept = Kept(make, lambda: "mesh", lambda: mark[0], fresh=0.0)
    assert kept.look() == 1
    assert kept.look() == 1
    until(lambda: kept.look() == 1 and len(made) == 1)
    mark[0] = "two"
    until(lambda: kept.look() == 2)
    assert len(made) == 2


def test_nobody_waits_longer_than_their_patience_and_only_one_makes_it() -> None:
    going = threading.Event()
    made: list[int] = []

    def make() -> str:
        made.append(1)
        going.wait(5)
        return "made"

    kept = Kept(make, lambda: "mesh", lambda: 0)
    assert [kept.look(patience=0.05) for _ in range(3)] == [None, None, None]
    going.set()
    until(lambda: kept.look() == "made")
    assert made == [1]


def test_another_basis_is_waited_for() -> None:
    basis = ["old"]
    kept = Kept(lambda: basis[0], lambda: basis[0], lambda: 0)
    assert kept.look() == "old"
    basis[0] = "new"
    assert kept.look() == "new"


def test_what_went_wrong_is_told_and_tried_again() -> None:
    wrong = [True]

    def make() -> str:
        if wrong[0]:
            raise TroubleError(Trouble("H843", "it is gone"))
        return "back"

    kept = Kept(make, lambda: "mesh", lambda: 0)
    with pytest.raises(TroubleError, match="it is gone"):
        kept.look()
    wrong[0] = False
    assert kept.look() == "back"


def test_what_is_remembered_is_forgotten_with_what_it_is_about() -> None:
    remembered: Remembered[int] = Remembered()
    one, other = object(), object()
    assert remembered.of(one, "a", lambda: 1) == 1
    assert remembered.of(one, "a", lambda: 2) == 1
    assert remembered.of(other, "a", lambda: 3) == 3


def test_what_a_viewer_sees_is_kept_with_their_sight_and_goes_with_it(site: Site) -> None:
    backing = site.app.state.backing
    rulings = Rulings(backing)
    sight = Sight(backing.mesh(), backing.decider, Principal("mia"), backing.clock())
    seen = rulings.seen(sight, patience=30)
    assert seen is not None
    assert rulings.seen(sight) is seen
    gone = weakref.ref(sight)
    del sight, seen
    gc.collect()
    assert gone() is None, "a sight holds its mesh, which may have been replaced long ago"
