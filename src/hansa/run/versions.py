"""What external inputs say of their versions, asked before planning. No data is read and nothing is refused."""

from collections.abc import Callable

from hansa.model import InputPort, Product, SourceOrigin
from hansa.names import ProductName
from hansa.plan import source_checks_print
from hansa.sources import Source
from hansa.trouble import TroubleError


def source_versions(
    products: tuple[Product, ...], open_source: Callable[[InputPort], Source]
) -> dict[tuple[ProductName, str], str | None]:
    """A change token for every external input; None where only reading it can tell, or where it cannot be reached now."""
    versions: dict[tuple[ProductName, str], str | None] = {}
    for product in products:
        for given in product.inputs:
            if isinstance(given.origin, SourceOrigin):
                versions[product.address, given.name] = _version(given, open_source)
    return versions


def _version(given: InputPort, open_source: Callable[[InputPort], Source]) -> str | None:
    try:
        version = open_source(given).version()
    except (TroubleError, OSError):
        # Planning has no effects and refuses nothing: the run will meet the trouble and report it with its place.
        return None
    return None if version is None else f"{version} under {source_checks_print(given)}"
