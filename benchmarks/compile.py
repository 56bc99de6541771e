"""`hansa check` of a thousand products ends within 4 seconds from cold, and within half a second when one changed, or none.

Size: generated meshes of 100 and 1,000 products, each of twelve columns and one SQL model that joins one to three others: what a
company of some fifty teams has. Two sizes show the slope. The peer reads the same files with the fastest general loaders,
PyYAML's C loader and SQLGlot's parser, and checks nothing. On such meshes dbt-core parses in 17.5 s, SQLMesh loads in 27 s.
"""

import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.generated import write_mesh, write_policies
from benchmarks.outcome import Outcome
from benchmarks.process import HANSA, Contender, part, spoken
from benchmarks.retail import forget
from benchmarks.series import Series, amount, interleaved, peak, ratio
from benchmarks.setting import Setting

LIMIT = 4.0
WARM = 0.5


def measure(setting: Setting) -> Outcome:
    few, many = (5, 20) if setting.small else (100, 1000)
    floor_few, cold_few, again_few, edited_few, ruled_few = sized(few, setting)
    floor_many, cold_many, again_many, edited_many, ruled_many = sized(many, setting)
    slope = (cold_many.value - cold_few.value) / (many - few) * 1000
    return Outcome(
        (floor_few, cold_few, again_few, edited_few, ruled_few, floor_many, cold_many, again_many, edited_many, ruled_many),
        (
            amount(f"hansa check of {many:,} products, cold", cold_many.values, "s", LIMIT),
            amount(f"the same of {few:,}", cold_few.values, "s"),
            amount("each further product", (slope,), "ms"),
            amount(f"the same of {many:,}, with twenty policies", ruled_many.values, "s", LIMIT),
            amount(f"hansa check of {many:,} products, one changed", edited_many.values, "s", WARM),
            amount(f"the same of {few:,}, one changed", edited_few.values, "s"),
            amount(f"hansa check of {many:,} products, unchanged", again_many.values, "s", WARM),
            ratio(f"cold ÷ read and parse only, {many:,}", cold_many, floor_many),
            peak(f"peak memory at {many:,} products", cold_many),
        ),
    )


def sized(size: int, setting: Setting, columns: int = 12) -> tuple[Series, ...]:
    """The floor, the check from cold, the check of what was checked before, the check after one model was edited, and the check
    from cold with twenty policies."""
    mesh = setting.scratch / f"mesh-{size}"
    write_mesh(mesh, size, columns)
    floor = part("benchmarks.compile", "read", mesh, within="")
    command = (*HANSA, "check", "--mesh", str(mesh))
    cold = Contender(f"hansa check, {size:,} cold", command, lambda: _unruled(mesh))
    ruled = Contender(f"hansa check, {size:,} cold with twenty policies", command, lambda: _ruled(mesh))
    again = Contender(f"hansa check, {size:,} unchanged", command)
    edited = Contender(f"hansa check, {size:,} with one changed", command, lambda: _edit(mesh))
    return interleaved((_named(floor, f"read and parse only, {size:,}"), cold, again, edited, ruled), setting)


def _unruled(mesh: Path) -> None:
    """As it was generated, and never checked."""
    forget(mesh)
    shutil.rmtree(mesh / "governance", ignore_errors=True)


def _ruled(mesh: Path) -> None:
    """Never checked, with twenty policies."""
    forget(mesh)
    write_policies(mesh)


def _edit(mesh: Path) -> None:
    """Another condition in the model of a product in the middle, which others read."""
    models = sorted(mesh.glob("domains/*/*/models/*.sql"))
    model = models[len(models) // 2]
    model.write_text(f"{model.read_text()}    AND given_0.orders > {time.time_ns() % 1000}\n")


def _named(contender: Contender, name: str) -> Contender:
    return Contender(name, contender.command, contender.prepare, contender.within)


def _read(mesh: str) -> Mapping[str, float]:
    import sqlglot
    import yaml

    for path in sorted(Path(mesh).rglob("*.yaml")):
        yaml.load(path.read_bytes(), yaml.CSafeLoader)
    for path in sorted(Path(mesh).rglob("*.sql")):
        sqlglot.parse_one(path.read_text(), read="duckdb")
    return {}


if __name__ == "__main__":
    spoken({"read": _read})
