"""Who asks, and what is asked for, as Cedar entities. Their attributes are those of the schema in `hansa.cedar`."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from hansa.access.columns import GuardedColumn
from hansa.access.teams import team_names
from hansa.frozen import dataclass
from hansa.model import Consumer, ConsumerKind, Domain, Lattice, Mesh, OutputPort, Principal, PrincipalKind, Product

Uid = tuple[str, str]
"""The type and id of an entity."""

MESH: Uid = ("Mesh", "mesh")
GRANT: Uid = ("Grant", "grant")
_KINDS = {PrincipalKind.USER: "User", PrincipalKind.SERVICE: "Service", PrincipalKind.OPERATOR: "Operator"}


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """What is granted to a consumer on a port, its columns written out."""

    columns: tuple[str, ...]
    unmasked: tuple[str, ...]
    approvers: tuple[str, ...]
    begins: dt.datetime
    expires: dt.datetime | None
    held: bool


class Entities:
    """Makes the entities of one mesh. Each method gives a document of Cedar's JSON form."""

    def __init__(self, mesh: Mesh) -> None:
        self._lattice = Lattice.of(mesh.governance.classes)
        self._domains = {d.name: d for d in mesh.domains}
        self._teams = team_names(mesh)

    def principal(self, principal: Principal) -> dict[str, Any]:
        """Somebody who asks, within their teams."""
        attributes = {
            "name": principal.name,
            "kind": str(principal.kind),
            "teams": list(principal.teams),
            "administrator": principal.administrator,
        }
        parents = [("Team", team) for team in dict.fromkeys(principal.teams)]
        return _entity(principal_uid(principal), attributes, parents, principal.attributes)

    def consumer(self, consumer: Consumer) -> dict[str, Any]:
        attributes: dict[str, Any] = {
            "name": consumer.name,
            "kind": "product" if consumer.kind is ConsumerKind.PRODUCT else "use-case",
            "owner": consumer.owner,
            "owners": _teams([consumer.owner]),
            "purposes": list(consumer.purposes),
        }
        if consumer.ends is not None:
            attributes["ends"] = moment(end_of(consumer.ends))
        return _entity(("Consumer", consumer.name), attributes, (), consumer.attributes)

    def grant(self, facts: GrantFacts) -> dict[str, Any]:
        attributes: dict[str, Any] = {
            "columns": list(facts.columns),
            "unmasked": list(facts.unmasked),
            "approvers": list(facts.approvers),
            "begins": moment(facts.begins),
            "held": facts.held,
        }
        if facts.expires is not None:
            attributes["expires"] = moment(facts.expires)
        return _entity(GRANT, attributes, ())

    def domain(self, domain: Domain) -> dict[str, Any]:
        attributes = {
            "name": str(domain.name),
            "owner": domain.owner,
            "owners": _teams([domain.owner]),
            "tags": list(domain.tags),
        }
        return _entity(("Domain", str(domain.name)), attributes, [MESH])

    def product(self, product: Product) -> dict[str, Any]:
        attributes = {"name": str(product.address), "status": product.status, **self._owned(product)}
        attributes |= {"delegates": self._delegates(product), "tags": list(product.tags)}
        del attributes["product"]
        return _entity(("Product", str(product.address)), attributes, [("Domain", product.address.domain)])

    def port(self, product: Product, port: OutputPort) -> dict[str, Any]:
        classes = {name for column in port.classes for name in column.effective}
        attributes = {
            "name": str(port.address),
            "major": port.major,
            **self._owned(product),
            "delegates": self._delegates(product),
            "tags": list(product.tags),
            "status": product.status,
            "deprecated": port.deprecated,
            "classes": sorted(classes),
            "atLeast": self.at_least(classes),
        }
        return _entity(("Port", str(port.address)), attributes, [("Product", str(product.address))])

    def column(self, product: Product, port: OutputPort, column: GuardedColumn) -> dict[str, Any]:
        port_uid = ("Port", str(port.address))
        attributes = {
            "name": column.name,
            "port": _reference(port_uid),
            **self._owned(product),
            "classes": list(column.classes),
            "atLeast": self.at_least(column.classes),
            "mask": column.mask,
            "tags": list(column.tags),
            "critical": column.critical,
        }
        return _entity(column_uid(port, column.name), attributes, [port_uid])

    def at_least(self, classes: Iterable[str]) -> list[str]:
        """Classes, and all that they are stricter than."""
        return sorted({below for name in classes for below in (name, *self._lattice.below.get(name, ()))})

    def _owned(self, product: Product) -> dict[str, Any]:
        domain = self._domains.get(product.address.in_domain)
        owner = product.team.name if product.team is not None and product.team.name else product.owner
        return {
            "domain": product.address.domain,
            "product": str(product.address),
            "owner": owner,
            "owners": _teams([owner, product.owner, domain.owner if domain is not None else ""]),
        }

    def _delegates(self, product: Product) -> list[str]:
        """Delegates are people: whoever is called like a team is none."""
        return [d for d in product.team.delegates if d not in self._teams] if product.team is not None else []


def principal_uid(principal: Principal) -> Uid:
    return (_KINDS[principal.kind], principal.name)


def column_uid(port: OutputPort, column: str) -> Uid:
    return ("Column", f"{port.address}#{column}")


def moment(at: dt.datetime) -> dict[str, Any]:
    """A moment as Cedar's `datetime`, which goes by milliseconds."""
    text = at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return {"__extn": {"fn": "datetime", "arg": text}}


def end_of(day: dt.date) -> dt.datetime:
    """The first moment after a day."""
    return dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(days=1)


def _entity(
    uid: Uid, attributes: Mapping[str, Any], parents: Iterable[Uid], tags: Iterable[tuple[str, str]] = ()
) -> dict[str, Any]:
    return {
        "uid": _named(uid),
        "attrs": dict(attributes),
        "parents": [_named(parent) for parent in parents],
        "tags": _distinct(tags),
    }


def _distinct(tags: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Attributes by name. One that is said in several ways is left out: no rule may rest on either."""
    values: dict[str, set[str]] = {}
    for name, value in tags:
        values.setdefault(name, set()).add(value)
    return {name: said.pop() for name, said in values.items() if len(said) == 1}


def _named(uid: Uid) -> dict[str, str]:
    return {"type": uid[0], "id": uid[1]}


def _reference(uid: Uid) -> dict[str, Any]:
    return {"__entity": _named(uid)}


def _teams(names: Iterable[str]) -> list[dict[str, Any]]:
    return [_reference(("Team", name)) for name in dict.fromkeys(names) if name]
