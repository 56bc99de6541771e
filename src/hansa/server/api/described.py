"""The description of the API for programs (OpenAPI 3.1): what the framework says of routes, and what holds for all."""

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from hansa.server.api.refusing import EVERYWHERE, Problem, Responses, refusals

Document = dict[str, Any]
_TAGS = {
    "query": "One governed query.",
    "ports": "Ports as their reader sees them, and their rows.",
    "mesh": "The mesh and its domains.",
    "products": "What is offered, how it stands, and everything that its page tells.",
    "feedback": "What people say of products to their owners.",
    "contracts": "What ports promise, in all versions.",
    "columns": "Every column, with what it means.",
    "lineage": "Where something comes from, and where it goes.",
    "search": "Any words, narrowed by facets.",
    "governance": "Policies, what breaks them, and how everybody stands.",
    "glossary": "Terms of the business, and classes of data.",
    "access": "Asking for access, deciding about it, and the record of reads.",
    "runs": "What was computed and published.",
    "events": "What happens, while it happens.",
    "about": "The caller, and the server itself.",
}
_FOR_WHOM = (
    ("X-Hansa-Consumer", "On whose behalf the caller reads; `consumer` in the address says the same."),
    ("X-Hansa-Purpose", "For which purpose; `purpose` in the address says the same."),
    ("X-Hansa-Environment", "In which environment; `environment` in the address says the same."),
)


def without_version(app: FastAPI) -> str:
    """The description as it is committed and compared: what it says does not depend on which release says it."""
    said = description_of(app)
    document = {**said, "info": {**said["info"], "version": "v1"}}
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def operation_id(route: APIRoute) -> str:
    """`get_products_by_product_checks`: stable as long as the address is."""
    words = [
        f"by_{w.strip('{}')}" if w.startswith("{") else w
        for w in route.path_format.replace("-", "_").split("/")
        if w not in ("", "api", "v1")
    ]
    return "_".join([min(route.methods or {"GET"}).lower(), *words])


def description_of(app: FastAPI) -> Document:
    """Made once, when it is first asked for."""
    if app.openapi_schema is None:
        app.openapi_schema = _complete(
            get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes,
                tags=[{"name": name, "description": said} for name, said in _TAGS.items()],
            )
        )  # fmt: skip
    return app.openapi_schema


def _complete(document: Document) -> Document:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema(by_alias=True)
    # Wrong parameters are told as every other trouble is, with 400.
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete_operation(operation, refusals(*EVERYWHERE), anonymous=not path.startswith("/api/"), reads=method == "get")
    return document


def _complete_operation(operation: Document, everywhere: Responses, *, anonymous: bool, reads: bool) -> None:
    responses = operation["responses"]
    if (responses.get("422") or {}).get("content", {}).get("application/json"):
        del responses["422"]
    told = {str(status): said for status, said in everywhere.items() if not (anonymous and status in (400, 401, 404))}
    for status, said in told.items():
        if status not in responses:
            responses[status] = said
        elif said["description"] not in responses[status]["description"]:
            responses[status] = {**said, **responses[status], "description": _joined(responses[status], said)}
    operation["responses"] = dict(sorted(responses.items()))
    if reads and not anonymous and "200" in responses:
        responses["200"].setdefault("headers", {})["ETag"] = {
            "description": "A tag of what is told.",
            "schema": {"type": "string"},
        }
        operation["responses"].setdefault("304", {"description": "Nothing changed since the tag in If-None-Match was given."})
        operation["responses"] = dict(sorted(operation["responses"].items()))
    if not anonymous:
        named = [
            {"name": n, "in": "header", "required": False, "description": d, "schema": {"type": "string"}} for n, d in _FOR_WHOM
        ]
        operation["parameters"] = [*operation.get("parameters", []), *named]


def _joined(own: Document, everywhere: Document) -> str:
    """The codes of an address, and those of all addresses, in one sentence."""
    _, _, codes = everywhere["description"].partition(". ")
    return f"{own['description'].rstrip('.')}; {codes}"
