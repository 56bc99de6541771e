"""How things of a mesh are called outside of it: IRIs that stay the same as long as their names do."""

import re
from urllib.parse import quote, urlsplit

from hansa.catalog.exports.graph import Iri
from hansa.catalog.exports.vocabulary import PREFIXES
from hansa.frozen import dataclass
from hansa.names import DomainName, PortMajor, ProductName
from hansa.trouble import Trouble, TroubleError

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NOT_IN_IRIS = re.compile(r'[\x00-\x20<>"{}|^`\\\x7f-\x9f\ud800-\udfff\ufffe\uffff\u2028\u2029\u200e\u200f\u202a-\u202e]')
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_MAIL = re.compile(r"[^\s@<>,;:]+@[^\s@<>,;:]+\.[^\s@<>,;:]+")


@dataclass(frozen=True, slots=True)
class Iris:
    """The names below one base, which ends in `/`, `#` or `:`."""

    base: str

    @classmethod
    def of(cls, mesh: str, base: str = "") -> "Iris":
        """Those below a base that was told, else below a URN of the mesh's name. Raises TroubleError for what is no IRI."""
        if not base:
            return cls(f"urn:hansa:{segment(mesh)}:")
        if not _absolute(base):
            mend = "write an absolute one, such as https://data.example.com/"
            raise TroubleError(Trouble("H815", f"`{base[:80]}` is no base of IRIs", mend=mend))
        return cls(base if base[-1] in "/#:" else f"{base}/")

    def catalogue(self) -> Iri:
        return Iri(f"{self.base}catalogue")

    def publisher(self) -> Iri:
        return Iri(f"{self.base}publisher")

    def themes(self) -> Iri:
        return Iri(f"{self.base}domains")

    def domain(self, name: DomainName) -> Iri:
        return Iri(f"{self.base}domain/{name}")

    def product(self, name: ProductName) -> Iri:
        return Iri(f"{self.base}product/{name}")

    def dataset(self, port: PortMajor) -> Iri:
        return Iri(f"{self.base}dataset/{port}")

    def port(self, port: PortMajor) -> Iri:
        return Iri(f"{self.base}port/{port}")

    def named(self, kind: str, *names: str) -> Iri:
        """Of a kind of things that are called by any texts: teams, contracts, licences, forms of a port."""
        return Iri(f"{self.base}{kind}/{'/'.join(map(segment, names))}")


def segment(name: str) -> str:
    """A text as one part of an IRI; no two texts make the same."""
    return quote(name, safe="@", errors="replace")


def web(address: str) -> Iri | None:
    """An address of the web as an IRI, with the signs escaped that IRIs have no place for; None for any other text."""
    clean = address.strip()
    if not clean.lower().startswith(("http://", "https://")):
        return None
    try:
        host = urlsplit(clean).hostname
    except ValueError:
        return None
    if not host or _NOT_IN_IRIS.search(host):
        return None
    # Brackets are for addresses of IPv6 hosts, which RFC 3986 allows nowhere else.
    scheme, _, rest = clean.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    path = rest[len(authority) :].replace("[", "%5B").replace("]", "%5D")
    return Iri(_escaped(f"{scheme.lower()}://{authority}{path}"))


def mail(address: str) -> Iri | None:
    """An e-mail address as an IRI; None for any other text."""
    clean = address.strip().removeprefix("mailto:")
    return Iri(f"mailto:{quote(clean, safe='@.+-_', errors='replace')}") if _MAIL.fullmatch(clean) else None


def _escaped(iri: str) -> str:
    closed = _NOT_IN_IRIS.sub(lambda m: quote(m[0], safe="", errors="replace"), iri)
    return _STRAY.sub("%25", closed)


def _absolute(base: str) -> bool:
    """Whether it may begin IRIs, and is not taken for a word of a vocabulary by readers of JSON-LD."""
    scheme = _SCHEME.match(base)
    if scheme is None or _NOT_IN_IRIS.search(base) or _STRAY.search(base) or scheme[0][:-1] in PREFIXES:
        return False
    if scheme[0].lower() in ("http:", "https:"):
        return web(base) is not None
    return len(base) > scheme.end()
