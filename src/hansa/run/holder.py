"""Who holds a lease: a run of a process, so that its death can be noticed before the lease expires."""

import os
import socket
import threading
import uuid
from pathlib import Path

from hansa.frozen import dataclass

SECONDS = 60.0  # how long a lease lasts without being renewed; a holder on another machine that died is waited out


@dataclass(frozen=True, slots=True)
class Holder:
    """A process on a host. `started` is the kernel's start time of the process where it can be read, against reused numbers."""

    host: str
    pid: int
    started: str
    token: str

    def __str__(self) -> str:
        return f"{self.host}/{self.pid}/{self.started}/{self.token}"

    @classmethod
    def this_process(cls) -> "Holder":
        return cls(socket.gethostname(), os.getpid(), _start_of(os.getpid()), uuid.uuid4().hex[:8])

    @classmethod
    def parse(cls, text: str) -> "Holder | None":
        parts = text.split("/")
        if len(parts) != 4 or not parts[1].isdecimal():
            return None
        return cls(parts[0], int(parts[1]), parts[2], parts[3])

    @property
    def heartbeat(self) -> str:
        """The name of the thread that keeps the leases of this holder; no such thread, no such run."""
        return f"hansa-heartbeat-{self.token}"

    @property
    def is_dead(self) -> bool:
        """Whether the run is known to be gone, with its process or before; of another host we know nothing."""
        if self.host != socket.gethostname():
            return False
        if self.pid == os.getpid() and self.started == _start_of(self.pid):
            # One of our own that could not give its lease back, because the ledger was locked or its disk full.
            return all(thread.name != self.heartbeat for thread in threading.enumerate())
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
        now = _start_of(self.pid)
        return bool(self.started and now) and now != self.started


def _start_of(pid: int) -> str:
    """Field 22 of /proc/PID/stat (proc(5)); empty where there is no /proc, as on macOS. A zombie counts as gone: `Z`."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()
    return "Z" if fields[0] == "Z" else fields[19]
