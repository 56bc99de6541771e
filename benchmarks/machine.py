"""Where the figures come from: processors, memory, load before, versions."""

import os
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_QUIET = 0.15

_PACKAGES = ("hansa", "duckdb", "pyarrow", "pyiceberg", "sqlalchemy", "sqlglot", "PyYAML")


def machine() -> dict[str, object]:
    """A plain record of this machine, now."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memoryGiB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": load(),
        "versions": {name: _version(name) for name in _PACKAGES},
    }


def load() -> float:
    """The load average of the last minute: above a half, others were measured too."""
    return round(os.getloadavg()[0], 2)


def busy_seconds() -> float:
    """Processor seconds that everything on this machine used since it started; 0 where the system does not say (not Linux)."""
    try:
        fields = Path("/proc/stat").read_text().split(maxsplit=9)[1:9]
    except OSError:
        return 0.0
    # user, nice, system, idle, iowait, irq, softirq, steal: what a neighbour of this virtual machine stole counts as used.
    ticks = [int(f) for f in fields]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def await_quiet(patience: float) -> None:
    """Wait for a second in which the machine does next to nothing, at most so many seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        before = busy_seconds()
        time.sleep(1)
        if busy_seconds() - before < _QUIET:
            return


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"
