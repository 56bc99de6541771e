"""Benchmarks do not rot: each runs to its end in its smallest size. No time is asserted here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
QUICK = (
    "describe",
    "lineage",
    "relations",
    "search",
    "commits",
    "ledger",
    "audit_log",
    "decisions",
    "compile",
    "hub",
    "plan",
    "masks",
)
SLOW = (
    *("start_up", "nothing_changed", "reference_mesh", "memory", "engine_write", "audit", "large"),
    *("gateway_point", "gateway_clients", "flight_scan", "pages", "lineage_page"),
    *("server_start", "query_page", "many_pages", "static_site"),
)


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "benchmarks", *arguments), cwd=ROOT, capture_output=True, text=True, check=False, timeout=280
    )


def measured(name: str, folder: Path) -> dict[str, object]:
    """A benchmark's part of the JSON document, after it ran once in its smallest size."""
    file = folder / "figures.json"
    done = bench("--small", "--runs", "1", "--json", str(file), name)
    assert done.returncode == 0, done.stderr
    assert name in done.stdout
    found: dict[str, object] = json.loads(file.read_text())["benchmarks"][name]
    return found


@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(n, marks=pytest.mark.slow) for n in SLOW)])
def test_a_benchmark_measures_every_contender_and_gives_verdicts(name: str, tmp_path: Path) -> None:
    found = measured(name, tmp_path)
    contenders, figures = found["contenders"], found["figures"]
    assert isinstance(contenders, list)
    assert isinstance(figures, list)
    assert len(contenders) >= 2, "a limit or a peer, and hansa"
    for contender in contenders:
        assert contender["wall"][0] > 0
        assert contender["peakBytes"][0] > 1_000_000
    promised = [f for f in figures if f["limit"] is not None]
    assert promised
    for figure in promised:
        assert figure["met"] is (figure["value"] <= figure["limit"])


def test_every_benchmark_is_run_here() -> None:
    modules = {p.stem for p in (ROOT / "benchmarks").glob("*.py") if "\ndef measure(setting: Setting)" in p.read_text()}
    assert modules == {*QUICK, *SLOW}


def test_a_name_that_is_no_benchmark_is_refused() -> None:
    done = bench("no_such_benchmark")
    assert done.returncode == 2
    assert "no_such_benchmark" in done.stderr


def test_a_contender_that_fails_is_told_with_what_it_said(tmp_path: Path) -> None:
    """The exit code says whether everything could be run; a failing process is never a fast one."""
    script = (
        "import sys, pathlib\n"
        "from benchmarks.process import Contender, CouldNotRun, measured\n"
        "broken = Contender('broken', (sys.executable, '-c', 'import sys; sys.exit(\"no such thing\")'))\n"
        "try:\n    measured(broken, pathlib.Path(sys.argv[1]))\n"
        "except CouldNotRun as reason:\n    print(reason)\n"
    )
    done = subprocess.run((sys.executable, "-c", script, str(tmp_path)), cwd=ROOT, capture_output=True, text=True, check=True)
    assert "no such thing" in done.stdout
    assert "ended with 1" in done.stdout
