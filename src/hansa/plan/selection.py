"""Which products a command speaks of: `customer`, `customer.profiles`, `orders.*`, `+x` with suppliers, `x+` with readers."""

from collections.abc import Callable, Iterable

from hansa.model import Mesh
from hansa.names import ProductName
from hansa.trouble import Trouble, TroubleError, did_you_mean, one_of


def select(mesh: Mesh, selectors: Iterable[str]) -> frozenset[ProductName]:
    """The products that any selector names; all when there is none. Raises TroubleError for one that names nothing."""
    given = tuple(selectors)
    if not given:
        return frozenset(p.address for p in mesh.products) | mesh.broken
    wanted = [w for s in given for w in s.replace(",", " ").split()]
    if not wanted:
        mend = "leave it out for all products; a variable of the shell may be empty"
        raise TroubleError(Trouble("H301", "an empty text names no product or domain of this mesh", mend=mend))
    chosen: set[ProductName] = set()
    for selector in wanted:
        chosen |= _one(mesh, selector)
    return frozenset(chosen)


def _one(mesh: Mesh, selector: str) -> set[ProductName]:
    upwards, downwards = selector.startswith("+"), selector.endswith("+")
    core = selector.strip("+").replace("/", ".").removesuffix(".*")
    everything = {p.address for p in mesh.products} | mesh.broken
    named = {a for a in everything if core in ("*", str(a), a.domain)}
    if not named:
        known = {str(a) for a in everything} | {a.domain for a in everything}
        hint = did_you_mean(core, known) or f"products here: {one_of(map(str, everything))}"
        raise TroubleError(Trouble("H301", f"`{selector}` names no product or domain of this mesh", mend=hint))
    products = mesh.by_name()
    found = set(named)
    if upwards:
        found |= _reach(named, lambda a: products[a].suppliers if a in products else ())
    if downwards:
        readers: dict[ProductName, list[ProductName]] = {}
        for product in products.values():
            for supplier in product.suppliers:
                readers.setdefault(supplier, []).append(product.address)
        found |= _reach(named, lambda a: readers.get(a, ()))
    return found


def _reach(start: Iterable[ProductName], neighbours: Callable[[ProductName], Iterable[ProductName]]) -> set[ProductName]:
    reached = set(start)
    waiting = list(reached)
    while waiting:
        for near in neighbours(waiting.pop()):
            if near not in reached:
                reached.add(near)
                waiting.append(near)
    return reached
