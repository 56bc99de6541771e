"""Makes new meshes, domains, products, ports and contracts, as files that pass `check` at once.

What is made is a start that its owner edits: nothing here is read again later, and nothing that exists is overwritten. Files of
their owners are only added to, whole or not at all.
"""

from hansa.scaffold.domain import new_domain
from hansa.scaffold.files import NewFile, amend, put, write_new
from hansa.scaffold.infer import Inferred, InferredColumn, infer
from hansa.scaffold.mesh import TEMPLATES, new_mesh, retail_template
from hansa.scaffold.origin import Origin, find_origin
from hansa.scaffold.port import new_contract, new_port
from hansa.scaffold.product import new_product

__all__ = [
    "TEMPLATES",
    "Inferred",
    "InferredColumn",
    "NewFile",
    "Origin",
    "amend",
    "find_origin",
    "infer",
    "new_contract",
    "new_domain",
    "new_mesh",
    "new_port",
    "new_product",
    "put",
    "retail_template",
    "write_new",
]
