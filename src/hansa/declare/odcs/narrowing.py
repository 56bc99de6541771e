"""Which keys may and must stand in a server, a property, its options and a quality rule, by their own values and place."""

from functools import lru_cache

from hansa.declare.odcs.quality import OPERATORS, Quality
from hansa.declare.odcs.schema import SchemaProperty
from hansa.declare.odcs.servertypes import SERVER_TYPES
from hansa.declare.reading import NOTHING_NARROWED, Data, Narrowing, Reader
from hansa.declare.shape import Path, shape_of

_SERVER = frozenset({"id", "server", "type", "description", "environment", "roles", "customProperties"})
_BOUNDS = frozenset({"format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
_OPTIONS = {
    "string": frozenset({"minLength", "maxLength", "pattern", "format"}),
    "date": _BOUNDS,
    "timestamp": _BOUNDS | {"timezone", "defaultTimezone"},
    "time": _BOUNDS | {"timezone", "defaultTimezone"},
    "integer": _BOUNDS | {"multipleOf"},
    "number": _BOUNDS | {"multipleOf"},
    "object": frozenset({"minProperties", "maxProperties", "required"}),
    "array": frozenset({"minItems", "maxItems", "uniqueItems"}),
    "vector": frozenset({"dimensions", "elementType", "distanceMetric", "embeddingModel", "embeddingModelVersion", "normalized"}),
}
_MADE_OF = {"object": "properties", "array": "items", "map": "map"}
_NEEDED = {"map": "map", "vector": "logicalTypeOptions"}
_OPERATORS = frozenset(OPERATORS)
_PROPERTY = frozenset(shape_of(SchemaProperty).keys)
_RULE = frozenset(key.name for key in shape_of(Quality).keys.values() if key.name not in _OPERATORS) - {
    "metric",
    "rule",
    "arguments",
    "query",
    "engine",
    "implementation",
}
_RULE_KEYS = {
    "library": frozenset({"metric", "rule", "arguments"}) | _OPERATORS,
    "sql": frozenset({"query"}) | _OPERATORS,
    "custom": frozenset({"engine", "implementation"}),
    "text": frozenset(),
}


def server(reader: Reader, data: Data, path: Path) -> Narrowing:
    """A server's keys follow from its type."""
    type_ = data.get("type")
    known = SERVER_TYPES.get(type_) if isinstance(type_, str) else None
    if known is None:
        return NOTHING_NARROWED
    required = known.required
    if type_ == "athena" and reader.dialect.version[:2] == (3, 1):
        required = required | {"stagingDir"}
    return Narrowing(_SERVER | known.required | known.optional, required, f"in a server of type `{type_}`")


def schema_property(reader: Reader, data: Data, path: Path) -> Narrowing:
    """Only a part of a type may lack a name; what a type is made of follows from the logical type."""
    type_ = data.get("logicalType")
    return _of_property(bool(path) and isinstance(path[-1], int), type_ if isinstance(type_, str) else None)


@lru_cache(maxsize=256)
def _of_property(named: bool, type_: str | None) -> Narrowing:
    required = {"name"} if named else set()
    if type_ is None:
        return Narrowing(None, frozenset(required))
    if (needed := _NEEDED.get(type_)) is not None:
        required.add(needed)
    surplus = {made_of for of, made_of in _MADE_OF.items() if of != type_ and (named or made_of != "properties")}
    return Narrowing(_PROPERTY - surplus, frozenset(required), f"in a property of logicalType `{type_}`")


def options(reader: Reader, data: Data, path: Path) -> Narrowing:
    """The options that a logical type knows; without a logical type, all of them."""
    type_ = reader.at((*path[:-1], "logicalType"))
    if not isinstance(type_, str) or type_ not in _OPTIONS:
        return NOTHING_NARROWED
    required = frozenset({"dimensions"}) if type_ == "vector" else frozenset()
    return Narrowing(_OPTIONS[type_], required, f"in the options of logicalType `{type_}`")


def quality(reader: Reader, data: Data, path: Path) -> Narrowing:
    """A rule's keys follow from its type; a rule with a metric is of the library whatever else it says."""
    type_ = data.get("type", "library")
    keys = _RULE_KEYS.get(type_) if isinstance(type_, str) else None
    if keys is None:
        return NOTHING_NARROWED
    allowed = _RULE | keys | (_RULE_KEYS["library"] if "metric" in data else frozenset())
    return Narrowing(allowed, _required(reader, data, str(type_)), f"in a quality rule of type `{type_}`")


def _required(reader: Reader, data: Data, type_: str) -> frozenset[str]:
    match type_:
        case "sql":
            return frozenset({"query"})
        case "custom":
            return frozenset({"engine", "implementation"})
        case "library" if reader.dialect.version < (3, 1) and "metric" not in data:
            return frozenset({"rule"})
        case "library" if "type" in data or "rule" in data or any(name in data for name in OPERATORS):
            return frozenset({"metric"})
        case _:
            return frozenset()


def relationship(reader: Reader, data: Data, path: Path) -> Narrowing:
    """An object's relationship says both ends; a property's is from the property itself."""
    if len(path) == 4:
        return Narrowing(None, frozenset({"from"}), "in a relationship of an object")
    return Narrowing(
        frozenset({"to", "type", "id", "customProperties"}),
        frozenset(),
        "in a relationship of a property: it is the start itself",
    )
