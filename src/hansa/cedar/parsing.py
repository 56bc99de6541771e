"""Files of Cedar policies as policies with an id and a place, and what of them could not be understood."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import Any

from hansa.cedar.statements import Statement, statements
from hansa.frozen import dataclass
from hansa.model import AccessPolicy
from hansa.trouble import Place

BASE = "hansa/cedar/base.cedar"
"""Where places of the rules that come with Hansa are said to be; no folder of anybody's repository."""


UNREADABLE = "unreadable"
"""The text of a file that could not be read. It is no policy, so that what the file is about is refused."""


@dataclass(frozen=True, slots=True)
class CedarPolicy:
    """One policy. `id` is that of its annotation, else its place; `tree` is Cedar's own JSON form of it.

    `holder` is the domain whose it is; empty for those of the mesh and of Hansa.
    """

    id: str
    effect: str
    statement: Statement
    tree: Mapping[str, Any] = field(compare=False, repr=False)
    holder: str = ""
    named: bool = True

    @property
    def place(self) -> Place:
        return self.statement.place

    @property
    def reason(self) -> str:
        """What it says of itself to those whom it concerns, by the annotation `@reason`."""
        return str((self.tree.get("annotations") or {}).get("reason") or "")


@dataclass(frozen=True, slots=True)
class Unparsed:
    """A policy that could not be understood, or that could never decide anything, and why."""

    statement: Statement
    reason: str
    mend: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    policies: tuple[CedarPolicy, ...] = ()
    unparsed: tuple[Unparsed, ...] = ()


def parse(files: Iterable[AccessPolicy]) -> Parsed:
    """The policies of files, in their order."""
    policies: list[CedarPolicy] = []
    unparsed: list[Unparsed] = []
    for file in files:
        for statement in statements(file.path, file.text):
            found = _parse(statement, file.holder)
            if isinstance(found, CedarPolicy):
                policies.append(found)
            else:
                unparsed.append(found)
    return Parsed(tuple(policies), tuple(unparsed))


@cache
def base_text() -> str:
    return Path(__file__).with_name("base.cedar").read_text(encoding="utf-8")


@cache
def base_policies() -> tuple[CedarPolicy, ...]:
    """The rules that come with Hansa and hold in every mesh."""
    return parse([AccessPolicy(BASE, base_text())]).policies


def _parse(statement: Statement, holder: str) -> CedarPolicy | Unparsed:
    import cedarpy  # a twentieth of a second, which meshes without policies of their own need not spend

    try:
        read = json.loads(cedarpy.policies_to_json_str(statement.text))
    except ValueError as error:
        return Unparsed(statement, " ".join(str(error).split()), holder=holder)
    if read["templates"]:
        mend = "name the principal and resource; a template is never linked here, so it would decide nothing"
        return Unparsed(statement, "it has a slot (`?principal` or `?resource`)", mend, holder)
    if len(read["staticPolicies"]) != 1:
        return Unparsed(statement, "it is not one policy", holder=holder)
    tree = next(iter(read["staticPolicies"].values()))
    said = (tree.get("annotations") or {}).get("id") or ""
    id_ = said or f"{statement.place.file}:{statement.place.line}"
    return CedarPolicy(id_, tree["effect"], statement, tree, holder, named=bool(said))
