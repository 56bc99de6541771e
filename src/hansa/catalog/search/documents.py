"""The mesh as documents to be found: what each is called, what is said of it, and by what it can be narrowed.

Documents come in parts. A part is made again as a whole when its digest changes: each product with its ports and columns is one,
so are each domain, the glossary and the use cases.
"""

import hashlib
import json
import marshal
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

from hansa.catalog.search.ranking import (
    DOMAIN_POINTS,
    TERM_POINTS,
    USE_CASE_POINTS,
    Standing,
    certification,
    points,
    rank,
)
from hansa.catalog.search.records import Gate, UseCaseName
from hansa.catalog.search.words import as_phrase, words
from hansa.frozen import dataclass
from hansa.model import Consumer, ConsumerKind, Contract, ContractColumn, Domain, Mesh, OutputPort, Product, Term

_LONGEST_TEXT = 20_000  # characters of a README that are kept for snippets; all of it is searched
_DRAWN = re.compile(r"(?:```|~~~).*|[|:= \t-]*")  # fences, and lines under headings and heads of tables
_MARKS = re.compile(r"^\s{0,3}(?:#{1,6}|>|[-*+])\s+|[`|]|\*\*")
Facets = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Document:
    """One thing that can be found. Texts are words with spaces between; `exact` are whole names.

    Columns have their names apart, since a thousand columns of a name would else hide the product that has it, too. `path` is
    where something is: words that narrow, and find nothing alone. `texts` are shown in snippets, the most telling first.
    """

    kind: str
    address: str
    title: str
    product: str
    gate: Gate | None
    rank: int
    facets: Facets
    name: str = ""
    exact: tuple[str, ...] = ()
    about: str = ""
    path: str = ""
    text: str = ""
    terms: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """`gates` are what viewers are asked about, each with the one that has to be open before it (by its position), or -1."""

    key: str
    digest: str
    gates: tuple[tuple[Gate, int], ...]
    documents: Callable[[], Iterator[Document]]


@dataclass(frozen=True, slots=True)
class Declared:
    """What a product says of itself, as a digest, and the ids of the terms that its columns mean."""

    product: Product
    digest: str
    terms: tuple[str, ...]


def declared(mesh: Mesh, before: Mapping[str, Declared]) -> Mapping[str, Declared]:
    """What every product says of itself. To look at a million columns takes seconds, so it is not done twice for one product."""
    return {name: _declared(name, product, before) for product in mesh.products for name in (str(product.address),)}


def _declared(name: str, product: Product, before: Mapping[str, Declared]) -> Declared:
    kept = before.get(name)
    if kept is not None and kept.product is product:
        return kept
    said = (product.title, product.status, product.type, product.purpose, product.owner, product.tags, product.readme)
    of_all = (said, product.team and product.team.name, [_port_said(o) for o in product.outputs])
    terms = {t for o in product.outputs for c in o.table.columns for t in c.terms}
    return Declared(product, _digest(of_all), tuple(sorted(terms)))


def parts(mesh: Mesh, standing: Mapping[str, Standing], known: Mapping[str, Declared] | None = None) -> Iterator[Part]:
    """All parts of a mesh; documents are only made of those that are asked for them. `known` is what `declared` gives."""
    known = declared(mesh, {}) if known is None else known
    terms = {t.id: t for t in mesh.governance.terms}
    for domain in mesh.domains:
        said = (str(domain.name), domain.title, domain.description, domain.owner, domain.capability, domain.tags)
        yield Part(f"domain:{domain.name}", _digest(said), ((domain.name, -1),), partial(_of_domain, domain))
        for product in domain.products:
            name = str(product.address)
            yield _product_part(known[name], domain, standing.get(name, Standing()), terms)
    if terms:
        yield Part("glossary", _digest([_term_said(t) for t in terms.values()]), (), partial(_of_terms, tuple(terms.values())))
    for case in mesh.governance.consumers:
        if case.kind is not ConsumerKind.USE_CASE:
            continue
        of_case = (case.name, case.title, case.description, case.owner, case.purposes)
        yield Part(f"use-case:{case.name}", _digest(of_case), ((UseCaseName(case.name), -1),), partial(_of_use_case, case))


def readers_of(mesh: Mesh) -> Mapping[str, int]:
    """How many products, and use cases by agreement, read each product."""
    found = Counter(str(s) for p in mesh.products for s in p.suppliers)
    agreed = {(a.consumer, str(a.port.name.of_product)) for a in mesh.governance.agreements}
    found.update(product for consumer, product in agreed if "." not in consumer)
    return found


def synonym_groups(mesh: Mesh) -> list[list[str]]:
    """Phrases that mean one thing: of each glossary term its name and synonyms."""
    groups = ([as_phrase(t.name), *map(as_phrase, t.synonyms)] for t in mesh.governance.terms if t.synonyms)
    return [found for group in groups if len(found := list(dict.fromkeys(filter(None, group)))) > 1]


