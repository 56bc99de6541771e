"""The gateway's own process, forked by its keeper: makes what it stands on, serves Flight SQL, and drains when told to end."""

import logging
import os
import select
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from hansa.gateway.flight import Backing, FlightSqlServer, Tls
from hansa.gateway.heartbeat import beating
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
        os.write(told, Event("ready", os.getpid(), port).line())
        threading.Thread(target=beating, args=(settings, server.port, beat), name="hansa-heartbeat", daemon=True).start()
        ready, _, _ = select.select([waking, alive], [], [])
        _end(server, backing, settings.drain if alive not in ready else 0.0)
        code = 0
    except BaseException as wrong:  # noqa: BLE001 - whatever it is, the keeper is told and tries again
        _tell(wrong, told)
    finally:
        os._exit(code)


def _end(server: FlightSqlServer, backing: Backing, drain: float) -> None:
    """In threads that are left behind: a client that neither reads nor goes away keeps nobody from ending."""
    for work, seconds in ((lambda: server.drain(drain), drain + 1.0), (backing.close, 3.0)):
        ending = threading.Thread(target=work, daemon=True)
        ending.start()
        ending.join(seconds)


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
