"""A run that finds nothing changed ends within 1.0 second.

Size: the reference mesh, ten products, published once before. This is the run that a schedule starts most often; SQLMesh needs
1.8 s and dbt 6.5 s to find that a pipeline of 17 models has nothing to do. For scale, a Python that only imports DuckDB and
SQLAlchemy, the two libraries that such a run cannot do without.
"""

import sys

from benchmarks.outcome import Outcome
from benchmarks.process import HANSA, Contender, measured
from benchmarks.retail import copied
from benchmarks.series import amount, interleaved, ratio
from benchmarks.setting import Setting

LIMIT = 1.0


def measure(setting: Setting) -> Outcome:
    mesh = copied(setting.scratch)
    chosen = ("orders",) if setting.small else ()
    hansa = Contender("hansa run, nothing changed", (*HANSA, "run", *chosen, "--quiet", "--mesh", str(mesh)))
    bare = Contender("import duckdb, sqlalchemy", (sys.executable, "-c", "import duckdb, sqlalchemy"))
    measured(hansa, setting.scratch)
    peer, ours = interleaved((bare, hansa), setting)
    return Outcome(
        (peer, ours), (amount("hansa run, nothing changed", ours.values, "s", LIMIT), ratio("÷ bare imports", ours, peer))
    )
