"""A second process for half of a large piece of work. What cannot be begun there is simply done here."""

import contextlib
import io
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from hansa.records import RecordPickler

Result = TypeVar("Result")
_LONGEST = 120  # seconds after which work that was left behind is given up
_MOST_OPEN = 4096  # file descriptors


class Beside(Protocol):
    """Begins work somewhere else; what it returns waits for the result, or does the work itself if that failed.

    The work must need nothing but what it holds, change nothing that others see, and return plain records.
    """

    def __call__(self, work: Callable[[], Result], /) -> Callable[[], Result]: ...


def here(work: Callable[[], Result], /) -> Callable[[], Result]:
    """No second process: the work is done when its result is asked for."""
    return work


def _can_fork() -> bool:
    return sys.platform == "linux" and threading.active_count() == 1 and len(os.sched_getaffinity(0)) > 1


def forked(work: Callable[[], Result], /) -> Callable[[], Result]:
    """In a copy of this process, where that is cheap and safe: on Linux, with a second core, and while no other thread runs."""
    if not _can_fork():
        return here(work)
    try:
        reading, writing = os.pipe()
        child = os.fork()
    except OSError:
        return here(work)
    if child == 0:
        os.close(reading)
        _work_and_end(work, writing)
    os.close(writing)
    return lambda: _result(child, reading, work)


def left_behind(work: Callable[[], object], /, *, holding: int | None = None) -> None:
    """Work that nobody waits for, such as writing down what the next command can use: by a copy of this process that goes on when
    this one ends. Where there can be none, it is done here and now. The work must be safe to be cut off at any point.

    `holding` is a file that the copy keeps open until it is done, and with it a lock that was taken on it.
    """
    if not _can_fork():
        work()
        return
    try:
        child = os.fork()
    except OSError:
        work()
        return
    if child:
        os.waitpid(child, 0)
        return
    with contextlib.suppress(BaseException):
        # A copy of the copy is nobody's child, so that nobody has to ask how it ended. It holds no pipe that others read and no
        # file that others lock.
        if os.fork() == 0:
            signal.alarm(_LONGEST)
            os.setsid()
            kept = _MOST_OPEN if holding is None else holding
            os.closerange(0, kept)
            os.closerange(kept + 1, _MOST_OPEN)
            for _ in ("input", "output", "errors"):
                os.open(os.devnull, os.O_RDWR)
            work()
    os._exit(0)


def _work_and_end(work: Callable[[], object], writing: int) -> None:
    """What the copy does. It leaves without any of the endings that belong to the process it is a copy of."""
    code = 1
    try:
        # Nobody reads the pipe before the other half of the work is done, so that all is written down first.
        written = io.BytesIO()
        RecordPickler(written, protocol=pickle.HIGHEST_PROTOCOL).dump(work())
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(written.getbuffer())
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is, the other side does the work again and meets it there
        pass
    finally:
        os._exit(code)


def _result(child: int, reading: int, work: Callable[[], Result]) -> Result:
    with os.fdopen(reading, "rb") as pipe:
        written = pipe.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        return work()
    # The bytes come from a copy of this very process, over a pipe that nobody else holds.
    result: Result = pickle.loads(written)
    return result
