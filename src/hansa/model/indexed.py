"""Columns found by name without regard to case, as SQL finds them."""

from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    @property
    def name(self) -> str: ...


Found = TypeVar("Found", bound=Named)


class Indexed(Generic[Found]):
    """A base for records with named columns. The index is made when the first is looked for, and is no part of the record."""

    __slots__ = ("_index",)
    _index: dict[str, Found]

    def _find(self, name: str, columns: Iterable[Found]) -> Found | None:
        try:
            index = self._index
        except AttributeError:
            index = {}
            for column in columns:
                index.setdefault(column.name.lower(), column)
            # The record is frozen; what is remembered here follows from it and changes nothing that it says.
            object.__setattr__(self, "_index", index)
        return index.get(name.lower())
