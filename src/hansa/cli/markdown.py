"""Markdown for comments on pull requests: pieces in which what people wrote stays what it is, and contract diffs."""

import re
from collections.abc import Iterable, Sequence

from hansa.cli.output import counted
from hansa.model import Impact
from hansa.plan.difference import ContractChange, Difference, shown

MOST_ROWS = 100
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~@])")


def text(value: object) -> str:
    """A text on one line in which nothing is Markdown, a mention or HTML."""
    return _escaped(" ".join(str(value).split()))


def code(value: object) -> str:
    """A text as code on one line, also within a table."""
    plain = " ".join(str(value).split()).replace("|", "\\|")
    if not plain:
        return ""
    ticks = "`" * (max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{ticks}{pad}{plain}{pad}{ticks}"


def prose(value: str) -> str:
    """A sentence of ours, in which names stand between backticks, as Markdown; the rest of it is escaped."""
    parts = value.split("`")
    if len(parts) % 2 == 0:
        return text(value)
    return "".join(code(part) if number % 2 else _escaped(part) for number, part in enumerate(parts))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def folded(title: str, body: str) -> str:
    """A part that is shown when somebody asks for it."""
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"


def of_difference(found: Difference, before: str, after: str) -> str:
    """A contract diff as a comment: the verdict, what breaks readers, the rest, what to do."""
    breaking = [c for c in found.changes if c.breaking]
    others = [c for c in found.changes if not c.breaking]
    parts = [f"## Contract diff: {code(before)} → {code(after)}", _verdict(found)]
    if breaking:
        parts += ["### Breaks readers", _changes(breaking)]
    if others:
        body = _changes(others)
        parts.append(folded(counted(len(others), "other change"), body) if breaking else f"### Changes\n\n{body}")
    if found.too_small:
        parts.append(f"**To do:** {to_do(found)}")
    return "\n\n".join(parts) + "\n"


def to_do(found: Difference) -> str:
    """What to do about a version that promises more than its changes keep."""
    if found.impact is None:
        return f"version {found.after} is lower than {found.before} and nothing changed: keep {found.before}"
    how = "without what breaks readers, a smaller step is enough" if found.breaking else "or undo what asks for it"
    return f"set `version: {found.suggested}`; {how}"


def _verdict(found: Difference) -> str:
    if not found.changes:
        return "Nothing changed."
    counts = [(impact, sum(c.impact is impact for c in found.changes)) for impact in Impact]
    told = ", ".join(f"{count} {impact}" for impact, count in counts if count)
    sign = "❌ **Breaks readers.**" if found.breaking else "✅ Breaks no reader."
    version = f"{code(found.before)} → {code(found.after)}"
    judged = f"**too small**: {code(found.suggested)} is the least" if found.too_small else "is enough"
    return f"{sign} {counted(len(found.changes), 'change')}: {told}. Version {version} {judged}."


def _changes(changes: Sequence[ContractChange]) -> str:
    rows = [(code(c.path), str(c.kind), _value(c.before), _value(c.after), str(c.impact), prose(c.summary)) for c in changes]
    made = table(("Where", "", "Before", "After", "Impact", "What it means"), rows[:MOST_ROWS])
    return made if len(rows) <= MOST_ROWS else f"{made}\n\n… and {len(rows) - MOST_ROWS} more"


def _value(value: object) -> str:
    return "–" if value is None else code(shown(value))


def _escaped(plain: str) -> str:
    return _SPECIAL.sub(r"\\\1", plain).replace("\\@", "@\u200b")
