"""Reads what people wrote in a mesh folder into declarations that still know file and line.

It only reads: nothing is executed, nothing is fetched, nothing is written. All troubles of a folder are gathered in one pass;
a file that cannot be read never hides the others. What the declarations mean together is decided in `compile`.
"""

from hansa.declare.bitol import CustomProperty
from hansa.declare.custom import custom
from hansa.declare.declarations import (
    ContractDeclaration,
    Declarations,
    DomainDeclaration,
    MeshDeclaration,
    ModelDeclaration,
    PlatformDeclaration,
    ProductDeclaration,
    TeamDeclaration,
)
from hansa.declare.document import Document
from hansa.declare.mesh import load, load_products

__all__ = [
    "ContractDeclaration",
    "CustomProperty",
    "Declarations",
    "Document",
    "DomainDeclaration",
    "MeshDeclaration",
    "ModelDeclaration",
    "PlatformDeclaration",
    "ProductDeclaration",
    "TeamDeclaration",
    "custom",
    "load",
    "load_products",
]
