"""Work in a second process: the same result, whatever happens there."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hansa.beside import forked, here

HERE = os.getpid()


def alone(program: str) -> str:
    """Run in a process with one thread, as a command does; the test runner's own may have more."""
    done = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


def test_work_is_done_in_another_process() -> None:
    said = alone("import os\nfrom hansa.beside import forked\nw = forked(os.getpid)\nprint(w() != os.getpid())")
    assert said == str(sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1)


@pytest.mark.parametrize("failing", ["os._exit(3)", "sys.exit(1)", "1 / 0", "(x for x in ())", "os.kill(os.getpid(), 9)"])
def test_what_fails_there_is_done_here(failing: str) -> None:
    program = (
        "import os, sys\nfrom hansa.beside import forked\nme = os.getpid()\n"
        f"def work():\n    return 'here' if os.getpid() == me else ({failing})\n"
        "w = forked(work)\nprint(w())"
    )
    assert alone(program) == "here"


def test_an_error_of_the_work_itself_is_met_here() -> None:
    program = (
        "from hansa.beside import forked\nw = forked(lambda: 1 / 0)\ntry:\n    w()\nexcept ZeroDivisionError:\n    print('met')"
    )
    assert alone(program) == "met"


def test_a_large_result_comes_whole() -> None:
    assert alone("from hansa.beside import forked\nw = forked(lambda: 'x' * 10_000_000)\nprint(len(w()))") == "10000000"


def test_what_the_copy_prints_at_its_end_is_not_said_twice() -> None:
    assert alone("import sys\nfrom hansa.beside import forked\nsys.stdout.write('once')\nw = forked(lambda: 1)\nw()") == "once"


def test_here_does_it_when_asked() -> None:
    assert here(os.getpid)() == HERE
    assert forked(lambda: 7)() == 7


def test_a_large_mesh_is_the_same_in_one_process_and_in_two(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib, datetime\nfrom benchmarks.generated import write_mesh\nfrom hansa.beside import forked, here\n"
        "from hansa.declare import load\nfrom hansa.compile import compile\nfrom hansa.wiring import Workplace\n"
        f"root = pathlib.Path({str(tmp_path)!r})\nwrite_mesh(root, 130)\n"
        "(root / 'domains/domain_000/product_00013/models/facts.sql').write_text('SELECT nothing FROM given_0')\n"
        "made = []\n"
        "for beside in (here, forked):\n"
        "    with Workplace(root, {}) as w:\n"
        "        d = load(root, {}, None, beside)\n"
        "        made.append(compile(d, w.describe, datetime.date(2026, 1, 1), beside))\n"
        "one, two = made\n"
        "assert one.troubles and len(one.mesh.products) > 60\n"
        "print(one.mesh == two.mesh, one.troubles == two.troubles, one.mesh.fingerprint == two.mesh.fingerprint)"
    )
    done = subprocess.run(
        (sys.executable, "-c", program), capture_output=True, text=True, timeout=120, check=False, cwd=Path(__file__).parents[1]
    )
    assert done.stdout.strip() == "True True True", done.stderr


def test_work_that_is_left_behind_goes_on_after_the_process_that_began_it(tmp_path: Path) -> None:
    program = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from hansa.beside import left_behind\n"
        "left_behind(lambda: (time.sleep(0.5), print('heard'), Path(sys.argv[1]).write_text('done')))\n"
        "print('answered', flush=True)\n"
        "os._exit(0)\n"
    )
    began = time.monotonic()
    file = tmp_path / "result"
    told = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True, timeout=30, check=True)
    assert told.stdout == "answered\n", "nobody waits for its output, and it has none"
    if len(os.sched_getaffinity(0)) > 1:
        assert not file.exists(), "the answer did not wait"
    while not file.exists() and time.monotonic() < began + 20:
        time.sleep(0.02)
    assert file.read_text() == "done"


def test_what_goes_wrong_in_work_that_is_left_behind_harms_nobody() -> None:
    if len(os.sched_getaffinity(0)) > 1:
        assert alone("from hansa.beside import left_behind\nleft_behind(lambda: 1 / 0)\nprint('went on')") == "went on"
