"""What governs the mesh, put together: each kind of governance file is read by its own pass.

A file with an error says less than its author meant, and nobody knows what it would have refused. So nothing that it is about is
published until it is mended: the whole mesh for the governance folder and for `hansa.yaml`, which says where that is and where
data goes; their own products for the files of a domain or product.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from hansa.compile.accesspolicies import compile_access_policies
from hansa.compile.acknowledgements import compile_acknowledgements
from hansa.compile.agreements import compile_agreements
from hansa.compile.classes import compile_classes
from hansa.compile.consumers import compile_consumers
from hansa.compile.findings import Findings
from hansa.compile.glossary import compile_terms
from hansa.compile.policies import compile_policies
from hansa.compile.waivers import compile_waivers
from hansa.declare.declarations import Declarations
from hansa.declare.mesh import MESH_FILE
from hansa.model import NOT_GOVERNED, Compiled, Governance
from hansa.names import ProductName
from hansa.trouble import Trouble

_SAID_WRONG = frozenset({"H105", "H110", "H120", "H121", "H122", "H124", "H126"})
"""A key that is unknown, missing, written twice or cannot mean anything: what it was to say is not known."""


def governing(declarations: Declarations, findings: Findings) -> Governance:
    """The mesh's governance, with the troubles of its files. What is wrong in one file leaves the others as they are."""
    files = declarations.governance
    if files is None:
        return NOT_GOVERNED
    classes = compile_classes(files, findings)
    policies = compile_policies(files, declarations, findings, classes.classes)
    return Governance(
        classes=classes.classes,
        default_class=classes.default,
        declassifications=classes.declassifications,
        policies=policies,
        waivers=compile_waivers(files, findings, policies),
        terms=compile_terms(files, findings),
        acknowledgements=compile_acknowledgements(files, declarations, findings),
        consumers=compile_consumers(files, declarations, findings),
        agreements=compile_agreements(files, findings),
        access_policies=compile_access_policies(files),
    )


def ungoverned(declarations: Declarations, compiled: Compiled) -> Mapping[ProductName, tuple[Trouble, ...]]:
    """The errors in governance files, by the products that nobody may publish for them."""
    errors = [t for t in compiled.troubles if t.is_error and not t.product and t.places]
    folders = tuple(_folders(declarations))
    found: dict[ProductName, tuple[Trouble, ...]] = {}
    for holder, folder in folders:
        inside = tuple(t for t in errors if PurePosixPath(t.places[0].file).is_relative_to(folder) and not _elsewhere(t))
        for product in compiled.mesh.own if inside else ():
            if holder in ("", str(product.address), str(product.address.domain)):
                found[product.address] = (*found.get(product.address, ()), *inside)
    return found


def _elsewhere(trouble: Trouble) -> bool:
    """Whether a trouble of `hansa.yaml` is about folders and manifests that it names, and not about what it says itself."""
    return trouble.places[0].file == MESH_FILE and trouble.code not in _SAID_WRONG


def _folders(declarations: Declarations) -> Iterator[tuple[str, str]]:
    """Where governance files lie, and whose they are: empty for those of the mesh."""
    yield "", MESH_FILE
    if declarations.governance is not None:
        yield "", declarations.governance.folder
    for domain in declarations.domains:
        yield domain.name, f"{domain.folder}/access"
        holders = [(domain.name, domain.folder), *((str(p.address), p.folder) for p in domain.products)]
        for holder, folder in holders:
            yield holder, f"{folder}/policies"
            yield holder, f"{folder}/acknowledgements.yaml"
