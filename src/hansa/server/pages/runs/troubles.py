"""What stopped a product, read back from the one line that is on record of it: code, summary, places and mend of each trouble."""

import re

from hansa.frozen import dataclass

_TROUBLE = re.compile(
    r"(?P<code>H\d{3}) (?P<summary>.*?)(?: \[(?P<places>[^\[\]]*)\])?(?:; mend: (?P<mend>.*?))?(?=; H\d{3} |\Z)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Told:
    """A trouble as its run told it. Without a code it is only a sentence."""

    summary: str
    code: str = ""
    places: tuple[str, ...] = ()
    mend: str = ""


def troubles_of(reason: str) -> list[Told]:
    """The troubles of a reason, or the reason itself."""
    if not re.match(r"H\d{3} ", reason):
        return [Told(reason)] if reason else []
    return [
        Told(m["summary"], m["code"], tuple(p for p in (m["places"] or "").split(", ") if p), m["mend"] or "")
        for m in _TROUBLE.finditer(reason)
    ]
