"""Every kind of change between two contract versions: what it asks of the version, and whether it breaks readers.

The impact follows the Bitol draft on metadata differences (OMDS, RFC 39 of github.com/bitol-io/tsc), the answer on readers one
sentence: a change breaks readers when they may meet a value, a null or an absence that the old contract let nobody expect. What
breaks readers is always major; some of what the draft calls major breaks nobody. docs/reference/contract-changes.md is
written from here.
"""

from hansa.frozen import dataclass
from hansa.model import Impact


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of change. `what` is for the reference, `said` finishes the summary of a change, `why` gives the reason."""

    id: str
    subject: str
    what: str
    impact: Impact
    breaking: bool
    said: str
    why: str


_MAJOR, _MINOR, _PATCH = Impact.MAJOR, Impact.MINOR, Impact.PATCH
_BREAKS, _FINE = True, False

# Id, impact, whether readers break; what it is; how a summary goes on and why it is judged so.
# fmt: off
_TABLES = (
    ("table-added", _MINOR, _FINE,
     "a table is new",
     "is new", "nobody reads it yet"),
    ("table-removed", _MAJOR, _BREAKS,
     "a table is gone",
     "is removed", "its readers have nothing left to read"),
    ("table-renamed", _MAJOR, _BREAKS,
     "a table with the same `id` or `physicalName` has another name",
     "readers know the table by its old name", "queries that name the old one fail"),
    ("table-kind", _MAJOR, _FINE,
     "`physicalType` of a table, such as table, view or topic",
     "it is another kind of thing", "a type by the draft; a view is read like a table"),
)
_COLUMNS = (
    ("column-added", _MINOR, _FINE,
     "a column, or a part of one, is new",
     "is new", "readers name the columns that they read"),
    ("column-removed", _MAJOR, _BREAKS,
     "a column, or a part of one, is gone",
     "is removed", "queries that name it fail"),
    ("column-renamed", _MAJOR, _BREAKS,
     "a column with the same `id` or `physicalName` has another name",
     "readers know the column by its old name", "queries that name the old one fail"),
    ("physical-name-changed", _MAJOR, _BREAKS,
     "`physicalName` is another one or gone",
     "who reads the stored table knows the old name", "not everybody reads through the logical name"),
    ("physical-name-said", _MINOR, _FINE,
     "`physicalName` is said for the first time",
     "was not said before", "nothing was promised before"),
    ("critical-changed", _MAJOR, _FINE,
     "`criticalDataElement`",
     "is treated with another care", "major by the draft; the data is the same"),
    ("classification-changed", _MINOR, _FINE,
     "`classification`",
     "readers may be shown other values, masked or plain",
     "who may see what is decided by access, not by the contract alone"),
    ("deprecation", _MINOR, _FINE,
     "`deprecated`",
     "readers should know whether it stays", "as semver has it for deprecating"),
    ("column-told", _MINOR, _FINE,
     "`semanticType`, `encryptedName`, `dataGranularityDescription`",
     "what it stands for is told otherwise", "readers should look, yet nothing that they read is withdrawn"),
    ("partitioning-changed", _MINOR, _FINE,
     "`partitioned`, `partitionKeyPosition`",
     "the data is laid out otherwise", "reading may be faster or slower"),
)
_TYPES = (
    ("type-widened", _MAJOR, _BREAKS,
     "a type can hold values that the old one could not, or cannot be compared with it",
     "the new type can hold values that the old one could not",
     "a reader's own column of the old type overflows, truncates or refuses"),
    ("type-narrowed", _MAJOR, _FINE,
     "every value of the new type is one of the old type",
     "every value still fits the old type", "a type by the draft; what readers made room for is more than enough"),
    ("type-relabelled", _MAJOR, _FINE,
     "`logicalType` changed, what is stored did not",
     "what is stored is of the same type", "a type by the draft; the values are the same"),
    ("type-respelled", _PATCH, _FINE,
     "`physicalType` names the same type in other words",
     "it is the same type in other words", "`INT` and `INTEGER` are one type"),
    ("type-said", _MINOR, _FINE,
     "a type is said, or said more exactly",
     "it was not said so exactly before", "every value is still one that readers had to expect"),
    ("type-withdrawn", _MAJOR, _FINE,
     "`physicalType` or `logicalType` is no longer said, what remains promises the same",
     "what remains promises the same values", "removed by the draft; the remaining type is as narrow"),
)
_VALUES = (
    ("required-dropped", _MAJOR, _BREAKS,
     "values may be null that could not be: `required`",
     "readers may meet nulls", "an aggregate, a join or a NOT NULL column of theirs is wrong"),
    ("required-added", _MAJOR, _FINE,
     "values can no longer be null: `required`, or dropped where the primary key holds it up",
     "readers meet no nulls that they did not meet before", "major by the draft; a promise more is no harm"),
    ("unique-dropped", _MAJOR, _BREAKS,
     "values may repeat that could not: `unique`",
     "readers may meet the same value twice", "joins multiply rows"),
    ("unique-added", _MAJOR, _FINE,
     "values can no longer repeat: `unique`, or dropped where the primary key holds it up",
     "readers meet no value twice that was not there twice", "major by the draft; a promise more is no harm"),
    ("key-changed", _MAJOR, _BREAKS,
     "`primaryKey`: other columns are the key",
     "rows are told apart by other columns than before", "who merges or joins by the old key gets rows twice"),
    ("key-declared", _MINOR, _FINE,
     "`primaryKey` of a table that had none",
     "the table had no key before", "a promise more is no harm"),
    ("key-order-changed", _MINOR, _FINE,
     "`primaryKeyPosition`",
     "the key has the same columns in another order", "the same rows are told apart"),
    ("enum-extended", _MAJOR, _BREAKS,
     "`enum` accepts one value more",
     "readers may meet a value that was not accepted before", "a CASE without it falls through, a table of codes lacks it"),
    ("enum-shortened", _MINOR, _FINE,
     "`enum` accepts one value fewer",
     "the value no longer comes", "what readers prepared for is more than enough"),
    ("enum-dropped", _MAJOR, _BREAKS,
     "`enum` is gone: any value is accepted",
     "readers may meet any value", "as for each value more"),
    ("enum-set", _MINOR, _FINE,
     "`enum` is new: only some values are accepted",
     "only these values come from now on", "a promise more is no harm"),
    ("limit-loosened", _MAJOR, _BREAKS,
     "`logicalTypeOptions` allow more: a lower minimum, a higher maximum, another pattern or format, or none",
     "readers may meet values that were refused before", "what they prepared for is no longer enough"),
    ("limit-tightened", _MINOR, _FINE,
     "`logicalTypeOptions` allow less",
     "values are more limited than before", "a promise more is no harm"),
    ("limit-respelled", _PATCH, _FINE,
     "`logicalTypeOptions` say the same otherwise",
     "the limit is the same", "`minimum: 1` and `exclusiveMinimum: 0` of whole numbers aside, the values are the same"),
    ("meaning-changed", _MAJOR, _BREAKS,
     "values mean something else: `defaultTimezone`, `dimensions`, `embeddingModel`, `embeddingModelVersion`, "
     "`normalized`",
     "the same value means something else", "old and new values cannot be compared"),
    ("measure-told", _MINOR, _FINE,
     "`distanceMetric`",
     "the vectors are to be compared otherwise", "the vectors are the same"),
)
_QUALITY = (
    ("rule-added", _MINOR, _FINE,
     "a quality rule is new",
     "is new", "a promise more is no harm"),
    ("rule-changed", _MINOR, _FINE,
     "a quality rule measures, or demands, something else",
     "is measured otherwise", "quality is minor by the draft"),
    ("rule-removed", _MINOR, _FINE,
     "a quality rule is gone",
     "is no longer measured", "a change of `quality` by the draft's own example"),
    ("promise-dropped", _MAJOR, _BREAKS,
     "a quality rule that let no row through (`nullValues`, `missingValues`, `invalidValues`, `duplicateValues` must "
     "be 0, and an error) is gone or lets more through",
     "rows may come that the rule let nobody expect", "for readers it is `required`, `enum` or `unique` in other words"),
    ("rule-described", _PATCH, _FINE,
     "what a quality rule says about itself: name, description, dimension, schedule, business impact",
     "the same is measured", "words"),
    ("relationship-added", _MINOR, _FINE,
     "a relationship is new",
     "is new", "a promise more is no harm"),
    ("relationship-dropped", _MAJOR, _FINE,
     "a relationship is gone or leads elsewhere",
     "the reference is no longer promised", "removed by the draft; references are told, not measured"),
    ("schema-documented", _PATCH, _FINE,
     "what else is said about tables and columns: descriptions, titles, tags, examples, definitions, custom properties",
     "", "words"),
)
_OTHERS = (
    ("contract-replaced", _MAJOR, _BREAKS,
     "`id`: it is another contract",
     "it is another contract", "consumers are bound to a contract by its id"),
    ("status-changed", _MINOR, _FINE,
     "`status`",
     "", "readers should know whether it stays"),
    ("standard-version", _PATCH, _FINE,
     "`apiVersion`: the same contract by another version of the standard",
     "the contract is written by another version of the standard", "no promise changed by that"),
    ("described", _PATCH, _FINE,
     "descriptions of anything, `contractCreatedTs`",
     "", "words"),
    ("level-worsened", _MINOR, _FINE,
     "a service level is worse or gone, or an end is set",
     "the service level is worse", "what else is changed or removed is minor by the draft"),
    ("level-changed", _MINOR, _FINE,
     "a service level is better, or other",
     "the service level is another", "what else is changed is minor by the draft"),
    ("level-respelled", _PATCH, _FINE,
     "a service level says the same in another unit",
     "it is the same level in other words", "24 h and 1 d are the same"),
    ("section-added", _PATCH, _FINE,
     "anything else is new: a server, role, price, service level, support channel, member, tag, definition, custom "
     "property",
     "is new", "added outside the schema, by the draft"),
    ("section-changed", _MINOR, _FINE,
     "anything else is other than it was",
     "", "changed outside the schema, by the draft"),
    ("section-removed", _MINOR, _FINE,
     "anything else is gone",
     "is removed", "removed outside the schema, by the draft"),
)
# fmt: on
_SUBJECTS = (
    ("Tables", _TABLES),
    ("Columns", _COLUMNS),
    ("Types", _TYPES),
    ("Values", _VALUES),
    ("Quality, relationships, documentation", _QUALITY),
    ("Everything outside `schema`", _OTHERS),
)

RULES: dict[str, Rule] = {
    id_: Rule(id_, subject, what, impact, breaking, said, why)
    for subject, rows in _SUBJECTS
    for id_, impact, breaking, what, said, why in rows
}
"""The kinds of changes by id, in the order of the reference."""
