"""`hansa serve` of the reference mesh answers within two seconds of its start, its gateway too.

Size: the reference mesh as it is published, compiled before, as a server finds it that is started again. What is measured is a
process of its own from its start until it has said where it listens and answers that it is ready, which it does when the gateway
in its own process does. Then the page of signing in, which is what everybody sees first. The peer is
the libraries that any such server loads: FastAPI, uvicorn, SQLAlchemy, Cedar, and Arrow Flight in a second process.
"""

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping

from benchmarks.outcome import Outcome
from benchmarks.pages import reference, small
from benchmarks.process import HANSA, CouldNotRun, part, spoken
from benchmarks.series import amount, interleaved
from benchmarks.setting import Setting

LIMIT = 2.0
_PATIENCE = 60.0
_OURS = "import fastapi, uvicorn, sqlalchemy, alembic, jinja2, cedarpy, markdown_it, pydantic"
_GATEWAY = "import pyarrow.flight, duckdb, sqlalchemy, cedarpy"


def measure(setting: Setting) -> Outcome:
    mesh = small(setting.scratch) if setting.small else reference(setting.scratch)
    libraries = part("benchmarks.server_start", "libraries")
    serve = part("benchmarks.server_start", "serve", mesh)
    peer, ours = interleaved((libraries, serve), setting)
    return Outcome(
        (peer, ours),
        (
            amount("hansa serve, until it is ready", ours.values, "s", LIMIT),
            amount("the same, CPU of all its processes", ours.said("cpu"), "s"),
            amount("the first page after that", ours.said("page"), "s"),
            amount("loading the libraries", peer.values, "s"),
        ),
    )


def _libraries() -> Mapping[str, float]:
    began = time.perf_counter()
    both = [subprocess.Popen((sys.executable, "-c", code)) for code in (_OURS, _GATEWAY)]
    if any(child.wait() for child in both):
        raise CouldNotRun("a library could not be loaded")
    return {"seconds": time.perf_counter() - began}


def _serve(mesh: str) -> Mapping[str, float]:
    import resource

    with tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        server = subprocess.Popen(
            (*HANSA, "serve", "--mesh", mesh, "--port", "0", "--flight-port", "0"),
            stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
        try:
            assert server.stdout is not None
            said = server.stdout.readline()
            if not said:
                errors.seek(0)
                raise CouldNotRun(f"hansa serve ended: {errors.read()[-500:]}")
            _ready(json.loads(said)["http"], began + _PATIENCE)
            ready = time.perf_counter() - began
            page = _first_page(json.loads(said)["http"])
        finally:
            server.terminate()
            server.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"seconds": ready, "page": page, "cpu": used.ru_utime + used.ru_stime}


def _ready(address: str, until: float) -> None:
    while time.perf_counter() < until:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.01)
    raise CouldNotRun("the server did not become ready")


def _first_page(address: str) -> float:
    """The page of signing in: what a stranger sees first."""
    began = time.perf_counter()
    with urllib.request.urlopen(f"{address}/sign-in", timeout=_PATIENCE) as answer:
        answer.read()
    return time.perf_counter() - began


if __name__ == "__main__":
    spoken({"libraries": _libraries, "serve": _serve})
