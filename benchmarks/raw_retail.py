"""The limit: the reference mesh's own statements as one plain DuckDB script that writes Parquet.

Claim: Hansa builds the whole reference mesh in at most 1.15 times the wall time of this script. The script does what someone
without a platform would do with the very same models: one connection, a view for each input and intermediate model, a
`COPY … TO` zstd Parquet for each output port, no contracts, no audit, no tables, no records. Nothing of Hansa is imported.

    python benchmarks/raw_retail.py [--target DIR] [--memory 1GB] [--verbose]

prints one JSON document: {"seconds", "products": {name: {"seconds", "ports": {port: {"rows", "bytes", "seconds"}}}}}.
"""

import argparse
import importlib.util
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import yaml

RETAIL = Path(__file__).resolve().parent.parent / "examples" / "retail"


@dataclass(frozen=True, slots=True)
class Product:
    """A product's folder as this script needs it: what it reads, what it offers, its models by name."""

    name: str
    inputs: dict[str, str]
    outputs: tuple[str, ...]
    models: dict[str, Path]


def products() -> Iterator[Product]:
    """The products of the reference mesh, each after those it reads."""
    waiting = [_product(path) for path in sorted(RETAIL.glob("domains/*/*/product.odps.yaml"))]
    offered = {f"{p.name}.{port}" for p in waiting for port in p.outputs}
    done: set[str] = set()
    while waiting:
        ready = [p for p in waiting if all(c in done or c not in offered for c in p.inputs.values())]
        if not ready:
            raise SystemExit(f"products read each other in a circle: {[p.name for p in waiting]}")
        for product in ready:
            yield product
            done |= {f"{product.name}.{port}" for port in product.outputs}
        waiting = [p for p in waiting if p not in ready]


def _product(path: Path) -> Product:
    document = yaml.safe_load(path.read_text())
    models = {m.stem: m for m in sorted((path.parent / "models").iterdir()) if m.suffix in (".sql", ".py")}
    return Product(
        name=f"{path.parent.parent.name}.{path.parent.name}",
        inputs={p["name"]: p["contractId"] for p in document["inputPorts"]},
        outputs=tuple(p["name"] for p in document["outputPorts"]),
        models=models,
    )


def sources() -> dict[str, str]:
    """The Parquet file of each external source, by contract id."""
    found = {}
    for path in RETAIL.glob("domains/*/*/contracts/*.odcs.yaml"):
        contract = yaml.safe_load(path.read_text())
        for server in contract.get("servers", []):
            package, _, inside = server["path"].removeprefix("package://").partition("/")
            spec = importlib.util.find_spec(package)
            if spec is None or spec.origin is None:
                raise SystemExit(f"the package {package} is not installed")
            found[contract["id"]] = str(Path(spec.origin).parent / inside)
    return found


def mentions(models: dict[str, Path]) -> dict[str, set[str]]:
    """The sibling models that each model of a product reads."""
    return {name: {other for other in models if other != name and _mentions(path, other)} for name, path in models.items()}


def _mentions(path: Path, name: str) -> bool:
    pattern = rf"\binputs\.{name}\b" if path.suffix == ".py" else rf"\b(?:FROM|JOIN)\s+{name}\b"
    return re.search(pattern, path.read_text()) is not None


def ordered(reads: dict[str, set[str]]) -> list[str]:
    """A product's models, each after the sibling models that it reads."""
    done: list[str] = []
    while len(done) < len(reads):
        done += sorted(n for n in reads if n not in done and reads[n] <= set(done))
    return done


def build(target: Path, memory: str, verbose: bool) -> dict[str, Any]:
    """Run every model once and write every output port."""
    files = sources()
    # No model asks for an order of rows; who does not keep one writes the large ports faster.
    settings: dict[str, bool | int | float | str | list[str]] = {
        "memory_limit": memory,
        "temp_directory": str(target / "spill"),
        "preserve_insertion_order": "false",
    }
    con = duckdb.connect(config=settings)
    report = {}
    for product in products():
        started = time.perf_counter()
        con.execute(f'CREATE SCHEMA "{product.name}"')
        con.execute(f"SET schema = '\"{product.name}\"'")
        for name, contract in product.inputs.items():
            con.execute(f"CREATE VIEW {name} AS FROM read_parquet('{files[contract]}')")
        ports = {}
        reads = mentions(product.models)
        for name in ordered(reads):
            port = f"{product.name}.{name}"
            path = product.models[name]
            if name not in product.outputs:
                # What several models read is kept, so that nothing is computed twice.
                kept = sum(name in names for names in reads.values()) > 1
                con.execute(f"CREATE {'TEMP TABLE' if kept else 'VIEW'} {name} AS {path.read_text()}")
                continue
            files[port] = str(target / f"{port}.parquet")
            ports[name] = write(con, path, files[port])
            con.execute(f"CREATE VIEW {name} AS FROM read_parquet('{files[port]}')")
            if verbose:
                print(f"{port:45} {ports[name]}", file=sys.stderr)
        report[product.name] = {"seconds": round(time.perf_counter() - started, 3), "ports": ports}
    return report


def write(con: duckdb.DuckDBPyConnection, model: Path, file: str) -> dict[str, Any]:
    """Compute one output port into one Parquet file."""
    started = time.perf_counter()
    query = model.read_text()
    if model.suffix == ".py":
        con.register("computed", python_model(con, model))
        query = "FROM computed"
    (rows,) = con.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)").fetchone() or (0,)
    return {"rows": rows, "bytes": Path(file).stat().st_size, "seconds": round(time.perf_counter() - started, 3)}


def python_model(con: duckdb.DuckDBPyConnection, path: Path) -> Any:
    """Call `model(inputs)` of a file with what it mentions as `inputs.<name>.arrow()`."""
    text = path.read_text()
    scope: dict[str, Any] = {"__name__": path.stem}
    exec(compile(text, str(path), "exec"), scope)
    reads = set(re.findall(r"\binputs\.(\w+)", text))
    inputs = {name: SimpleNamespace(arrow=con.sql(f"FROM {name}").to_arrow_table) for name in reads}
    return scope["model"](SimpleNamespace(**inputs))


def main() -> None:
    parser = argparse.ArgumentParser(description="build the reference mesh's statements with plain DuckDB")
    parser.add_argument("--target", type=Path, help="where to leave the Parquet files; a temporary folder by default")
    parser.add_argument("--memory", default="1GB", help="DuckDB's memory limit")
    parser.add_argument("--verbose", action="store_true", help="each port's figures on stderr")
    arguments = parser.parse_args()
    started = time.perf_counter()
    if arguments.target is not None:
        arguments.target.mkdir(parents=True, exist_ok=True)
        report = build(arguments.target, arguments.memory, arguments.verbose)
    else:
        with tempfile.TemporaryDirectory() as folder:
            report = build(Path(folder), arguments.memory, arguments.verbose)
    print(json.dumps({"seconds": round(time.perf_counter() - started, 3), "products": report}, indent=2))


if __name__ == "__main__":
    main()
