"""The contracts in force: what they say of themselves, their service levels and support."""

import json
from collections.abc import Iterator

from hansa.governance.asking import Row
from hansa.governance.relations.schema import (
    FILE,
    LINE,
    PORT,
    PRODUCT,
    SIDE,
    Material,
    MeshRelation,
    RelationSchema,
    amount,
    number,
    said,
    text,
    texts,
    where,
)
from hansa.governance.relations.sides import Side, sides
from hansa.model import Scalar


def _contracts(material: Material) -> Iterator[Row]:
    return (_contract(side) for side in sides(material.mesh))


def _contract(side: Side) -> Row:
    c = side.contract
    return (
        side.port,
        side.side,
        side.product,
        side.domain,
        c.id,
        str(c.version),
        c.version.major,
        said(c.status),
        said(c.title),
        said(c.description),
        said(c.limitations),
        said(c.usage),
        said(c.license),
        said(c.terms_of_use),
        _finite(c.price),
        said(c.price_currency),
        said(c.price_unit),
        len(c.support),
        said(c.team),
        c.members,
        c.roles,
        len(c.service_levels),
        c.tags,
        said(c.domain),
        said(c.data_product),
        said(c.tenant),
        _custom(c.document),
        said(c.document),
        *where(c.place),
    )


def _custom(document: str) -> str | None:
    """The custom properties of a contract as one JSON object; the last of two with one name counts."""
    if '"customProperties"' not in document:
        return None
    written = json.loads(document).get("customProperties")
    entries = [e for e in written if isinstance(e, dict)] if isinstance(written, list) else []
    found = {str(e.get("property")): e.get("value") for e in entries}
    return json.dumps(found, ensure_ascii=False) if found else None


def _finite(value: Scalar) -> float | None:
    """A number as such; texts, truth values and infinities are none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300 else None


def _slos(material: Material) -> Iterator[Row]:
    for side in sides(material.mesh):
        for s in side.contract.service_levels:
            value = None if s.value is None else str(s.value)
            yield (side.port, side.side, side.product, side.contract.id, s.property, value, _finite(s.value), said(s.unit),
                   said(s.element), said(s.driver))  # fmt: skip


def _supports(material: Material) -> Iterator[Row]:
    for side in sides(material.mesh):
        for s in side.contract.support:
            texts_ = (said(s.url), said(s.tool), said(s.scope), said(s.description))
            yield (side.port, side.side, side.product, side.contract.id, s.channel, *texts_)


CONTRACT = text("contract", "the id of the contract")

CONTRACTS = (
    MeshRelation(
        RelationSchema(
            "contracts",
            "The contracts in force: one row for each output port and for each source.",
            (
                PORT,
                SIDE,
                PRODUCT,
                text("domain", "the domain of that product"),
                CONTRACT,
                text("version", "its version"),
                number("major", "the major of its version"),
                text("status", "its status: proposed, draft, active, deprecated, retired"),
                text("title", "its name"),
                text("purpose", "what the data is for, from its description"),
                text("limitations", "what the data is not good for"),
                text("usage", "how to use the data"),
                text("license", "its licence: the custom property `license`, or a definition of type `license`"),
                text("terms_of_use", "its terms: the custom property `termsOfUse`, or a definition of type `termsOfUse`"),
                amount("price", "the price of a unit"),
                text("price_currency", "the currency of the price"),
                text("price_unit", "what the price is for"),
                number("supports", "how many support channels it names"),
                text("team", "the team that it names"),
                texts("members", "the members of that team, who have not left"),
                texts("roles", "the roles that it gives access by"),
                number("slos", "how many service levels it promises"),
                texts("tags", "its tags"),
                text("said_domain", "the domain that the contract itself names"),
                text("said_product", "the data product that the contract itself names"),
                text("tenant", "the tenant that it names"),
                text("custom", "its custom properties by name, as a JSON object: `custom->>'costCenter'`"),
                text("document", "the whole contract as JSON, variables as written; for DuckDB's JSON functions"),
                FILE,
                LINE,
            ),
        ),
        _contracts,
    ),
    MeshRelation(
        RelationSchema(
            "slos",
            "The service levels that contracts promise.",
            (
                PORT,
                SIDE,
                PRODUCT,
                CONTRACT,
                text("property", "what is promised, by the standard's long name: latency, retention, frequency, availability, …"),
                text("value", "how much, as text"),
                amount("amount", "the value as a number; null for a date or a word"),
                text("unit", "the unit, as written: d, h, years, …"),
                text("element", "the table or column that it is about"),
                text("driver", "why it is promised: regulatory, analytics, operational"),
            ),
        ),
        _slos,
    ),
    MeshRelation(
        RelationSchema(
            "supports",
            "The support channels that contracts name.",
            (
                PORT,
                SIDE,
                PRODUCT,
                CONTRACT,
                text("channel", "the channel's name"),
                text("url", "where it is"),
                text("tool", "the tool: email, slack, teams, ticket, …"),
                text("scope", "what it is for: interactive, announcements, issues, …"),
                text("description", "what to know of it"),
            ),
        ),
        _supports,
    ),
)
