"""The catalogue of trouble codes: one Markdown page a code, beside this file.

A page opens with ``# H214 — title``; then what it means, a small example, how to mend it. `hansa explain` prints it.
"""

import re
from functools import cache
from importlib import resources

_NAME = re.compile(r"H\d{3}\.md")
_HEADING = re.compile(r"^# (H\d{3}) — (.+)$")


def codes() -> tuple[str, ...]:
    """Every documented code, in order."""
    pages = resources.files(__name__).iterdir()
    return tuple(sorted(p.name[:-3] for p in pages if _NAME.fullmatch(p.name)))


def page(code: str) -> str:
    """The page of a code as Markdown; raises KeyError when no such code is documented."""
    name = f"{code.strip().upper()}.md"
    if _NAME.fullmatch(name) is None:
        raise KeyError(code)
    try:
        return (resources.files(__name__) / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise KeyError(code) from None


@cache
def title(code: str) -> str:
    """The one-line title of a code."""
    first = page(code).splitlines()[0]
    match = _HEADING.match(first)
    if match is None or match[1] != code.upper():
        raise ValueError(f"{code}.md must open with `# {code} — title`, not {first!r}")
    return match[2]
