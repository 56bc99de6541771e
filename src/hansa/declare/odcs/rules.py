"""Rules of ODCS that no single key shows: one operator a rule, lists of equal length, values that occur once."""

import re

from hansa.declare.bitol import Context, Team, TeamMember
from hansa.declare.odcs.quality import OPERATORS
from hansa.declare.odcs.servertypes import SERVER_TYPES, SINCE
from hansa.declare.reading import Data, Reader
from hansa.declare.shape import Kind, Path
from hansa.trouble import Place, Severity, did_you_mean, one_of

_NUMERIC = frozenset(OPERATORS) - {"mustBe", "mustNotBe"}
_INTEGERS = ("i8", "i16", "i32", "i64", "i128", "u8", "u16", "u32", "u64", "u128")
_FLOATS = ("f32", "f64")
_SHORTHAND = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]*(?:\.[A-Za-z_][A-Za-z0-9_\-]*)+")
_QUALIFIED = re.compile(
    r"(?:(?:https?://)?[A-Za-z0-9._\-/]+\.ya?ml#)?/?[A-Za-z_][A-Za-z0-9_]*/[A-Za-z0-9_-]+(?:/[A-Za-z_][A-Za-z0-9_]*/[A-Za-z0-9_-]+)*"
)


# Types that people write and the standard lacks, with what stands for them.
_OTHER_TYPES = {
    "sqlite": "say `type: custom`, with the custom properties `driver: sqlite` and `database`",
    "http": "say `type: api`, with the address as `location`",
    "https": "say `type: api`, with the address as `location`",
    "file": "say `type: local`, with `path` and `format`",
}


def server(reader: Reader, data: Data, path: Path) -> None:
    type_ = data.get("type")
    if not isinstance(type_, str):
        return
    at = (*path, "type")
    since = SINCE.get(type_, ())
    if type_ not in SERVER_TYPES:
        mend = (
            _OTHER_TYPES.get(type_.lower())
            or did_you_mean(type_[:60], SERVER_TYPES)
            or f"say `custom`, or one of {one_of(SERVER_TYPES, most=60)}"
        )
        reader.trouble("H124", f"`type` cannot be {reader.shown(at)}: ODCS knows no such server", at, mend)
    elif since > reader.dialect.version:
        first = ".".join(map(str, (*since, 0)))
        mend = f"declare `apiVersion: v{first}` or later"
        reader.trouble("H123", f"servers of type `{type_}` came with ODCS {first}; this file declares {reader.dialect}", at, mend)
    location = data.get("location")
    if type_ == "sftp" and isinstance(location, str) and not location.startswith("sftp://"):
        reader.trouble("H126", "the location of a server of type `sftp` starts with sftp://", (*path, "location"))


def quality(reader: Reader, data: Data, path: Path) -> None:
    written = [name for name in OPERATORS if name in data]
    type_ = data.get("type", "library")
    needs_one = type_ == "sql" or "metric" in data
    if reader.dialect.version >= (3, 1):
        if len(written) > 1:
            places = tuple(reader.document.place_of_key((*path, name), name) for name in written)
            reader.trouble("H131", "a quality rule has exactly one operator", places, "write one rule for each operator")
        elif not written and needs_one:
            mend = f"add one of {one_of(OPERATORS)}"
            reader.trouble("H131", "a quality rule has exactly one operator; this one has none", path, mend)
        elif not needs_one and "type" not in data and "rule" not in data and not written:
            summary = "this quality rule checks nothing: it has neither type nor metric"
            mend = "write a metric, or `type: text` if it is for people only"
            reader.trouble("H132", summary, path, mend, Severity.WARNING)
    for name in written:
        _operand(reader, name, data[name], (*path, name))
    if data.get("metric") == "rowCount" and data.get("unit") == "percent":
        reader.trouble("H132", "a number of rows has no percent", (*path, "unit"), "write `unit: rows`", Severity.WARNING)


def _operand(reader: Reader, name: str, value: object, path: Path) -> None:
    if name.endswith("Between") and isinstance(value, list):
        numbers = [each for each in value if isinstance(each, int | float) and not isinstance(each, bool)]
        if len(value) != 2 or len(numbers) != 2 or numbers[0] == numbers[1]:
            reader.trouble("H133", f"`{name}` takes two different numbers", path, f"write `{name}: [low, high]`")
        elif numbers[0] > numbers[1]:
            reader.trouble("H133", f"`{name}` takes the lower bound first", path, f"write `{name}: [{numbers[1]}, {numbers[0]}]`")
    elif name in ("mustBe", "mustNotBe") and value is None:
        reader.trouble("H133", f"`{name}` compares with nothing", path, "write a value, or use the metric nullValues")


