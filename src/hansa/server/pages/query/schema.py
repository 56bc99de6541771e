"""What can be queried: the published ports that the viewer may discover and their choice of consumer may read."""

from collections.abc import Iterator
from itertools import chain

from hansa.catalog import ProductState
from hansa.frozen import dataclass
from hansa.model import ColumnEffect, Decision, OutputPort, Product, Reader, sql, written
from hansa.server.pages.connecting import sql_name
from hansa.server.pages.schema import Reading, readings
from hansa.server.pages.visit import Visit

_MOST_OFFERED = 200


@dataclass(frozen=True, slots=True)
class Most:
    """How much is decided and told at once; in a mesh with more, words narrow it."""

    tried: int
    ports: int
    columns: int


ON_THE_PAGE = Most(60, 40, 2_000)
FOR_ITS_SCRIPT = Most(150, 120, 4_000)
"""Asked for when the page is there already."""


@dataclass(frozen=True, slots=True)
class SchemaColumn:
    """A column that the reader gets. `sql` is its name as SQL, `mask` how it is masked; empty when it is clear."""

    name: str
    sql: str
    type: str
    classes: tuple[str, ...]
    mask: str


@dataclass(frozen=True, slots=True)
class SchemaPort:
    """A port that the reader may query under the name `sql`. `hidden` columns are there and not for this reader."""

    port: OutputPort
    product: Product
    sql: str
    columns: tuple[SchemaColumn, ...]
    hidden: int
    filtered: bool

    @property
    def start(self) -> str:
        """A query to begin with."""
        return f"SELECT *\nFROM {self.sql}\nLIMIT 100"


@dataclass(frozen=True, slots=True)
class Schema:
    """`more` says that there was more than could be told at once."""

    ports: tuple[SchemaPort, ...]
    more: bool = False


def offered(visit: Visit) -> list[Reading]:
    """On whose behalf the viewer may ask: for their own team, and for each consumer and purpose of theirs."""
    return [Reading(), *(Reading(c.name, p) for c in visit.sight.consumers for p in c.purposes)][:_MOST_OFFERED]


def chosen(visit: Visit, said: str | None, port: OutputPort | None = None) -> Reading:
    """The reading that is named, where it is one of the viewer's; else one that fits the port, or what they most likely mean."""
    found = offered(visit)
    if said is not None:
        consumer, _, purpose = said.partition("|")
        return next((r for r in found if r == Reading(consumer, purpose)), found[0])
    if port is not None:
        return readings(visit, port)[0]
    owns = any(p.owner in visit.principal.teams and visit.sight.discovers(p.address) for p in visit.sight.mesh.products)
    return found[0] if owns or len(found) == 1 else found[1]


def readable(visit: Visit, reading: Reading, most: Most, words: str = "") -> Schema:
    """The ports that the reading may query, those first that it was granted; with every word in their names or columns."""
    reader, backing = Reader(visit.principal, reading.consumer, reading.purpose), visit.catalogue.backing
    decider = backing.decider.current()
    found: list[SchemaPort] = []
    columns = 0
    for number, (product, port) in enumerate(_candidates(visit, reading, words.lower().split())):
        if number >= most.tried or len(found) >= most.ports or columns >= most.columns:
            return Schema(tuple(found), more=True)
        decision = decider.decide(reader, port.pinned, port.schema, visit.now, "pages")
        if decision.allowed:
            found.append(_told(visit, product, port, decision))
            columns += len(found[-1].columns)
    return Schema(tuple(found))


def _candidates(visit: Visit, reading: Reading, words: list[str]) -> Iterator[tuple[Product, OutputPort]]:
    """Published ports, the likeliest first: what was granted, what is the viewer's own, then the rest in order of names.

    The mesh may be large: whether a port may be known, and is published, is looked at when its turn comes.
    """
    mesh, teams, states = visit.sight.mesh, visit.principal.teams, visit.catalogue.states()
    granted = {g.port for g in visit.catalogue.grants() if (g.consumer, g.purpose) == (reading.consumer, reading.purpose)}
    named = sorted(mesh.products, key=lambda p: str(p.address))
    turns = chain(
        ((p, p.output(m.name.port, m.major)) for m in sorted(granted, key=str) if (p := mesh.product(m.name.of_product))),
        ((p, o) for p in named if p.owner in teams for o in _in_order(p) if o.pinned not in granted),
        ((p, o) for p in named if p.owner not in teams for o in _in_order(p) if o.pinned not in granted),
    )
    for product, port in turns:
        if port is None or (words and not _speaks_of(product, port, words)):
            continue
        if _published(port, states.get(str(product.address))) and visit.sight.discovers(port.pinned):
            yield product, port


def _in_order(product: Product) -> list[OutputPort]:
    return sorted(product.outputs, key=lambda o: (str(o.address), -o.major))


def _published(port: OutputPort, state: ProductState | None) -> bool:
    """Whether this major of a port is published, as was found when the products were last looked at, seconds ago."""
    shown = state.ports if state is not None else ()
    return any(name == str(port.address) and version.partition(".")[0] == str(port.major) for name, version, *_ in shown)


def _speaks_of(product: Product, port: OutputPort, words: list[str]) -> bool:
    text = " ".join((str(port.address), port.title, product.title, *(c.name for c in port.schema))).lower()
    return all(word in text for word in words)


def _told(visit: Visit, product: Product, port: OutputPort, decision: Decision) -> SchemaPort:
    effects = {c.column.lower(): c for c in decision.columns}
    classes = {c.column.lower(): c.effective for c in port.classes}
    columns: list[SchemaColumn] = []
    hidden = 0
    for name, kind in ((c.name, sql(c.type)) for c in port.schema):
        seen = effects.get(name.lower())
        if seen is None or seen.effect is ColumnEffect.HIDDEN:
            hidden += 1
            continue
        mask = seen.mask if seen.effect is ColumnEffect.MASKED else ""
        columns.append(SchemaColumn(name, written(name), kind, classes.get(name.lower(), ()), mask))
    return SchemaPort(port, product, sql_name(visit, port), tuple(columns), hidden, bool(decision.row_filter))
