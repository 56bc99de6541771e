"""What policies name by its address: a misspelt name would never be met, and the rule would look as if it held."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hansa.cedar.parsing import CedarPolicy
from hansa.cedar.rowtypes import ANY_ROW, row_type, rows_named
from hansa.model import Mesh
from hansa.names import PortName
from hansa.trouble import Severity, Trouble, did_you_mean, one_of

_RESOURCES = ("Domain", "Product", "Port", "Column")


def misnamed(mesh: Mesh, policies: Sequence[CedarPolicy]) -> Iterator[Trouble]:
    """Names of what the mesh does not have, and of what a domain's policies cannot be about."""
    known = _known(mesh)
    for policy in policies:
        named = dict.fromkeys((*_named(policy.tree), *(("Row", row_type(p)) for p in _rows(policy))))
        for kind, name in named:
            if policy.holder and _beyond(policy.holder, kind, name):
                yield _reaches(policy, kind, name)
            elif kind in known and name not in known[kind]:
                yield _unknown(policy, kind, name, known[kind])
        for word in {"Row", ANY_ROW} & {str(tree.get("entity_type")) for tree in _dicts(policy.tree)}:
            mend = 'name the port: `resource is DOMAIN::PRODUCT::PORT::Row`, or `resource in Port::"…"` for whatever rows it has'
            place = policy.statement.place_of(word)
            yield Trouble("H294", f"access policy `{policy.id}` speaks of rows, but not of which port", (place,), mend)


def _known(mesh: Mesh) -> Mapping[str, frozenset[str]]:
    """The names that there are, by the type of entity. Products with troubles count: only their own troubles are told."""
    products = (*(p.address for p in mesh.products), *mesh.broken)
    ports = {str(o.address) for p in mesh.products for o in p.outputs}
    columns = {f"{o.address}#{c}" for p in mesh.products for o in p.outputs for c in o.schema.names}
    teams = {t.name for t in mesh.teams} | {p.team.name for p in mesh.products if p.team is not None}
    owners = {d.owner for d in mesh.domains} | {p.owner for p in mesh.products}
    known = {
        "Domain": frozenset({str(d.name) for d in mesh.domains} | {p.domain for p in products}),
        "Product": frozenset(str(p) for p in products),
        "Consumer": frozenset({str(p) for p in products} | {c.name for c in mesh.governance.consumers}),
        "Team": frozenset(teams | owners),
    }
    if not mesh.broken:  # of those nobody knows the ports
        known |= {"Port": frozenset(ports), "Column": frozenset(columns), "Row": frozenset(map(_row, ports))}
    return known


def _row(port: str) -> str:
    return row_type(PortName(*port.split(".")))


def _rows(policy: CedarPolicy) -> tuple[PortName, ...]:
    return rows_named([policy.statement.text])


def _dicts(tree: Any) -> Iterator[Mapping[str, Any]]:
    match tree:
        case Mapping():
            yield tree
            for inner in tree.values():
                yield from _dicts(inner)
        case list():
            for inner in tree:
                yield from _dicts(inner)
        case _:
            return


def _named(tree: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for each in _dicts(tree):
        kind, name = each.get("type"), each.get("id")
        if isinstance(kind, str) and isinstance(name, str):
            yield kind, name


def _beyond(holder: str, kind: str, name: str) -> bool:
    if kind == "Mesh":
        return True
    separator = "::" if kind == "Row" else "."
    return kind in (*_RESOURCES, "Row") and name.split(separator, 1)[0].partition("#")[0] != holder


def _reaches(policy: CedarPolicy, kind: str, name: str) -> Trouble:
    what = f'{kind}::"{name}"' if kind != "Row" else name
    summary = f"access policy `{policy.id}` of domain {policy.holder} is about {what}, which is not the domain's"
    mend = "take it out: a domain's policies decide about what is its own; what is for others belongs into governance/access"
    return Trouble("H295", summary, (policy.statement.place_of(name),), mend)


def _unknown(policy: CedarPolicy, kind: str, name: str, known: frozenset[str]) -> Trouble:
    """Teams may be those of an identity provider alone, so that an unknown one is only doubtful."""
    bare = re.sub(r"@[0-9]+(?=#|$)", "", name)
    hint = f"write it without its major: `{bare}` stands for all of them" if bare in known else did_you_mean(name, known)
    severity = Severity.WARNING if kind == "Team" else Severity.ERROR
    summary = f"access policy `{policy.id}` names {_said(kind)} that is not there: `{name}`"
    return Trouble("H297", summary, (policy.statement.place_of(name),), hint or f"known: {one_of(known)}", severity)


def _said(kind: str) -> str:
    return {"Row": "rows of a port"}.get(kind, f"a {kind.lower()}")
