"""What policies said of a kept mesh, kept beside it: they need not be asked again while it holds, and until the day is over."""

import contextlib
import datetime as dt
import io
import pickle
from pathlib import Path
from typing import TYPE_CHECKING

from hansa.cache.files import UNREADABLE, write
from hansa.frozen import dataclass
from hansa.records import RecordPickler, RecordReader, digest
from hansa.trouble import Trouble

if TYPE_CHECKING:
    from hansa.governance.keeping import KeptAnswer


@dataclass(frozen=True, slots=True)
class Said:
    """What policies said of a mesh, and the answers that it rests on."""

    troubles: tuple[Trouble, ...]
    answers: "tuple[KeptAnswer, ...]" = ()


def recall_verdicts(file: Path, index: str, today: dt.date) -> tuple[Trouble, ...] | None:
    """What policies said on this day of the mesh that an index has; None when they were not asked."""
    found = _recalled_said(file, index, today)
    return found if isinstance(found, tuple) and all(isinstance(t, Trouble) for t in found) else None


def recall_answers(file: Path, index: str, today: dt.date) -> "tuple[KeptAnswer, ...]":
    """The answers on which that rests."""
    from hansa.governance.keeping import KeptAnswer  # whose modules nobody needs for a mesh that did not change

    found = _recalled_said(_answers_beside(file), index, today)
    return found if isinstance(found, tuple) and all(isinstance(a, KeptAnswer) for a in found) else ()


def keep_said(file: Path, index: str, today: dt.date, said: Said) -> None:
    """Keep what policies said of a kept mesh; they need not be asked again while it holds, and until the day is over."""
    for where, what in ((file, said.troubles), (_answers_beside(file), said.answers)):
        with contextlib.suppress(OSError, pickle.PicklingError):
            written = io.BytesIO()
            RecordPickler(written, protocol=5).dump(what)
            body = written.getvalue()
            write(where, _said_print(index, today, body) + b"\n" + body)


def _recalled_said(file: Path, index: str, today: dt.date) -> object:
    try:
        said, _, body = file.read_bytes().partition(b"\n")
        return RecordReader(io.BytesIO(body)).load() if said == _said_print(index, today, body) else None
    except UNREADABLE:
        return None


def _answers_beside(verdicts: Path) -> Path:
    return verdicts.with_name("answers")


def _said_print(index: str, today: dt.date, body: bytes) -> bytes:
    """The index names the program that made it, so that other code asks again."""
    return f"{index} {today.isoformat()} {digest(body)}".encode()
