"""Troubles as they come over a wire: read back into what they were, so that every way tells them in the same words."""

import re

from hansa.gateway.asking import Refused
from hansa.trouble import Place, Trouble, TroubleError

_HEAD = re.compile(r"(?:error|warning|note)\[(?P<code>H\d{3})\] (?P<summary>[^\n]*)")
_MEND = re.compile(r"^ *mend: (?P<mend>[^\n]*)$", re.MULTILINE)
_PLACE = re.compile(r"^  (?P<file>[^\s:][^\n:]*):(?P<line>\d+)(?::(?P<column>\d+))? *(?P<note>[^\n]*)$", re.MULTILINE)
REFUSED = "H707"


def read_back(text: str) -> TroubleError | None:
    """The trouble in the text of an error; None when it holds none of ours."""
    head = _HEAD.search(text)
    if head is None:
        return None
    rest = text[head.end() :]
    mend = _MEND.search(rest)
    places = tuple(Place(m["file"], int(m["line"]), int(m["column"] or 0), m["note"]) for m in _PLACE.finditer(rest))
    return trouble(head["code"], head["summary"], places, mend["mend"] if mend else "")


def trouble(code: str, summary: str, places: tuple[Place, ...] = (), mend: str = "") -> TroubleError:
    """An error of the kind that it was where it came from: a refusal stays one."""
    found = Trouble(code, summary, places, mend)
    return Refused(found) if code == REFUSED else TroubleError(found)
