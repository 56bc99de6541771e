"""What the API shows: frozen records whose keys are written in the way of JSON, and lists of them in pages."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Item = TypeVar("Item")


class Shown(BaseModel):
    """A document, or a part of one. What may be missing is null and never left out, so that a client sees every key."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid")


class Listing(Shown, Generic[Item]):
    """A page of a list. `total` counts all that the caller may know of, or is null where that would take long."""

    items: list[Item]
    total: int | None = None
    next: str | None = Field(default=None, description="The `cursor` of the next page; null on the last one.")


def example(**values: Any) -> ConfigDict:
    """The configuration of a record that the description of the API shows with these values."""
    return ConfigDict(json_schema_extra={"examples": [values]})