def relationship(reader: Reader, data: Data, path: Path) -> None:
    ends = {name: data[name] for name in ("from", "to") if name in data}
    for name, end in ends.items():
        many = enumerate(end) if isinstance(end, list) else ((None, end),)
        if end == []:
            reader.trouble("H134", f"`{name}` names no column", (*path, name), "name at least one")
        for number, reference in many:
            at = (*path, name) if number is None else (*path, name, number)
            if isinstance(reference, str) and not (_SHORTHAND.fullmatch(reference) or _QUALIFIED.fullmatch(reference)):
                summary = f"{reader.shown(at)} is not a reference to a column"
                reader.trouble("H134", summary, at, "write `object.property`, or `schema/<id>/properties/<id>`")
    if len(ends) < 2:
        return
    start, end = (len(end) if isinstance(end, list) else None for end in (ends["from"], ends["to"]))
    if start != end:
        places = (reader.document.place((*path, "from"), "from"), reader.document.place((*path, "to"), "to"))
        reader.trouble("H134", "both ends of a relationship have the same number of columns", places, "pair each column")


def schema_property(reader: Reader, data: Data, path: Path) -> None:
    if "properties" in data:
        reader.once(data["properties"], "name", (*path, "properties"), code="H128")
    if "enum" in data:
        reader.once(data["enum"], "value", (*path, "enum"), code="H135")


def schema_object(reader: Reader, data: Data, path: Path) -> None:
    reader.once(data.get("properties"), "name", (*path, "properties"), code="H128")


def contract(reader: Reader, data: Data, path: Path) -> None:
    reader.once(data.get("schema"), "name", (*path, "schema"), code="H128")
    reader.once(data.get("servers"), "server", (*path, "servers"), code="H128")


def options(reader: Reader, data: Data, path: Path) -> None:
    """Bounds have the type of what they bound."""
    type_ = reader.at((*path[:-1], "logicalType"))
    for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        if name not in data:
            continue
        bound, at = data[name], (*path, name)
        if reader.dialect.version < (3, 1) and name.startswith("exclusive"):
            if not isinstance(bound, bool):
                summary = f"`{name}` is true or false in {reader.dialect}; it is read as the bound itself, as since ODCS 3.1.0"
                reader.trouble("H123", summary, at, "declare `apiVersion: v3.1.0` or later", Severity.WARNING)
        elif type_ in ("date", "timestamp", "time"):
            if not isinstance(bound, str):
                reader.wrong_type(Kind.TEXT, bound, at, "write it in quotes")
        elif type_ in ("integer", "number") and (isinstance(bound, bool) or not isinstance(bound, int | float)):
            reader.wrong_type(Kind.NUMBER, bound, at)
    step = data.get("multipleOf")
    if isinstance(step, int | float) and not isinstance(step, bool) and step <= 0:
        reader.trouble(
            "H126", f"`multipleOf` must be more than 0, not {reader.shown((*path, 'multipleOf'))}", (*path, "multipleOf")
        )
    known = {"integer": _INTEGERS, "number": _FLOATS}.get(type_) if isinstance(type_, str) else None
    if known and isinstance(form := data.get("format"), str) and form not in known:
        at = (*path, "format")
        reader.trouble("H124", f"`format` cannot be {reader.shown(at)}", at, f"known: {one_of(known)}")


def team(reader: Reader, value: object, path: Path) -> Team | None:
    """A team written as the list of its members: the only form until 3.0, deprecated since."""
    if not isinstance(value, list):
        return None
    if reader.dialect.version >= (3, 1):
        place: tuple[Place, ...] = (reader.document.place_of_key(path),)
        mend = "write `team:` with `members:` below it"
        reader.trouble("H129", "a team as a list of members is deprecated since ODCS 3.1", place, mend, Severity.NOTE)
    return Team(members=reader.records(TeamMember, value, path) or (), at=path)


def context(reader: Reader, value: object, path: Path) -> Context | None:
    """A context written as one text."""
    return Context(instructions=value, at=path) if isinstance(value, str) else None
