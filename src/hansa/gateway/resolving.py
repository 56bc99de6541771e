"""From the names in a query to published ports: `domain.product`, `domain.product.port`, `domain.product.port_v2`."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from hansa.model import Publication, PublishedPort
from hansa.names import ProductName, is_word, unpinned
from hansa.plan import from_text
from hansa.trouble import Place, Trouble, TroubleError, did_you_mean, one_of

QUERY = "query"  # the file name of a text that stands in no file


@dataclass(frozen=True, slots=True)
class Resolved:
    """A query whose table names are replaced by the text forms of published ports, and those ports."""

    sql: str
    ports: Mapping[str, PublishedPort]


def resolve(text: str, published: Mapping[ProductName, Publication]) -> Resolved:
    """Find every table of a query among the published ports. Raises TroubleError naming the place in the query."""
    statement = _parse(text)
    ctes = {cte.alias_or_name.lower() for cte in statement.find_all(exp.CTE)}
    ports: dict[str, PublishedPort] = {}
    splices: list[tuple[int, int, str]] = []
    for table in statement.find_all(exp.Table):
        parts = [p for p in table.parts if isinstance(p, exp.Identifier)]
        if not parts or (len(parts) == 1 and parts[0].name.lower() in ctes):
            continue
        port = _port([p.name for p in parts], published, _place(text, parts[0]))
        ports[str(port.port)] = port
        splices.append((parts[0].meta["start"], parts[-1].meta["end"] + 1, f'"{port.port}"' + _implied_alias(table)))
    # The text outside of the names stays as it was written: nothing of it is translated back and forth.
    for start, end, name in sorted(splices, reverse=True):
        text = text[:start] + name + text[end:]
    return Resolved(text.strip().rstrip(";"), ports)


def _parse(text: str) -> exp.Query:
    try:
        statements = [s for s in sqlglot.parse(text, dialect="duckdb") if s is not None]
    except ParseError as wrong:
        at = wrong.errors[0] if wrong.errors else {}
        place = Place(QUERY, at.get("line") or 1, at.get("col") or 1, "here")
        raise TroubleError(Trouble("H701", f"the query is not SQL: {at.get('description', wrong)}", (place,))) from wrong
    except TokenError as wrong:
        raise TroubleError(Trouble("H701", f"the query is not SQL: {wrong}", (Place(QUERY, 1, 1),))) from wrong
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise TroubleError(
            Trouble("H702", "a query is one SELECT: it reads and never writes", (Place(QUERY, 1, 1),), "ask with SELECT … FROM …")
        )
    return statements[0]


def _implied_alias(table: exp.Table) -> str:
    """`FROM customer.profiles` lets columns be written `profiles.age`, so the replaced name keeps that as its alias."""
    return "" if table.alias else f' AS "{table.name}"'


def _port(words: list[str], published: Mapping[ProductName, Publication], place: Place) -> PublishedPort:
    written = ".".join(words)
    lowered = [w.lower() for w in words]
    known = sorted(str(p) for p in published)
    if len(lowered) not in (2, 3) or not all(is_word(w) for w in lowered[:2]):
        raise TroubleError(
            Trouble(
                "H703",
                f"`{written}` names no data product: tables are written domain.product or domain.product.port",
                (place.noted("named here"),),
                did_you_mean(written, known) or f"published here: {one_of(known)}",
            )
        )
    publication = published.get(ProductName(lowered[0], lowered[1]))
    if publication is None:
        mend = did_you_mean(".".join(lowered[:2]), known) or f"published here: {one_of(known)}"
        raise TroubleError(Trouble("H703", f"no data product `{written}` is published", (place.noted("named here"),), mend))
    wanted = lowered[2] if len(lowered) == 3 else _main(publication)
    found = _of_name(publication, wanted)
    if found is None:
        ports = [str(p.port.name) for p in publication.ports]
        raise TroubleError(
            Trouble(
                "H704",
                f"{publication.product} publishes no port `{wanted}`" if wanted else f"{publication.product} has no main port",
                (place.noted("named here"),),
                did_you_mean(wanted, [p.rpartition(".")[2] for p in ports]) or f"its ports: {one_of(ports)}",
            )
        )
    return found


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


def _place(text: str, identifier: exp.Identifier) -> Place:
    start = identifier.meta["start"]
    line = text.count("\n", 0, start) + 1
    return Place(QUERY, line, start - (text.rfind("\n", 0, start) + 1) + 1)
