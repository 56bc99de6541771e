"""Where the mesh is: as told, or the nearest folder upwards."""

import os
from collections.abc import Mapping
from pathlib import Path

from hansa.trouble import Place, Trouble, TroubleError

MESH_FILE = "hansa.yaml"


def locate(mesh: Path | None, environ: Mapping[str, str]) -> Path:
    """The root of the mesh: as told, else `HANSA_MESH`, else the nearest folder upwards with a hansa.yaml."""
    told = mesh or (Path(environ["HANSA_MESH"]) if environ.get("HANSA_MESH") else None)
    where = told or _here()
    root = find_root(where.absolute()) if where.exists() else None
    if root is None:
        raise TroubleError(
            Trouble(
                "H901",
                f"there is no mesh here: no hansa.yaml in {where} or any folder above it",
                (Place(str(where)),),
                "`hansa init DIR` makes one; `--mesh DIR` or HANSA_MESH names one that is elsewhere",
            )
        )
    return root


def find_root(start: Path) -> Path | None:
    """The nearest folder from `start` upwards that holds a `hansa.yaml`; None when there is none."""
    start = Path(os.path.abspath(start))  # noqa: PTH100 - links keep the names that people typed
    # `os.path` answers no where `Path` would raise: without rights, or with a name too long.
    return next((f for f in (start, *start.parents) if os.path.isfile(f / MESH_FILE)), None)  # noqa: PTH113 - see above


def _here() -> Path:
    """The working folder; a name that does not exist when it was deleted under us."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return Path(os.environ.get("PWD", "/nowhere"))
