"""One request of somebody who is signed in: who, from where, with which form; and the responses that pages give."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hansa.catalog import ProductState
from hansa.frozen import dataclass
from hansa.model import CheckResult, Principal, RunId
from hansa.names import ProductName
from hansa.server.catalogue import Catalogue
from hansa.server.pages.rendering import Renderer
from hansa.server.pages.sessions import Session
from hansa.server.sight import Sight, administers

THEMES = ("light", "dark")
_EXPLAINED = ("failed", "held", "blocked")
_KEPT = "private, no-cache"
"""A browser may keep a page, and asks each time whether it is still the same; whoever signed out gets none."""


@dataclass(frozen=True, slots=True)
class Visit:
    """`form` is what a POST came with, its proof already checked."""

    request: Request
    catalogue: Catalogue
    renderer: Renderer
    session: Session
    principal: Principal
    sight: Sight
    now: dt.datetime
    form: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def asked(self, name: str, longest: int = 200) -> str:
        """A parameter of the address."""
        return self.request.query_params.get(name, "")[:longest]

    def number(self, name: str = "page") -> int:
        """Which page of a list the address asks for; the first one for what is no number."""
        said = self.asked(name, 6)
        return max(1, int(said)) if said.isascii() and said.isdecimal() else 1

    def said(self, name: str, longest: int = 4000) -> str:
        """A field of the form."""
        return next(iter(self.form.get(name, ())), "")[:longest].strip()

    @property
    def administers(self) -> bool:
        """Whether the viewer may administer the mesh, with the credential that they came with."""
        return administers(self.catalogue.backing, self.principal, self.now)

    def told(self, state: ProductState) -> ProductState:
        """How a product stands, with nothing said of what the viewer may not know: a reason may name what it reads."""
        if state.state not in _EXPLAINED:
            return state
        discretion = self.sight.discretion
        failures = tuple(f for f in state.failures if discretion.subject(f.subject))
        return replace(state, note=discretion.said(state.note), failures=failures)

    def checks(self, run: RunId, product: ProductName) -> list[CheckResult]:
        """The verdicts of a run on the ports of a product that the viewer may have described."""
        found = self.catalogue.backing.ledger.checks(run, product)
        return [r for r in found if self.sight.discretion.subject(r.subject, str(product))]

    def page(self, template: str, *, status: int = 200, keep: bool = True, **shown: Any) -> Response:
        """A page; one that may be kept has a tag, and is not sent again to whoever has it."""
        text = self.renderer.render(
            template,
            {
                "viewer": self.principal,
                "csrf": self.session.csrf,
                "theme": theme_of(self.request),
                "path": self.request.url.path,
                "here": self.request.url.path + (f"?{self.request.url.query}" if self.request.url.query else ""),
                "mesh": self.catalogue.backing.mesh(),
                "now": self.now,
                **shown,
            },
        )
        if not keep or status != 200:
            return Response(text, status, {"Cache-Control": "no-store"}, "text/html")
        tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
        headers = {"Cache-Control": _KEPT, "ETag": tag, "Vary": "Cookie"}
        if tag in [t.strip() for t in self.request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=304, headers=headers)
        return Response(text, headers=headers, media_type="text/html")


def theme_of(request: Request) -> str:
    """What the viewer chose; empty for what their system says."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in THEMES else ""


def local(address: str) -> str:
    """An address of this server to go on to; its start for any other. Browsers take `\\` for `/`, and pass over tabs."""
    plain = address.isascii() and address.isprintable() and "\\" not in address
    if plain and address.startswith("/") and not address.startswith("//") and len(address) <= 2000:
        parts = urlsplit(address)
        if not parts.netloc and not parts.scheme:
            return address
    return "/"


def onward(address: str) -> Response:
    """To another page, by GET."""
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})
