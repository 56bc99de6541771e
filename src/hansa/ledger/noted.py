"""Heads of the audit log that were noted beside the ledger: one a line, as `SERIAL HASH TIME`, only ever added to.

Who can write the ledger can mostly write this file, too. It is for copies: a backup or another machine that has an older one of
it shows what a log once held.
"""

import datetime as dt
import re
from pathlib import Path

from hansa.ledger.verifying import Head
from hansa.trouble import Place, Trouble, TroubleError

HEADS = "audit-heads"
"""The file in the mesh's own folder where each verification notes what it found."""

_LINE = re.compile(r"([1-9][0-9]{0,18}) ([0-9a-f]{64})( .*)?")


def noted_heads(file: Path) -> tuple[Head, ...]:
    """The heads in a file, none when there is no such file. Raises TroubleError for a line that is none."""
    try:
        lines = file.read_text("utf-8", errors="replace").splitlines() if file.exists() else []
    except OSError as error:
        raise TroubleError(_unreadable(file, 1, error.strerror or str(error))) from error
    found = []
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise TroubleError(_unreadable(file, number, "this is no serial and hash"))
        found.append(Head(int(match[1]), match[2]))
    return tuple(found)


def note_head(file: Path, head: Head, at: dt.datetime) -> None:
    """Note a head, unless it is the last one already. Raises OSError."""
    if not head.serial or head in noted_heads(file)[-1:]:
        return
    with file.open("a", encoding="utf-8") as stream:
        stream.write(f"{head.serial} {head.hash} {at.isoformat(timespec='seconds')}\n")


def _unreadable(file: Path, line: int, why: str) -> Trouble:
    return Trouble(
        "H458",
        "the noted heads of the audit log cannot be read",
        (Place(str(file), line, note=why),),
        "find out who wrote into it; restore it from a backup, or verify with a head from elsewhere: --head HASH",
    )
