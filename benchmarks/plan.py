"""A mesh of 1,000 products in which nothing changed is planned within a second and a half.

Size: generated meshes of 100 and of 1,000 products with twelve columns each, compiled and kept before, against a record of just
what they are. All of planning counts that needs no ledger: what changed and whom it concerns, the prints of code, checks and
promises, and the steps. The peer writes the same products as plain data and as JSON, and compares nothing.
"""

import gc
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.generated import write_mesh
from benchmarks.outcome import Outcome
from benchmarks.process import part, spoken
from benchmarks.series import amount, interleaved, peak, ratio
from benchmarks.setting import Setting

if TYPE_CHECKING:
    from hansa.model import Mesh

LIMIT = 1500.0


def measure(setting: Setting) -> Outcome:
    sizes = (10, 20) if setting.small else (100, 1000)
    meshes = [setting.scratch / str(size) for size in sizes]
    for mesh, size in zip(meshes, sizes, strict=True):
        write_mesh(mesh, size)
    few = part("benchmarks.plan", "plan", meshes[0], within="ms")
    many = part("benchmarks.plan", "plan", meshes[1], within="ms")
    written = part("benchmarks.plan", "write", meshes[1], within="ms")
    peer, first, second = interleaved((written, few, many), setting)
    return Outcome(
        (peer, first, second),
        (
            amount(f"plan {sizes[0]:,} unchanged products", first.values, "ms", max(LIMIT * sizes[0] / 1000, 150.0)),
            amount(f"plan {sizes[1]:,} unchanged products", second.values, "ms", LIMIT),
            amount("the print of all of them", second.said("print"), "ms"),
            amount("a record of all of them", second.said("record"), "ms"),
            ratio("÷ writing them as JSON", second, peer),
            peak("peak memory", second),
        ),
    )


def _mesh(root: str) -> "Mesh":
    from hansa.wiring import Workplace

    gc.set_threshold(100_000, 20, 20)  # as every command of Hansa does
    with Workplace.open(Path(root)) as workplace:
        return workplace.compiled.mesh


def _plan(root: str) -> Mapping[str, float]:
    from hansa.plan import make_plan, recorded_as

    mesh = _mesh(root)
    began = time.perf_counter()
    recorded = recorded_as(mesh, mesh, "base")
    record = _since(began)
    began = time.perf_counter()
    made = make_plan(mesh, recorded)
    taken = _since(began)
    assert made.idle
    assert not made.changes
    began = time.perf_counter()
    assert mesh.fingerprint
    return {"ms": taken, "record": record, "print": _since(began)}


def _write(root: str) -> Mapping[str, float]:
    import json

    from hansa.model import to_data

    mesh = _mesh(root)
    began = time.perf_counter()
    written = sum(len(json.dumps(to_data(product))) for product in mesh.products)
    taken = _since(began)
    assert written
    return {"ms": taken}


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    spoken({"plan": _plan, "write": _write})
