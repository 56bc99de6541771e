"""What a page is to the application: its address, and what shows it."""

from collections.abc import Callable

from starlette.responses import Response

from hansa.frozen import dataclass
from hansa.server.pages.visit import Visit

Show = Callable[[Visit], Response]


@dataclass(frozen=True, slots=True)
class Page:
    """A page for whoever is signed in. What is `posted` is a form whose proof is checked before it is shown to `show`."""

    path: str
    show: Show
    posted: bool = False
