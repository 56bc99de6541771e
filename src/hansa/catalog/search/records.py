"""What is asked of the search and what it answers: plain records, without a library behind them."""

from collections.abc import Callable, Mapping
from dataclasses import field

from hansa.frozen import dataclass
from hansa.names import DomainName, PortMajor, ProductName

KINDS = ("product", "domain", "port", "column", "term", "use-case")
"""What can be found."""

FACETS = ("domain", "class", "owner", "status", "freshness", "tag", "kind", "certification")
"""By what a search can be narrowed. `class` and `tag` may have several values of one hit, the others have one or none."""


@dataclass(frozen=True, slots=True, order=True)
class UseCaseName:
    """A use case that is not a product, as the ones who judge discovery are asked about it."""

    name: str

    def __str__(self) -> str:
        return self.name


Gate = DomainName | ProductName | PortMajor | UseCaseName
"""What a viewer may or may not discover. A port is asked about only where its product may be discovered; its columns are
discovered with it. Glossary terms belong to everybody."""

MayDiscover = Callable[[Gate], bool]


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What somebody looks for. Values of one facet are alternatives, facets narrow together; empty `kinds` are all.

    Without a word in `text`, everything that the facets leave is listed, the best first: products, unless `kinds` says otherwise.
    """

    text: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text that was looked for, or not."""

    text: str
    found: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found. `product` is the address of the product that it leads to; empty for a domain or a use case.

    `heading` is the title, and `snippet` a part of what is said of it, cut where the words that were looked for are marked.
    `score` orders hits of one query, and means nothing else.
    """

    address: str
    kind: str
    title: str
    score: float
    product: str
    heading: tuple[Segment, ...] = ()
    snippet: tuple[Segment, ...] = ()

    @property
    def said(self) -> str:
        """The snippet as plain text."""
        return "".join(s.text for s in self.snippet)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The hits of one page, of `total`. `facets` count all of them, the most frequent value first.

    `suggestion` is the text as it was probably meant, made only of words that the viewer may see; `widened` says that not all
    words were found together, or not as they were written. `took` is in seconds.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    took: float = 0.0
    suggestion: str = ""
    widened: bool = False
