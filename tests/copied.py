"""A mesh with its ledger, copied while others have that ledger open."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

LEDGER = ".hansa/ledger.db"


def copy_mesh(mesh: Path, to: Path) -> None:
    """Copy a mesh and all that it published.

    The ledger is copied by SQLite itself: a process that opens and closes its files by any other way gives up the locks that this
    process holds on them, and whoever writes to it next from another process damages it
    (https://www.sqlite.org/howtocorrupt.html, "Posix advisory locks canceled by a separate thread doing close()").
    """
    shutil.copytree(mesh, to, ignore=shutil.ignore_patterns("cache", f"{Path(LEDGER).name}*"))
    with closing(sqlite3.connect(mesh / LEDGER)) as old, closing(sqlite3.connect(to / LEDGER)) as new:
        old.backup(new)
