"""Where the figures come from: processors, memory, load before, versions."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version

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


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"
