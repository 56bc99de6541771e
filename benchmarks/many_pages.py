"""In a mesh of 10,000 products with a million columns every page of a product takes less than 100 ms (p95).

Size: the mesh of `many`, each product published with its declaration (600 MB of ledger) and twelve verdicts, as an analyst looks
at it who owns nothing in it. Pages: all parts of products from all over the mesh, home, a domain, the search, the runs, and the
inbox. Each page is shown several times by an application with its session, decisions, ledger and templates, called without a
socket; first showings are told apart, since they make the viewer's decisions and read how products stand. CPU is the processors'
time of the whole process. `bare` is an address that shows nothing.
"""

import asyncio
import gc
import subprocess
from collections.abc import Mapping
from pathlib import Path
from statistics import median, quantiles

from benchmarks.many import mesh_of, product_address, publish
from benchmarks.outcome import Outcome
from benchmarks.process import HANSA, CouldNotRun, part, spoken
from benchmarks.series import amount, interleaved, peak
from benchmarks.setting import Setting
from benchmarks.visiting import Looked, visiting

PRODUCT_MS = 100.0
PAGE_KB = 100.0
PARTS = ("", "/schema", "/contract", "/quality", "/lineage", "/changes", "/connect")
OTHERS = ("/", "/search?q=customer+history", "/search?domain=domain_001", "/runs", "/access", "/lineage", "/query")


def measure(setting: Setting) -> Outcome:
    sizes = (200, 20, 3) if setting.small else (10_000, 100, 20)
    folder = setting.scratch / "many"
    folder.mkdir()
    if (made := subprocess.run((*HANSA, "init", "."), cwd=folder, capture_output=True, text=True, check=False)).returncode:
        raise CouldNotRun(made.stderr[-500:])
    recorded = part("benchmarks.many_pages", "record", folder, *sizes[:2])
    few = Setting(1, setting.scratch, setting.small, setting.patience)
    interleaved((recorded,), few, warm=False)
    bare, pages = (part("benchmarks.many_pages", name, folder, *sizes, within="ms") for name in ("bare", "pages"))
    first, second = interleaved((bare, pages), setting)
    return Outcome(
        (first, second),
        (
            amount("p95 of the slowest page of a product", second.values, "ms", PRODUCT_MS),
            amount("the same, CPU", second.said("cpu"), "ms"),
            amount("median page of a product", second.said("product"), "ms"),
            *(amount(f"{_name(path)}, p95", second.said(_name(path)), "ms", PRODUCT_MS) for path in OTHERS),
            *(amount(f"{_name(path)}, CPU", second.said(f"{_name(path)} cpu"), "ms") for path in OTHERS),
            amount("the slowest first showing", second.said("first"), "ms"),
            amount("the largest page", second.said("largest"), "kB", PAGE_KB),
            peak("peak memory of the mesh and its pages", second),
        ),
    )


def _name(path: str) -> str:
    return path.partition("?")[0] + (" narrowed" if "domain=" in path else "")


def _record(folder: str, products: str, columns: str) -> Mapping[str, float]:
    import time

    began = time.perf_counter()
    publish(Path(folder), mesh_of(int(products), int(columns), whole=True))
    return {"seconds": time.perf_counter() - began}


def _pages(folder: str, products: str, columns: str, times: str) -> Mapping[str, float]:
    shown = asyncio.run(_looked(Path(folder), int(products), int(columns), int(times)))
    of_products = [found for path, found in shown.items() if path.startswith("/products/")]
    of_parts = {
        part: [s for path, found in shown.items() if path.startswith("/products/") and _part(path) == part for s in found.seconds]
        for part in PARTS
    }
    figures = {
        "ms": max(map(_p95, of_parts.values())),
        "cpu": max(_p95(found.processor) for found in of_products),
        "product": median(s for found in of_products for s in found.seconds) * 1000,
        "first": max(found.first for found in shown.values()) * 1000,
        "largest": max(found.size for found in shown.values()) / 1000,
    }
    for path in OTHERS:
        figures |= {_name(path): _p95(shown[path].seconds), f"{_name(path)} cpu": _p95(shown[path].processor)}
    return figures


def _part(path: str) -> str:
    return path[path.rindex("/") :] if path.count("/") > 2 else ""


def _p95(seconds: tuple[float, ...] | list[float]) -> float:
    return quantiles(seconds, n=20)[-1] * 1000


def _bare(folder: str, products: str, columns: str, times: str) -> Mapping[str, float]:
    async def shown() -> Looked:
        async with visiting(Path(folder), mesh_of(100, 2)) as visitor:
            return await visitor.look("/healthz", int(times))

    return {"ms": _p95(asyncio.run(shown()).seconds)}


async def _looked(folder: Path, products: int, columns: int, times: int) -> dict[str, Looked]:
    gc.set_threshold(100_000, 20, 20)  # as every command of Hansa does
    mesh = mesh_of(products, columns, whole=True)
    named = [product_address(number) for number in range(7, products, max(products // 5, 1))]
    paths = [*OTHERS, "/domains/domain_000", *(f"/products/{name}{part}" for name in named for part in PARTS)]
    async with visiting(folder, mesh) as visitor:
        return {path: await visitor.look(path, times) for path in paths}


if __name__ == "__main__":
    spoken({"record": _record, "pages": _pages, "bare": _bare})
