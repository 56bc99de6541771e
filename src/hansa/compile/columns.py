"""From a property of ODCS to a promised column: its type, limits, accepted values, keys and rules."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from hansa.compile.findings import Findings
from hansa.compile.logical import in_family, logical_type
from hansa.compile.physical import physical_type
from hansa.compile.rules import compiled_rules
from hansa.declare.custom import custom
from hansa.declare.declarations import ContractDeclaration
from hansa.declare.odcs import LogicalTypeOptions, SchemaObject, SchemaProperty
from hansa.model import ContractColumn, DataType, Limits, Scalar, sql
from hansa.model.types import Decimal, String, Time
from hansa.names import ProductName
from hansa.trouble import Place

# DECIMAL is left out: with DuckDB it is DECIMAL(18,3), and models are DuckDB's SQL.
_BARE_NUMBER = re.compile(r"(?i)number|(big)?numeric|bigdecimal")
# `term:household`, `hansa:term/household` or `#/glossary/household`; links to glossaries elsewhere are no terms of ours.
_TERM = re.compile(r"(?:(?:hansa:)?term[:/]|#/glossary/)(?P<id>\S+)")
_TERM_TYPES = ("term", "businessdefinition")

_SIMPLE = frozenset({"", "string", "integer", "number", "boolean", "date", "timestamp", "time"})
"""Logical types that mean the same whatever else a property says, but for its options."""
_UNLIMITED = Limits()  # one for all: a large mesh has a million columns without limits


def compiled_columns(
    declaration: ContractDeclaration, table: SchemaObject, owner: ProductName, findings: Findings
) -> tuple[ContractColumn, ...]:
    """The columns of a table, in the contract's order; a column that stands twice is kept once."""
    columns: dict[str, ContractColumn] = {}
    places = declaration.document.places((*table.at, "properties"))
    for declared in table.properties:
        if not declared.name:
            continue  # declare has said so
        number = declared.at[-1]
        # What an alias repeats has no entries of its own.
        place = places[number] if isinstance(number, int) and number < len(places) else declaration.document.place(declared.at)
        column = _column(declaration, table, declared, place, owner, findings)
        first = columns.setdefault(column.name.lower(), column)
        if first is column or first.name == column.name:
            continue  # the same name twice is told where the file is read
        findings.add(
            "H203",
            f"column `{column.name}` stands twice in `{table.name}`",
            [first.place and first.place.noted("first here"), column.place and column.place.noted("and again here")],
            "names are compared without regard to case; rename or remove one",
            products=[owner],
        )
    if not any(map(_has_part, table.properties)):
        return tuple(columns.values())
    keyed = _positions(declaration, table, owner, findings, "primary_key", "primary_key_position")
    parts = _positions(declaration, table, owner, findings, "partitioned", "partition_key_position")
    return tuple(
        replace(c, primary_key=keyed.get(c.name), partition=parts.get(c.name)) if c.name in keyed or c.name in parts else c
        for c in columns.values()
    )


def _has_part(declared: SchemaProperty) -> bool:
    """Whether a column has part in a key, or is said to have."""
    return (
        declared.primary_key
        or declared.partitioned
        or declared.primary_key_position is not None
        or declared.partition_key_position is not None
    )


def _column(
    declaration: ContractDeclaration,
    table: SchemaObject,
    declared: SchemaProperty,
    place: Place,
    owner: ProductName,
    findings: Findings,
) -> ContractColumn:
    if declared.properties or declared.items is not None or declared.map is not None:
        _refuse_parts_twice(declaration, declared, owner, findings)
    type_, exact = _type(declaration, declared, owner, findings)
    options = declared.logical_type_options
    return ContractColumn(
        name=declared.name,
        type=type_,
        exact=exact,
        logical_type=declared.logical_type,
        physical_type=declared.physical_type,
        physical_name=declared.physical_name,
        required=declared.required,
        unique=declared.unique,
        limits=_limits(declaration, declared, owner, findings) if options is not None else _UNLIMITED,
        accepted=tuple(_scalar(e.value) for e in declared.enum) if declared.enum else (),
        classification=declared.classification,
        critical=declared.critical_data_element,
        rules=compiled_rules(declaration, declared.quality, table, declared, owner, findings) if declared.quality else (),
        tags=declared.tags,
        title=declared.business_name,
        description=declared.description,
        deprecated=declared.deprecated,
        terms=_terms(declared),
        place=place,
    )


