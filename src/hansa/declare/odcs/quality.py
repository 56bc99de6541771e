"""ODCS 3.2.0 `quality`: rules of the library, in SQL, in plain text, or of another engine."""

from hansa.declare.bitol import STABLE_ID, AuthoritativeDefinition, CustomProperty
from hansa.declare.shape import Kind, Path, key, record_at
from hansa.frozen import dataclass

DIMENSIONS = ("accuracy", "completeness", "conformity", "consistency", "coverage", "timeliness", "uniqueness")
METRICS = ("nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount")
OPERATORS = {
    "mustBe": "must_be",
    "mustNotBe": "must_not_be",
    "mustBeGreaterThan": "must_be_greater_than",
    "mustBeGreaterOrEqualTo": "must_be_greater_or_equal_to",
    "mustBeLessThan": "must_be_less_than",
    "mustBeLessOrEqualTo": "must_be_less_or_equal_to",
    "mustBeBetween": "must_be_between",
    "mustNotBeBetween": "must_not_be_between",
}


@dataclass(frozen=True, slots=True)
class Quality:
    """One rule. `type` is never empty: a rule without one is of the library.

    The value of an operator that was not written is None, or () for the two with bounds. `rule` is the deprecated name of a
    library check (ODCS 3.0).
    """

    type: str = key("library", choices=("text", "library", "sql", "custom"))
    name: str = key()
    description: str = key()
    dimension: str = key(choices=DIMENSIONS)
    method: str = key()
    severity: str = key()
    business_impact: str = key()
    unit: str = key()
    schedule: str = key()
    scheduler: str = key()
    metric: str = key(odcs=(3, 1), choices=METRICS)
    rule: str = key()
    arguments: object = key(None, kind=Kind.MAPPING, odcs=(3, 1))
    query: str = key()
    engine: str = key()
    implementation: object = key(None, kind=Kind.IMPLEMENTATION)
    must_be: object = key(None)
    must_not_be: object = key(None)
    must_be_greater_than: float | None = key(None)
    must_be_greater_or_equal_to: float | None = key(None)
    must_be_less_than: float | None = key(None)
    must_be_less_or_equal_to: float | None = key(None)
    must_be_between: tuple[object, ...] = key(())
    must_not_be_between: tuple[object, ...] = key(())
    tags: tuple[str, ...] = key(())
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = key(())
    custom_properties: tuple[CustomProperty, ...] = key(())
    id: str = key(odcs=(3, 1), pattern=STABLE_ID)
    at: Path = record_at()

    @property
    def operators(self) -> tuple[tuple[str, object], ...]:
        """The operators that were written, by the standard's name, with their values. A rule without troubles has at most one."""
        written = ((name, getattr(self, field)) for name, field in OPERATORS.items())
        return tuple((name, value) for name, value in written if value is not None and value != ())
