"""From the words that name a table to a published port: `domain.product`, `domain.product.port`, `domain.product.port_v2`.

A name without a pin means the major that its reader is bound to. `AT (VERSION => n)` and `AT (TIMESTAMP => '…')` choose among the
publications of the product that are kept.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from hansa.gateway.checking import path_of
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
    """A published port that a query names. `newest` is the highest major that its publication has."""

    port: PublishedPort
    publication: Publication
    newest: int
    past: bool = False

    @property
    def view(self) -> str:
        """The name of its governed view: the text form of the major, with the version when that was chosen."""
        return f"{self.port.port} {self.publication.version}" if self.past else str(self.port.port)


@dataclass(frozen=True, slots=True)
class Names:
    """What an environment publishes, as one reader's names mean it: all read from the ledger at one moment."""

    published: Mapping[ProductName, Publication]
    ledger: Ledger
    environment: str
    bound: Bound

    def of(self, table: Node, text: str) -> Named:
        """The port that a table of a query means. Raises TroubleError (H703, H704, H709, H710)."""
        words = path_of(table)
        places = place_of(text, offset_of(table), "named here")
        publication = _published(words, self.published, places)
        at = table.get("at_clause")
        if at is not None:
            publication = self._past(publication, at, places)
        wanted = words[2].lower() if len(words) == 3 else _main(publication)
        found, newest = _of_name(publication, wanted, self.bound)
        if found is None:
            product = publication.product
            ports = sorted({p.port.name.port for p in publication.ports})
            raise TroubleError(
                Trouble(
                    "H704",
                    f"{product} publishes no port `{wanted}`" if wanted else f"{product} has several ports and no main one",
                    places,
                    did_you_mean(wanted, ports) or f"its ports: {one_of(f'{product}.{p}' for p in ports)}",
                )
            )
        return Named(found, publication, newest, at is not None)

    def _past(self, shown: Publication, at: Node, places: tuple[Place, ...]) -> Publication:
        unit, value = _at(at, places)
        if unit == "VERSION":
            kept = self.ledger.history(shown.product, shown.environment)
            found = next((p for p in kept if str(p.version) == value), None)
            versions = [str(p.version) for p in kept]
            mend = f"its kept versions: {one_of(versions)}"
        else:
            moment = _moment(value, places)
            move = next((m for m in self.ledger.moves(shown.product, shown.environment) if m.at <= moment), None)
            found = self.ledger.publication(move.after) if move is not None and move.after is not None else None
            mend = "`hansa status` shows what is kept"
        if found is None:
            raise TroubleError(Trouble("H710", f"no version of {shown.product} is kept for {unit} {value}", places, mend))
        return found


def _at(at: Node, places: tuple[Place, ...]) -> tuple[str, str]:
    expression = at.get("expr", {})
    if expression.get("class") == "CAST":
        expression = expression["child"]
    match at.get("unit"), expression:
        case "VERSION", {"literal": {"kind": "INTEGER", "text": str(text)}}:
            return "VERSION", text
        case "TIMESTAMP", {"literal": {"kind": "STRING", "text": str(text)}}:
            return "TIMESTAMP", text
        case _:
            mend = "write AT (VERSION => 3) or AT (TIMESTAMP => '2026-01-31 12:00:00')"
            raise TroubleError(Trouble("H709", "a version is chosen by a number, or by a time in quotes", places, mend))


def _moment(text: str, places: tuple[Place, ...]) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise TroubleError(
            Trouble("H709", f"`{text}` is no time", places, "write it 2026-01-31 12:00:00; without a zone it is UTC")
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)


def _published(words: tuple[str, ...], published: Mapping[ProductName, Publication], places: tuple[Place, ...]) -> Publication:
    written = ".".join(words)
    lowered = [w.lower() for w in words]
    known = sorted(str(p) for p in published)
    here = f"published here: {one_of(known)}" if known else "nothing is published here yet: `hansa run`"
    if len(lowered) not in (2, 3) or not all(is_word(w) for w in lowered[:2]):
        raise TroubleError(
            Trouble(
                "H703",
                f"`{written}` names no data product: tables are written domain.product or domain.product.port",
                places,
                _by_last_word(written, known) or did_you_mean(written, known) or here,
            )
        )
    product = ProductName(lowered[0], lowered[1])
    publication = published.get(product)
    if publication is None:
        mend = _pin_of_main(product, published) or did_you_mean(str(product), known) or here
        raise TroubleError(Trouble("H703", f"no data product `{product}` is published", places, mend))
    return publication


def _by_last_word(written: str, known: list[str]) -> str:
    """For a product named without its domain."""
    meant = [k for k in known if k.endswith(f".{written.lower()}")]
    return f"did you mean {one_of(meant)}?" if meant else ""


def _pin_of_main(product: ProductName, published: Mapping[ProductName, Publication]) -> str:
    """For a product with a pin: pins belong to ports, as in `customer.profiles.profiles_v1`."""
    name, major = unpinned(product.product)
    publication = published.get(ProductName(product.domain, name)) if major is not None else None
    return f"a major is pinned at a port: `{publication.product}.{_main(publication)}_v{major}`" if publication else ""


def _main(publication: Publication) -> str:
    return _main_of(publication.declaration, publication.product.product, frozenset(p.port.name.port for p in publication.ports))


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
