"""Where lineage begins when nothing is asked for yet: the products of a small mesh, or who supplies whom among its domains."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from hansa.catalog.drawing import Box, Wire, draw
from hansa.frozen import dataclass
from hansa.model import Domain
from hansa.names import DomainName, ProductName
from hansa.server.pages.lineage.scene import LOW, WIDTH, Arc, Face, Scene, Shown
from hansa.server.pages.rendering import link, plural
from hansa.server.pages.visit import Visit

MOST_DOMAINS = 40
MOST_ARCS = 200


@dataclass(frozen=True, slots=True)
class Trade:
    """How many products of a domain read from another domain."""

    source: DomainName
    target: DomainName
    readers: int


def trades(visit: Visit) -> list[Trade]:
    """Who supplies whom, as far as the viewer may know both ends, the greatest first."""
    found: dict[tuple[str, str], set[ProductName]] = defaultdict(set)
    sight = visit.sight
    for reader in sight.products:
        for supplier in (s for s in reader.suppliers if s.domain != reader.address.domain and sight.product(s) is not None):
            if sight.described(reader.address) or sight.described(supplier):
                found[supplier.domain, reader.address.domain].add(reader.address)
    all_trades = [Trade(DomainName(s), DomainName(t), len(who)) for (s, t), who in found.items()]
    return sorted(all_trades, key=lambda t: (-t.readers, t.source, t.target))


def domains(visit: Visit, hues: Mapping[str, int], found: list[Trade]) -> Scene:
    """The domains as boxes. In a mesh of very many, those that trade most."""
    weight: dict[str, int] = defaultdict(int)
    for trade in found:
        weight[str(trade.source)] += trade.readers
        weight[str(trade.target)] += trade.readers
    known = sorted(visit.sight.domains, key=lambda d: (-weight[str(d.name)], d.name))[:MOST_DOMAINS]
    return drawn(visit, hues, known, found)


def drawn(visit: Visit, hues: Mapping[str, int], known: Iterable[Domain], found: list[Trade], about: str = "") -> Scene:
    """Some domains as boxes, of which `about` is the one that it is all about, and what goes from one to another."""
    sizes = Counter(p.address.domain for p in visit.sight.products)
    faces = {
        str(d.name): Face(
            kind="domain",
            title=d.title or str(d.name),
            name=str(d.name),
            label=plural(sizes[str(d.name)], "product"),
            hue=hues.get(str(d.name), -1),
            href=link(d.name),
            subject=str(d.name) == about,
        )
        for d in sorted(known, key=lambda d: d.name)
    }
    words = {Wire(str(t.source), str(t.target)): plural(t.readers, "product") for t in found[:MOST_ARCS]}
    drawing = draw([Box(key, WIDTH, LOW) for key in faces], list(words))
    short = {p.box.key: f"b{i}" for i, p in enumerate(drawing.boxes)}
    shown = tuple(Shown(short[p.box.key], faces[p.box.key], p.x, p.y) for p in drawing.boxes)
    arcs = tuple(
        Arc(c.path, short[c.wire.source], short[c.wire.target], "parsed", True, True, f"read by {words[c.wire]}")
        for c in drawing.curves
    )
    return Scene(drawing.width, drawing.height, shown, arcs, max(len(found) - MOST_ARCS, 0))
