"""`python -m benchmarks`: run some or all benchmarks and print what was measured."""

import argparse
import importlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Protocol, cast

from benchmarks.machine import load, machine
from benchmarks.outcome import Outcome
from benchmarks.process import CouldNotRun
from benchmarks.report import document, lines
from benchmarks.setting import Setting

NAMES = (
    "start_up",
    "nothing_changed",
    "reference_mesh",
    "memory",
    "engine_write",
    "audit",
    "describe",
    "relations",
    "search",
    "plan",
    "compile",
    "large",
    "lineage",
    "hub",
    "commits",
    "ledger",
    "audit_log",
    "decisions",
    "masks",
    "gateway_point",
    "gateway_clients",
    "flight_scan",
    "pages",
    "lineage_page",
    "server_start",
    "query_page",
    "many_pages",
    "static_site",
)

BY_NAME = ("large", "static_site")
"""Those that take too long to be run unasked."""


class Benchmark(Protocol):
    """A module of this package."""

    def measure(self, setting: Setting) -> Outcome: ...


def main() -> int:
    asked = _arguments()
    here = machine()
    print(json.dumps(here), file=sys.stderr)
    results: dict[str, object] = {}
    failed = False
    for name in asked.names or [n for n in NAMES if n not in BY_NAME]:
        before = load()
        try:
            outcome = _run(name, asked)
        except CouldNotRun as reason:
            failed = True
            print(f"{name} could not be run: {reason}", file=sys.stderr)
            continue
        print("\n".join(lines(name, outcome, before)), flush=True)
        results[name] = document(outcome, before)
    if asked.json is not None:
        asked.json.write_text(json.dumps({"format": 1, "machine": here, "benchmarks": results}, indent=2) + "\n")
    return 1 if failed else 0


def _run(name: str, asked: argparse.Namespace) -> Outcome:
    benchmark = cast("Benchmark", importlib.import_module(f"benchmarks.{name}"))
    print(f"{name}: {(benchmark.__doc__ or '').splitlines()[0]}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix=f"hansa-{name}-") as folder:
        return benchmark.measure(Setting(asked.runs, Path(folder), asked.small, asked.patience))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="What Hansa costs, against limits and peers.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(NAMES)}; most by default")
    parser.add_argument("--runs", type=int, default=3, help="counted runs of each contender (default 3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to this file")
    parser.add_argument("--small", action="store_true", help="tiny sizes, no warm-up: shows that it runs, not how fast")
    parser.add_argument(
        "--patience", type=float, default=0, metavar="SECONDS", help="wait so long for a quiet machine before each run"
    )
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(NAMES))
    if unknown or asked.runs < 1:
        parser.error(f"no benchmark is called {', '.join(unknown)}" if unknown else "at least one run")
    return asked


if __name__ == "__main__":
    sys.exit(main())
