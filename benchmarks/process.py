"""One process, from start to exit: wall seconds, processor seconds and peak memory as the system counted them.

This module and everything that starts processes import nothing large: Linux counts the memory of the one that forks into the
peak of its child.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from benchmarks.machine import busy_seconds

ROOT = Path(__file__).resolve().parent.parent

HANSA = (sys.executable, "-m", "hansa")


class CouldNotRun(Exception):
    """A process of a benchmark failed; the message ends with what it said."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process used. `said` is the JSON object that it printed last, if any.

    `others` is how many processors everybody else used meanwhile, on average: above a tenth or so, wall seconds say little.
    """

    wall: float
    cpu: float
    peak_bytes: int
    others: float = 0.0
    said: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contender:
    """A process to be measured. `prepare` makes its fresh state before each start and is not measured.

    `within` names a figure that the process itself measures and prints, such as the seconds without imports; empty for the wall
    seconds of the whole process.
    """

    name: str
    command: tuple[str, ...]
    prepare: Callable[[], None] | None = None
    within: str = ""

    def value(self, usage: Usage) -> float:
        return usage.said[self.within] if self.within else usage.wall


def part(module: str, name: str, *arguments: object, within: str = "seconds") -> Contender:
    """A contender that is a function of a benchmark's module, called in a process of its own (see `spoken`)."""
    return Contender(name, (sys.executable, "-m", module, name, *map(str, arguments)), within=within)


def spoken(parts: Mapping[str, Callable[..., Mapping[str, float]]]) -> None:
    """Be the process of a part: call the function that the first argument names and print its figures."""
    name, *arguments = sys.argv[1:]
    print(json.dumps(dict(parts[name](*arguments))))


def measured(contender: Contender, folder: Path) -> Usage:
    """Run a contender in `folder` to its end. Raises `CouldNotRun`."""
    if contender.prepare is not None:
        contender.prepare()
    # What the one before left to be written to disk is not to be charged to this one.
    os.sync()
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started, busy = time.perf_counter(), busy_seconds()
        child = subprocess.Popen(contender.command, cwd=folder, env=_environment(), stdout=output, stderr=errors)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        cpu = used.ru_utime + used.ru_stime
        others = max(0.0, busy_seconds() - busy - cpu) / wall
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise CouldNotRun(
                f"{contender.name} ended with {child.returncode}: {' '.join(contender.command)}\n{_tail(errors, output)}"
            )
        output.seek(0)
        said = _figures(output.read().decode(errors="replace"))
    return Usage(wall, cpu, used.ru_maxrss * 1024, others, said)


def _environment() -> dict[str, str]:
    """This process's own, where `benchmarks` is found and no mesh of the caller is, and Python keeps its bytecode as it does at
    people's machines."""
    kept = {k: v for k, v in os.environ.items() if k not in ("HANSA_MESH", "HANSA_ENV", "PYTHONDONTWRITEBYTECODE")}
    paths = [str(ROOT), *filter(None, [kept.get("PYTHONPATH", "")])]
    return kept | {"PYTHONPATH": os.pathsep.join(paths)}


def _figures(text: str) -> dict[str, float]:
    lines = text.strip().splitlines()
    if not lines or not lines[-1].startswith("{"):
        return {}
    said = json.loads(lines[-1])
    return {k: float(v) for k, v in said.items() if isinstance(v, int | float)}


def _tail(*files: IO[bytes]) -> str:
    said: list[str] = []
    for file in files:
        file.seek(0)
        said += file.read().decode(errors="replace").splitlines()[-15:]
    return "\n".join(said)
