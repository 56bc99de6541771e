"""Who answers for data: teams as agents, and where each is reached."""

from collections.abc import Iterator

from hansa.catalog.exports.graph import Fact, Iri, Resource, resource, text
from hansa.catalog.exports.iris import Iris, mail, web
from hansa.catalog.exports.telling import Told
from hansa.model import Domain, Mesh, OutputPort, Product, SupportChannel


def owner(product: Product, domain: Domain) -> str:
    """Who answers for a product: its team, else that of its domain, else its owner; empty when nobody does."""
    return (product.team.name if product.team is not None else "") or domain.owner or product.owner


def agent(told: Told, team: str) -> Iri:
    """A team, or the mesh itself for what no team answers for."""
    return told.iris.named("team", team) if team else told.iris.publisher()


def agents(told: Told) -> Iterator[Resource]:
    """The mesh as publisher of its catalogue, then the teams that answer for what is told, by name."""
    mesh = told.mesh
    yield resource(told.iris.publisher(), ("foaf:Agent", "prov:Agent"), [("foaf:name", text(mesh.title, mesh.name))])
    for team in sorted({owner(p, d) for d in mesh.domains for p in d.products} | {d.owner for d in mesh.domains}):
        if team:
            facts: list[Fact] = [("foaf:name", text(team))]
            reached = mail(_contact(mesh, team))
            yield resource(agent(told, team), ("foaf:Agent", "prov:Agent"), [*facts, ("foaf:mbox", reached)])


def contact_points(told: Told, product: Product, output: OutputPort, domain: Domain) -> Iterator[Resource]:
    """Where readers of a port find help: the channels of its contract, and the contact of its team."""
    for channel in output.contract.support:
        place = _place(channel)
        if place is not None:
            facts: list[Fact] = [("vcard:fn", text(channel.channel, channel.url)), place]
            facts.append(("vcard:note", text(channel.description)))
            name = (str(output.pinned), channel.channel or channel.url)
            yield resource(told.iris.named("contact", *name), ("vcard:Kind",), facts)
    team = owner(product, domain)
    reached = _reached(_contact(told.mesh, team)) or _reached(product.team.contact if product.team is not None else "")
    if team and reached is not None:
        yield resource(_of_team(told.iris, team), ("vcard:Kind",), [("vcard:fn", text(team)), reached])


def _of_team(iris: Iris, team: str) -> Iri:
    return iris.named("contact", team)


def _contact(mesh: Mesh, team: str) -> str:
    return next((t.contact for t in mesh.teams if t.name == team), "")


def _place(channel: SupportChannel) -> Fact | None:
    return _reached(channel.url) or _reached(channel.channel)


def _reached(address: str) -> Fact | None:
    by_mail = mail(address)
    if by_mail is not None:
        return ("vcard:hasEmail", by_mail)
    page = web(address)
    return ("vcard:hasURL", page) if page is not None else None
