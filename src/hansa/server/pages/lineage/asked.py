"""What an address of the lineage page asks for, and the addresses of what somebody may ask for next."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import Literal

from hansa.frozen import dataclass
from hansa.model import EVERY, LineageGraph
from hansa.names import ColumnName, ProductName, SourceColumn, SourceName, parse_product
from hansa.server.pages.rendering import query
from hansa.server.pages.visit import Visit
from hansa.server.sight import Sight
from hansa.server.transport import Answered
from hansa.trouble import Trouble

Direction = Literal["up", "down", "both"]
End = ProductName | SourceName
Column = ColumnName | SourceColumn

DEPTH = 2
DEEPEST = 20
MOST_OPEN = 12
"""Products whose columns are shown, and groups that are open, at once: more would be no drawing that anybody reads."""
_DIRECTIONS: Mapping[str, Direction] = {"": "both", "both": "both", "up": "up", "down": "down"}


@dataclass(frozen=True, slots=True)
class Asked:
    """`about` is None for the whole mesh, `depth` for the whole way. `opened` and `groups` say which page of
    a product's columns or of a group is shown.
    """

    about: End | None = None
    column: Column | None = None
    direction: Direction = "both"
    depth: int | None = DEPTH
    opened: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str, int] = field(default_factory=dict)
    rows: int = 1
    reads: int = 1

    @property
    def address(self) -> str:
        return "/lineage" + query(
            about=str(self.about or ""),
            column=column_word(self.column) if self.column is not None else "",
            direction=self.direction if self.direction != "both" else "",
            depth="all" if self.depth is None else self.depth if self.depth != DEPTH else "",
            columns=",".join(_numbered(self.opened)),
            open=",".join(_numbered(self.groups)),
            rows=self.rows if self.rows > 1 else "",
            reads=self.reads if self.reads > 1 else "",
        )

    def about_only(self, end: End) -> str:
        """The address of something else, seen the same way."""
        return Asked(end, direction=self.direction, depth=self.depth).address

    def toggled(self, end: End, page: int = 0) -> str:
        """With the columns of a product shown, or shut when they are; `page` turns to others of its columns."""
        kept = {k: v for k, v in self.opened.items() if k != str(end)}
        if page or str(end) not in self.opened:
            kept[str(end)] = page or 1
        return replace(self, opened=kept).address

    def grouped(self, key: str, page: int) -> str:
        """With a group open at a page; shut at page 0."""
        kept = {k: v for k, v in self.groups.items() if k != key}
        return replace(self, groups=kept if page < 1 else kept | {key: page}).address

    def of_column(self, column: Column) -> str:
        """The way of a column, which opens what it needs."""
        return Asked(end_of(column), column, self.direction).address


def asked(visit: Visit, graph: LineageGraph) -> Asked:
    """Raises TroubleError H825 for what there is none of, as far as the viewer may know, and H826 for what means nothing."""
    direction = _DIRECTIONS.get(visit.asked("direction"))
    if direction is None:
        raise _unclear("direction", visit.asked("direction", 40), "up, down or both")
    about = _about(visit.sight, graph, visit.asked("about", 500)) if visit.asked("about") else None
    column = _column(visit.sight, graph, about, visit.asked("column", 500)) if about is not None else None
    numbers = [visit.number(name) for name in ("rows", "reads")]
    return Asked(about, column, direction, _depth(visit), _pages(visit, "columns"), _pages(visit, "open"), *numbers)


def source_known(sight: Sight, graph: LineageGraph, source: SourceName) -> bool:
    """A source is known to whoever may know what a product is like that reads it."""
    return any(sight.described(e.target.name.of_product) and sight.discovers(e.target) for e in graph.consumers(source))


def end_of(column: Column) -> End:
    return column.source if isinstance(column, SourceColumn) else column.port.of_product


def column_word(column: Column) -> str:
    """A column within its product, such as `profiles@1#email`; of a source its name alone."""
    if isinstance(column, SourceColumn):
        return column.column
    return f"{column.port.port}@{column.major}#{column.column}"


def _about(sight: Sight, graph: LineageGraph, text: str) -> End:
    if text in graph.sources:
        source, _ = graph.sources[text]
        if source_known(sight, graph, source):
            return source
        raise _unknown(text)
    try:
        name = parse_product(text)
    except ValueError:
        raise _unknown(text) from None
    if sight.product(name) is None or not sight.described(name):
        raise _unknown(text)
    return name


def _column(sight: Sight, graph: LineageGraph, about: End, text: str) -> Column | None:
    if not text:
        return None
    if isinstance(about, SourceName):
        _, given = graph.sources[str(about)]
        known = given.schema.find(text)
        if known is None:
            raise _unknown(f"{about}#{text}")
        return SourceColumn(about, known.name)
    product = graph.product(about)
    if product is None:  # the mesh was replaced since it was looked for
        raise _unknown(str(about))
    at, _, name = text.removeprefix(f"{about}.").rpartition("#")
    word, _, major = at.partition("@")
    main = product.main_port
    for output in sorted(product.outputs, key=lambda o: (o.address.port != main, -o.major)):
        if (word and output.address.port != word) or (major and str(output.major) != major) or not sight.described(output.pinned):
            continue
        found = output.schema.find(name)
        if found is not None and found.name != EVERY:
            return ColumnName(output.address, found.name, output.major)
    raise _unknown(f"{about}#{text}")


def _depth(visit: Visit) -> int | None:
    text = visit.asked("depth", 40)
    if text in ("", "all"):
        return None if text else DEPTH
    if text.isascii() and text.isdecimal() and 1 <= int(text) <= DEEPEST:
        return int(text)
    raise _unclear("depth", text, f"a number from 1 to {DEEPEST}, or all")


def _pages(visit: Visit, name: str) -> dict[str, int]:
    """`customer.profiles,orders.history:2`: names, each with a page, the first unless said. What means nothing is passed over."""
    found: dict[str, int] = {}
    for word in ",".join(visit.request.query_params.getlist(name))[:4000].split(","):
        key, _, page = word.strip().rpartition(":")
        if not key or not (page.isascii() and page.isdecimal() and len(page) < 6):
            key, page = word.strip(), "1"
        if key and len(found) < MOST_OPEN:
            found[key] = max(1, int(page))
    return found


def _numbered(pages: Mapping[str, int]) -> Iterable[str]:
    return (f"{key}:{page}" if page > 1 or ":" in key else key for key, page in pages.items())


def _unknown(text: str) -> Answered:
    summary = f"there is no lineage of `{text}`, or none that you may know of"
    return Answered(Trouble("H825", summary, mend="start at /lineage, or search for a product or column"), 404)


def _unclear(name: str, said: str, wanted: str) -> Answered:
    return Answered(Trouble("H826", f"`{name}` is `{said}`, and should be {wanted}", mend="correct it in the address"), 400)
