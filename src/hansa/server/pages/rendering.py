"""Templates become text: everything escaped unless it was made safe, and a name that nobody gave is an error."""

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hansa.model import sql
from hansa.names import DomainName, ProductName
from hansa.server.pages.assets import Assets
from hansa.server.pages.icons import icon

HERE = Path(__file__).parent
_HUMP = re.compile(r"(?<=[a-z])[A-Z](?=[a-z])")
_PART = re.compile(r"[._/@-]?[^._/@-]*[._/@-]?")


class Renderer:
    """The templates of one folder, with the few words of their own that they share."""

    def __init__(self, assets: Assets) -> None:
        self._environment = made = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=["jinja2.ext.do"],
        )
        made.globals |= {"asset": assets.url, "icon": icon, "link": link, "query": query, "term_link": term_link}
        made.filters |= {
            "ago": ago, "count": count, "day": day, "moment": moment, "sqltype": sql, "span": span, "size": size,
            "plural": plural, "words": words, "breakable": breakable,
        }  # fmt: skip

    def render(self, template: str, shown: Mapping[str, object]) -> str:
        return self._environment.get_template(template).render(shown)


def link(to: DomainName | ProductName, part: str = "", **parameters: str) -> str:
    """The address of the page about something."""
    above = "domains" if isinstance(to, DomainName) else "products"
    path = f"/{above}/{quote(str(to))}" + (f"/{part}" if part else "")
    return path + query(**parameters)


def term_link(term: str) -> str:
    """The address of the page of a term, by its id."""
    return f"/terms/{quote(term, safe='')}"


def query(**parameters: object) -> str:
    """The part of an address behind `?`, with what is empty left out."""
    given = {k.rstrip("_"): v for k, v in parameters.items() if v not in (None, "", ())}
    return f"?{urlencode(given, doseq=True)}" if given else ""


def day(at: dt.date | dt.datetime) -> str:
    return f"{at:%Y-%m-%d}"


def moment(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


def ago(at: dt.datetime, now: dt.datetime) -> str:
    """How long ago, in one word and a number."""
    return f"{span(now - at)} ago" if now - at >= dt.timedelta(minutes=1) else "just now"


def span(length: dt.timedelta) -> str:
    seconds = max(0, int(length.total_seconds()))
    for name, each in (("year", 31_557_600), ("month", 2_629_800), ("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= each * (2 if name in ("year", "month") else 1):
            return plural(seconds // each, name)
    return plural(seconds, "second")


def words(text: object) -> str:
    """A word of the standard as people write it: `timeToRepair` is time to repair."""
    return _HUMP.sub(lambda m: f" {m[0].lower()}", str(text))


def breakable(text: object) -> Markup:
    """A long name that may go on in a new line where its parts meet."""
    return Markup("<wbr>").join(_PART.findall(str(text)))


def plural(number: int, word: str, many: str = "") -> str:
    return f"{count(number)} {word if number == 1 else many or f'{word}s'}"


def count(number: float) -> str:
    """A number as people read it, with thin spaces between thousands."""
    return f"{number:,}".replace(",", " ")


def size(number: int) -> str:
    amount = float(number)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
