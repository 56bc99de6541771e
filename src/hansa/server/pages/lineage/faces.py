"""What each box of a drawing says: a product with its columns when it is open, a source, or a group."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hansa.catalog import ProductState
from hansa.frozen import dataclass
from hansa.model import EVERY
from hansa.names import ColumnName, ProductName, SourceColumn, SourceName
from hansa.server.pages.badges import quality, status
from hansa.server.pages.lineage.asked import MOST_OPEN, Asked, Column, End, column_word
from hansa.server.pages.lineage.boxes import Boxes, Group, Member
from hansa.server.pages.lineage.columns import Way
from hansa.server.pages.lineage.scene import HEAD, ROW, Face, Row
from hansa.server.pages.lineage.seen import Seen
from hansa.server.pages.rendering import count, plural

COLUMNS = 24
"""Columns that a box shows at once."""
MOST_ROWS = 140
HUES = 8


@dataclass(frozen=True, slots=True)
class Facing:
    """What faces are made from."""

    seen: Seen
    asked: Asked
    way: Way | None
    states: Mapping[str, ProductState]
    hues: Mapping[str, int]
    titles: Mapping[str, str]


def hues_of(domains: Iterable[str]) -> dict[str, int]:
    """A colour for each domain that the viewer may know of, the same on every page."""
    return {name: n % HUES for n, name in enumerate(domains)}


def faces(facing: Facing, boxed: Boxes) -> dict[str, Face]:
    """The face of each box. Columns are shown where they were asked for, then along the way of the column, the nearest first."""
    found: dict[str, Face] = {}
    room, opened = MOST_ROWS, 0
    for key, member in sorted(boxed.members.items(), key=lambda m: _urgency(facing, m[1])):
        if isinstance(member, Group):
            found[key] = _group(facing, member)
            continue
        columns, turns = _columns(facing, member) if opened < MOST_OPEN + 12 else ((), ())
        columns = columns[:room]
        room, opened = room - len(columns), opened + bool(columns)
        found[key] = _single(facing, member, columns, turns if columns else ())
    return {key: found[key] for key in boxed.members}


def columns_of(seen: Seen, end: End) -> list[Column]:
    """The columns of a product or source, as far as the viewer may know them; those of the main port first."""
    if isinstance(end, SourceName):
        known = seen.graph.sources.get(str(end))
        return [SourceColumn(end, c) for c in known[1].schema.names] if known is not None else []
    product = seen.sight.product(end)
    if product is None or not seen.sight.described(end):
        return []
    ports = [o for o in seen.sight.ports(product) if seen.sight.described(o.pinned)]
    return [ColumnName(o.address, c, o.major) for o in ports for c in o.schema.names]


def _urgency(facing: Facing, member: Member) -> tuple[int, int, str]:
    if isinstance(member, Group):
        return 2, 0, member.key
    far = facing.way.far.get(member) if facing.way is not None else None
    return 0 if str(member) in facing.asked.opened else 1, abs(far) if far is not None else 999, str(member)


def _columns(facing: Facing, end: End) -> tuple[tuple[Column, ...], tuple[tuple[str, str], ...]]:
    """The columns that a box shows, and links to others of them."""
    asked, page = facing.asked, facing.asked.opened.get(str(end), 0)
    if not page:
        way = facing.way
        if way is None or end not in way.far:
            return (), ()
        touched = [c for c in way.of_end[end] if c.column != EVERY] if end in way.of_end else []
        more = len(touched) - COLUMNS
        return tuple(touched[:COLUMNS]), ((f"{plural(more, 'more column')} on the way", asked.toggled(end)),) if more > 0 else ()
    every = columns_of(facing.seen, end)
    pages = max(1, -(-len(every) // COLUMNS))
    page = min(page, pages)
    turns = []
    if page > 1:
        turns.append((f"← {COLUMNS} before", asked.toggled(end, page - 1)))
    if page < pages:
        turns.append((f"{count(len(every) - page * COLUMNS)} more →", asked.toggled(end, page + 1)))
    return tuple(every[(page - 1) * COLUMNS : page * COLUMNS]), tuple(turns)


def _single(facing: Facing, end: End, columns: tuple[Column, ...], turns: tuple[tuple[str, str], ...]) -> Face:
    asked, way = facing.asked, facing.way
    several = len({(c.port, c.major) for c in columns if isinstance(c, ColumnName)}) > 1
    rows = tuple(_row(facing, c, i, several) for i, c in enumerate(columns))
    face = _source(asked, end) if isinstance(end, SourceName) else _product(facing, end)
    return replace(
        face,
        rows=rows,
        turns=turns,
        open=str(end) in asked.opened,
        subject=end == asked.about,
        on_way=way is None or end in way.far,
    )


def _source(asked: Asked, end: SourceName) -> Face:
    before, _, title = str(end).removeprefix("source:").rpartition(".")
    label = f"source of {before}" if before else "source"
    return Face("source", title, str(end), label, -1, asked.about_only(end), asked.toggled(end))


def _product(facing: Facing, end: ProductName) -> Face:
    product, described = facing.seen.sight.product(end), facing.seen.sight.described(end)
    state = facing.states.get(str(end)) if described else None
    return Face(
        kind="product",
        title=(product.title if product is not None else "") or end.product,
        name=str(end),
        label=facing.titles.get(end.domain, end.domain),
        hue=facing.hues.get(end.domain, -1),
        href=facing.asked.about_only(end) if described else "",
        toggle=facing.asked.toggled(end) if described else "",
        state=(quality(state) or status(state)) if state is not None else None,
    )


def _row(facing: Facing, column: Column, position: int, several: bool) -> Row:
    text = f"{column.port.port}.{column.column}" if several and isinstance(column, ColumnName) else column.column
    way = facing.way
    return Row(
        key=column_word(column),
        name=str(column),
        text=text,
        href=facing.asked.of_column(column),
        at=HEAD + position * ROW + ROW / 2,
        on_way=way is not None and column in way.columns,
        chosen=way is not None and column == way.of,
    )


def _group(facing: Facing, group: Group) -> Face:
    asked, way = facing.asked, facing.way
    domain = facing.titles.get(group.domain, group.domain)
    word = "source" if all(isinstance(e, SourceName) for e in group.ends) else "product"
    turns: list[tuple[str, str]] = []
    if group.page:
        base = group.key.removesuffix(".rest")
        turns += [("← before", asked.grouped(base, group.page - 1))] if group.page > 1 else []
        turns += [("next →", asked.grouped(base, group.page + 1))] if group.page < group.pages else []
        turns += [("close", asked.grouped(base, 0))]
    title = f"{count(len(group.ends))} {'other ' if group.page else ''}{word}{'' if len(group.ends) == 1 else 's'}"
    label = "sources" if word == "source" else f"of {domain}" if group.domain else "of several domains"
    return Face(
        kind="group",
        title=title,
        name=group.key,
        label=label,
        hue=facing.hues.get(group.domain, -1),
        href=asked.grouped(group.key, 1) if not group.page else "",
        toggle=asked.grouped(group.key, 1) if not group.page else "",
        turns=tuple(turns),
        on_way=way is None or any(e in way.far for e in group.ends),
    )
