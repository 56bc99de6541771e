"""A trouble: something wrong, in a form that the person who meets it can mend."""

import enum
from collections.abc import Iterable
from dataclasses import field

from hansa.frozen import dataclass
from hansa.trouble.place import Place


class Severity(enum.StrEnum):
    """How bad: an error stops the product it concerns, a warning does not, a note only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble with its stable code (`hansa explain CODE`), one-line summary, places and mend.

    `product` is the text form of the product it concerns, empty when it concerns the mesh as a whole.
    """

    code: str
    summary: str
    places: tuple[Place, ...] = ()
    mend: str = ""
    severity: Severity = Severity.ERROR
    product: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if "\n" in self.summary:
            object.__setattr__(self, "summary", " ".join(self.summary.split()))

    def __str__(self) -> str:
        return render(self)

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def about(self, product: str) -> "Trouble":
        """The same trouble, filed under a product."""
        return Trouble(self.code, self.summary, self.places, self.mend, self.severity, product)

    def to_json(self) -> dict[str, object]:
        return {
            "code": self.code,
            "severity": str(self.severity),
            "summary": self.summary,
            "places": [{"file": p.file, "line": p.line, "column": p.column, "note": p.note} for p in self.places],
            "mend": self.mend,
            "product": self.product,
        }


class TroubleError(Exception):
    """Raised at the rim when work cannot go on; carries the troubles to show. Pure stages return troubles."""

    def __init__(self, *troubles: Trouble) -> None:
        super().__init__("\n".join(render(t) for t in troubles))
        self.troubles = troubles


def render(trouble: Trouble) -> str:
    """The text that people read; a view may colour it, never reword it."""
    lines = [f"{trouble.severity}[{trouble.code}] {trouble.summary}"]
    width = max((len(str(p)) for p in trouble.places), default=0)
    lines += [f"  {str(p).ljust(width)}  {p.note}".rstrip() for p in trouble.places]
    if trouble.mend:
        lines.append(f"  mend: {trouble.mend}")
    lines.append(f"  more: hansa explain {trouble.code}")
    return "\n".join(lines)


def in_order(troubles: Iterable[Trouble]) -> tuple[Trouble, ...]:
    """Errors first, then by first place, each trouble once."""
    rank = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
    unique = dict.fromkeys(troubles)
    return tuple(sorted(unique, key=lambda t: (rank[t.severity], t.places[:1], t.code, t.summary)))
