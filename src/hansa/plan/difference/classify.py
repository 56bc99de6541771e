"""Which kind of change a finding is: an id of `RULES`."""

from hansa.declare.bitol import CustomProperty
from hansa.declare.odcs import (
    DataContract,
    EnumValue,
    LogicalTypeOptions,
    Quality,
    Relationship,
    SchemaObject,
    SchemaProperty,
    ServiceLevelProperty,
)
from hansa.model import ChangeKind
from hansa.plan.difference import bounds, levels, promises, stored
from hansa.plan.difference.normal import Data
from hansa.plan.difference.stored import Verdict
from hansa.plan.difference.walk import Finding, Pair

_TYPED = ("logicalType", "physicalType", "items", "map")
_MEANING = ("defaultTimezone", "dimensions", "embeddingModel", "embeddingModelVersion", "normalized")
_TYPING = {
    "integer": ("format",),
    "number": ("format",),
    "timestamp": ("timezone",),
    "time": ("timezone",),
    "vector": ("elementType",),
}
"""Options that are part of the type, by logical type."""
_TOLD = ("semanticType", "encryptedName", "dataGranularityDescription")
_SAME_FOR_ALL = {
    "classification": "classification-changed",
    "deprecated": "deprecation",
    "criticalDataElement": "critical-changed",
    "partitioned": "partitioning-changed",
    "partitionKeyPosition": "partitioning-changed",
    "primaryKeyPosition": "key-order-changed",
}


def kind_of_change(found: Finding) -> str | None:
    """The id of the finding's rule; None when it says what was implied anyway, and is no change."""
    if not any(pair.record is SchemaObject for pair in found.around) and found.entry is not SchemaObject:
        return _outside_schema(found)
    if found.entry is not None:
        return _entry(found, found.entry)
    holder = found.holder.record
    if holder is SchemaObject:
        return _of_table(found)
    if holder is SchemaProperty:
        return _of_column(found)
    if holder is LogicalTypeOptions:
        return _of_options(found)
    if holder is Quality or any(pair.record is Quality for pair in found.around):
        return _of_rule(found)
    if holder is Relationship and found.key in ("from", "to", "type"):
        return "relationship-dropped"
    return "schema-documented"


def _entry(found: Finding, record: type) -> str:
    """Something that was added to a list of the schema, or removed from it."""
    added = found.kind is ChangeKind.ADD
    if record is SchemaObject:
        return "table-added" if added else "table-removed"
    if record is SchemaProperty and added:
        joins_key = isinstance(found.after, dict) and found.after.get("primaryKey") and _key_columns(_table(found).before)
        return "key-changed" if joins_key else "column-added"
    if record is SchemaProperty:
        return "column-removed"
    if record is EnumValue:
        return _accepted(found.holder, added=added)
    if record is Quality and isinstance(found.before, dict) and promises.is_promise(found.before):
        return "promise-dropped"
    if record is Quality:
        return "rule-added" if added else "rule-removed"
    if record is Relationship:
        return "relationship-added" if added else "relationship-dropped"
    return "schema-documented"


def _accepted(column: Pair, *, added: bool) -> str:
    if added:
        return "enum-extended" if column.before.get("enum") else "enum-set"
    return "enum-shortened" if column.after.get("enum") else "enum-dropped"


def _of_table(found: Finding) -> str | None:
    match found.key:
        case "name":
            return "table-renamed"
        case "physicalName":
            return _physical_name(found)
        case "physicalType":
            return "type-said" if found.kind is ChangeKind.ADD else "table-kind"
        case "deprecated":
            return "deprecation"
        case key if key in _TOLD:
            return "column-told"
        case _:
            return "schema-documented"


def _of_column(found: Finding) -> str | None:
    column = found.holder
    match found.key:
        case "name":
            return "column-renamed"
        case "physicalName":
            return _physical_name(found)
        case key if key in _TYPED:
            return _type(found, column)
        case "required":
            return "required-dropped" if _may_be_null(column.after) and not _may_be_null(column.before) else "required-added"
        case "unique":
            return "unique-added" if found.after or _is_whole_key(found, column) else "unique-dropped"
        case "primaryKey":
            return _key(found)
        case key if key in _TOLD:
            return "column-told"
        case key:
            return _SAME_FOR_ALL.get(key, "schema-documented")


