"""The gateway's own process, forked by its keeper: makes what it stands on, serves Flight SQL and, where told,
the PostgreSQL wire, and drains when told to end.
"""

import logging
import os
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NoReturn

from hansa.gateway.flight import Backing, FlightSqlServer, Tls
from hansa.gateway.heartbeat import beating
from hansa.gateway.postgres import Behind, PostgresServer, tls_of
from hansa.gateway.process import Event, GatewaySettings, TlsFiles
from hansa.trouble import TroubleError

Make = Callable[[Path, Mapping[str, str]], Backing]


def serve(settings: GatewaySettings, port: int, make: Make, told: int, alive: int, beat: int) -> NoReturn:
    """Serve until SIGTERM, which lets queries end, or until the pipe `alive` closes: then the keeper is gone, and so are we.

    `beat` is where the keeper hears that calls are answered. Ends the process without any of the endings that belong to the
    keeper, whose copy it is.
    """
    code = 1
    try:
        waking, woken = os.pipe()
        os.set_blocking(woken, False)
        signal.signal(signal.SIGTERM, lambda *_: None)
        signal.set_wakeup_fd(woken)
        logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="gateway %(levelname)s %(message)s")
        backing = replace(make(Path(settings.root), dict(os.environ)), environment=settings.environment)
        server = FlightSqlServer(backing, host=settings.host, port=port, tls=_tls(settings.tls))
        postgres = _postgres(settings, backing)
        os.write(told, Event("ready", os.getpid(), port, postgres=settings.postgres).line())
        threading.Thread(target=beating, args=(settings, server.port, beat), name="hansa-heartbeat", daemon=True).start()
        ready, _, _ = select.select([waking, alive], [], [])
        _end(server, postgres, backing, settings.drain if alive not in ready else 0.0)
        code = 0
    except BaseException as wrong:  # noqa: BLE001 - whatever it is, the keeper is told and tries again
        _tell(wrong, told)
    finally:
        os._exit(code)


def _postgres(settings: GatewaySettings, backing: Backing) -> PostgresServer | None:
    if settings.postgres is None:
        return None
    tls = None if settings.tls is None else tls_of(settings.tls.certificate, settings.tls.key, settings.tls.clients)
    behind = Behind(backing.answering, backing.postgres or backing.authenticate, backing.shown, backing.environment)
    return PostgresServer(behind, host=settings.host, port=settings.postgres, tls=tls)


def _end(server: FlightSqlServer, postgres: PostgresServer | None, backing: Backing, drain: float) -> None:
    """In threads that are left behind: a client that neither reads nor goes away keeps nobody from ending."""
    served = [server.drain] if postgres is None else [server.drain, postgres.drain]
    _within(drain + 1.0, *(partial(each, drain) for each in served))
    _within(3.0, backing.close)


def _within(seconds: float, *works: Callable[[], None]) -> None:
    """Do all at once, and wait for them no longer than so."""
    ending = [threading.Thread(target=work, daemon=True) for work in works]
    for each in ending:
        each.start()
    until = time.monotonic() + seconds
    for each in ending:
        each.join(max(0.0, until - time.monotonic()))


def _tls(files: TlsFiles | None) -> Tls | None:
    if files is None:
        return None
    clients = Path(files.clients).read_bytes() if files.clients else None
    return Tls(Path(files.certificate).read_bytes(), Path(files.key).read_bytes(), clients)


def _tell(wrong: BaseException, told: int) -> None:
    if isinstance(wrong, TroubleError):
        reason = "; ".join(t.summary for t in wrong.troubles[:3])
    else:
        reason = " ".join(str(wrong).split())[:500] or type(wrong).__name__
        traceback.print_exception(wrong)
    os.write(told, Event("failed", os.getpid(), reason=reason).line())
