"""Every page of the reference mesh takes less than 50 ms of server time in the median, and is smaller than 100 kB.

Size: the reference mesh as it is published, looked at by an analyst who owns nothing in it; every page that links lead to, from
home on, each several times. What is measured is the application with its session, decisions, ledger and templates, called
without a socket; `bare` is an address of the same application that shows nothing, which is what the frame itself costs.
The first showing of a page compiles its template and is left out.
"""

import asyncio
import re
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from benchmarks.outcome import Outcome
from benchmarks.process import HANSA, CouldNotRun, part, spoken
from benchmarks.retail import copied, source
from benchmarks.series import amount, interleaved
from benchmarks.setting import Setting
from benchmarks.visiting import Looked, visiting

LIMIT_MS = 50.0
LIMIT_KB = 100.0
MOST_VARIANTS = 6
"""Addresses that are alike up to their `?`, of which there are without end."""
_LINK = re.compile(r'<a [^>]*href="(/[^"#]*)')


def measure(setting: Setting) -> Outcome:
    times = 2 if setting.small else 20
    mesh = small(setting.scratch) if setting.small else reference(setting.scratch)
    bare, pages = (part("benchmarks.pages", name, mesh, times, within="ms") for name in ("bare", "pages"))
    first, second = interleaved((bare, pages), setting)
    return Outcome(
        (first, second),
        (
            amount("the median page", second.values, "ms", LIMIT_MS),
            amount("the same, CPU", second.said("cpu"), "ms"),
            amount("the slowest page, its median", second.said("slowest"), "ms", LIMIT_MS),
            amount("the largest page", second.said("largest"), "kB", LIMIT_KB),
            amount("pages", second.said("pages"), ""),
        ),
    )


def reference(scratch: Path) -> Path:
    source("transactions")
    mesh = copied(scratch)
    _hansa(mesh, "run", "--quiet")
    return mesh


def small(scratch: Path) -> Path:
    mesh = scratch / "small"
    mesh.mkdir()
    (mesh / "data.csv").write_text("id,name\n1,Ann\n")
    for arguments in (("init", "."), ("new", "domain", "a"), ("new", "product", "a/b", "--from", "data.csv"), ("run", "--quiet")):
        _hansa(mesh, *arguments)
    return mesh


def _hansa(folder: Path, *arguments: str) -> None:
    done = subprocess.run((*HANSA, *arguments), cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CouldNotRun(done.stderr[-500:])


def _pages(mesh: str, times: str) -> Mapping[str, float]:
    shown = asyncio.run(_looked(Path(mesh), int(times), crawl=True))
    slowest = max(shown.values(), key=lambda found: median(found.seconds))
    return {
        "ms": median(median(found.seconds) for found in shown.values()) * 1000,
        "cpu": median(median(found.processor) for found in shown.values()) * 1000,
        "slowest": median(slowest.seconds) * 1000,
        "largest": max(found.size for found in shown.values()) / 1000,
        "pages": len(shown),
    }


def _bare(mesh: str, times: str) -> Mapping[str, float]:
    shown = asyncio.run(_looked(Path(mesh), int(times) * 10, crawl=False))
    return {"ms": median(shown["/healthz"].seconds) * 1000}


async def _looked(mesh: Path, times: int, *, crawl: bool) -> dict[str, Looked]:
    """Each page by its address."""
    async with visiting(mesh) as visitor:
        found: dict[str, Looked] = {}
        variants: Counter[str] = Counter()
        ahead = ["/" if crawl else "/healthz"]
        while ahead:
            path = ahead.pop()
            if path in found or variants[path.partition("?")[0]] == MOST_VARIANTS:
                continue  # every choice of facets, and every box of a drawing, is an address
            variants[path.partition("?")[0]] += 1
            response = (await visitor.client.get(path)).raise_for_status()
            while "Refresh" in response.headers:  # policies are being judged for the first time
                await asyncio.sleep(0.2)
                response = (await visitor.client.get(path)).raise_for_status()
            found[path] = await visitor.look(path, times)
            ahead += [link.replace("&amp;", "&") for link in _LINK.findall(found[path].text)] if crawl else []
        return found


if __name__ == "__main__":
    spoken({"pages": _pages, "bare": _bare})
