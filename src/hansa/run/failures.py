"""Why a product was not published, as troubles that say what failed and what mends it.

Consumers keep what they had in every one of these cases: nothing is visible before the pointer moves.
"""

import errno
import sys
import traceback
from pathlib import Path

from hansa.engines import EngineFailed, QueryRefused
from hansa.ledger import Conflict, LeaseHeld
from hansa.model import RunId
from hansa.names import ProductName
from hansa.trouble import Place, Trouble, TroubleError

Expected = TroubleError | QueryRefused | EngineFailed | Conflict | OSError
"""What the stages raise when the world is broken. Anything else is a fault of ours."""

EXPECTED = (TroubleError, QueryRefused, EngineFailed, Conflict, OSError)

_DELIVER = (
    "let it be delivered again, whole; or promise what it really holds: the delimiter, or text (VARCHAR) that the model converts "
    "with `try_cast` or `strptime`"
)
_ROOM = "free space on that disk (`hansa gc` removes what nothing points to), then run again"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def troubles_of(failure: Expected) -> tuple[Trouble, ...]:
    match failure:
        case TroubleError(troubles=troubles):
            return troubles
        case QueryRefused(reason=reason):
            return (
                Trouble("H405", f"a model cannot be run: {reason}", mend="mend the model, or what its port's contract promises"),
            )
        case EngineFailed():
            return (_of_engine(failure),)
        case Conflict():
            return (overtaken(),) if not isinstance(failure.condition, LeaseHeld) else (_lease_lost(),)
        case OSError():
            return (_of_system(failure),)


def line(troubles: tuple[Trouble, ...]) -> str:
    """Troubles as one line for a journal: what failed, where, and the mend."""
    return "; ".join(_one_line(t) for t in troubles)


def overtaken() -> Trouble:
    """Somebody else published the product between our plan and our turn."""
    return Trouble("H411", "it was published meanwhile, by another run or hand, so this plan is stale", mend="run again")


def busy(by: str) -> Trouble:
    """Another run holds the product's lease."""
    return Trouble("H415", f"{by} is publishing it now", mend="run again when it is done")


def crashed(failure: BaseException, run: RunId, product: ProductName, folder: Path) -> Trouble:
    """A fault of Hansa: the traceback goes into a file, or to stderr where no file can be written."""
    told = "".join(traceback.format_exception(failure))
    file = folder / f"{run}-{product}.txt"
    places: tuple[Place, ...] = (Place(str(file), note="the traceback"),)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(told, encoding="utf-8")
    except OSError:
        sys.stderr.write(told)
        places = ()
    what = traceback.format_exception_only(failure)[-1].strip()
    return Trouble("H410", f"Hansa itself failed: {what}", places, "report it with the traceback; running again is safe")


def _of_engine(failure: EngineFailed) -> Trouble:
    where = f" (input `{failure.table}`)" if failure.table else ""
    reason = f"{failure.reason}{where}"
    match failure.kind:
        case "input":
            return Trouble("H406", f"an input cannot be read: {reason}", mend=_DELIVER)
        case "disk":
            return Trouble("H407", f"no space left while computing: {reason}", mend=_ROOM)
        case "memory":
            return Trouble("H408", f"the memory limit is too low: {reason}", mend="raise `memoryLimit` of the platform")
        case "connection":
            return Trouble("H409", f"the engine is gone: {reason}", mend="start it again, or correct `remote` of the platform")
        case _:
            return Trouble("H405", f"a model failed: {reason}", mend="mend the model, or the data that it cannot take")


def _of_system(failure: OSError) -> Trouble:
    reason = f"{failure.strerror or failure}: {failure.filename or ''}".rstrip(": ")
    if failure.errno in _FULL:
        return Trouble("H407", f"no space left: {reason}", mend=_ROOM)
    return Trouble(
        "H413", f"the system refused: {reason}", mend="check the disk, the folder and your user's rights, then run again"
    )


def _lease_lost() -> Trouble:
    return Trouble(
        "H412",
        "its lease was lost before it could be published: the process stood still for too long, or the clock leapt",
        mend="run again",
    )


def _one_line(trouble: Trouble) -> str:
    places = ", ".join(str(p) for p in trouble.places)
    where = f" [{places}]" if places else ""
    return f"{trouble.code} {trouble.summary}{where}" + (f"; mend: {trouble.mend}" if trouble.mend else "")


class InputMissing(Exception):
    """A supplier has published nothing that could be read; the product waits for it."""

    def __init__(self, supplier: str) -> None:
        super().__init__(f"{supplier} has never been published")
        self.supplier = supplier
