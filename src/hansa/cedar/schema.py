"""The schema that policies are written against: what they may ask of whom, and of what."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from hansa.cedar.rowtypes import row_schema, rows_named
from hansa.model import Mesh

_ENTITY = re.compile(r"entity\s+([\w,\s]+?)(?:\s+in\s+\[\w+\])?\s*(?:=\s*\{(.*?)\n\})?\s*(?:tags \w+)?;", re.DOTALL)
_RECORD = re.compile(r"type\s+(\w+)\s*=\s*\{(.*?)\n\};", re.DOTALL)
_ATTRIBUTE = re.compile(r'^\s*"([^"]+)"(\?)?:\s*([^,]+),(?:\s*//\s*(.*))?$', re.MULTILINE)


@cache
def common_schema() -> str:
    """What is the same in every mesh, with its comments."""
    return Path(__file__).with_name("schema.cedarschema").read_text(encoding="utf-8")


def schema_text(mesh: Mesh, policies: Iterable[str] = ()) -> str:
    """The schema of a mesh in Cedar's own form, with the rows of the ports that these policies name."""
    return f"{common_schema()}\n{row_schema(mesh, rows_named(policies))}"


@cache
def attributes() -> dict[str, tuple[tuple[str, str, str], ...]]:
    """The attributes of every type and context, each as its name (with `?` when it may be absent), type and note."""
    found: dict[str, tuple[tuple[str, str, str], ...]] = {}
    for names, body in [*_ENTITY.findall(common_schema()), *_RECORD.findall(common_schema())]:
        listed = tuple((name + optional, kind.strip(), note) for name, optional, kind, note in _ATTRIBUTE.findall(body))
        found |= {name.strip(): listed for name in names.split(",")}
    return found


@cache
def actions() -> tuple[str, ...]:
    """The actions that there are, in the order of the schema; `readRow` last."""
    named = re.findall(r'action\s+((?:"\w+"(?:,\s*)?)+)\s+appliesTo', common_schema())
    return (*(word for names in named for word in re.findall(r'"(\w+)"', names)), "readRow")
