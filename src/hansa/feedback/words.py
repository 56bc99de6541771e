"""What may be said: plain text of a bounded length, and stars where there are to be some."""

import re

from hansa.model import FeedbackKind
from hansa.trouble import Trouble, TroubleError

LONGEST = 2_000
"""Characters of a text."""
MOST_LINES = 60

# Controls but the end of a line and the tabulator: none is seen, and a terminal obeys some. The signs that turn the direction of
# text around are refused as well, since what they show is not what is written; single marks of direction stay.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]")


def checked_text(text: str, *, needed: bool) -> str:
    """The text as it is recorded. Raises TroubleError H882 for one that is too long, missing, or not plain."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if needed and not plain:
        raise _refused("nothing was said", "say it in a sentence or two")
    if len(plain) > LONGEST:
        raise _refused(f"the text has {len(plain):,} characters", f"say it in {LONGEST:,} characters; link to what is longer")
    if plain.count("\n") >= MOST_LINES:
        raise _refused(f"the text has more than {MOST_LINES} lines", "say it in fewer lines")
    unseen = _UNSEEN.search(plain)
    if unseen is not None:
        raise _refused(f"the text has a sign that cannot be seen, U+{ord(unseen[0]):04X}", "leave it out; write plain text")
    return plain


def checked_stars(kind: FeedbackKind, stars: int) -> int:
    """Raises TroubleError H882 for a rating without stars, and for anything else with some."""
    if kind is FeedbackKind.RATING and not 1 <= stars <= 5:
        raise _refused("a rating has 1 to 5 stars", "choose how many")
    if kind is not FeedbackKind.RATING and stars:
        raise _refused(f"a {kind} has no stars", "leave them out, or give a rating beside it")
    return stars


def _refused(summary: str, mend: str) -> TroubleError:
    return TroubleError(Trouble("H882", summary, mend=mend))
