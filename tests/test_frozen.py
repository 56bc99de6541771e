"""Records that `hansa.frozen` defines do what those of the standard library do."""

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import pytest

from hansa import frozen

Define = Callable[..., Any]
Held = TypeVar("Held")


def defined(dataclass: Define) -> dict[str, Any]:
    """The same records, by one decorator or the other."""

    @dataclass(frozen=True, slots=True)
    class Plain:
        """A record with a text of its own."""

        a: int
        b: str = "b"
        c: tuple[int, ...] = ()

    @dataclass(frozen=True, slots=True)
    class One:
        value: float

    @dataclass(frozen=True, slots=True)
    class Empty:
        pass

    @dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        major: int
        minor: int = 0
        name: str = dataclasses.field(default="", compare=False)

    @dataclass(frozen=True, slots=True)
    class Fields:
        a: int
        b: list[int] = dataclasses.field(default_factory=list, repr=False, hash=False)
        c: int = dataclasses.field(init=False, default=3)
        d: list[int] = dataclasses.field(init=False, default_factory=list, compare=False)
        e: int = dataclasses.field(default=5, kw_only=True)

    @dataclass(frozen=True, slots=True)
    class Checked:
        a: int

        def __post_init__(self) -> None:
            if self.a < 0:
                raise ValueError("below nought")

    @dataclass(frozen=True, slots=True)
    class Below(Checked):
        b: int = 1

    @dataclass(frozen=True, slots=True)
    class Own:
        a: int

        def __repr__(self) -> str:
            return "own"

        def __hash__(self) -> int:
            return 7

    @dataclass(frozen=True, slots=True)
    class Alike:
        a: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Alike) and self.a.lower() == other.a.lower()

    @dataclass(frozen=True, slots=True)
    class Box(Generic[Held]):
        held: Held

    return {kind.__name__: kind for kind in (Plain, One, Empty, Ordered, Fields, Checked, Below, Own, Alike, Box)}


OURS, THEIRS = defined(frozen.dataclass), defined(dataclasses.dataclass)

NAN = float("nan")
MADE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "all given": lambda k: k["Plain"](1, "x", (2,)),
    "defaults": lambda k: k["Plain"](1),
    "by name": lambda k: k["Plain"](c=(1,), a=2),
    "one": lambda k: k["One"](1.5),
    "not a number": lambda k: k["One"](NAN),
    "empty": lambda k: k["Empty"](),
    "ordered": lambda k: k["Ordered"](1, 2, "n"),
    "fields": lambda k: k["Fields"](1, e=6),
    "fields given": lambda k: k["Fields"](1, [2]),
    "checked": lambda k: k["Checked"](1),
    "below": lambda k: k["Below"](1, 2),
    "own": lambda k: k["Own"](1),
    "alike": lambda k: k["Alike"]("A"),
    "box": lambda k: k["Box"]({"a": 1}),
}
REFUSED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "nothing given": lambda k: k["Plain"](),
    "too much given": lambda k: k["Plain"](1, "", (), 4),
    "an unknown name": lambda k: k["Plain"](1, z=2),
    "a field that nobody gives": lambda k: k["Fields"](1, c=2),
    "a name that is no position": lambda k: k["Fields"](1, [], 6),
    "what a record refuses": lambda k: k["Checked"](-1),
    "what a record below refuses": lambda k: k["Below"](-1),
    "an attribute set": lambda k: setattr(k["Plain"](1), "a", 2),
    "an attribute deleted": lambda k: delattr(k["Plain"](1), "a"),
    "an attribute that there is not": lambda k: setattr(k["Plain"](1), "z", 2),
    "an order among strangers": lambda k: k["Ordered"](1) < k["Plain"](1),
    "an order that is none": lambda k: k["Plain"](1) < k["Plain"](2),
    "a hash of a list": lambda k: hash(k["Box"]([])),
}


