"""The lineage page of a hub with 1,000 consumers in a mesh of 10,000 products takes less than 300 ms, and is smaller than 100 kB.

Size: the mesh of `hub` (a million columns in memory) as an analyst looks at it who owns nothing in it. Pages: the hub with one
step down and all the way down, one domain's consumers opened, the hub's columns shown, and the way of the key that all consumers
join by. Each is shown several times by an application with its session, decisions and templates, called without a socket; the
first showing of each, when the viewer's decisions on 1,000 products are made, is told apart. `bare` is an empty address.
"""

import asyncio
import gc
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import quantiles

from benchmarks.outcome import Outcome
from benchmarks.process import HANSA, CouldNotRun, part, spoken
from benchmarks.series import amount, interleaved, peak
from benchmarks.setting import Setting
from benchmarks.visiting import Looked, visiting

LIMIT_MS = 300.0
LIMIT_KB = 100.0
HUB = "/lineage?about=d0.p0"
PAGES = (
    f"{HUB}&depth=1",
    f"{HUB}&depth=all",
    f"{HUB}&depth=1&open=d1.d3:2",
    f"{HUB}&depth=1&columns=d0.p0",
    f"{HUB}&column=facts%401%23id",
)


def measure(setting: Setting) -> Outcome:
    sizes = (200, 20, 10, 2) if setting.small else (10_000, 1000, 100, 20)
    bare, pages = (part("benchmarks.lineage_page", name, *sizes, within="ms") for name in ("bare", "pages"))
    first, second = interleaved((bare, pages), setting)
    return Outcome(
        (first, second),
        (
            amount("p95 of the slowest page of the hub", second.values, "ms", LIMIT_MS),
            amount("p95 of the hub, one step down", second.said("hub"), "ms", LIMIT_MS),
            amount("p95 of the way of the key that all join by", second.said("key"), "ms", LIMIT_MS),
            amount("the slowest page, CPU", second.said("cpu"), "ms"),
            amount("the slowest first showing of a viewer", second.said("first"), "ms"),
            amount("the largest page", second.said("largest"), "kB", LIMIT_KB),
            peak("peak memory of the mesh and its pages", second),
        ),
    )


def _pages(products: str, consumers: str, columns: str, times: str) -> Mapping[str, float]:
    shown = asyncio.run(_looked((int(products), int(consumers), int(columns)), int(times), PAGES))
    p95 = {path: _p95(found.seconds) for path, found in shown.items()}
    return {
        "ms": max(p95.values()),
        "hub": p95[PAGES[0]],
        "key": p95[PAGES[-1]],
        "cpu": max(_p95(found.processor) for found in shown.values()),
        "first": max(found.first for found in shown.values()) * 1000,
        "largest": max(found.size for found in shown.values()) / 1000,
    }


def _p95(seconds: tuple[float, ...]) -> float:
    return quantiles(seconds, n=20)[-1] * 1000


def _bare(products: str, consumers: str, columns: str, times: str) -> Mapping[str, float]:
    shown = asyncio.run(_looked((100, 10, 2), int(times), ("/healthz",)))
    return {"ms": _p95(shown["/healthz"].seconds)}


async def _looked(size: tuple[int, int, int], times: int, paths: tuple[str, ...]) -> dict[str, Looked]:
    from benchmarks.hub import mesh_of

    gc.set_threshold(100_000, 20, 20)  # as every command of Hansa does
    mesh = mesh_of(*size)
    with tempfile.TemporaryDirectory() as folder:
        if (made := subprocess.run((*HANSA, "init", "."), cwd=folder, capture_output=True, text=True, check=False)).returncode:
            raise CouldNotRun(made.stderr[-500:])
        async with visiting(Path(folder), mesh) as visitor:
            return {path: await visitor.look(path, times) for path in paths}


if __name__ == "__main__":
    spoken({"pages": _pages, "bare": _bare})
