"""Templates become files: everything escaped, links relative to the page that they stand on."""

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hansa.catalog.exports.site.files import SiteFile, safe
from hansa.catalog.exports.site.seeing import Look
from hansa.model import sql
from hansa.names import DomainName, ProductName

HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'"
)
"""What a page may load. Who may frame it, only a header can say."""
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_PART = re.compile(r"[._/@-]?[^._/@-]*[._/@-]?")
_HUMP = re.compile(r"(?<=[a-z])[A-Z](?=[a-z])")


class Renderer:
    """The templates of the site in one look, for one mesh."""

    def __init__(self, look: Look, shared: Mapping[str, object]) -> None:
        self._environment = made = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            finalize=_seen,
        )
        made.globals |= {
            "policy": POLICY,
            "mark": Markup(look.mark),
            "icon": lambda name: Markup(look.icon(name)),
            "product_path": product_path,
            "domain_path": domain_path,
            "web": web,
            "classes_of": lambda port: {c.column: c.effective for c in port.classes},
            **shared,
        }
        made.filters |= {
            "sqltype": sql, "count": count, "moment": moment, "breakable": breakable, "anchor": anchor, "words": words,
        }  # fmt: skip

    def page(self, path: str, template: str, **shown: object) -> SiteFile:
        """A page at a path. In it, `up` leads from the page's folder to the site's."""
        up = "../" * path.count("/")
        text = self._environment.get_template(template).render(up=up, path=path, **shown)
        return SiteFile(path, text.encode("utf-8", "replace"))


def _seen(value: object) -> object:
    """Texts without signs that turn the direction of what follows, or that no document may have."""
    return legible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def legible(text: str) -> str:
    """A text without signs that nobody sees."""
    return _UNSEEN.sub("", text)


def domain_path(name: DomainName) -> str:
    return f"domains/{safe(str(name))}.html"


def product_path(name: ProductName, part: str = "index") -> str:
    return f"products/{safe(str(name))}/{part}.html"


def anchor(text: object) -> str:
    """A text as the name of a place on a page."""
    return quote(str(text), safe="")


def web(url: str) -> str:
    """An address that may stand in a link; empty for any other."""
    if _UNSEEN.search(url) or " " in url:
        return ""
    try:
        return url if urlsplit(url).scheme.lower() in ("http", "https", "mailto") else ""
    except ValueError:
        return ""


def words(text: object) -> str:
    """A word of the standard as people write it: `timeToRepair` is time to repair."""
    return _HUMP.sub(lambda m: f" {m[0].lower()}", str(text))


def count(number: int) -> str:
    return f"{number:,}".replace(",", "\u2009")


def moment(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


def breakable(text: object) -> Markup:
    """A long name that may go on in a new line where its parts meet."""
    return Markup("<wbr>").join(_PART.findall(legible(str(text))))
