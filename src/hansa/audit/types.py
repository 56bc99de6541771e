"""Whether a found type keeps a promised one."""

from hansa.audit.checks import TypeIs
from hansa.model import DataType, widens
from hansa.model.types import Binary, Boolean, Date, Decimal, Float, Integer, List, Map, String, Struct, Time, Timestamp, Uuid

_FAMILIES: dict[str, tuple[type, ...]] = {
    "string": (String, Uuid, Binary),
    "date": (Date,),
    "timestamp": (Timestamp,),
    "time": (Time,),
    "number": (Integer, Decimal, Float),
    "integer": (Integer, Decimal),
    "boolean": (Boolean,),
    "object": (Struct, Map),
    "array": (List,),
    "map": (Map,),
    "vector": (List,),
}


def fits(found: DataType, asked: TypeIs) -> bool:
    """The promised type, one that widens to it, or without `exact` one of the logical type's family.

    A decimal is an integer only without digits after the point.
    """
    if asked.type is not None and widens(found, asked.type):
        return True
    if asked.exact or not asked.logical_type:
        return asked.type is None
    family = _FAMILIES.get(asked.logical_type.lower())
    if family is None:
        return asked.type is None
    if asked.logical_type.lower() == "integer" and isinstance(found, Decimal):
        return found.scale == 0
    return isinstance(found, family)
