"""The rows that benchmarks of the engine and of audits read: the real file, or its beginning where only the running is tested."""

import subprocess
import sys
from pathlib import Path

from benchmarks.process import CouldNotRun
from benchmarks.retail import source
from benchmarks.setting import Setting

FEW = 20_000


def promotions(setting: Setting) -> Path:
    """The promotion rows as one Parquet file. Raises `CouldNotRun`."""
    return _sampled("promotions", setting)


def transactions(setting: Setting) -> Path:
    """The lines of baskets as one Parquet file. Raises `CouldNotRun`."""
    return _sampled("transactions", setting)


def _sampled(name: str, setting: Setting) -> Path:
    whole = source(name)
    if not setting.small:
        return whole
    part = setting.scratch / f"{name}.parquet"
    # In a process of its own: this one must stay small (see `process`).
    code = "import duckdb, sys; duckdb.sql(f\"COPY (FROM read_parquet('{sys.argv[1]}') LIMIT {sys.argv[3]}) TO '{sys.argv[2]}'\")"
    done = subprocess.run(
        (sys.executable, "-c", code, str(whole), str(part), str(FEW)), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CouldNotRun(f"the sample of {name} could not be written: {done.stderr.strip()}")
    return part
