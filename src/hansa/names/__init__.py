"""How things are called: immutable addresses, one parser, one text form.

Everything that people can point at has a type here. No other folder splits or joins these texts.
"""

from hansa.names.address import (
    Address,
    ColumnName,
    DomainName,
    PortMajor,
    PortName,
    ProductName,
    is_word,
    word_like,
)
from hansa.names.parse import parse, parse_port, parse_product, unpinned
from hansa.names.source import SourceColumn, SourceName
from hansa.names.version import Version

__all__ = [
    "Address",
    "ColumnName",
    "DomainName",
    "PortMajor",
    "PortName",
    "ProductName",
    "SourceColumn",
    "SourceName",
    "Version",
    "is_word",
    "parse",
    "parse_port",
    "parse_product",
    "unpinned",
    "word_like",
]
