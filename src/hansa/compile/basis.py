"""What a mesh was compiled from, product by product: remembered, so that a few products can be compiled again alone."""

from dataclasses import replace

from hansa.compile.classes import Classified
from hansa.compile.findings import Findings
from hansa.declare.declarations import Declarations, ProductDeclaration
from hansa.model import fingerprint
from hansa.model.compiled import Basis, KeptContract, ProductBasis
from hansa.trouble import Trouble


def basis_of(declarations: Declarations, findings: Findings) -> Basis:
    """The basis of the products that are declared. To be asked before anything is said of the mesh as a whole."""
    by_product: dict[str, list[Trouble]] = {}
    for trouble in findings.troubles:
        by_product.setdefault(trouble.product, []).append(trouble)
    bases = tuple(
        ProductBasis(product.address, product.folder, contracts_of(product), tuple(by_product.pop(str(product.address), ())))
        for product in declarations.products
    )
    left = tuple(trouble for troubles in by_product.values() for trouble in troubles)
    files = declarations.governance
    return Basis(bases, left, acknowledged=files is not None and bool(files.acknowledgements))


def contracts_of(product: ProductDeclaration) -> tuple[KeptContract, ...]:
    """The contracts in a product's folder."""
    return tuple(
        KeptContract(c.odcs.id, c.odcs.version, fingerprint(c.document.file, c.document.text)) for c in product.contracts
    )


def with_later(basis: Basis, found: Classified) -> Basis:
    """The basis with the troubles that classes brought."""
    kept = tuple(
        b if b.later == later else replace(b, later=later) for b in basis.products for later in [found.later.get(b.address, ())]
    )
    return replace(basis, products=kept)