def _terms(declared: SchemaProperty) -> tuple[str, ...]:
    """The glossary's terms for a column, by id: `authoritativeDefinitions` that lead to one, and our property `term`."""
    if not declared.authoritative_definitions and not declared.custom_properties:
        return ()
    links = (_TERM.fullmatch(d.url.strip()) for d in declared.authoritative_definitions if d.type.lower() in _TERM_TYPES)
    own = custom(declared, "term")
    named = () if own is None else own.value if isinstance(own.value, list | tuple) else (own.value,)
    return tuple(dict.fromkeys((*(m["id"] for m in links if m), *(n.strip() for n in named if isinstance(n, str) and n.strip()))))


def _type(
    declaration: ContractDeclaration, declared: SchemaProperty, owner: ProductName, findings: Findings
) -> tuple[DataType | None, bool]:
    """The promised type, and whether `physicalType` fixed it."""
    if declared.logical_type_options is None and declared.logical_type in _SIMPLE:
        type_, exact, other = _of_words(declared.logical_type, declared.physical_type)
    else:
        type_, exact, other = _said(declared)
    if other is None:
        return type_, exact
    place = declaration.document.place
    findings.add(
        "H202",
        f"column `{declared.name}` is said to be two things: {declared.logical_type} and {declared.physical_type}",
        [
            place((*declared.at, "logicalType"), f"logically {declared.logical_type}"),
            place((*declared.at, "physicalType"), f"physically {declared.physical_type}, that is {sql(other)}"),
        ],
        "keep the one that is true and remove or change the other",
        products=[owner],
    )
    return type_, exact


@lru_cache(maxsize=1024)
def _of_words(logical: str, physical: str) -> tuple[DataType | None, bool, DataType | None]:
    """What two words say where nothing else is said: a mesh has a million columns of some twenty types."""
    return _said(SchemaProperty(logical_type=logical, physical_type=physical))


def _said(declared: SchemaProperty) -> tuple[DataType | None, bool, DataType | None]:
    """The promised type, whether `physicalType` fixed it, and the type that contradicts it, for one that says two things.

    What physicalType says in no known spelling leaves the type open.
    """
    open_type = logical_type(declared)
    fixed = physical_type(declared.physical_type)
    if fixed is None:
        return open_type, False, None
    if isinstance(fixed, Decimal) and declared.logical_type and _BARE_NUMBER.fullmatch(declared.physical_type.strip()):
        return open_type, False, None  # it says nothing of digits; databases differ in what they make of it
    # `date` was the only word for times until ODCS 3.1.
    if in_family(declared.logical_type, fixed) or (declared.logical_type == "date" and isinstance(fixed, Time)):
        return fixed, True, None
    if declared.logical_type == "string" and re.fullmatch(r"n?(var)?char\[\d+\]", declared.physical_type.strip().lower()):
        return String(), True, None  # a length in the wrong brackets, as the standard's own example of PostgreSQL has it
    return open_type, False, fixed


def _refuse_parts_twice(
    declaration: ContractDeclaration, declared: SchemaProperty, owner: ProductName, findings: Findings
) -> None:
    """Parts of an object, however deep, have names of their own."""
    seen: dict[str, SchemaProperty] = {}
    for part in declared.properties:
        if part.name and (first := seen.setdefault(part.name.lower(), part)) is not part:
            place = declaration.document.place
            places = [place(first.at, "first here"), place(part.at, "and again here")]
            summary = f"`{part.name}` stands twice in column `{declared.name}`"
            findings.add("H203", summary, places, "rename or remove one", products=[owner])
    map_parts = (declared.map.key, declared.map.value) if declared.map is not None else ()
    for inner in (*declared.properties, declared.items, *map_parts):
        if inner is not None:
            _refuse_parts_twice(declaration, inner, owner, findings)


