"""From the words that name a table to a published port: `domain.product`, `domain.product.port`, `domain.product.port_v2`.

A name without a pin means the major that its reader is bound to. `AT (VERSION => n)` and `AT (TIMESTAMP => '…')` choose among the
publications of the product that are kept; so does `AT (TIMESTAMP => now() - INTERVAL 1 DAY)`.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

from hansa.access.knowing import Known
from hansa.frozen import dataclass
from hansa.gateway.checking import path_of
from hansa.gateway.moments import moment_of
from hansa.gateway.tree import Node, offset_of, place_of
from hansa.ledger import Ledger
from hansa.model import Publication, PublishedPort
from hansa.names import PortMajor, ProductName, is_word, unpinned
from hansa.plan import from_text
from hansa.trouble import Place, Trouble, TroubleError, did_you_mean, one_of

Bound = Callable[[PortMajor, tuple[int, ...]], int]
"""The major that a name without a pin means, of those published, given the port at its highest."""


@dataclass(frozen=True, slots=True)
class Named:
    """A published port that a query names. `newest` is the highest major that its publication has.

    `past` says that a version or time was chosen, `by_clock` that the same words may choose another a moment later.
    """

    port: PublishedPort
    publication: Publication
    newest: int
    past: bool = False
    by_clock: bool = False

    @property
    def view(self) -> str:
        """The name of its governed view: the text form of the major, with the version when that was chosen."""
        return f"{self.port.port} {self.publication.version}" if self.past else str(self.port.port)


@dataclass(frozen=True, slots=True)
class Names:
    """What an environment publishes, as one reader's names mean it: all read from the ledger at one moment.

    `readable` says whether the reader sees anything of a port. What is not readable is looked up again among what `known` lets
    the reader discover: so what is hidden is answered as what never was, and of an allowed query `known` is not asked.
    """

    published: Mapping[ProductName, Publication]
    ledger: Ledger
    environment: str
    bound: Bound
    readable: Callable[[Named], bool]
    known: Callable[[], Known]
    now: dt.datetime

    def of(self, table: Node, text: str) -> Named:
        """The port that a table of a query means. Raises TroubleError (H703, H704, H709, H710)."""
        # Tools that know schemas and tables alone write `"domain"."product.port"`: no name of ours has a dot.
        path = path_of(table)
        words = (path[0], *path[1].split(".")) if len(path) == 2 else path
        at = table.get("at_clause")
        places = place_of(text, offset_of(table), "named here")
        publication = self.published.get(product) if (product := _product(words)) is not None else None
        if publication is not None:
            wanted = words[2].lower() if len(words) == 3 else ""
            found = self._within(publication, wanted, at, places, None)
            if isinstance(found, Named) and self.readable(found):
                return found
            known = self.known()
            if known.discovers(publication.product):
                found = self._within(publication, wanted, at, places, known)
                if isinstance(found, Trouble):
                    raise TroubleError(found)
                return found
        raise TroubleError(self._unknown(words, product, places))

    def _within(
        self, publication: Publication, wanted: str, at: Node | None, places: tuple[Place, ...], known: Known | None
    ) -> Named | Trouble:
        """The port of a product that is meant; of those that are known, where that is asked."""
        chosen = None if at is None else _at(at, places, self.now)
        if isinstance(chosen, Trouble):
            return chosen
        if chosen is not None:
            past = self._past(publication, chosen, places)
            if isinstance(past, Trouble):
                return past
            publication = past
        shown = publication if known is None else _narrowed(publication, known)
        wanted = wanted or _shown_main(publication, shown)
        port, newest = _of_name(shown, wanted, self.bound)
        if port is None:
            return _no_port(shown, wanted, places)
        if known is None and port.port.major < newest:
            # A reader is told of a newer major, unless that is hidden.
            newest = _of_name(_narrowed(publication, self.known()), port.port.name.port, self.bound)[1]
        by_clock = chosen is not None and chosen.by_clock
        return Named(port, shown, max(newest, port.port.major), chosen is not None, by_clock)

    def _past(self, shown: Publication, chosen: "_Chosen", places: tuple[Place, ...]) -> Publication | Trouble:
        value = chosen.value
        if isinstance(value, str):
            kept = self.ledger.history(shown.product, shown.environment)
            found = next((p for p in kept if str(p.version) == value), None)
            mend = f"its kept versions: {one_of(str(p.version) for p in kept)}"
        else:
            move = next((m for m in self.ledger.moves(shown.product, shown.environment) if m.at <= value), None)
            found = self.ledger.publication(move.after) if move is not None and move.after is not None else None
            mend = "`hansa status` shows what is kept"
        return found or Trouble("H710", f"no version of {shown.product} is kept for {chosen.said}", places, mend)

    def _unknown(self, words: tuple[str, ...], product: ProductName | None, places: tuple[Place, ...]) -> Trouble:
        """A name of nothing that the reader may know of, with what is near of that which they may."""
        discovers = self.known().discovers
        published = {name: publication for name, publication in self.published.items() if discovers(name)}
        known = sorted(str(p) for p in published)
        here = f"published here: {one_of(known)}" if known else "nothing is published here yet: `hansa run`"
        if product is None:
            written = ".".join(words)
            summary = f"`{written}` names no data product: tables are written domain.product or domain.product.port"
            return Trouble("H703", summary, places, _by_last_word(written, known) or did_you_mean(written, known) or here)
        mend = self._pin_of_main(product, published) or did_you_mean(str(product), known) or here
        return Trouble("H703", f"no data product `{product}` is published", places, mend)

    def _pin_of_main(self, product: ProductName, published: Mapping[ProductName, Publication]) -> str:
        """For a product with a pin: pins belong to ports, as in `customer.profiles.profiles_v1`."""
        name, major = unpinned(product.product)
        publication = published.get(ProductName(product.domain, name)) if major is not None else None
        main = _shown_main(publication, _narrowed(publication, self.known())) if publication is not None else ""
        return f"a major is pinned at a port: `{product.domain}.{name}.{main}_v{major}`" if main else ""


def _product(words: tuple[str, ...]) -> ProductName | None:
    """The product that a table's words name; None for what can name none."""
    lowered = [w.lower() for w in words]
    if len(lowered) not in (2, 3) or not all(is_word(w) for w in lowered[:2]):
        return None
    return ProductName(lowered[0], lowered[1])


