"""What will run for a query, as planning leaves it: its text, its ports, and what the record says of them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import field
from functools import cache
from typing import TYPE_CHECKING

from hansa.access.masking import MaskKeys
from hansa.frozen import dataclass
from hansa.gateway.asking import Prepared
from hansa.gateway.checking import Checked
from hansa.gateway.governing import Governed
from hansa.gateway.naming import Named
from hansa.gateway.pivoting import MARKER
from hansa.gateway.rewriting import GOVERNED
from hansa.gateway.tree import Node
from hansa.model import Decision, ParquetFiles, PortRead, PublishedPort, Schema, quoted

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class PlannedPort:
    """A port of a query: what is published, what the reader sees of it, and the columns that the query can look at."""

    named: Named
    governed: Governed
    looked_at: tuple[str, ...]

    @property
    def decision(self) -> Decision:
        return self.governed.decision

    @property
    def schema(self) -> Schema:
        return self.governed.relation.schema

    def read(self) -> PortRead:
        masked = self.governed.masked
        return PortRead(
            self.named.port.port,
            self.named.port.snapshot,
            self.looked_at,
            tuple(c for c in self.looked_at if c.lower() in masked),
            self.decision.grant,
        )


@dataclass(frozen=True, slots=True)
class Planned:
    """A query that may be run. `text` is what runs over the governed views; what preparing finds out is kept in it.

    `written` says by which words a view's port was named, `version` is that of what decided, and `until` is when it has to be
    planned anew.
    """

    text: str
    ports: tuple[PlannedPort, ...]
    checked: Checked
    statement: Node
    barrier: bool
    notices: tuple[str, ...]
    written: Mapping[str, tuple[str, ...]]
    version: str
    until: dt.datetime | None
    _prepared: list[Prepared] = field(default_factory=list, compare=False)

    @property
    def prepared(self) -> Prepared | None:
        """What its answer looks like, once somebody has found out."""
        return self._prepared[0] if self._prepared else None

    def keep(self, prepared: Prepared) -> Prepared:
        self._prepared[:] = [prepared]
        return prepared

    @property
    def decisions(self) -> tuple[Decision, ...]:
        found = [p.decision for p in self.ports]
        return tuple(dict.fromkeys(found) if len(found) > 1 else found)

    @property
    def scans(self) -> Mapping[str, ParquetFiles]:
        return {p.named.view: p.governed.relation for p in self.ports}

    @property
    def published(self) -> Mapping[str, PublishedPort]:
        """What is published of each port, by the text form of its major."""
        return {str(p.named.port.port): p.named.port for p in self.ports}

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(c for p in self.ports for c in p.governed.seen)

    def withheld(self, consumer: str) -> Mapping[str, str]:
        """How to ask for each column that is there and that the reader does not see; contracts are public."""
        seen = {c.lower() for c in self.columns}
        found = {c.name.lower(): str(p.named.port.port.name) for p in self.ports for c in p.schema}
        return {
            name: f"`{name}` of {port} was not granted: `hansa access request {port} --for {consumer} --columns {name}`"
            for name, port in found.items()
            if name not in seen
        }

    @property
    def recursive(self) -> bool:
        """Whether a part of it reads its own rows."""
        return any(node.get("type") == "RECURSIVE_CTE_NODE" for node in self.checked.nodes)

    @property
    def has_open_pivots(self) -> bool:
        return any(
            is_open(entry)
            for node, _ in self.checked.pivots
            for pivot in node.get("pivots", ())
            for entry in pivot.get("entries", ())
        )

    def as_written(self, schema: "pa.Schema") -> "pa.Schema":
        """The schema of an answer; DuckDB calls a column without a name by its text, in which the views stand."""
        names = list(schema.names)
        for view, written in self.written.items():
            called = f"{GOVERNED}.{quoted(view)}"
            names = [n.replace(f"{called} AS {written[-1]}", ".".join(written)).replace(called, ".".join(written)) for n in names]
        if names == schema.names:
            return schema
        import pyarrow as pa

        return pa.schema([f.with_name(n) for f, n in zip(schema, names, strict=True)])

    def views(self, key: bytes) -> Mapping[str, str]:
        """The texts of the governed views; the query's own key is one in all of them."""
        keys = cache(lambda: MaskKeys.for_query(key))
        return {p.named.view: p.governed.view(p.named.view, keys, barrier=self.barrier) for p in self.ports}


def is_open(entry: Node) -> bool:
    """Whether an entry of a pivot stands for values that have still to be asked for."""
    return bool(entry.get("star_expr", {}).get("literal", {}).get("text") == MARKER)
