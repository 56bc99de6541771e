"""The addresses of what lies outside of the mesh: external sources and their columns.

A source is called by the contract that describes it: ``source:shop.till``. Where that contract has several tables or servers, the
table and the server are said, too: ``source:shop.till/lines@branch``. Contract ids are any text, so these are never parsed but
compared.
"""

from hansa.frozen import dataclass


@dataclass(frozen=True, slots=True, order=True)
class SourceName:
    """An external source. `table` and `server` are empty where the contract has only one."""

    contract: str
    table: str = ""
    server: str = ""

    def __str__(self) -> str:
        return f"source:{self.contract}" + (f"/{self.table}" if self.table else "") + (f"@{self.server}" if self.server else "")


@dataclass(frozen=True, slots=True, order=True)
class SourceColumn:
    """A column of an external source, in the spelling of its contract."""

    source: SourceName
    column: str

    def __str__(self) -> str:
        return f"{self.source}#{self.column}"
