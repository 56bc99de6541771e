"""How a value is hidden from who may not see it: the masks by name, which types each fits, and which is stricter.

The first nine are the actions of Apache Iceberg's read restrictions (REST catalogue specification and
`org.apache.iceberg.functions`, 2026), by name and meaning; `tokenise` is ours. A mask keeps the type of its column.
"""

from collections.abc import Iterable

from hansa.frozen import dataclass
from hansa.model.types import Binary, DataType, Date, Integer, String, Timestamp, Uuid, sql


@dataclass(frozen=True, slots=True)
class Mask:
    """A mask. `types` are the kinds of types that it fits, empty for all; `shows` is what a reader still learns."""

    name: str
    meaning: str
    shows: str
    types: tuple[type, ...] = ()

    def fits(self, type_: DataType) -> bool:
        return not self.types or isinstance(type_, self.types)


REPLACE_WITH_NULL = "replace-with-null"
TOKENISE = "tokenise"

STRICTEST_FIRST = (
    Mask(REPLACE_WITH_NULL, "Every value is NULL.", "nothing"),
    Mask(
        "mask-to-fixed-value",
        "Every value, NULL too, is one value of its type: XXXXXXXX, 0, false, 1970-01-01, an empty list.",
        "nothing",
    ),
    Mask(
        "sha-256-query-local",
        "SHA-256 of the value after a salt that each query draws anew.",
        "which values of one query are equal",
        (String, Integer, Binary),
    ),
    Mask(
        TOKENISE,
        "A keyed token, the same in every query, port and environment that has the mesh's key.",
        "which values are equal, everywhere",
        (String, Integer, Binary, Uuid),
    ),
    Mask(
        "mask-alphanum",
        "Digits become n; ( ) , . - @ stay; every other character becomes x.",
        "length and punctuation",
        (String,),
    ),
    Mask("truncate-to-year", "The first day, or moment in UTC, of the year.", "the year", (Date, Timestamp)),
    Mask("truncate-to-month", "The first day, or moment in UTC, of the month.", "year and month", (Date, Timestamp)),
    Mask(
        "sha-256-global",
        "SHA-256 of the value, without any key.",
        "which values are equal, everywhere; and the value itself to whoever can guess it",
        (String, Integer, Binary),
    ),
    Mask(
        "show-last-4",
        "The last four characters stay; those before become what mask-alphanum makes of them.",
        "four characters, length and punctuation; a text of up to four characters as it is",
        (String,),
    ),
    Mask(
        "show-first-4",
        "The first four characters stay; those after become what mask-alphanum makes of them.",
        "four characters, length and punctuation; a text of up to four characters as it is",
        (String,),
    ),
)
"""All masks. Of several that a column's classes ask for, the first of this order is taken."""

MASKS = tuple(m.name for m in STRICTEST_FIRST)
_BY_NAME = {m.name: m for m in STRICTEST_FIRST}


def find_mask(name: str) -> Mask | None:
    return _BY_NAME.get(name)


def applicable(mask: str, type_: DataType) -> bool:
    """Whether a mask can be computed of a type. What it does not fit, and what nobody knows, is replaced with null."""
    found = _BY_NAME.get(mask)
    return found is not None and found.fits(type_)


def effective(mask: str, type_: DataType) -> str:
    """The mask that a column of a type really gets: the one asked for where it fits, else `replace-with-null`."""
    return mask if applicable(mask, type_) else REPLACE_WITH_NULL


def strictest(masks: Iterable[str]) -> str:
    """The one of several masks that shows least; an unknown one counts as `replace-with-null`. Empty for none."""
    asked = {m if m in _BY_NAME else REPLACE_WITH_NULL for m in masks if m}
    return next((m for m in MASKS if m in asked), "")


def misfit(mask: str, type_: DataType) -> str:
    """Why a mask cannot be computed of a type, as a sentence; empty when it can."""
    if applicable(mask, type_):
        return ""
    return f"{mask} cannot be computed of {sql(type_)}" if mask in _BY_NAME else f"there is no mask {mask}"
