"""What depends on the terminal and the process: progress on a TTY, NO_COLOR, pipes that close, stdin, what help imports."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hansa.cli.app import commands

Hansa = Callable[..., Any]


def on_a_terminal(hansa: Path, arguments: list[str], cwd: Path, **environ: str) -> tuple[str, str]:
    """Run with stderr on a pseudo-terminal; stdout and what the terminal showed."""
    ours, theirs = pty.openpty()
    known = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "HANSA_MESH")} | {"TERM": "xterm-256color"} | environ
    process = subprocess.Popen(
        [hansa, *arguments], cwd=cwd, stdout=subprocess.PIPE, stderr=theirs, stdin=subprocess.DEVNULL, env=known
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # the other side is closed: the process is gone
        pass
    out, _ = process.communicate()
    os.close(ours)
    assert process.returncode == 0
    return out.decode(), shown.decode()


def test_a_run_draws_a_bar_on_a_terminal(mesh: Path, warm_hansa: Path) -> None:
    out, shown = on_a_terminal(warm_hansa, ["run"], mesh)
    assert "━" in shown or "█" in shown
    assert "\x1b[" in shown
    assert "published" in out
    assert "\x1b" not in out


def test_no_color_is_honoured(mesh: Path, warm_hansa: Path) -> None:
    _, shown = on_a_terminal(warm_hansa, ["run"], mesh, NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9][0-9;]*m", shown), "no colours"


def test_quiet_and_dumb_terminals_get_no_bar(mesh: Path, warm_hansa: Path) -> None:
    _, shown = on_a_terminal(warm_hansa, ["run", "--quiet"], mesh)
    assert shown == ""
    _, shown = on_a_terminal(warm_hansa, ["run", "--force"], mesh, TERM="dumb")
    assert "━" not in shown
    assert '"event": "RunFinished"' in shown


def test_a_closed_pipe_is_no_trouble(shared: Path) -> None:
    query = "SELECT range AS n, repeat('x', 100) AS t FROM range(200000)"
    command = f'{sys.executable} -m hansa query "{query}" --format csv --mesh {shared} | head -n 2'
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout.count("\n") == 2
    assert done.returncode == 0
    assert done.stderr == ""


def test_a_query_is_read_from_stdin_and_the_mesh_from_the_environment(hansa_process: Hansa, shared: Path) -> None:
    said = hansa_process(
        "query", "-", "--json", given="SELECT name\nFROM customer.profiles\nWHERE id = 1;\n", environ={"HANSA_MESH": str(shared)}
    )
    assert said.json == [{"name": "Ann"}]


def test_the_mesh_is_found_upwards_and_the_option_wins(hansa: Hansa, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hansa("init", "empty")
    monkeypatch.chdir(shared / "domains" / "customer")
    assert hansa("check", "--json").json["products"] == 1
    monkeypatch.setenv("HANSA_MESH", str(shared))
    monkeypatch.chdir("/")
    assert hansa("check", "--json").json["products"] == 1
    assert hansa("check", "--mesh", shared.parent, "--json", code=2).json["error"]["troubles"][0]["code"] == "H901"


def test_help_imports_nothing_heavy_and_is_quick() -> None:
    heavy = "duckdb pyarrow sqlalchemy pyiceberg sqlglot rich alembic deltalake pyspark yaml"
    program = (
        "import sys\nfrom hansa.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        f"print(sorted(set({heavy.split()!r}) & set(sys.modules)), file=sys.stderr)"
    )
    before = os.times()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    after = os.times()
    assert done.stderr.strip() == "[]"
    taken = after.children_user + after.children_system - before.children_user - before.children_system
    assert taken < 1.0, "0.2 s of a core that does nothing else; this one may be shared"


def named() -> list[list[str]]:
    found: list[list[str]] = []

    def walk(group: Any, before: list[str]) -> None:
        for name, command in sorted(group.commands.items()):
            if hasattr(command, "commands"):
                walk(command, [*before, name])
            else:
                found.append([*before, name])

    walk(commands(), [])
    return found


@pytest.mark.parametrize("command", named(), ids=" ".join)
def test_every_help_has_one_example_that_is_written_as_the_command_wants_it(command: list[str], hansa: Hansa) -> None:
    said = hansa(*command, "--help").out
    examples = re.findall(r"Example: (hansa .+)", said)
    assert len(examples) == 1
    assert examples[0].startswith(" ".join(["hansa", *command]))
    assert "--json" in said
    assert max(map(len, said.splitlines())) <= 110
