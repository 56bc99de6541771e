"""docs/architecture.md names every folder of src/hansa and none that is not there; each folder's door says what it is for."""

import ast
import re
from pathlib import Path

import hansa

SOURCE = Path(hansa.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"


def folders() -> set[str]:
    return {p.name for p in SOURCE.iterdir() if (p / "__init__.py").exists()}


def modules() -> set[str]:
    return {p.name for p in SOURCE.glob("*.py") if not p.name.startswith("__")}


def test_every_folder_has_its_sentence_and_every_sentence_its_folder() -> None:
    _, _, table = PAGE.read_text("utf-8").partition("| Folder of `src/hansa/` |")
    named = set(re.findall(r"^\| `([\w.]+)` \|", table.partition("\n\n")[0], re.MULTILINE))
    assert named == folders() | modules()


def test_the_direction_of_imports_names_all_of_them() -> None:
    _, _, layers = PAGE.read_text("utf-8").partition("**Direction of imports**")
    block = layers.partition("```\n")[2].partition("```")[0]
    assert set(re.findall(r"\w+", block)) == folders() | {Path(m).stem for m in modules()}


def test_the_server_is_told_whole_and_as_it_is() -> None:
    _, _, table = PAGE.read_text("utf-8").partition("| Where in `src/hansa/server/` |")
    named = {w for row in table.partition("\n\n")[0].splitlines() for w in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert named == {p.stem for p in (SOURCE / "server").iterdir() if not p.name.startswith("__")}


def test_every_door_has_a_docstring_and_no_logic() -> None:
    for door in SOURCE.rglob("__init__.py"):
        tree = ast.parse(door.read_text("utf-8"))
        assert ast.get_docstring(tree), door
        if "trouble/catalogue" in door.as_posix():
            continue  # the pages' folder is their index too
        logic = [n for n in tree.body if not isinstance(n, ast.Expr | ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign)]
        assert not logic, door
