"""`hansa check` of a thousand products ends within 4 seconds, from cold.

Size: generated meshes of 100 and 1,000 products, each of twelve columns and one SQL model that joins one to three others: what a
company of some fifty teams has. Two sizes show the slope. The peer reads the same files with the fastest general loaders,
PyYAML's C loader and SQLGlot's parser, and checks nothing. On such meshes dbt-core parses in 17.5 s, SQLMesh loads in 27 s.
"""

from collections.abc import Mapping
from pathlib import Path

from benchmarks.generated import write_mesh
from benchmarks.outcome import Outcome
from benchmarks.process import HANSA, Contender, part, spoken
from benchmarks.series import Series, amount, interleaved, peak, ratio
from benchmarks.setting import Setting

LIMIT = 4.0


def measure(setting: Setting) -> Outcome:
    few, many = (5, 20) if setting.small else (100, 1000)
    series: list[Series] = []
    for size in (few, many):
        mesh = setting.scratch / f"mesh-{size}"
        write_mesh(mesh, size)
        floor = part("benchmarks.compile", "read", mesh, within="")
        contenders = (_named(floor, f"read and parse only, {size:,}"), _check(mesh, size))
        series += interleaved(contenders, setting)
    small, large = series[1], series[3]
    slope = (large.value - small.value) / (many - few) * 1000
    return Outcome(
        tuple(series),
        (
            amount(f"hansa check of {many:,} products", large.values, "s", LIMIT),
            amount(f"hansa check of {few:,} products", small.values, "s"),
            amount("each further product", (slope,), "ms"),
            ratio(f"÷ read and parse only, {many:,}", large, series[2]),
            peak(f"peak memory at {many:,} products", large),
        ),
    )


def _check(mesh: Path, size: int) -> Contender:
    return Contender(f"hansa check, {size:,}", (*HANSA, "check", "--mesh", str(mesh)))


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
