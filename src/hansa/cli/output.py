"""Writing results: text for people, JSON for programs, both from one value."""

import json
import re
import sys
from collections.abc import Iterable, Sequence

from hansa.trouble import Trouble, in_order, render

# Controls but the ends of lines and the tabulator, and the signs that turn the direction of text around.
_OBEYED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)")


def write(text: str) -> None:
    """A line of the result, on stdout."""
    sys.stdout.write(_harmless(text) + "\n")


def say(text: str) -> None:
    """A line that is not the result (progress, hints), on stderr."""
    sys.stderr.write(_harmless(text) + "\n")


def _harmless(text: str) -> str:
    """Text of others steers no terminal, and shows what it says: what a terminal obeys is written as JSON writes it."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def write_json(value: object) -> None:
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False, default=str)
    sys.stdout.write("\n")


MOST_ALIKE = 5
"""The troubles with one mend that a text shows of many."""


def write_troubles(troubles: Iterable[Trouble], *, most: int = MOST_ALIKE) -> None:
    """Troubles, of those that are alike only the first, and how many there are more."""
    alike: dict[tuple[str, str], list[Trouble]] = {}
    for trouble in troubles:
        alike.setdefault(_likeness(trouble), []).append(trouble)
    # One more is shown in as many lines as it takes to count it.
    kept = {key: found if len(found) <= most + 1 else found[:most] for key, found in alike.items()}
    write("\n\n".join(render(t) for t in in_order(t for found in kept.values() for t in found)))
    hidden = {key: len(found) - len(kept[key]) for key, found in alike.items()}
    left = [f"{_headed(key, alike[key][0])}: {count:,} more" for key, count in hidden.items() if count]
    if left:
        write("\n" + "\n".join((*left, "--json shows all of them; so does --all of `hansa check`, which takes a PATH, too")))


def _likeness(trouble: Trouble) -> tuple[str, str]:
    """What troubles have in common that one cause has: their code, and the policy, else the mend."""
    note = trouble.places[-1].note if trouble.places else ""
    return f"{trouble.severity}[{trouble.code}]", note if note.startswith("the policy ") else trouble.mend


def _headed(key: tuple[str, str], first: Trouble) -> str:
    return f"{key[0]} {key[1] if key[1] != first.mend else first.summary}"


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[int] = ()) -> str:
    """Aligned columns with one line of headings; the columns numbered in `right` are aligned to the right."""
    cells = [list(head), *([_cell(v) for v in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    rightwards = set(right)

    def line(row: Sequence[str]) -> str:
        padded = (c.rjust(w) if i in rightwards else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        return "  ".join(padded).rstrip()

    return "\n".join(line(row) for row in cells)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:,}" if isinstance(value, int) else str(value)


def size(count: int) -> str:
    """Bytes for people: 1.4 MB."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def counted(count: int, noun: str) -> str:
    """`1 product`, `2 products`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
