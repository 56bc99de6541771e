"""The static site of 10,000 products is written within ten minutes, in 4 GB, and its cost grows with the products alone.

Size: the mesh of `many` with all that a ledger holds of it, and a tenth of it: 60,000 pages and files of products of a hundred
columns, an index of their words, and cards. Written by the parts of `hansa export site` into an empty folder, and again when
nothing changed. The peer writes as many bytes in as many files, and renders nothing. It takes long, so it runs only when named.
"""

import gc
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.many import mesh_of, publish
from benchmarks.outcome import Outcome
from benchmarks.process import HANSA, CouldNotRun, part, spoken
from benchmarks.series import Series, amount, interleaved, peak
from benchmarks.setting import Setting

SECONDS = 600.0
PEAK_BYTES = 4e9


def measure(setting: Setting) -> Outcome:
    few, many, columns = (20, 60, 3) if setting.small else (1_000, 10_000, 100)
    once = Setting(1, setting.scratch, setting.small, setting.patience)
    series: list[Series] = []
    for products in (few, many):
        folder = setting.scratch / f"of_{products}"
        folder.mkdir()
        if (made := subprocess.run((*HANSA, "init", "."), cwd=folder, capture_output=True, text=True, check=False)).returncode:
            raise CouldNotRun(made.stderr[-500:])
        recorded = part("benchmarks.static_site", "record", folder, products, columns)
        interleaved((recorded,), once, warm=False)
        site = part("benchmarks.static_site", "site", folder, products, columns)
        series += interleaved((site, part("benchmarks.static_site", "files", folder)), once, warm=False)
    tenth, _, whole, files = series
    growth = whole.said("each")[0] / tenth.said("each")[0]
    return Outcome(
        tuple(series),
        (
            amount(f"the site of {many:,} products × {columns} columns", whole.values, "s", SECONDS),
            amount("the same, CPU", whole.said("cpu"), "s"),
            amount("again, when nothing changed", whole.said("again"), "s"),
            amount("each product", whole.said("each"), "ms"),
            amount(f"each product ÷ that of {few:,} products", (growth,), "", 1.5),
            amount("its files", whole.said("files"), ""),
            amount("its bytes", whole.said("megabytes"), "MB"),
            amount("memory that writing took beyond the mesh", whole.said("memory"), "MB"),
            amount("as many bytes in as many files", files.values, "s"),
            peak("peak memory, the mesh included", whole, PEAK_BYTES),
        ),
    )


def _record(folder: str, products: str, columns: str) -> Mapping[str, float]:
    began = time.perf_counter()
    publish(Path(folder), mesh_of(int(products), int(columns), whole=True))
    return {"seconds": time.perf_counter() - began}


def _site(folder: str, products: str, columns: str) -> Mapping[str, float]:
    import resource

    from hansa.catalog.exports.site import keep, site
    from hansa.cli.exporting_site import look, seen
    from hansa.serving import Serving
    from hansa.wiring import Workplace

    gc.set_threshold(100_000, 20, 20)  # as every command of Hansa does
    mesh = mesh_of(int(products), int(columns), whole=True)
    out = Path(folder) / "site"
    shutil.rmtree(out, ignore_errors=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Workplace(Path(folder), {}) as workplace, Serving(workplace, lambda: mesh) as serving:
        began, used = time.perf_counter(), time.process_time()
        kept = keep(out, site(seen(serving, "", "prod"), look()))
        seconds, cpu = time.perf_counter() - began, time.process_time() - used
        began = time.perf_counter()
        assert keep(out, site(seen(serving, "", "prod"), look())).written == 0
        again = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = sum(f.stat().st_size for f in out.rglob("*") if f.is_file())
    return {
        "seconds": seconds, "cpu": cpu, "again": again, "files": kept.files, "megabytes": size / 1e6,
        "each": seconds / int(products) * 1000, "memory": (after - before) / 1e3,
    }  # fmt: skip


def _files(folder: str) -> Mapping[str, float]:
    made, copy = Path(folder) / "site", Path(folder) / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    began = time.perf_counter()
    for file in made.rglob("*"):
        if file.is_file():
            to = copy / file.relative_to(made)
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(file.read_bytes())
    return {"seconds": time.perf_counter() - began}


if __name__ == "__main__":
    spoken({"record": _record, "site": _site, "files": _files})