def outcome(work: Callable[[], object]) -> object:
    """What comes of it; of an exception its kind and words, without the place where the class is defined."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - compared, whatever it is
        return type(error), str(error).replace("defined.<locals>.", "")


def values(record: Any) -> list[object]:
    return [getattr(record, f.name) for f in dataclasses.fields(record)]


@pytest.mark.parametrize("name", MADE)
def test_a_record_is_what_the_standard_library_makes_of_it(name: str) -> None:
    made, theirs = MADE[name](OURS), MADE[name](THEIRS)
    assert repr(made) == repr(theirs)
    assert values(made) == values(theirs)
    assert outcome(lambda: hash(made)) == outcome(lambda: hash(theirs))
    assert made == MADE[name](OURS)
    assert made != theirs
    assert copy.copy(made) == made
    assert copy.deepcopy(made) == made or name == "not a number"
    assert type(made).__match_args__ == type(theirs).__match_args__
    assert type(made).__slots__ == type(theirs).__slots__
    assert [(f.name, f.type, f.default) for f in dataclasses.fields(made)] == [
        (f.name, f.type, f.default) for f in dataclasses.fields(theirs)
    ]
    assert dataclasses.is_dataclass(type(made))
    assert dataclasses.replace(made) == made


@pytest.mark.parametrize("name", REFUSED)
def test_a_record_refuses_what_the_standard_library_refuses(name: str) -> None:
    told = outcome(lambda: REFUSED[name](OURS))
    assert isinstance(told, tuple)
    if "attribute" not in name:  # these words differ between versions of Python
        assert told == outcome(lambda: REFUSED[name](THEIRS))
    else:
        assert issubclass(told[0], (AttributeError, TypeError))


def test_records_are_equal_and_ordered_by_what_is_compared() -> None:
    for kinds in (OURS, THEIRS):
        ordered = kinds["Ordered"]
        assert sorted([ordered(2), ordered(1, 5), ordered(1, 2)]) == [ordered(1, 2), ordered(1, 5), ordered(2)]
        assert ordered(1, 2, "one") == ordered(1, 2, "other")
        assert hash(ordered(1, 2, "one")) == hash(ordered(1, 2, "other"))
        assert (ordered(1) <= ordered(1), ordered(1) >= ordered(2), ordered(2) > ordered(1)) == (True, False, True)
        assert kinds["Checked"](1) != kinds["Below"](1)
        assert kinds["Alike"]("A") == kinds["Alike"]("a")


@frozen.dataclass(frozen=True, slots=True)
class Kept:
    a: int
    b: tuple[str, ...] = ()


def test_a_record_comes_back_from_a_pickle() -> None:
    assert pickle.loads(pickle.dumps(Kept(1, ("x",)))) == Kept(1, ("x",))


def test_a_signature_is_known_once_a_record_was_made() -> None:
    Kept(1)
    assert list(inspect.signature(Kept).parameters) == ["a", "b"]


def test_two_threads_may_make_the_first_record() -> None:
    kinds = [defined(frozen.dataclass)["Plain"] for _ in range(50)]
    found: list[object] = []
    together = threading.Barrier(4)

    def work() -> None:
        together.wait()
        found.extend(hash(kind(1, "x")) for kind in kinds)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [hash((1, "x", ()))] * 200


def test_other_records_are_left_to_the_standard_library() -> None:
    @frozen.dataclass(slots=True)
    class Open:
        a: int

    made = Open(1)
    made.a = 2
    assert made == Open(2)
    with pytest.raises(TypeError):
        hash(made)


def test_a_record_is_defined_in_a_third_of_the_time() -> None:
    program = (
        "import time, sys\nfrom dataclasses import dataclass\nfrom hansa import frozen\n"
        "def seconds(define):\n"
        "    told = {'__doc__': 'x', '__annotations__': {'a': int, 'b': str, 'c': str}}\n"
        "    kinds = [type(f'Kind{n}', (), dict(told)) for n in range(100)]\n"
        "    begun = time.process_time()\n"
        "    for kind in kinds: define(kind, frozen=True, slots=True)\n"
        "    return time.process_time() - begun\n"
        "ours, theirs = (min(seconds(define) for _ in range(3)) for define in (frozen.dataclass, dataclass))\n"
        "print(ours / theirs)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1 / 3


def test_a_record_may_stand_below_one_of_the_other_kind() -> None:
    kinds: list[Define] = [frozen.dataclass, dataclasses.dataclass]
    for above, below in (kinds, reversed(kinds)):

        @above(frozen=True, slots=True)
        class Above:
            a: int

        class Below(Above):
            b: int = 2

        record: Any = below(frozen=True, slots=True)(Below)
        assert repr(record(1)).endswith("Below(a=1, b=2)")
        assert {record(1), record(1, 2)} == {record(1)}
        with pytest.raises(AttributeError):
            record(1).a = 2
