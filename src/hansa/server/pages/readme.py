"""Markdown of other people as HTML that is safe: no HTML of theirs, no address that runs anything, no image from elsewhere."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MOST = 60_000
"""Characters of a README that are shown; a page must not grow without bound."""
_SCHEMES = frozenset({"http", "https", "mailto"})
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@lru_cache(maxsize=256)
def shown(text: str) -> Markup:
    """A README without its first heading, which the page has as its own."""
    parser = _parser()
    tokens = parser.parse(_without_title(text[:MOST]))
    return Markup(parser.renderer.render(tokens, parser.options, {}))


def safe_url(url: str) -> str:
    """An address that may stand in a link; empty for any other."""
    if _CONTROL.search(url):
        return ""
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError:
        return ""
    if scheme:
        return url if scheme in _SCHEMES else ""
    return "" if url.startswith(("//", "\\", "/\\")) else url


def _without_title(text: str) -> str:
    head, _, rest = text.lstrip().partition("\n")
    return rest if head.startswith("# ") else text


def _link_open(self: Any, tokens: "Sequence[Token]", index: int, options: Any, env: Any) -> str:
    """Links of others get no trust. Paths lead into a repository that this server does not show, so they lead nowhere."""
    href = safe_url(str(tokens[index].attrs.get("href", "")))
    if not href or not urlsplit(href).scheme:
        return f'<a title="{escape(href)}">' if href and not href.startswith("#") else "<a>"
    return f'<a href="{escape(href)}" rel="noopener noreferrer nofollow">'


def _image(self: Any, tokens: "Sequence[Token]", index: int, options: Any, env: Any) -> str:
    """Its words: where an image lies, nobody here can say, and fetching it would tell its host who reads."""
    return f'<span class="quiet">[{escape(tokens[index].content or "image")}]</span>'


def _table_open(self: Any, tokens: "Sequence[Token]", index: int, options: Any, env: Any) -> str:
    return '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>'


def _table_close(self: Any, tokens: "Sequence[Token]", index: int, options: Any, env: Any) -> str:
    return "</table></div>"


def _heading(self: Any, tokens: "Sequence[Token]", index: int, options: Any, env: Any) -> str:
    """Below the page's own headings, which end at the second level."""
    token = tokens[index]
    level = min(6, int(token.tag[1]) + 1)
    return f"<h{level}>" if token.nesting == 1 else f"</h{level}>\n"


def _cell(self: Any, tokens: "Sequence[Token]", index: int, options: Any, env: Any) -> str:
    """Alignment is a style attribute in Markdown's HTML, which the policy of our pages forbids."""
    style = str(tokens[index].attrs.get("style", ""))
    return f'<{tokens[index].tag} class="number">' if style.endswith("right") else f"<{tokens[index].tag}>"


def _code(self: Any, tokens: "Sequence[Token]", index: int, options: Any, env: Any) -> str:
    """Long lines are scrolled, by keys, too."""
    return f'<pre tabindex="0"><code>{escape(tokens[index].content)}</code></pre>\n'


@cache
def _parser() -> "MarkdownIt":
    """Made for the first README: its library takes as long to load as all pages."""
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").enable("strikethrough")
    rules = {
        "link_open": _link_open, "image": _image, "table_open": _table_open, "table_close": _table_close,
        "heading_open": _heading, "heading_close": _heading, "th_open": _cell, "td_open": _cell,
        "fence": _code, "code_block": _code,
    }  # fmt: skip
    for name, rule in rules.items():
        made.add_render_rule(name, rule)
    return made
