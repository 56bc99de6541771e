"""The keeper of a gateway: `python -m hansa.gateway.process_keeper SETTINGS`, started by `process.GatewayProcess`.

It has one thread and starts no gRPC, so that it can be forked at any time; what a gateway imports, it has imported. It tells what
happens on its standard output, one `Event` a line, and ends when its standard input does.
"""

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hansa.gateway.heart import Heart
from hansa.gateway.process import Event, GatewaySettings

_PAUSES = (0.0, 0.1, 0.5, 2.0, 5.0, 10.0)  # seconds before the next gateway, after each that died at once
_AT_ONCE = 5.0  # seconds
Ports = tuple[socket.socket, socket.socket | None]
"""Those of Flight SQL and of the PostgreSQL wire."""

_BIND_PATIENCE = 5.0  # seconds; a gateway that lost its keeper lets go of the port a moment later


def main() -> int:
    settings = GatewaySettings.from_json(sys.argv[1])
    told = os.dup(1)
    os.dup2(2, 1)  # what anybody prints is a line of the log, and no event
    try:
        port = reserved(settings.host, settings.port)
        postgres = reserved(settings.host, settings.postgres) if settings.postgres is not None else None
        make = _made(settings.factory)
        importlib.import_module("hansa.gateway.process_child")
    except (OSError, ImportError, AttributeError) as wrong:
        os.write(told, Event("failed", os.getpid(), reason=_line(wrong)).line())
        return 1
    gc.collect()
    gc.freeze()  # what all gateways share is not copied by looking for garbage
    if postgres is not None:
        settings = replace(settings, postgres=postgres.getsockname()[1])
    _keep(settings, (port, postgres), make, told)
    return 0


def reserved(host: str, port: int) -> socket.socket:
    """The port, kept for us by a socket that does not listen: a gateway binds beside it, and nobody else while there is none."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    held = socket.socket(family, kind, protocol)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    until = time.monotonic() + _BIND_PATIENCE
    while True:
        try:
            held.bind(address)
        except OSError:
            if not port or time.monotonic() > until:
                held.close()
                raise
            time.sleep(0.05)
        else:
            return held


def _made(factory: str) -> Callable[..., Any]:
    module, _, function = factory.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def _keep(settings: GatewaySettings, ports: Ports, make: Callable[..., Any], told: int) -> None:
    """Keep one gateway running until the process above ends, or this one is told to."""
    waking, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    ending: list[int] = []
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda number, _: ending.append(number))
    quick = 0
    while not ending:
        began = time.monotonic()
        child, lifeline, beat = _fork(settings, ports, make, told, (waking, woken))
        heart, status = Heart(beat, settings.silence), None
        while status is None and not ending and not _above_ended(waking):
            if heart.stopped():
                # SIGKILL, since whatever hangs may hang there, too; the next round sees it dead.
                os.kill(child, signal.SIGKILL)
            status = _ended(child)
        if status is None:
            _end(child, settings.drain)
            return
        os.close(lifeline)
        os.close(beat)
        reason = f"it answered nobody for {settings.silence:g} s" if heart.told else _why(status)
        os.write(told, Event("died", child, reason=reason).line())
        quick = quick + 1 if time.monotonic() - began < _AT_ONCE else 0
        if _paused(_PAUSES[min(quick, len(_PAUSES)) - 1] if quick else 0.0, waking, ending):
            return


def _fork(
    settings: GatewaySettings, ports: Ports, make: Callable[..., Any], told: int, wake: tuple[int, int]
) -> tuple[int, int, int]:
    """A gateway, the end of the pipe whose closing tells it that its keeper is gone, and the one where its heartbeat comes."""
    from hansa.gateway.process_child import serve

    alive, lifeline = os.pipe()
    heard, beat = os.pipe()
    child = os.fork()
    if child:
        os.close(alive)
        os.close(beat)
        os.set_blocking(heard, False)
        return child, lifeline, heard
    signal.set_wakeup_fd(-1)
    for each in (lifeline, heard, *wake, 0):
        os.close(each)
    number = ports[0].getsockname()[1]
    for port in ports:
        if port is not None:
            port.close()
    serve(settings, number, make, told, alive, beat)
    raise AssertionError("a gateway never returns")


def _above_ended(waking: int) -> bool:
    """Wait until something happens; whether it is the end of the process above."""
    ready, _, _ = select.select([0, waking], [], [], 1.0)
    if waking in ready:
        os.read(waking, 4096)
    return 0 in ready and not os.read(0, 4096)


def _paused(seconds: float, waking: int, ending: list[int]) -> bool:
    """Wait before the next gateway; whether the process above ended meanwhile, or this one is told to end."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        ready, _, _ = select.select([0, waking], [], [], left)
        if waking in ready:
            os.read(waking, 4096)
        if ending or (0 in ready and not os.read(0, 4096)):
            return True
    return False


def _ended(child: int) -> int | None:
    done, status = os.waitpid(child, os.WNOHANG)
    return status if done else None


def _end(child: int, drain: float) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGTERM)
    until = time.monotonic() + drain + 5
    while _ended(child) is None:
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return
        time.sleep(0.02)


def _why(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"


def _line(wrong: Exception) -> str:
    return " ".join(str(wrong).split()) or type(wrong).__name__


if __name__ == "__main__":
    ended = main()
    sys.stderr.flush()
    os._exit(ended)  # libraries that were imported and never used have nothing to put away, and complain about it
