"""Pages of a port's data: a cursor names the snapshot that the first page was read from, so that all pages are of one version."""

import base64
import hashlib
import json

from hansa.frozen import dataclass
from hansa.trouble import Trouble, TroubleError


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins. `asked` is a digest of what was asked for: a cursor goes on with nothing else.

    It is no secret and no leave: whoever makes one up asks for an older version, and reads it under the decisions of now.
    """

    snapshot: int
    offset: int
    asked: str

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(json.dumps([self.snapshot, self.offset, self.asked]).encode()).decode().rstrip("=")


def cursor_of(text: str, asked: str) -> Cursor:
    """Raises TroubleError for what is no cursor, or one of another question."""
    try:
        match json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)):
            case [int(snapshot), int(offset), str(of)] if 0 <= offset < 2**62 and 0 <= snapshot < 2**63:
                found = Cursor(snapshot, offset, of)
            case _:
                raise ValueError(text)
    except (ValueError, RecursionError):
        mend = "take it from `next` or the Link header of the page before"
        raise TroubleError(Trouble("H742", "the cursor is none of ours", mend=mend)) from None
    if found.asked != asked:
        mend = "send the same columns, filter and environment with every page, or begin without a cursor"
        raise TroubleError(Trouble("H742", "the cursor belongs to another question", mend=mend))
    return found


def digest(*parts: object) -> str:
    """A short name for what was asked: equal for equal parts."""
    return hashlib.blake2b(json.dumps(parts, default=str).encode(), digest_size=12).hexdigest()