def _limits(declaration: ContractDeclaration, declared: SchemaProperty, owner: ProductName, findings: Findings) -> Limits:
    options = declared.logical_type_options or LogicalTypeOptions()
    limits = Limits(
        minimum=_scalar(options.minimum),
        maximum=_scalar(options.maximum),
        exclusive_minimum=_scalar(options.exclusive_minimum),
        exclusive_maximum=_scalar(options.exclusive_maximum),
        multiple_of=options.multiple_of,
        min_length=options.min_length,
        max_length=options.max_length,
        pattern=options.pattern,
        format=options.format,
        min_items=options.min_items,
        max_items=options.max_items,
        unique_items=options.unique_items,
    )
    place = declaration.document.place
    for low, high in _crossed(limits):
        findings.add(
            "H205",
            f"no value of column `{declared.name}` can keep to its limits: {low} is above {high}",
            [place((*declared.at, "logicalTypeOptions"))],
            f"change {low} or {high}",
            products=[owner],
        )
    if limits.pattern and (reason := _pattern_fault(limits.pattern)):
        findings.add(
            "H206",
            f"the pattern of column `{declared.name}` is no regular expression: {reason}",
            [place((*declared.at, "logicalTypeOptions", "pattern"))],
            "mend the pattern; in YAML, single quotes keep backslashes as they are",
            products=[owner],
        )
        return replace(limits, pattern="")
    return limits


def _crossed(limits: Limits) -> Iterator[tuple[str, str]]:
    """The pairs of limits that leave nothing between them."""
    lows = [("minimum", limits.minimum), ("exclusiveMinimum", limits.exclusive_minimum)]
    highs = [("maximum", limits.maximum), ("exclusiveMaximum", limits.exclusive_maximum)]
    pairs = [(low, high) for low in lows for high in highs]
    pairs.append((("minLength", limits.min_length), ("maxLength", limits.max_length)))
    pairs.append((("minItems", limits.min_items), ("maxItems", limits.max_items)))
    for (low_name, low), (high_name, high) in pairs:
        open_end = "exclusive" in low_name or "exclusive" in high_name
        if _above(low, high) or (open_end and low is not None and low == high):
            yield low_name, high_name


def _above(low: Scalar, high: Scalar) -> bool:
    if isinstance(low, int | float) and isinstance(high, int | float):
        return low > high
    return isinstance(low, str) and isinstance(high, str) and len(low) == len(high) and low > high


def _pattern_fault(pattern: str) -> str:
    """Why a pattern cannot be read. The standard wants ECMA-262; Python's reader stands in, after a few spellings are aligned."""
    aligned = re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", pattern)
    aligned = re.sub(r"\\[pP]\{\w+(=\w+)?\}|\\u\{?[0-9A-Fa-f]+\}?", r"\\w", aligned)
    try:
        re.compile(aligned)
    except (re.error, RecursionError, OverflowError) as error:
        return str(error)
    return ""


def _positions(
    declaration: ContractDeclaration, table: SchemaObject, owner: ProductName, findings: Findings, flag: str, position: str
) -> dict[str, int]:
    """The position of each column of a key, from 1: as written, else in the order of the contract."""
    members = [p for p in table.properties if getattr(p, flag) and p.name]
    written = {p.name: number for p in members if (number := getattr(p, position)) is not None and number > 0}
    _said_without_flag(declaration, table, owner, findings, flag, position)
    twice = {n for n in written.values() if list(written.values()).count(n) > 1}
    mixed = written and len(written) != len({p.name for p in members})
    if not twice and not mixed:
        return written or {p.name: i for i, p in enumerate(members, 1)}
    word = "primaryKeyPosition" if flag == "primary_key" else "partitionKeyPosition"
    at_fault = [p for p in members if p.name not in written or written[p.name] in twice]
    findings.add(
        "H204",
        f"`{table.name}`: two columns have the same {word}" if twice else f"`{table.name}`: some columns of a key have no {word}",
        [declaration.document.place(p.at, f"{p.name}: {written.get(p.name, 'no position')}") for p in at_fault],
        "number the columns 1, 2, 3, …, or none of them",
        products=[owner],
    )
    return {p.name: i for i, p in enumerate(members, 1)}


def _said_without_flag(
    declaration: ContractDeclaration, table: SchemaObject, owner: ProductName, findings: Findings, flag: str, position: str
) -> None:
    key = "primaryKey" if flag == "primary_key" else "partitioned"
    for stray in table.properties:
        number = getattr(stray, position)
        if number is not None and number > 0 and not getattr(stray, flag):
            findings.add(
                "H204",
                f"column `{stray.name}` has position {number} in a key that it is not part of",
                [declaration.document.place(stray.at)],
                f"say `{key}: true`, or remove the position",
                products=[owner],
            )


def _scalar(value: object) -> Scalar:
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
