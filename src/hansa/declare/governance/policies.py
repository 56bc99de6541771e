"""Policy files: `kind: Policy` with one rule, `kind: Policies` with a list of them.

Their SQL is not read here; what a rule means beside others, and whether it may be what it says, is `compile`'s to judge.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path as FilePath

import hansa
from hansa.declare.document import Document
from hansa.declare.files import parse
from hansa.declare.kinds import API_VERSION, read
from hansa.declare.reading import Reader
from hansa.declare.shape import Kind, Path, key, record_at
from hansa.declare.variables import NO_VARIABLES
from hansa.frozen import dataclass
from hansa.trouble import Place, Severity

SEVERITIES = tuple(map(str, Severity))
MODES = ("enforce", "report")
TIMES = ("design", "run", "continuous")

BUILT_IN = "hansa/built_in"
"""Where places of policies that come with Hansa are said to be; no folder of anybody's repository."""


@dataclass(frozen=True, slots=True)
class ScopeEntry:
    """The products that a rule is about."""

    domains: tuple[str, ...] = key(())
    products: tuple[str, ...] = key(())
    tags: tuple[str, ...] = key(())
    classes: tuple[str, ...] = key(())
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class ExampleEntry:
    """Rows by relation, and what the rule must say of them. `rows` has a form of its own, which `compile` reads."""

    name: str = key(required=True)
    expect: str = key(required=True, choices=("pass", "fail"))
    rows: object = key(None, kind=Kind.MAPPING)
    subjects: tuple[str, ...] = key(())
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class PolicyEntry:
    """One rule. What is not said stays empty, since a rule that tightens another takes it from there."""

    id: str = key(required=True)
    title: str = key()
    why: str = key()
    severity: str = key(choices=SEVERITIES)
    mode: str = key(choices=MODES)
    when: str = key(choices=TIMES)
    scope: ScopeEntry | None = key(None)
    sql: str = key()
    mend: str = key()
    tightens: str = key()
    tags: tuple[str, ...] = key(())
    examples: tuple[ExampleEntry, ...] = key(())
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class PolicyFile(PolicyEntry):
    """A file with one rule; `policies` and the keys of a rule do not stand together."""

    api_version: str = key(required=True, choices=(API_VERSION,))
    kind: str = key(required=True, choices=("Policy",))


@dataclass(frozen=True, slots=True)
class PoliciesFile:
    api_version: str = key(required=True, choices=(API_VERSION,))
    kind: str = key(required=True, choices=("Policies",))
    policies: tuple[PolicyEntry, ...] = key((), required=True, at_least_one=True)
    at: Path = record_at()


def read_policies(document: Document, environ: Mapping[str, str] | None = None) -> tuple[tuple[PolicyEntry, ...], Reader]:
    """The rules of a file in the order in which they are written, and the reader that gathered its troubles."""
    if document.data.get("kind") == "Policies":
        several, reader = read(PoliciesFile, document, environ or NO_VARIABLES)
        return several.policies, reader
    one, reader = read(PolicyFile, document, environ or NO_VARIABLES)
    return (one,), reader


def place_of_sql(document: Document, path: Path) -> Place:
    """Where the first character of a text stands that may be a block of lines (`|`), so that positions in it can be told."""
    header = document.place(path)
    lines = document.text.splitlines()
    here = lines[header.line - 1][header.column - 1 :] if 0 < header.line <= len(lines) else ""
    if not here.startswith(("|", ">")):
        return header
    first = next((line for line in lines[header.line :] if line.strip()), "")
    return Place(header.file, header.line + 1, len(first) - len(first.lstrip()) + 1)


@cache
def built_in() -> tuple[Document, ...]:
    """The rules that come with Hansa and hold in every mesh."""
    folder = FilePath(hansa.__file__).parent / "governance" / "built_in"
    read_all = (parse(f"{BUILT_IN}/{path.name}", path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml")))
    return tuple(document for document, _ in read_all if document is not None)
