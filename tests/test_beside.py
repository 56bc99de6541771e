"""Work in a second process: the same result, whatever happens there."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hansa.beside import forked, here, pieces

HERE = os.getpid()


def alone(program: str) -> str:
    """Run in a process with one thread, as a command does; the test runner's own may have more."""
    done = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


IN_TWO = sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def test_parts_are_done_in_two_processes_each_once() -> None:
    said = alone(
        "import os, time\nfrom hansa.beside import forked\n"
        "done = list(forked('abcdefgh', lambda part: (time.sleep(0.02), part, os.getpid())[1:]))\n"
        "print(''.join(sorted(part for _, (part, _) in done)), sorted(n for n, _ in done) == list(range(8)),"
        " all('abcdefgh'[n] == part for n, (part, _) in done), len({process for _, (_, process) in done}))"
    )
    assert said == f"abcdefgh True True {1 + IN_TWO}"


def test_whoever_is_quicker_does_more() -> None:
    said = alone(
        "import os, time\nfrom hansa.beside import forked\nme = os.getpid()\n"
        "done = forked(range(40), lambda part: (time.sleep(0.2 if os.getpid() == me else 0.002), os.getpid())[1])\n"
        "print(sum(process != me for _, process in done) > 30)"
    )
    assert said == str(IN_TWO)


@pytest.mark.parametrize(
    "failing",
    ["os._exit(3)", "sys.exit(1)", "1 / 0", "(x for x in ())", "os.kill(os.getpid(), 9)"],
)
def test_what_fails_there_is_done_here(failing: str) -> None:
    program = (
        "import os, sys, time\nfrom hansa.beside import forked\nme = os.getpid()\n"
        f"def work(part):\n    time.sleep(0.01)\n    return part if os.getpid() == me or part < 3 else ({failing})\n"
        "done = dict(forked(range(20), work))\nprint([done[n] for n in range(20)] == list(range(20)))"
    )
    assert alone(program) == "True"


def test_an_error_of_the_work_itself_is_met_here() -> None:
    program = (
        "from hansa.beside import forked\n"
        "try:\n    list(forked(range(4), lambda part: 1 / (3 - part)))\nexcept ZeroDivisionError:\n    print('met')"
    )
    assert alone(program) == "met"


def test_nobody_is_left_when_the_results_are_not_wanted_any_more() -> None:
    program = (
        "import os, time\nfrom hansa.beside import forked\n"
        "results = forked(range(100), lambda part: time.sleep(0.05))\nnext(results)\nresults.close()\n"
        "try:\n    os.waitpid(-1, 0)\nexcept ChildProcessError:\n    print('alone')"
    )
    assert alone(program) == "alone"


def test_large_results_come_whole() -> None:
    program = (
        "import time\nfrom hansa.beside import forked\n"
        "done = dict(forked(range(9), lambda part: (time.sleep(0.01), str(part) * 3_000_000)[1]))\n"
        "print(all(done[n] == str(n) * 3_000_000 for n in range(9)))"
    )
    assert alone(program) == "True"


def test_what_the_copy_prints_at_its_end_is_not_said_twice() -> None:
    said = alone("import sys\nfrom hansa.beside import forked\nsys.stdout.write('once')\nlist(forked([1, 2], lambda part: 1))")
    assert said == "once"


def test_here_all_parts_are_done_in_their_order() -> None:
    assert list(here("ab", lambda part: (part, os.getpid()))) == [(0, ("a", HERE)), (1, ("b", HERE))]
    assert list(forked((), str)) == []
    assert dict(forked([7], str)) == {0: "7"}


@pytest.mark.parametrize("count", [0, 1, 5, 999, 1_000, 1_001, 12_345])
def test_a_work_is_cut_into_pieces_that_can_be_handed_out(count: int) -> None:
    cut = pieces(range(count), 3)
    assert len(cut) <= 1_000
    assert [item for piece in cut for item in piece] == list(range(count))
    assert all(len(piece) >= 3 for piece in cut[:-1])


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
