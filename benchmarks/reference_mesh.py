"""The whole reference mesh costs at most 1.15 times its own statements as one plain DuckDB script.

Size: three domains, ten products, a year of purchases of 2,469 households, 20.9 M promotion rows; real data, and what a team's
nightly run looks like. Both sides are whole processes in a fresh folder. The limit (`raw_retail.py`) runs the same models and
writes the same ports as zstd Parquet without contracts, audit, tables or records. dbt and SQLMesh need 1.6 to 1.9 times such a
script for a comparable pipeline without checks.
"""

import shutil
import sys

from benchmarks.outcome import Outcome
from benchmarks.process import HANSA, ROOT, Contender
from benchmarks.retail import copied, forget
from benchmarks.series import interleaved, peak, ratio, work_ratio
from benchmarks.setting import Setting

LIMIT = 1.15


def measure(setting: Setting) -> Outcome:
    mesh = copied(setting.scratch)
    target = setting.scratch / "raw"
    script = (sys.executable, str(ROOT / "benchmarks" / "raw_retail.py"), "--target", str(target))
    raw = Contender("raw DuckDB script", script, lambda: shutil.rmtree(target, ignore_errors=True))
    hansa = Contender("hansa run", (*HANSA, "run", "--quiet", "--mesh", str(mesh)), lambda: forget(mesh))
    limit, ours = interleaved((raw, hansa), setting)
    figures = (
        ratio("hansa run ÷ raw DuckDB script", ours, limit, LIMIT),
        work_ratio("the same in processor seconds", ours, limit),
        peak("peak memory of hansa", ours),
    )
    return Outcome((limit, ours), figures)
