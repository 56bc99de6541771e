"""A command that is forked where everything is imported does what one does that starts from nothing."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest


def said(command: list[str], folder: Path) -> tuple[int, bytes, bytes]:
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("line", ["--version", "check --json", "chekc", "init . --template retial", "query SELECT"])
def test_it_says_and_ends_as_any_other(line: str, warm_hansa: Path, in_folder: Path) -> None:
    cold = said([sys.executable, "-m", "hansa", *line.split()], in_folder)
    assert said([str(warm_hansa), *line.split()], in_folder) == cold


def test_it_has_the_folder_the_environment_and_the_streams_of_its_caller(warm_hansa: Path, in_folder: Path) -> None:
    subprocess.run([warm_hansa, "init", "mesh"], cwd=in_folder, check=True, capture_output=True)
    assert (in_folder / "mesh/hansa.yaml").exists()
    line = f"echo 'SELECT count(*) AS n FROM products' | {warm_hansa} policy query - --format csv | tail -n 1"
    environ = {**os.environ, "HANSA_MESH": str(in_folder / "mesh")}
    assert subprocess.run(["bash", "-c", line], env=environ, capture_output=True, check=True, text=True).stdout.strip() == "0"


def test_its_server_ends_with_who_began_it(in_folder: Path) -> None:
    """However that one ends; whoever calls then is told, and does not wait."""
    root = Path(__file__).parents[1]
    code = "import time\nfrom tests.warm import warmed\nwith warmed() as it:\n    print(it, flush=True)\n    time.sleep(60)\n"
    environ = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen([sys.executable, "-c", code], env=environ, stdout=subprocess.PIPE, text=True) as beginner:
        assert beginner.stdout is not None
        command = beginner.stdout.readline().strip()
        assert subprocess.run([command, "--version"], capture_output=True, check=False).returncode == 0
        beginner.send_signal(signal.SIGKILL)
    answered = (subprocess.run([command, "--version"], capture_output=True, check=False).returncode == 0 for _ in range(100))
    assert not all(answered), "the server goes on"
    shutil.rmtree(Path(command).parent)
