"""The README's two commands, in a fresh clone, twice in a row: what a newcomer does first."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (CHECKOUT / ".git").exists() or shutil.which("git") is None or shutil.which("make") is None:
        if os.environ.get("CI"):
            pytest.fail("the README is tested in a clone: git, make and a checkout are needed")
        pytest.skip("this is no git checkout, or git or make are missing")
    folder = tmp_path_factory.mktemp("fresh") / "hansa"
    subprocess.run(["git", "clone", "--quiet", str(CHECKOUT), str(folder)], check=True)
    return folder


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make as a newcomer does: nothing of this test run's environment or virtual environment leaks in."""
    leaks = ("VIRTUAL_ENV", "PYTHONPATH", "HANSA_", "PYTEST", "COV_", "MAKE", "MFLAGS")
    environ = {k: v for k, v in os.environ.items() if not k.startswith(leaks)}
    environ["PATH"] = os.pathsep.join(p for p in environ["PATH"].split(os.pathsep) if not p.startswith(sys.prefix))
    return subprocess.run(["make", *arguments], cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_make_demo_builds_the_mesh_and_shows_a_query_and_does_nothing_the_second_time(clone: Path) -> None:
    first = make(clone, "demo")
    assert first.returncode == 0, first.stdout[-3000:] + first.stderr[-3000:]
    assert re.search(r"product\.inventory\.placements +20,940,529", first.stdout)
    assert "champion" in first.stdout, "the query over three domains is shown"
    assert "make serve" in first.stdout, "and how to open the pages"
    second = make(clone, "demo")
    assert second.returncode == 0, second.stdout[-3000:] + second.stderr[-3000:]
    assert "published  " not in second.stdout.split("Run ")[0], "a second run publishes nothing"
    status = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True)
    assert status.stdout == "", "the demo leaves the checkout clean"


def test_make_test_installs_what_it_needs(clone: Path) -> None:
    """The whole suite would run itself; a part of it shows that the command works from nothing.

    Continuous integration shows it with the whole suite: `.ci/run` is `make test` in a clean clone.
    """
    if os.environ.get("CI") and Path(sys.prefix) == CHECKOUT / ".venv":
        pytest.skip("this very run is `make test` in a clean clone")
    done = make(clone, "test", "ARGS=tests/names tests/plan")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert re.search(r"\d+ passed", done.stdout)