def _physical_name(found: Finding) -> str | None:
    """None when the name that was said is still the one that it is stored under."""
    holder = found.holder
    if (holder.before.get("physicalName") or holder.before.get("name")) == (
        holder.after.get("physicalName") or holder.after.get("name")
    ):
        return None
    return "physical-name-said" if found.kind is ChangeKind.ADD else "physical-name-changed"


def _type(found: Finding, column: Pair) -> str | None:
    if found.key == "logicalType" and found.kind is not ChangeKind.CHANGE:
        silent = column.before if found.kind is ChangeKind.ADD else column.after
        if stored.is_implied(found.before or found.after, silent):
            return None
    match stored.compared(stored.stored(column.before), stored.stored(column.after)), found.kind:
        case Verdict.WIDER, _:
            return "type-widened"
        case _, ChangeKind.ADD:
            return "type-said"
        case _, ChangeKind.REMOVE:
            return "type-withdrawn"
        case Verdict.SAME, _:
            return "type-respelled" if found.key == "physicalType" else "type-relabelled"
        case _:
            return "type-narrowed"


def _may_be_null(column: Data) -> bool:
    """ODCS, RFC 12: what is part of the primary key is required."""
    return not (column.get("required") or column.get("primaryKey"))


def _is_whole_key(found: Finding, column: Pair) -> bool:
    return bool(column.after.get("primaryKey")) and len(_key_columns(_table(found).after)) == 1


def _key(found: Finding) -> str:
    return "key-changed" if _key_columns(_table(found).before) else "key-declared"


def _key_columns(table: Data) -> list[object]:
    columns = table.get("properties")
    return [c for c in columns if isinstance(c, dict) and c.get("primaryKey")] if isinstance(columns, list) else []


def _table(found: Finding) -> Pair:
    return next(pair for pair in found.around if pair.record is SchemaObject)


def _of_options(found: Finding) -> str:
    column = found.around[-2]
    if found.key in _TYPING.get(str(column.after.get("logicalType")), ()):
        if found.key == "format" and column.before.get("physicalType") and column.after.get("physicalType"):
            return "limit-respelled"
        return _type(found, column) or "limit-respelled"
    if found.key in _MEANING:
        return "limit-tightened" if found.kind is ChangeKind.ADD else "meaning-changed"
    if found.key == "distanceMetric":
        return "measure-told"
    match bounds.compared(found.key, found.holder.before, found.holder.after):
        case Verdict.WIDER if found.key == "required" and found.kind is ChangeKind.ADD:
            return "limit-tightened"
        case Verdict.WIDER:
            return "limit-loosened"
        case Verdict.NARROWER:
            return "limit-tightened"
        case Verdict.SAME:
            return "limit-respelled"


def _of_rule(found: Finding) -> str:
    rule = next(pair for pair in found.around if pair.record is Quality)
    if found.holder.record is not Quality or promises.is_description(found.key):
        return "rule-described"
    return "rule-changed" if promises.keeps(rule.before, rule.after) else "promise-dropped"


def _outside_schema(found: Finding) -> str:
    holder = found.holder.record
    if holder is DataContract and found.entry is None:
        of_contract = {
            "id": "contract-replaced",
            "status": "status-changed",
            "apiVersion": "standard-version",
            "contractCreatedTs": "described",
        }
        if found.key in of_contract:
            return of_contract[found.key]
    if holder is ServiceLevelProperty and found.key in ("value", "valueExt", "unit"):
        return _level(found.holder)
    if found.entry is ServiceLevelProperty and (found.kind is ChangeKind.REMOVE or levels.is_end(found.after)):
        return "level-worsened"
    if found.key == "description" or (found.steps[0] == "description" and found.entry is not CustomProperty):
        return "described"
    return {
        ChangeKind.ADD: "section-added",
        ChangeKind.CHANGE: "section-changed",
        ChangeKind.REMOVE: "section-removed",
    }[found.kind]


def _level(level: Pair) -> str:
    return {
        levels.Level.SAME: "level-respelled",
        levels.Level.WORSE: "level-worsened",
        levels.Level.OTHER: "level-changed",
    }[levels.compared(level.before, level.after)]
