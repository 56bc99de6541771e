"""The tools as they are offered: names, schemas and what clients are told of them. The same for everybody."""

from collections.abc import Callable
from typing import Any

from mcp.types import Tool, ToolAnnotations
from pydantic import TypeAdapter

from hansa.frozen import dataclass
from hansa.server.agents.asking import Asking
from hansa.server.agents.describing import Describe, Described, describe
from hansa.server.agents.finding import Found, Search, search
from hansa.server.agents.reading import Ask, Rows, Sample, query, sample
from hansa.server.agents.requesting import AccessTold, MyAccess, RequestAccess, RequestTold, my_access, request_access
from hansa.server.agents.texts import CONTENT
from hansa.server.agents.tracing import Trace, Traced, trace


@dataclass(frozen=True, slots=True)
class Offered:
    """A tool: what it takes and gives as types, and the work. `writes` says that a call leaves something behind."""

    name: str
    title: str
    description: str
    takes: TypeAdapter[Any]
    gives: TypeAdapter[Any]
    work: Callable[[Asking, Any], object]
    writes: bool = False

    @property
    def tool(self) -> Tool:
        hints = ToolAnnotations(
            title=self.title,
            read_only_hint=not self.writes,
            destructive_hint=False,
            idempotent_hint=not self.writes,
            open_world_hint=False,
        )
        return Tool(
            name=self.name,
            title=self.title,
            description=self.description,
            input_schema=_closed(self.takes.json_schema()),
            output_schema=self.gives.json_schema(mode="serialization"),
            annotations=hints,
        )


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "type": "object", "properties": schema.get("properties", {}), "additionalProperties": False}


TOOLS: tuple[Offered, ...] = (
    Offered(
        "search",
        "Search the catalogue",
        "Find data products, ports, columns, domains, glossary terms and use cases by words. Typos and synonyms are understood. "
        f"Only what you may discover is found. {CONTENT}",
        TypeAdapter(Search),
        TypeAdapter(Found),
        search,
    ),
    Offered(
        "describe",
        "Describe a product or port",
        "Tell what a domain, data product or port is: owner, state, contract, service levels, README; each column with type, "
        "meaning, classes and terms, and whether you would get it clear, masked or hidden; an example query; how people rate it, "
        f"and open problems. No rows are read. {CONTENT}",
        TypeAdapter(Describe),
        TypeAdapter(Described),
        describe,
    ),
    Offered(
        "lineage",
        "Trace lineage",
        "Tell what a product, port or column is made of (up) and what is made of it (down), with how each link is known.",
        TypeAdapter(Trace),
        TypeAdapter(Traced),
        trace,
    ),
    Offered(
        "my_access",
        "Show my access",
        "Tell who you are here, in whose name (consumer) and for which purposes you may read, what was granted, and requests.",
        TypeAdapter(MyAccess),
        TypeAdapter(AccessTold),
        my_access,
    ),
    Offered(
        "request_access",
        "Request access",
        "Ask the owner of a port for access, in a consumer's name and for a purpose. This writes a request that people read and "
        "decide about: ask the person you work for before, and do not repeat it.",
        TypeAdapter(RequestAccess),
        TypeAdapter(RequestTold),
        request_access,
        writes=True,
    ),
    Offered(
        "query",
        "Query with SQL",
        "Answer one SELECT (DuckDB SQL) over published products, as domain.product or domain.product.port. It is decided, "
        "masked, limited and recorded in your name; rows are bounded; signs that cannot be seen are left out of texts. "
        "A refusal says why. "
        f"{CONTENT}",
        TypeAdapter(Ask),
        TypeAdapter(Rows),
        query,
    ),
    Offered(
        "sample",
        "Sample rows",
        f"Give a few rows of a port, decided, masked and recorded as `query` does. {CONTENT}",
        TypeAdapter(Sample),
        TypeAdapter(Rows),
        sample,
    ),
)
BY_NAME = {offered.name: offered for offered in TOOLS}
