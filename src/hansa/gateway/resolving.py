"""From the names in a query to published ports: `domain.product`, `domain.product.port`, `domain.product.port_v2`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from hansa.gateway.parsing import QUERY, parse_query, place_at
from hansa.gateway.splicing import Splice, Spliced, splice
from hansa.model import Publication, PublishedPort, quoted
from hansa.names import ProductName, is_word, unpinned
from hansa.plan import from_text
from hansa.trouble import Place, Trouble, TroubleError, did_you_mean, one_of

__all__ = ["QUERY", "Resolved", "resolve"]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A query whose table names are replaced by the text forms of published ports, and those ports."""

    text: Spliced
    ports: Mapping[str, PublishedPort]


@dataclass(frozen=True, slots=True)
class _Named:
    """A table of the query that names a product: its words as written and the port that they mean."""

    words: tuple[str, ...]
    start: int
    end: int
    alias: str
    port: PublishedPort


def resolve(text: str, published: Mapping[ProductName, Publication]) -> Resolved:
    """Find every table of a query among the published ports. Raises TroubleError naming the place in the query."""
    statement = parse_query(text)
    ctes = {cte.alias_or_name.lower() for cte in statement.find_all(exp.CTE)}
    named = []
    for table in statement.find_all(exp.Table):
        parts = [p for p in table.parts if isinstance(p, exp.Identifier)]
        if not parts or (len(parts) == 1 and parts[0].name.lower() in ctes):
            continue
        words = tuple(p.name for p in parts)
        port = _port(words, published, place_at(text, parts[0].meta["start"]))
        named.append(_Named(words, parts[0].meta["start"], parts[-1].meta["end"] + 1, table.alias, port))
    implied = _implied_aliases(named)
    # The text outside of the names stays as it was written: nothing of it is translated back and forth.
    tables = [Splice(n.start, n.end, _table(n, implied)) for n in named]
    return Resolved(splice(text, [*tables, *_columns(statement, implied)]), {str(n.port.port): n.port for n in named})


def _implied_aliases(named: list[_Named]) -> dict[tuple[str, ...], str]:
    """How columns of tables without an alias are qualified: `FROM customer.profiles` lets them be written `profiles.age`.

    Where two products end in the same word, as in `FROM a.orders JOIN b.orders`, that word alone means neither.
    """
    by_last = defaultdict(set)
    for table in named:
        by_last[table.words[-1].lower()].add(_lowered(table.words))
    bare = {_lowered(n.words): n.words for n in named if not n.alias}
    return {key: words[-1] if len(by_last[key[-1]]) == 1 else ".".join(key) for key, words in bare.items()}


def _table(named: _Named, implied: Mapping[tuple[str, ...], str]) -> str:
    name = quoted(str(named.port.port))
    return name if named.alias else f"{name} AS {quoted(implied[_lowered(named.words)])}"


def _columns(statement: exp.Query, implied: Mapping[tuple[str, ...], str]) -> list[Splice]:
    """Qualifiers written in full, `customer.profiles.age`, become the alias of the table that they name."""
    found = []
    for column in statement.find_all(exp.Column):
        parts = [p for p in column.parts if isinstance(p, exp.Identifier)]
        # A star after a qualifier is no identifier: all parts before it are the qualifier.
        qualifier = parts[:-1] if len(parts) == len(column.parts) else parts
        while qualifier and _lowered(p.name for p in qualifier) not in implied:
            qualifier = qualifier[:-1]
        if len(qualifier) > 1 and "start" in qualifier[0].meta:
            alias = quoted(implied[_lowered(p.name for p in qualifier)])
            found.append(Splice(qualifier[0].meta["start"], qualifier[-1].meta["end"] + 1, alias))
    return found


def _lowered(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word.lower() for word in words)


def _port(words: tuple[str, ...], published: Mapping[ProductName, Publication], place: Place) -> PublishedPort:
    written = ".".join(words)
    lowered = [w.lower() for w in words]
    known = sorted(str(p) for p in published)
    here = f"published here: {one_of(known)}" if known else "nothing is published here yet: `hansa run`"
    if len(lowered) not in (2, 3) or not all(is_word(w) for w in lowered[:2]):
        raise TroubleError(
            Trouble(
                "H703",
                f"`{written}` names no data product: tables are written domain.product or domain.product.port",
                (place.noted("named here"),),
                _by_last_word(written, known) or did_you_mean(written, known) or here,
            )
        )
    product = ProductName(lowered[0], lowered[1])
    publication = published.get(product)
    if publication is None:
        mend = _pin_of_main(product, published) or did_you_mean(str(product), known) or here
        raise TroubleError(Trouble("H703", f"no data product `{product}` is published", (place.noted("named here"),), mend))
    wanted = lowered[2] if len(lowered) == 3 else _main(publication)
    found = _of_name(publication, wanted)
    if found is None:
        ports = [p.port.name.port for p in publication.ports]
        raise TroubleError(
            Trouble(
                "H704",
                f"{product} publishes no port `{wanted}`" if wanted else f"{product} has several ports and no main one",
                (place.noted("named here"),),
                did_you_mean(wanted, ports) or f"its ports: {one_of(f'{product}.{p}' for p in ports)}",
            )
        )
    return found


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
    declared = from_text(publication.declaration)
    if declared is not None and declared.main:
        return declared.main
    names = {p.port.name.port for p in publication.ports}
    return publication.product.product if publication.product.product in names else next(iter(names)) if len(names) == 1 else ""


def _of_name(publication: Publication, word: str) -> PublishedPort | None:
    """The port of a name at its highest major; `name_v2` pins major 2 unless a port is called just so."""
    exact = [p for p in publication.ports if p.port.name.port == word]
    if exact:
        return max(exact, key=lambda p: p.port.major)
    name, major = unpinned(word)
    return next((p for p in publication.ports if p.port.name.port == name and p.port.major == major), None)
