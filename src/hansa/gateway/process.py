"""The gateway as a process of its own: started, watched, and started again within a second when it dies.

Three processes. This one serves people and starts a *keeper*, which imports all that a gateway needs and holds the port; the
keeper forks the *gateway*, and forks another when it dies, which imports nothing and keeps the port. A keeper that dies is
replaced by this process. Each watches a pipe from the one above: whatever way that one ends, also by kill -9, those below end.
"""

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import IO

from hansa.frozen import dataclass
from hansa.model import DEFAULT_ENVIRONMENT
from hansa.trouble import Trouble, TroubleError

FACTORY = "hansa.backing:backing"
"""What the gateway stands on unless told: `module:function`, called with the mesh's root and the environment."""

_PAUSES = (0.0, 0.2, 1.0, 5.0)  # seconds before a keeper is replaced, when each dies at once


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files: the server's certificate chain and key; with `clients`, the authority that clients need a certificate of."""

    certificate: str
    key: str
    clients: str = ""


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """What keeper and gateway are told. Port 0 lets the system choose. `drain` is how many seconds queries may take to end.

    `silence` is for how many seconds a gateway may answer nobody until its keeper ends it. `environment` is where those read who
    name none. `postgres` is the port of the PostgreSQL wire; None leaves it out.
    """

    root: str
    host: str = "127.0.0.1"
    port: int = 0
    factory: str = FACTORY
    tls: TlsFiles | None = None
    drain: float = 10.0
    silence: float = 15.0
    environment: str = DEFAULT_ENVIRONMENT
    postgres: int | None = None

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "GatewaySettings":
        given = json.loads(text)
        return cls(**{**given, "tls": TlsFiles(**given["tls"]) if given["tls"] else None})


@dataclass(frozen=True, slots=True)
class Event:
    """What keeper and gateway tell: `ready`, `died` or `failed`, of which process, and why."""

    kind: str
    pid: int = 0
    port: int = 0
    reason: str = ""
    postgres: int | None = None

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> "Event":
        return cls(**json.loads(line))


def untold(event: Event) -> None:
    """For those who do not want to hear of it."""


class GatewayProcess:
    """Keeps a gateway running. `tell` hears from a thread of ours when it begins, dies, or cannot begin."""

    def __init__(
        self,
        settings: GatewaySettings,
        environ: Mapping[str, str],
        tell: Callable[[Event], None] = untold,
        patience: float = 60.0,
        beside: Callable[[], object] = lambda: None,
    ) -> None:
        """`beside` is called while the gateway starts."""
        self._settings, self._environ, self._tell, self._patience = settings, environ, tell, patience
        self._beside = beside
        self._keeper: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._changed = threading.Condition()
        self._latest = Event("none")
        self._started, self._stopping = False, False
        self.starts = 0

    @property
    def port(self) -> int:
        return self._settings.port

    @property
    def postgres(self) -> int | None:
        """The port of the PostgreSQL wire; None where it is left out."""
        return self._settings.postgres

    @property
    def pid(self) -> int:
        """The gateway's process, not the keeper's; 0 while there is none."""
        with self._changed:
            return self._latest.pid if self._latest.kind == "ready" else 0

    @property
    def location(self) -> str:
        return f"grpc{'+tls' if self._settings.tls else ''}://{self._host}:{self.port}"

    @property
    def postgres_location(self) -> str | None:
        """The address of the PostgreSQL wire as clients take it; None where it is left out."""
        if self.postgres is None:
            return None
        return f"postgresql://{self._host}:{self.postgres}{'?sslmode=require' if self._settings.tls else ''}"

    @property
    def _host(self) -> str:
        return f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host

    def start(self) -> None:
        """Start it, and wait until it answers. Raises TroubleError H737 with the reason when it cannot be started."""
        self._keeper = self._spawn()
        self._thread = threading.Thread(target=self._watch, name="hansa-gateway", daemon=True)
        self._thread.start()
        try:
            self._beside()
        except BaseException:
            self._keeper.kill()  # nobody was answered yet, so there is nothing to let end
            self.stop()
            raise
        with self._changed:
            self._changed.wait_for(lambda: self._latest.kind in ("ready", "failed"), self._patience)
            latest = self._latest
        if latest.kind != "ready":
            self.stop()
            reason = latest.reason or f"it was not ready within {self._patience:.0f} seconds"
            raise TroubleError(Trouble("H737", f"the gateway could not be started: {reason}", mend="mend that, and start again"))
        self._started = True

    def stop(self) -> None:
        """Let queries under way end, for as long as the settings say, and then stop. May be called twice."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        keeper = self._keeper
        if keeper is None:
            return
        if keeper.stdin is not None:
            keeper.stdin.close()
        try:
            keeper.wait(self._settings.drain + 10)
        except subprocess.TimeoutExpired:
            keeper.kill()
            keeper.wait()
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> "GatewayProcess":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        # In a session of its own: Ctrl-C stops this process, which then lets the gateway drain.
        return subprocess.Popen(
            [sys.executable, "-m", "hansa.gateway.process_keeper", self._settings.to_json()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**self._environ, "OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,
        )

    def _watch(self) -> None:
        quick = 0
        while self._keeper is not None:
            began = time.monotonic()
            if self._keeper.stdout is not None:
                self._listen(self._keeper.stdout)
            self._keeper.wait()
            with self._changed:
                if not self._stopping:
                    self._hear(Event("died", self._keeper.pid, reason="the keeper of the gateway ended"))
                quick = quick + 1 if time.monotonic() - began < 10 else 0
                if self._changed.wait_for(lambda: self._stopping, _PAUSES[min(quick, len(_PAUSES) - 1)]):
                    return
                self._keeper = self._spawn()

    def _listen(self, told: IO[bytes]) -> None:
        with told:
            for line in told:
                with self._changed:
                    self._hear(Event.read(line))

    def _hear(self, event: Event) -> None:
        self._latest = event
        if event.kind == "ready":
            self.starts += 1
            self._settings = replace(self._settings, port=event.port, postgres=event.postgres)
        self._changed.notify_all()
        if self._started or event.kind == "ready":  # how a start fails is told by whoever started it
            with contextlib.suppress(Exception):  # whoever listens, the gateway goes on
                self._tell(event)
