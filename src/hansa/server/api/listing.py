"""Pages of a list: a cursor names the last thing that was shown, so that what comes or goes meanwhile shifts nothing.

Nothing that was there all the time is shown twice or left out. A cursor belongs to one question: the address and its filters.
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response

from hansa.frozen import dataclass
from hansa.server.api.paging import digest
from hansa.trouble import Trouble, TroubleError

Item = TypeVar("Item")
Key = tuple[str | int, ...]
MOST = 1000
USUAL = 100


@dataclass(frozen=True, slots=True)
class Slice(Iterable[Item]):
    """The things of one page, how many there are on all of them, and the cursor of the next."""

    items: tuple[Item, ...]
    total: int | None = None
    next: str | None = None

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class Pages:
    """Which page a request asks for. Says the next one in the Link header, too (RFC 8288)."""

    request: Request
    response: Response
    limit: int
    cursor: str

    def of(self, items: Iterable[Item], key: Callable[[Item], Key], *, newest: bool = False) -> Slice[Item]:
        """A page of everything that there is, in the order of keys that are unique; with `newest`, the highest first."""
        ordered = sorted(items, key=key, reverse=newest)
        found = self.following(iter(ordered), key, newest=newest)
        return Slice(found.items, len(ordered), found.next)

    def following(self, ordered: Iterator[Item], key: Callable[[Item], Key], *, newest: bool = False) -> Slice[Item]:
        """A page of what comes in the order of its keys already; no more of it is looked at than has to be."""
        after = self.behind
        kept: list[Item] = []
        for item in ordered:
            if after is not None and not _lies_behind(key(item), after, newest=newest):
                continue
            if len(kept) == self.limit:
                return Slice(tuple(kept), None, self._going_on(key(kept[-1])))
            kept.append(item)
        return Slice(tuple(kept))

    @property
    def behind(self) -> Key | None:
        """The key behind which the page begins; None for the first page."""
        return _key(self.cursor, self._question) if self.cursor else None

    def searched(self, looked: Iterable[tuple[Key, Item | None]], most: int) -> Slice[Item]:
        """A page of what is found among very many: each with its key, from `behind` on, and None for what is not wanted.

        When `most` were looked through the page ends, full or not, and the next one goes on there.
        """
        kept: list[Item] = []
        last: Key = ()
        for number, (key, item) in enumerate(looked):
            if number and (number == most or (item is not None and len(kept) == self.limit)):
                return Slice(tuple(kept), None, self._going_on(last))
            kept += [item] if item is not None else []
            last = key
        return Slice(tuple(kept))

    def at(self) -> int:
        """Where the page begins, of a list that is only known by numbers."""
        match self.behind or (0,):
            case (int(offset),) if 0 <= offset < 2**31:
                return offset
            case _:
                raise none_of_ours()

    def after(self, offset: int) -> str:
        """The cursor of the page that begins at a number."""
        return self._going_on((offset,))

    def _going_on(self, key: Key) -> str:
        text = json.dumps([*key, self._question], ensure_ascii=False)
        cursor = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        kept = [(name, value) for name, value in self.request.query_params.multi_items() if name != "cursor"]
        self.response.headers["Link"] = f'<{self.request.url.path}?{urlencode([*kept, ("cursor", cursor)])}>; rel="next"'
        return cursor

    @property
    def _question(self) -> str:
        told = sorted(p for p in self.request.query_params.multi_items() if p[0] not in ("cursor", "limit"))
        return digest(self.request.url.path, told)


def pages_of(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=MOST, description="The most items of a page.")] = USUAL,
    cursor: Annotated[str, Query(max_length=4000, description="The `next` of the page before.")] = "",
) -> Pages:
    return Pages(request, response, limit, cursor)


Paged = Annotated[Pages, Depends(pages_of)]


def _lies_behind(key: Key, after: Key, *, newest: bool) -> bool:
    try:
        return key < after if newest else key > after
    except TypeError:
        raise none_of_ours() from None


def _key(cursor: str, question: str) -> Key:
    """Raises TroubleError for what is no cursor, or one of another question."""
    try:
        match json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)):
            case [*key, str(of)] if key and all(isinstance(k, str | int) for k in key):
                found = tuple(key)
            case _:
                raise ValueError(cursor)
    except (ValueError, RecursionError):
        raise none_of_ours() from None
    if of != question:
        mend = "send the same filters with every page, or begin without a cursor"
        raise TroubleError(Trouble("H742", "the cursor belongs to another question", mend=mend))
    return found


def none_of_ours() -> TroubleError:
    """The trouble of a cursor that nobody was given."""
    return TroubleError(
        Trouble("H742", "the cursor is none of ours", mend="take it from `next` or the Link header of the page before")
    )
