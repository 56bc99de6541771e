"""A second process for a part of a large piece of work. What cannot be done there is simply done here."""

import contextlib
import fcntl
import io
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

from hansa.records import RecordPickler

Part = TypeVar("Part")
Result = TypeVar("Result")
_LONGEST = 600  # seconds after which work that was left behind is given up
_MOST_OPEN = 4096  # file descriptors
_MOST_TICKETS = 1_000
"""As many as any pipe takes at once."""
_TICKET = 4  # bytes
_HEAD = 8
_PIECE = 1 << 20


class Beside(Protocol):
    """Does the parts of a work, some of them somewhere else. Tells each result with its part's number, in any order.

    The work must need nothing but what it holds, change nothing that others see, and return plain records.
    """

    def __call__(self, parts: Sequence[Part], work: Callable[[Part], Result], /) -> Iterator[tuple[int, Result]]: ...


def here(parts: Sequence[Part], work: Callable[[Part], Result], /) -> Iterator[tuple[int, Result]]:
    """No second process."""
    return ((number, work(part)) for number, part in enumerate(parts))


def pieces(of: Sequence[Part], least: int = 1) -> list[Sequence[Part]]:
    """A work cut into parts, as many as can be handed out."""
    each = max(least, -(-len(of) // _MOST_TICKETS))
    return [of[at : at + each] for at in range(0, len(of), each)]


def _can_fork() -> bool:
    return sys.platform == "linux" and threading.active_count() == 1 and len(os.sched_getaffinity(0)) > 1


def forked(parts: Sequence[Part], work: Callable[[Part], Result], /) -> Iterator[tuple[int, Result]]:
    """Some of it in a copy of this process, where that is cheap and safe: on Linux, with a second core, and while no other thread
    runs. Each part is done by whichever of the two asks next, so that both end at the same time.
    """
    if not _can_fork() or not 1 < len(parts) <= _MOST_TICKETS:
        yield from here(parts, work)
        return
    try:
        tickets, told = _tickets(len(parts)), os.pipe()
        child = os.fork()
    except OSError:
        yield from here(parts, work)
        return
    if child == 0:
        os.close(told[0])
        _work_and_end(parts, work, tickets, told[1])
    os.close(told[1])
    left = set(range(len(parts)))
    answers: _Answers[Result] = _Answers(told[0])
    try:
        for number in _handed_out(tickets):
            found = [(number, work(parts[number])), *answers.so_far()]
            left -= {n for n, _ in found}
            yield from found
        for number, result in answers.others():
            left.discard(number)
            yield number, result
    finally:
        os.close(tickets)
        answers.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    # Whatever went wrong there is met here.
    yield from ((number, work(parts[number])) for number in sorted(left))


def _tickets(count: int) -> int:
    """A file from which each of so many numbers is read once, whoever reads it."""
    reading, writing = os.pipe()
    os.write(writing, b"".join(n.to_bytes(_TICKET, "little") for n in range(count)))
    os.close(writing)
    return reading


def _handed_out(tickets: int) -> Iterator[int]:
    while ticket := os.read(tickets, _TICKET):
        yield int.from_bytes(ticket, "little")


class _Answers(Generic[Result]):
    """What the copy tells, read without waiting for it while there is work to do here.

    The bytes come from a copy of this very process, over a pipe that nobody else holds. What it did not end to say is dropped.
    """

    def __init__(self, reading: int) -> None:
        self._reading = reading
        self._read = bytearray()
        os.set_blocking(reading, False)

    def so_far(self) -> list[tuple[int, Result]]:
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(self._reading, _PIECE):
                self._read += piece
        return list(self._whole())

    def others(self) -> Iterator[tuple[int, Result]]:
        """All that are still to come."""
        os.set_blocking(self._reading, True)
        yield from self._whole()
        while piece := os.read(self._reading, _PIECE):
            self._read += piece
            yield from self._whole()

    def close(self) -> None:
        os.close(self._reading)

    def _whole(self) -> Iterator[tuple[int, Result]]:
        at = 0
        while len(self._read) - at >= _HEAD:
            end = at + _HEAD + int.from_bytes(self._read[at : at + _HEAD], "little")
            if len(self._read) < end:
                break
            answer: tuple[int, Result] = pickle.loads(memoryview(self._read)[at + _HEAD : end].toreadonly())
            yield answer
            at = end
        del self._read[:at]


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


def _work_and_end(parts: Sequence[Part], work: Callable[[Part], object], tickets: int, writing: int) -> None:
    """What the copy does. It leaves without any of the endings that belong to the process it is a copy of."""
    code = 1
    try:
        telling = _Telling(writing)
        for number in _handed_out(tickets):
            telling.tell((number, work(parts[number])))
        telling.end()
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is, the other side does the work again and meets it there
        pass
    finally:
        os._exit(code)


class _Telling:
    """Answers on their way to the other process, which may be busy: what it has no room for waits here."""

    def __init__(self, writing: int) -> None:
        self._writing = writing
        self._waiting: deque[memoryview] = deque()
        os.set_blocking(writing, False)
        with contextlib.suppress(OSError):
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PIECE)

    def tell(self, answer: tuple[int, object]) -> None:
        written = io.BytesIO(bytes(_HEAD))
        written.seek(_HEAD)
        RecordPickler(written, protocol=pickle.HIGHEST_PROTOCOL).dump(answer)
        whole = written.getbuffer()
        whole[:_HEAD] = (len(whole) - _HEAD).to_bytes(_HEAD, "little")
        self._waiting.append(whole)
        with contextlib.suppress(BlockingIOError):
            self._write()

    def end(self) -> None:
        os.set_blocking(self._writing, True)
        self._write()

    def _write(self) -> None:
        while self._waiting:
            written = os.write(self._writing, self._waiting[0])
            if written < len(self._waiting[0]):
                self._waiting[0] = self._waiting[0][written:]
            else:
                self._waiting.popleft()
