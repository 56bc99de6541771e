"""ODCS 3.2.0 `schema`: objects, their properties, and what is said about each."""

from hansa.declare.bitol import STABLE_ID, AuthoritativeDefinition, Context, CustomProperty, Synonym
from hansa.declare.odcs.quality import Quality
from hansa.declare.shape import Kind, Path, key, record_at
from hansa.frozen import dataclass

LOGICAL_TYPES = (
    "string",
    "date",
    "timestamp",
    "time",
    "number",
    "integer",
    "object",
    "array",
    "boolean",
    "map",
    "vector",
)


@dataclass(frozen=True, slots=True)
class Relationship:
    """A reference to other columns. `from_` stands only at objects; at a property the property itself is meant.

    One reference is a tuple of one.
    """

    from_: tuple[str, ...] = key((), name="from", kind=Kind.ONE_OR_MORE)
    to: tuple[str, ...] = key((), kind=Kind.ONE_OR_MORE, required=True)
    type: str = key("foreignKey", choices=("foreignKey",))
    custom_properties: tuple[CustomProperty, ...] = key(())
    id: str = key(odcs=(3, 2))
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class EnumValue:
    """An accepted value of a column."""

    value: object = key(None, kind=Kind.SCALAR, required=True)
    label: str = key()
    description: str = key()
    tags: tuple[str, ...] = key(())
    custom_properties: tuple[CustomProperty, ...] = key(())
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = key(())
    id: str = key(pattern=STABLE_ID)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class LogicalTypeOptions:
    """The options of all logical types; which of them may stand is decided by the property's `logicalType`.

    Bounds keep the type they were written in: numbers, or texts for dates, timestamps and times.
    """

    min_length: int | None = key(None, minimum=0)
    max_length: int | None = key(None, minimum=0)
    pattern: str = key()
    format: str = key()
    minimum: object = key(None, kind=Kind.SCALAR)
    maximum: object = key(None, kind=Kind.SCALAR)
    exclusive_minimum: object = key(None, kind=Kind.SCALAR)
    exclusive_maximum: object = key(None, kind=Kind.SCALAR)
    multiple_of: float | None = key(None)
    timezone: bool | None = key(None, kind=Kind.BOOLEAN, odcs=(3, 1))
    default_timezone: str = key(odcs=(3, 1))
    min_properties: int | None = key(None, minimum=0)
    max_properties: int | None = key(None, minimum=0)
    required: tuple[str, ...] = key((), at_least_one=True)
    min_items: int | None = key(None, minimum=0)
    max_items: int | None = key(None, minimum=0)
    unique_items: bool = key(False)
    dimensions: int | None = key(None, minimum=1)
    element_type: str = key(choices=("bfloat16", "binary", "float16", "float32", "float64", "int8", "uint8"))
    distance_metric: str = key(choices=("cosine", "dotProduct", "euclidean", "hamming", "manhattan"))
    embedding_model: str = key()
    embedding_model_version: str = key()
    normalized: bool = key(False)
    at: Path = record_at()


part = key  # since the class below has a field `key` of its own


@dataclass(frozen=True, slots=True)
class MapParts:
    """The block `map`: the types of a map's keys and values."""

    key: "SchemaProperty | None" = part(None, required=True)
    value: "SchemaProperty | None" = part(None, required=True)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class SchemaProperty:
    """A column, or a part of one: `items` of an array, `properties` of an object, `map` parts. Only parts may lack a name."""

    name: str = key()
    physical_name: str = key(odcs=(3, 0, 2))
    business_name: str = key()
    description: str = key()
    logical_type: str = key(choices=LOGICAL_TYPES)
    logical_type_options: LogicalTypeOptions | None = key(None)
    physical_type: str = key()
    primary_key: bool = key(False)
    primary_key_position: int | None = key(None)
    required: bool = key(False)
    unique: bool = key(False)
    semantic_type: str = key(odcs=(3, 2), choices=("column", "measure", "dimension"))
    partitioned: bool = key(False)
    partition_key_position: int | None = key(None)
    classification: str = key()
    encrypted_name: str = key()
    transform_source_objects: tuple[str, ...] = key(())
    transform_logic: str = key()
    transform_description: str = key()
    examples: tuple[object, ...] = key(())
    enum: tuple[EnumValue, ...] = key((), odcs=(3, 2), at_least_one=True)
    critical_data_element: bool = key(False)
    deprecated: bool = key(False, odcs=(3, 2))
    synonyms: tuple[Synonym, ...] = key((), odcs=(3, 2))
    relationships: tuple[Relationship, ...] = key((), odcs=(3, 1))
    quality: tuple[Quality, ...] = key(())
    properties: "tuple[SchemaProperty, ...]" = key(())
    items: "SchemaProperty | None" = key(None)
    map: MapParts | None = key(None, odcs=(3, 2))
    tags: tuple[str, ...] = key(())
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = key(())
    custom_properties: tuple[CustomProperty, ...] = key(())
    id: str = key(odcs=(3, 1), pattern=STABLE_ID)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class SchemaObject:
    """A table, topic, file or other thing that has properties."""

    name: str = key(required=True)
    physical_name: str = key()
    business_name: str = key()
    description: str = key()
    logical_type: str = key(choices=("object",))
    physical_type: str = key()
    data_granularity_description: str = key()
    properties: tuple[SchemaProperty, ...] = key(())
    relationships: tuple[Relationship, ...] = key((), odcs=(3, 1))
    quality: tuple[Quality, ...] = key(())
    context: Context | None = key(None, odcs=(3, 2))
    deprecated: bool = key(False, odcs=(3, 2))
    synonyms: tuple[Synonym, ...] = key((), odcs=(3, 2))
    tags: tuple[str, ...] = key(())
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = key(())
    custom_properties: tuple[CustomProperty, ...] = key(())
    id: str = key(odcs=(3, 1), pattern=STABLE_ID)
    at: Path = record_at()