def _narrowed(publication: Publication, known: Known) -> Publication:
    """A publication without the ports that may not be discovered."""
    ports = tuple(p for p in publication.ports if known.discovers(p.port))
    return publication if ports == publication.ports else replace(publication, ports=ports)


def _no_port(publication: Publication, wanted: str, places: tuple[Place, ...]) -> Trouble:
    product = publication.product
    ports = sorted({p.port.name.port for p in publication.ports})
    without_main = "has several ports and no main one" if len(ports) > 1 else "has no main port"
    summary = f"{product} publishes no port `{wanted}`" if wanted else f"{product} {without_main}"
    here = f"its ports: {one_of(f'{product}.{p}' for p in ports)}" if ports else "`hansa search` finds what there is"
    return Trouble("H704", summary, places, did_you_mean(wanted, ports) or here)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The version or time that a query chooses, and how it says so."""

    said: str
    value: str | dt.datetime
    by_clock: bool = False


def _at(at: Node, places: tuple[Place, ...], now: dt.datetime) -> _Chosen | Trouble:
    expression = at.get("expr", {})
    inner = expression["child"] if expression.get("class") == "CAST" else expression
    match at.get("unit"), inner:
        case "VERSION", {"literal": {"kind": "INTEGER", "text": str(text)}}:
            return _Chosen(f"VERSION {text}", text)
        case "TIMESTAMP", {"literal": {"kind": "STRING", "text": str(text)}}:
            moment = _moment(text, places)
            return moment if isinstance(moment, Trouble) else _Chosen(f"TIMESTAMP {text}", moment)
        case "TIMESTAMP", _ if (by_clock := moment_of(expression, now)) is not None:
            return _Chosen(f"TIMESTAMP {by_clock:%Y-%m-%d %H:%M:%S}", by_clock, by_clock=True)
        case _:
            mend = "write AT (VERSION => 3), AT (TIMESTAMP => '2026-01-31 12:00:00') or AT (TIMESTAMP => now() - INTERVAL 1 DAY)"
            return Trouble("H709", "a version is chosen by a number, by a time in quotes, or by a span before now", places, mend)


def _moment(text: str, places: tuple[Place, ...]) -> dt.datetime | Trouble:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return Trouble("H709", f"`{text}` is no time", places, "write it 2026-01-31 12:00:00; without a zone it is UTC")
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)


def _by_last_word(written: str, known: list[str]) -> str:
    """For a product named without its domain."""
    meant = [k for k in known if k.endswith(f".{written.lower()}")]
    return f"did you mean {one_of(meant)}?" if meant else ""


def _main(publication: Publication) -> str:
    return _main_of(publication.declaration, publication.product.product, frozenset(p.port.name.port for p in publication.ports))


def _shown_main(publication: Publication, shown: Publication) -> str:
    """Where its main port is hidden, a product has none: another in its place would be other data than was meant."""
    main = _main(publication)
    return main if shown is publication or any(p.port.name.port == main for p in shown.ports) else ""


def main_port(publication: Publication, known: Known) -> str:
    """The port that the name of a product alone means; empty where there is none, or it may not be discovered."""
    return _shown_main(publication, _narrowed(publication, known))


@lru_cache(maxsize=512)
def _main_of(declaration: str, product: str, ports: frozenset[str]) -> str:
    declared = from_text(declaration)
    if declared is not None and declared.main:
        return declared.main
    return product if product in ports else next(iter(ports)) if len(ports) == 1 else ""


def _of_name(publication: Publication, word: str, bound: Bound) -> tuple[PublishedPort | None, int]:
    """The port of a name and its highest major; `name_v2` pins major 2 unless a port is called just so."""
    exact = {p.port.major: p for p in publication.ports if p.port.name.port == word}
    if exact:
        newest = max(exact)
        major = bound(exact[newest].port, tuple(sorted(exact))) if len(exact) > 1 else newest
        return exact.get(major, exact[newest]), newest
    name, pinned = unpinned(word)
    found = {p.port.major: p for p in publication.ports if p.port.name.port == name}
    return (None if pinned is None else found.get(pinned)), max(found, default=0)
