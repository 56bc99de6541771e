"""Renders new files of ours for scaffolds: keys in the order of the standard, block style, quotes only where a reader needs them.

Only new files are written so; changing a file that people wrote keeps their comments and order, and is not done here.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from hansa.declare.emitting import text_of
from hansa.declare.kinds import DomainFile, MeshFile, TeamsFile
from hansa.declare.odcs import DataContract
from hansa.declare.odps import DataProduct
from hansa.declare.shape import Key, shape_of
from hansa.declare.yaml import plain


def contract(data: Mapping[str, object]) -> str:
    """An ODCS file from plain data, keys spelled as in the standard."""
    return _document(DataContract, data)


def product(data: Mapping[str, object]) -> str:
    """An ODPS file from plain data, keys spelled as in the standard."""
    return _document(DataProduct, data)


def mesh(data: Mapping[str, object]) -> str:
    """A `hansa.yaml`."""
    return _document(MeshFile, data)


def domain(data: Mapping[str, object]) -> str:
    """A `domain.yaml`."""
    return _document(DomainFile, data)


def teams(data: Mapping[str, object]) -> str:
    """A `governance/teams.yaml`."""
    return _document(TeamsFile, data)


_UNICODE_BREAKS = frozenset("\x85\u2028\u2029")
"""Line breaks to YAML 1.1, folded away where they stand unquoted."""


class _Dumper(yaml.SafeDumper):
    """Lists indented below their key; nothing repeated by alias."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if not isinstance(plain(text), str) or not _UNICODE_BREAKS.isdisjoint(text):
        style = '"'
    elif "\n" in text:
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _represent_text)


def _document(record: type, data: Mapping[str, object]) -> str:
    """Each key on its own, so that the large sections stand apart."""
    parts: list[str] = []
    apart = False
    for name, value in _ordered(record, data).items():
        large = isinstance(value, dict | list) and bool(value)
        parts.append(("\n" if parts and (large or apart) else "") + _yaml({name: value}))
        apart = large
    return "".join(parts)


def _yaml(data: object) -> str:
    return text_of(data, dumped)


def dumped(data: object, width: int) -> str:
    """What PyYAML writes."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=width)
    return text


def _ordered(record: type, data: Mapping[str, object]) -> dict[str, object]:
    """The keys that the record knows in its order, then the others as they come; None is left out, being nothing said."""
    keys = shape_of(record).keys
    named = {name: data[name] for name in keys if name in data} | dict(data)
    return {name: _value(keys.get(name), value) for name, value in named.items() if value is not None or name == "value"}


def _value(key: Key | None, value: Any) -> object:
    if key is None or key.record is None:
        return value
    match value:
        case Mapping():
            return _ordered(key.record, value)
        case list() | tuple():
            return [_value(key, each) for each in value]
        case _:
            return value
