"""One product's models read, type-checked and followed: the dear part of compiling, which may be done in two processes.

A product can be examined by itself as soon as the schemas of what it reads are known. A port whose contract fixes every type is
known before its query is; the readers of any other port wait until its producer was examined.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import field, replace

from hansa.beside import Beside, pieces
from hansa.compile.circles import in_order
from hansa.compile.findings import Findings
from hansa.compile.inputs import Needs
from hansa.compile.models import ModelGraph, read_models
from hansa.compile.outputs import Offers
from hansa.compile.typecheck import Checked, Describe, check_product
from hansa.declare.declarations import ProductDeclaration
from hansa.frozen import dataclass
from hansa.model import MeshOrigin, Platform
from hansa.names import ProductName
from hansa.trouble import Trouble

WORTHWHILE = 60
"""Products from which a second process wins more than it costs."""
_TOGETHER = 4
"""Products that are handed to a process at once."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found about one product: its models without their trees, its part of what is checked, and its troubles."""

    product: ProductName
    graph: ModelGraph
    checked: Checked
    troubles: tuple[Trouble, ...]
    broken: frozenset[ProductName]


@dataclass(frozen=True, slots=True)
class Examination:
    """What examining any product needs."""

    declarations: Mapping[ProductName, ProductDeclaration]
    platforms: Mapping[ProductName, Platform | None]
    offers: Offers
    needs: Needs
    describe: Describe

    def of(self, product: ProductName, known: Checked, broken: Set[ProductName]) -> Examined:
        """Examine one product; `known` has the schemas of the ports that it reads."""
        findings = Findings()
        findings.broken.update(broken & {product})
        platform, inputs, outputs = self.platforms[product], self.needs.by_product[product], self.offers.by_product[product]
        engine = platform.engine if platform is not None else ""
        graph = read_models(self.declarations[product], engine, outputs, findings)
        read = {i.origin.pinned for i in inputs if isinstance(i.origin, MeshOrigin)} & known.outputs.keys()
        checked = Checked({port: known.outputs[port] for port in read}, unreachable=dict(known.unreachable))
        check_product(product, platform, (inputs, outputs), graph, self.describe, checked, findings)
        # What is known already stays the one value that everybody shares, and trees stay where they were made.
        new = {port: schema for port, schema in checked.outputs.items() if port not in known.outputs}
        sources = {key: schema for key, schema in checked.inputs.items() if not any(schema is known.outputs[r] for r in read)}
        light = replace(graph, models=tuple(replace(d, statement=None) for d in graph.models))
        found = replace(checked, outputs=new, inputs=sources)
        return Examined(product, light, found, tuple(findings.troubles), frozenset(findings.broken) - broken)


@dataclass(slots=True)
class Examining:
    """Examines all products, and gathers what it finds where the later passes look for it."""

    examination: Examination
    checked: Checked
    findings: Findings
    graphs: dict[ProductName, ModelGraph] = field(default_factory=dict)

    def all(self, beside: Beside) -> None:
        """Every product after those it reads. Products with troubles are examined too, so that people see all of them at once."""
        needs = self.examination.needs
        order = in_order({p: suppliers & needs.suppliers.keys() for p, suppliers in needs.suppliers.items()})
        self._settle()
        settled = [p for p in order if self._is_settled(p)]
        if len(settled) >= WORTHWHILE:
            # An engine that does not answer is asked once in each process.
            known = replace(self.checked, unreachable=dict(self.checked.unreachable))
            found = dict(beside(pieces(settled, _TOGETHER), lambda products: self._apart(products, known)))
            for number in sorted(found):
                self._take(found[number])
        for product in order:
            if product not in self.graphs:
                self._take([self.examination.of(product, self.checked, self.findings.broken)])
        self._share()

    def _settle(self) -> None:
        """The ports whose contracts fix every type: what is stored is known before any query is."""
        for port in (o for outputs in self.examination.offers.by_product.values() for o in outputs):
            if port.pinned not in self.checked.outputs and all(c.exact for c in port.table.columns):
                self.checked.outputs[port.pinned] = port.table.schema()

    def _is_settled(self, product: ProductName) -> bool:
        inputs = self.examination.needs.by_product[product]
        return all(not isinstance(i.origin, MeshOrigin) or i.origin.pinned in self.checked.outputs for i in inputs)

    def _apart(self, products: Iterable[ProductName], known: Checked) -> list[Examined]:
        """Products that need nothing of each other."""
        found = []
        for product in products:
            found.append(self.examination.of(product, known, self.findings.broken))
            known.unreachable.update(found[-1].checked.unreachable)
        return found

    def _take(self, found: Iterable[Examined]) -> None:
        for one in found:
            self.graphs[one.product] = one.graph
            self.checked.outputs.update(one.checked.outputs)
            self.checked.inputs.update(one.checked.inputs)
            self.checked.lineages.update(one.checked.lineages)
            self.checked.unreachable.update(one.checked.unreachable)
            self.findings.troubles += one.troubles
            self.findings.broken |= one.broken

    def _share(self) -> None:
        """Inputs from the mesh have the very schema of the port that they read."""
        for product, inputs in self.examination.needs.by_product.items():
            for given in inputs:
                if isinstance(given.origin, MeshOrigin) and given.origin.pinned in self.checked.outputs:
                    self.checked.inputs[product, given.name] = self.checked.outputs[given.origin.pinned]
