"""The ports of one product as our HTTP API serves them, as a document of OpenAPI 3.1.

The API's own document has one path for all ports; here each port has its own, with the schema of its rows.
"""

import json
from collections.abc import Iterator
from typing import Any

from hansa.catalog.exports.agents import owner
from hansa.catalog.exports.datasets import described
from hansa.catalog.exports.endpoints import MEDIA_TYPES, Way, data_path
from hansa.catalog.exports.iris import mail, web
from hansa.catalog.exports.jsonschema import row_schema
from hansa.catalog.exports.telling import Told
from hansa.model import Domain, OutputPort, Product
from hansa.names import PortMajor
from hansa.rows import Format

Document = dict[str, Any]
MOST_ROWS = 100_000
_REFUSALS = {
    "400": "The request is not understood, or asks for a column that the reader does not see.",
    "401": "There is no bearer token, or not a good one.",
    "403": "The port may be known but not be read; the document has the reasons, and how to ask for access.",
    "404": "There is no such port, or the reader may not know of it.",
    "429": "Too many tokens were tried.",
    "503": "The server cannot answer now; try again.",
}


def openapi(told: Told, product: Product) -> Document:
    """The document of a product of a mesh. Its paths stand in the order of names and majors."""
    outputs = sorted(product.outputs, key=lambda o: o.pinned)
    paths = {}
    for output in outputs:
        paths[data_path(output.pinned).removesuffix("/data")] = {"get": _describing(output)}
        paths[data_path(output.pinned)] = {"get": _reading(product, output)}
    urls = [e.url for e in told.endpoints if e.way is Way.HTTP]
    return {
        "openapi": "3.1.0",
        "info": _info(told, product),
        "servers": [{"url": url} for url in urls or ["/"]],
        "tags": [{"name": str(product.address), "description": product.purpose}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "description": "A token of `hansa token issue`."}},
            "parameters": {p["x-name"]: {k: v for k, v in p.items() if k != "x-name"} for p in _parameters()},
            "schemas": {"Problem": _PROBLEM, "Column": _COLUMN} | dict(each for o in outputs for each in _schemas(o)),
        },
    }


def written(document: Document) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _info(told: Told, product: Product) -> Document:
    domain = next((d for d in told.mesh.domains if d.name == product.address.in_domain), Domain(product.address.in_domain))
    team = owner(product, domain)
    info: Document = {"title": product.title or str(product.address), "version": product.version or "0.0.0"}
    if product.purpose:
        info["description"] = product.purpose
    if team:
        info["contact"] = {"name": team, **_contact(next((t.contact for t in told.mesh.teams if t.name == team), ""))}
    licences = {o.contract.license for o in product.outputs}
    licence = licences.pop() if len(licences) == 1 else ""
    if licence:
        page = web(licence)
        info["license"] = {"name": licence, **({"url": page.text} if page is not None else {})}
    return info


def _contact(address: str) -> dict[str, str]:
    if mail(address) is not None:
        return {"email": address.strip().removeprefix("mailto:")}
    page = web(address)
    return {"url": page.text} if page is not None else {}


def _describing(output: OutputPort) -> Document:
    answer = {"description": "What the reader sees of it.", "content": {"application/json": {"schema": {"type": "object"}}}}
    return {
        "operationId": f"describe_{_word(output.pinned)}",
        "summary": f"What the reader sees of {output.pinned}",
        "tags": [str(output.address.of_product)],
        **({"deprecated": True} if output.deprecated else {}),
        "parameters": [{"$ref": f"#/components/parameters/{p}"} for p in ("consumer", "purpose", "environment")],
        "responses": {"200": answer, **_refusals()},
    }


def _reading(product: Product, output: OutputPort) -> Document:
    content = {media_type: {"schema": _content(form, output.pinned)} for form, media_type in MEDIA_TYPES.items()}
    return {
        "operationId": f"read_{_word(output.pinned)}",
        "summary": output.title or f"The rows of {output.pinned}",
        "description": described(product, output),
        "tags": [str(product.address)],
        **({"deprecated": True} if output.deprecated else {}),
        "parameters": [{"$ref": f"#/components/parameters/{p['x-name']}"} for p in _parameters()],
        "responses": {
            "200": {
                "description": "The rows, as they come. X-Hansa-Notice is a JSON list of what the reader should know.",
                "headers": {name: {"schema": {"type": "string"}} for name in ("ETag", "Link", "X-Hansa-Notice", "X-Hansa-Query")},
                "content": content,
            },
            "304": {"description": "Nothing changed since the entity tag was given."},
            **_refusals(),
            "406": _problem("None of the forms that are accepted is one that rows are given in."),
            "410": _problem("The version that the first page was read from is gone."),
        },
    }


def _content(form: Format, port: PortMajor) -> Document:
    match form:
        case Format.JSON:
            return {"$ref": f"#/components/schemas/{_word(port)}_page"}
        case Format.NDJSON | Format.CSV:
            return {"type": "string"}
        case Format.ARROW | Format.PARQUET:
            return {"type": "string", "format": "binary"}


def _schemas(output: OutputPort) -> Iterator[tuple[str, Document]]:
    word = _word(output.pinned)
    yield word, row_schema(output)
    page = {
        "columns": {"type": "array", "items": {"$ref": "#/components/schemas/Column"}},
        "notices": {"type": "array", "items": {"type": "string"}},
        "rows": {"type": "array", "items": {"$ref": f"#/components/schemas/{word}"}},
        "next": {"type": ["string", "null"], "description": "The cursor of the next page, where a limit was told."},
    }
    yield f"{word}_page", {"type": "object", "required": ["columns", "notices", "rows"], "properties": page}


def _parameters() -> Iterator[Document]:
    def parameter(name: str, description: str, schema: Document, where: str = "query") -> Document:
        key = name.removeprefix("X-Hansa-").lower()
        return {"x-name": key, "name": name, "in": where, "description": description, "schema": schema}

    said: Document = {"type": "string"}
    yield parameter("columns", "Names, with commas between; all that the reader sees without it.", said)
    yield parameter("where", "A predicate of SQL over the columns.", said)
    whole: Document = {"type": "integer", "minimum": 0, "maximum": MOST_ROWS, "default": 0}
    yield parameter("limit", "Rows of a page; 0 for all rows and no pages.", whole)
    yield parameter("cursor", "The `next` of the page before.", said)
    yield parameter("format", "Goes before Accept.", said | {"enum": sorted(MEDIA_TYPES)})
    yield parameter("X-Hansa-Consumer", "For whom the rows are read: a use case or a product.", said, "header")
    yield parameter("X-Hansa-Purpose", "What for.", said, "header")
    yield parameter("X-Hansa-Environment", "The environment; `prod` without it.", said, "header")


def _refusals() -> Document:
    return {status: _problem(description) for status, description in _REFUSALS.items()}


def _problem(description: str) -> Document:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": description, "content": content}


def _word(port: PortMajor) -> str:
    return port.sql.replace(".", "_")


_COLUMN: Document = {"type": "object", "properties": {"name": {"type": "string"}, "type": {"type": "string"}}}
_PROBLEM: Document = {
    "type": "object",
    "description": "RFC 9457, with the code of the trouble and how to mend it.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "detail", "code", "mend", "requestId")},
        "status": {"type": "integer"},
        "reasons": {"type": "array", "items": {"type": "string"}},
        "rules": {"type": "array", "items": {"type": "string"}},
    },
}