def _product_part(known: Declared, domain: Domain, standing: Standing, terms: Mapping[str, Term]) -> Part:
    product = known.product
    means = [_term_said(terms[t]) for t in known.terms if t in terms]
    digest = _digest((known.digest, domain.title, standing.freshness, points(product, standing), means))
    gates: tuple[tuple[Gate, int], ...] = ((product.address, -1), *((o.pinned, 0) for o in product.outputs))
    return Part(f"product:{product.address}", digest, gates, partial(_of_product, product, domain, standing, terms))


def _port_said(port: OutputPort) -> object:
    columns = [(c.name, c.title, c.description, c.classification, c.tags, c.terms) for c in port.table.columns]
    contract = port.contract
    classes = [(c.column, c.effective) for c in port.classes]
    texts = (port.title, port.description, port.table.description, contract.description, contract.usage, contract.limitations)
    return (str(port.pinned), texts, contract.title, contract.tags, columns, classes, sorted(_synonyms(contract).items()))


def _term_said(term: Term) -> object:
    return (term.id, term.name, term.definition, term.synonyms, term.owner, term.status)


def _digest(said: Any) -> str:
    # Version 2 of this encoding has no references, so that equal values are equal bytes; a million columns take a second.
    return hashlib.blake2b(marshal.dumps(said, 2), digest_size=12).hexdigest()


def _synonyms(contract: Contract) -> Mapping[str, tuple[str, ...]]:
    """The other words that a contract has for its columns, by name. They are told in the standard's document alone."""
    if '"synonyms"' not in contract.document:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for schema in _dicts(json.loads(contract.document).get("schema")):
        for column in _dicts(schema.get("properties")):
            said = (s.get("synonym") if isinstance(s, dict) else s for s in column.get("synonyms") or ())
            if kept := tuple(s for s in said if isinstance(s, str)):
                found[str(column.get("name"))] = kept
    return found


def _dicts(value: object) -> Iterable[dict[str, Any]]:
    return (v for v in value if isinstance(v, dict)) if isinstance(value, list) else ()


def _joined(*texts: str) -> str:
    return " ".join(chain.from_iterable(map(words, filter(None, texts))))


def _names(*names: str) -> str:
    return " ".join(dict.fromkeys(w for n in names if n for w in words(n)))


def _phrases(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(p for n in names if (p := as_phrase(n))))


def _of_domain(domain: Domain) -> Iterator[Document]:
    name = str(domain.name)
    yield Document(
        "domain", name, domain.title or name, "", domain.name, rank(DOMAIN_POINTS, "domain"),
        _facets(domain=name, owner=domain.owner, tags=domain.tags),
        name=_names(name, domain.title), exact=_phrases(name, domain.title),
        about=_joined(domain.capability, domain.owner, *domain.tags), text=_joined(domain.description),
        texts=(domain.description, domain.capability),
    )  # fmt: skip


def _of_terms(terms: Iterable[Term]) -> Iterator[Document]:
    for term in terms:
        yield Document(
            "term", f"term:{term.id}", term.name or term.id, "", None, rank(TERM_POINTS, "term"),
            _facets(owner=term.owner, status=term.status),
            name=_names(term.name, term.id), exact=_phrases(term.name, term.id, *term.synonyms),
            about=_names(*term.synonyms), text=_joined(term.definition, term.owner),
            texts=(term.definition, ", ".join(term.synonyms)),
        )  # fmt: skip


def _of_use_case(case: Consumer) -> Iterator[Document]:
    yield Document(
        "use-case", f"use-case:{case.name}", case.title or case.name, "", UseCaseName(case.name),
        rank(USE_CASE_POINTS, "use-case"), _facets(owner=case.owner),
        name=_names(case.name, case.title), exact=_phrases(case.name, case.title),
        about=_joined(case.owner, *case.purposes), text=_joined(case.description), texts=(case.description,),
    )  # fmt: skip


def _facets(
    *, domain: str = "", owner: str = "", status: str = "", tags: Iterable[str] = (), classes: Iterable[str] = ()
) -> Facets:
    single = (("domain", domain), ("owner", owner), ("status", status))
    return (*((n, v) for n, v in single if v), *_several(tags, classes))


def _several(tags: Iterable[str], classes: Iterable[str]) -> Facets:
    return (*[("tag", t) for t in dict.fromkeys(tags) if t], *[("class", c) for c in dict.fromkeys(classes) if c])


