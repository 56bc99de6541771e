"""A new mesh: blank, or the reference mesh on real data."""

import shutil
from pathlib import Path

import hansa
from hansa.declare import write
from hansa.names import is_word, word_like
from hansa.scaffold.files import NewFile, write_new
from hansa.trouble import Place, Trouble, TroubleError

TEMPLATES = ("blank", "retail")
_LEFT_OUT = shutil.ignore_patterns(".hansa", "__pycache__", "*.pyc")

_GITIGNORE = "# What Hansa keeps beside the declarations: ledger, warehouse, caches.\n.hansa/\n"

_README = """# {title}

A data mesh of Hansa: domains own data products as code.

    hansa new domain customer                                  # who owns what
    hansa new product customer/profiles --from profiles.csv    # a product with owner, contract and one port
    hansa check && hansa plan && hansa run                     # compile, see what would happen, publish
    hansa query "SELECT * FROM customer.profiles LIMIT 10"
"""


def new_mesh(folder: Path, template: str) -> tuple[str, ...]:
    """Make a mesh in a folder that has none; the files made, relative to it. Raises TroubleError."""
    if (folder / "hansa.yaml").exists():
        raise TroubleError(
            Trouble(
                "H911", f"{folder} is a mesh already", (Place(str(folder / "hansa.yaml")),), "`hansa new domain NAME` goes on"
            )
        )
    if template == "retail":
        return _copy_retail(folder)
    return write_new(folder, _blank(folder))


def _blank(folder: Path) -> tuple[NewFile, ...]:
    name = folder.absolute().name
    word = name if is_word(name) else word_like(name) or "mesh"
    mesh = write.mesh(
        {
            "apiVersion": "hansa/v1",
            "kind": "Mesh",
            "name": word,
            "title": word.replace("_", " ").capitalize(),
            "platforms": {"embedded": {"engine": "duckdb"}},
            "platform": "embedded",
            "domains": ["domains/*"],
        }
    )
    teams = write.teams(
        {
            "apiVersion": "hansa/v1",
            "kind": "Teams",
            "teams": [{"name": "platform-team", "title": "Platform team", "contact": "platform@example.org"}],
        }
    )
    return (
        NewFile("hansa.yaml", mesh),
        NewFile("governance/teams.yaml", teams),
        NewFile(".gitignore", _GITIGNORE),
        NewFile("README.md", _README.format(title=word.replace("_", " ").capitalize())),
        NewFile("domains/.keep", ""),
    )


def retail_template() -> Path:
    """The folder of the reference mesh: inside the installed package, or in the checkout it is developed in."""
    package = Path(hansa.__file__).parent
    candidates = (package / "templates" / "retail", package.parents[1] / "examples" / "retail")
    found = next((c for c in candidates if (c / "hansa.yaml").exists()), None)
    if found is None:
        raise TroubleError(Trouble("H912", "this installation lacks the reference mesh", mend="install hansa again"))
    return found


def _copy_retail(folder: Path) -> tuple[str, ...]:
    template = retail_template()
    if folder.exists() and any(folder.iterdir()):
        raise TroubleError(
            Trouble(
                "H910", f"{folder} is not empty; nothing was written", (Place(str(folder)),), "name a folder that does not exist"
            )
        )
    shutil.copytree(template, folder, ignore=_LEFT_OUT, dirs_exist_ok=True)
    (folder / ".gitignore").write_text(_GITIGNORE, encoding="utf-8")
    return tuple(sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()))
