"""`hansa --help` answers within 0.3 seconds, `hansa check` of the reference mesh within 1 second, from cold.

Size: the installed command, and ten products with 27 contracts. People and editors wait for both at every keystroke that
matters. For scale, a Python that does nothing.
"""

import shutil
import sys
from pathlib import Path

from benchmarks.outcome import Outcome
from benchmarks.process import HANSA, Contender
from benchmarks.retail import copied, forget
from benchmarks.series import amount, interleaved, peak
from benchmarks.setting import Setting

HELP = 0.3
CHECK = 1.0


def measure(setting: Setting) -> Outcome:
    mesh = copied(setting.scratch)
    # The command that people type, where it is installed beside this Python.
    installed = shutil.which("hansa", path=str(Path(sys.executable).parent))
    hansa = (installed,) if installed else HANSA
    nothing = Contender("python -c pass", (sys.executable, "-c", "pass"))
    listing = Contender("hansa --help", (*hansa, "--help"))
    command = (*hansa, "check", "--mesh", str(mesh))
    check = Contender("hansa check, cold", command, lambda: forget(mesh))
    again = Contender("hansa check, unchanged", command)
    series = interleaved((nothing, listing, check, again), setting)
    return Outcome(
        series,
        (
            amount("hansa --help", series[1].values, "s", HELP),
            amount("hansa check of the reference mesh, cold", series[2].values, "s", CHECK),
            amount("hansa check, unchanged", series[3].values, "s", CHECK),
            peak("peak memory of hansa check, cold", series[2]),
        ),
    )