def _of_product(product: Product, domain: Domain, standing: Standing, terms: Mapping[str, Term]) -> Iterator[Document]:
    address, recommended = str(product.address), points(product, standing)
    team = product.team.name if product.team is not None and product.team.name else product.owner
    shared: Facets = (
        *_facets(domain=str(domain.name), owner=team, status=product.status.lower()),
        ("freshness", standing.freshness),
        ("certification", certification(product)),
    )
    classes = {o.pinned: _classes(o) for o in product.outputs}
    columns = list(dict.fromkeys(c.name for o in product.outputs for c in o.table.columns))
    newest = {o.address: max(p.major for p in product.outputs if p.address == o.address) for o in product.outputs}
    said: dict[str, None] = dict.fromkeys(_joined(product.purpose, product.readme).split())
    for port in product.outputs:
        older = port.major != newest[port.address]
        made = [*_of_columns(port, product, shared, classes[port.pinned], recommended, terms, older=older)]
        yield from made
        named = dict.fromkeys(w for column in made for w in column.name.split())
        told = _of_port(port, product, shared, classes[port.pinned], recommended, named, older=older)
        yield told
        # A product is found by the words of its ports and columns, too, which have been taken apart for these.
        for document in (told, *made):
            said.update(dict.fromkeys(document.text.split()))
            said.update(dict.fromkeys(document.about.split()))
    yield Document(
        "product", address, product.title or address, address, product.address, rank(recommended, "product"),
        (*shared, *_several(product.tags, sorted({v for c in classes.values() for vs in c.values() for v in vs}))),
        name=_names(product.address.product, product.title), exact=_phrases(address, product.address.product, product.title),
        about=_joined(
            *(str(domain.name), domain.title, product.owner, team, product.type),
            *(*product.tags, *(o.address.port for o in product.outputs)),
        ),
        text=" ".join(said), texts=(product.purpose, _unmarked(product.readme[:_LONGEST_TEXT]), ", ".join(columns)),
    )  # fmt: skip


def _classes(port: OutputPort) -> dict[str, tuple[str, ...]]:
    """The classes of each column: those that hold, or the word of its contract where nothing governs classes."""
    found: dict[str, tuple[str, ...]] = {c.name: (c.classification,) for c in port.table.columns if c.classification}
    found.update((c.column, c.effective) for c in port.classes if c.effective)
    return found


def _port_texts(port: OutputPort) -> tuple[str, ...]:
    contract = port.contract
    return (port.description, port.table.description, contract.description, contract.usage, contract.limitations)


def _of_port(
    port: OutputPort, product: Product, shared: Facets, classes: Mapping[str, tuple[str, ...]], recommended: int,
    named: Iterable[str], *, older: bool,
) -> Document:  # fmt: skip
    """A port; `named` are the words of its columns' names."""
    texts = tuple(dict.fromkeys(filter(None, _port_texts(port))))
    return Document(
        "port", str(port.pinned if older else port.address), port.title or port.contract.title or str(port.address),
        str(product.address), port.pinned, rank(recommended, "port"),
        (*shared, *_several(port.contract.tags, sorted({v for vs in classes.values() for v in vs}))),
        name=_names(port.address.port, port.title), exact=_phrases(str(port.address), port.address.port),
        about=_joined(port.contract.title, *port.contract.tags), path=_path(port, product),
        text=" ".join(dict.fromkeys((*_joined(*texts).split(), *named))),
        texts=(*texts, ", ".join(c.name for c in port.table.columns)),
    )  # fmt: skip


def _path(port: OutputPort, product: Product) -> str:
    return _joined(str(product.address), port.address.port, f"{port.major} v{port.major}")


def _of_columns(
    port: OutputPort, product: Product, shared: Facets, classes: Mapping[str, tuple[str, ...]], recommended: int,
    terms: Mapping[str, Term], *, older: bool,
) -> Iterator[Document]:  # fmt: skip
    synonyms, path, of_product = _synonyms(port.contract), _path(port, product), str(product.address)
    standing = rank(recommended, "column")
    before = f"{port.pinned if older else port.address}#"  # the text of a `ColumnName`, of which a mesh may have a million
    for column in port.table.columns:
        phrase = as_phrase(column.name)
        yield Document(
            "column", f"{before}{column.name}", column.title or column.name, of_product, port.pinned,
            standing, (*shared, *_several(column.tags, classes.get(column.name, ()))) if column.tags or classes else shared,
            name=_names(column.name, column.title) if column.title else phrase,
            exact=_phrases(column.name, column.title) if column.title else (phrase,),
            about=_column_about(column, terms, synonyms.get(column.name, ())), path=path,
            text=_joined(column.description), terms=column.terms, texts=(column.description,),
        )  # fmt: skip


def _column_about(column: ContractColumn, terms: Mapping[str, Term], synonyms: tuple[str, ...]) -> str:
    if not (column.terms or synonyms or column.tags):
        return ""
    means = (terms[t] for t in column.terms if t in terms)
    return _names(*synonyms, *(n for t in means for n in (t.name, *t.synonyms)), *column.tags)


def _unmarked(readme: str) -> str:
    """A README without the signs of Markdown that an excerpt of it would show."""
    return "\n".join(_MARKS.sub(" ", line) for line in readme.splitlines() if not _DRAWN.fullmatch(line.strip()))
