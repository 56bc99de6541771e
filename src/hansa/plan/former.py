"""Records of format 1, which publications before column lineage hold: ports with their columns, and models by fingerprint.

They do not say what a product reads, and of quality rules they hold fingerprints only. Nothing writes them any more.
"""

from collections.abc import Mapping
from typing import Any

from hansa.frozen import dataclass

FORMAT = 1


@dataclass(frozen=True, slots=True)
class FormerColumn:
    """A promised column; `type` is the stored type's text."""

    name: str
    type: str
    required: bool = False
    unique: bool = False
    primary_key: int | None = None
    classification: str = ""
    description: str = ""
    rules: str = ""


@dataclass(frozen=True, slots=True)
class FormerPort:
    """A port at one major with its columns; `rules` is the fingerprint of the table-wide checks."""

    port: str
    contract: str
    version: str
    columns: tuple[FormerColumn, ...]
    description: str = ""
    deprecated: bool = False
    rules: str = ""


@dataclass(frozen=True, slots=True)
class FormerDeclaration:
    """All ports of a product, its owner and models (name → fingerprint), as they were published."""

    product: str
    title: str
    owner: str
    version: str
    ports: tuple[FormerPort, ...]
    models: Mapping[str, str]
    changes: tuple[str, ...] = ()
    main: str = ""


def read(data: Mapping[str, Any]) -> FormerDeclaration:
    """Raises KeyError or TypeError for what is no such record."""
    ports = tuple(FormerPort(**{**p, "columns": tuple(FormerColumn(**c) for c in p["columns"])}) for p in data["ports"])
    return FormerDeclaration(
        data["product"],
        data["title"],
        data["owner"],
        data["version"],
        ports,
        data["models"],
        tuple(data["changes"]),
        data["main"],
    )
