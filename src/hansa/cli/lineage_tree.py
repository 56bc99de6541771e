"""A view of lineage as text: a tree of what something comes from, and one of where it goes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from hansa.cli.output import counted, write
from hansa.model import EVERY
from hansa.names import ColumnName

if TYPE_CHECKING:
    from hansa.catalog import LineageView, Link, Subject

MOST_BRANCHES = 40
MOST_LINES = 400

Branches = dict[object, dict["Subject", list["Link"]]]


def write_lineage(view: "LineageView", *, up: bool, down: bool, indirect: bool) -> None:
    """Both trees. Without `indirect`, a column's trees follow values, and what only decides about them is listed beside."""
    write(str(view.of))
    if up:
        _write_side(view.of, view.up, ("comes from", "decided by"), forward=False, indirect=indirect)
    if down:
        _write_side(view.of, view.down, ("goes into", "decides about"), forward=True, indirect=indirect)


def _write_side(of: "Subject", links: Sequence["Link"], headings: tuple[str, str], *, forward: bool, indirect: bool) -> None:
    followed = [link for link in links if indirect or link.kind == "direct" or not link.subtype]
    tree = _branches(followed, forward=forward)
    beside = [
        link
        for link in links
        if not indirect and link.subtype and link.kind == "indirect" and _touches(of, link.source if forward else link.target)
    ]
    if _below(of, tree):
        write(f"\n{headings[0]}")
        _write_tree(of, tree)
    elif not beside:
        write(f"\n{headings[0]}: nothing")
    if beside:
        write(f"\n{headings[1]}")
        _write_tree(of, _branches(beside, forward=forward), deep=False)


def _touches(of: "Subject", end: "Subject") -> bool:
    """Whether a link's end is what was asked for, itself or as one of all columns of its port."""
    if isinstance(of, ColumnName) and isinstance(end, ColumnName) and end.column == EVERY:
        return (end.port, end.major) == (of.port, of.major)
    return end == of


def _write_tree(root: "Subject", branches: "Branches", *, deep: bool = True) -> None:
    for number, line in enumerate(_lines(root, branches, "", set(), deep=deep)):
        if number == MOST_LINES:
            write("… `--depth` shows less, `--json` everything")
            return
        write(line)


def _lines(subject: "Subject", branches: "Branches", indent: str, seen: set["Subject"], *, deep: bool) -> Iterator[str]:
    below = _below(subject, branches)
    shown = list(below.items())[:MOST_BRANCHES]
    for number, (one, links) in enumerate(shown):
        last = number == len(below) - 1
        repeated = deep and one in seen and bool(_below(one, branches))
        yield f"{indent}{'└─' if last else '├─'} {_said(one)}  {_how(links)}{'  (see above)' if repeated else ''}"
        if deep and one not in seen:
            seen.add(one)
            yield from _lines(one, branches, indent + ("   " if last else "│  "), seen, deep=deep)
    if len(below) > len(shown):
        yield f"{indent}└─ and {len(below) - len(shown):,} more"


def _branches(links: Iterable["Link"], *, forward: bool) -> "Branches":
    """The links by the end at which a tree meets them first; those to or from a whole port also by that port."""
    found: Branches = defaultdict(lambda: defaultdict(list))
    for link in links:
        near, far = (link.source, link.target) if forward else (link.target, link.source)
        found[near][far].append(link)
        if isinstance(near, ColumnName) and near.column != EVERY:
            found[near.port, near.major][far].append(link)
    return found


def _below(subject: "Subject", branches: "Branches") -> dict["Subject", list["Link"]]:
    """What hangs below a subject: below a column also what all columns of its port share, below those all that they have."""
    own = branches.get(subject, {})
    if not isinstance(subject, ColumnName):
        return own
    if subject.column == EVERY:
        return {**own, **branches.get((subject.port, subject.major), {})}
    shared = branches.get(ColumnName(subject.port, EVERY, subject.major), {})
    return {one: [*own.get(one, ()), *shared.get(one, ())] for one in (*own, *shared)}


def _said(subject: "Subject") -> str:
    if isinstance(subject, ColumnName) and subject.column == EVERY:
        return f"every column of {subject.port}@{subject.major}"
    return str(subject)


def _how(links: Iterable["Link"]) -> str:
    """How it takes part, and how that is known where it was not read from SQL."""
    found = list(links)
    ways = list(dict.fromkeys(link.subtype.replace("_", " ") for link in found if link.subtype))
    if not ways:
        ways = [counted(sum(link.columns for link in found), "column")]
        ways += ["indirectly"] if all(link.kind == "indirect" for link in found) and found[0].columns else []
    unsure = [learnt for learnt in dict.fromkeys(link.learnt for link in found) if learnt != "parsed"]
    return ", ".join(ways) + (f" ({', '.join(unsure)})" if unsure else "")
