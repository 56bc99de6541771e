"""Where the subjects of findings are declared, and who answers for them."""

from collections.abc import Mapping

from hansa import names
from hansa.frozen import dataclass
from hansa.model import Domain, Mesh, OutputPort, Product
from hansa.model.outline import Outline, outline
from hansa.model.unread import Unread
from hansa.names import ColumnName, DomainName, PortMajor, PortName, ProductName
from hansa.trouble import Place


@dataclass(frozen=True, slots=True)
class Register:
    """The products and domains of a mesh by name; made once for many look-ups."""

    products: Mapping[str, Product]
    domains: Mapping[str, Domain]

    @classmethod
    def of(cls, mesh: Mesh) -> "Register":
        return cls({str(p.address): p for p in mesh.products}, {str(d.name): d for d in mesh.domains})

    def owner(self, product: str, subject: str) -> str:
        """Who answers for a product, else for the domain that it or the subject lies in; empty when nobody is known."""
        found = self.products.get(product)
        if found is not None and found.owner:
            return found.owner
        domain = self.domains.get((product or subject).partition(".")[0])
        return domain.owner if domain is not None else ""

    def foreign(self, name: str) -> bool:
        """Whether a product or domain comes from the manifest of another repository, whose own rules it keeps."""
        found = self.products.get(name) or self.domains.get(name)
        return found is not None and bool(found.manifest)

    def place(self, subject: str, product: str = "") -> Place | None:
        """Where a subject is declared, or the nearest thing around it that is."""
        return self._of_subject(subject) or self._of_subject(product)

    def knows(self, subject: str) -> bool:
        """Whether an address names something of the mesh, at whatever major."""
        try:
            match names.parse(subject):
                case DomainName() | ProductName():
                    return subject in self.products or subject in self.domains
                case PortName() as port:
                    return self._names(port)
                case PortMajor(name=port, major=major):
                    return self._names(port) and self._port(port, major) is not None
                case ColumnName(port=port, major=major, column=column):
                    found = self._port(port, major)
                    return found is not None and found.table.find(column) is not None
        except ValueError:
            return False

    def _names(self, port: PortName) -> bool:
        product = self.products.get(str(port.of_product))
        return product is not None and (product.input(port.port) is not None or product.output(port.port) is not None)

    def _port(self, port: PortName, major: int | None) -> OutputPort | None:
        product = self.products.get(str(port.of_product))
        return product.output(port.port, major) if product is not None else None

    def _of_subject(self, subject: str) -> Place | None:
        try:
            address = names.parse(subject)
        except ValueError:
            return None
        match address:
            case DomainName():
                domain = self.domains.get(subject)
                return domain.place if domain is not None else None
            case ProductName():
                product = self.products.get(subject)
                return product.place if product is not None else None
            case PortName() as port:
                return self._of_port(port, None)
            case PortMajor(name=port, major=major):
                return self._of_port(port, major)
            case ColumnName(port=port, major=major, column=name):
                found = self._port(port, major)
                column = found.table.find(name) if found is not None else None
                return column.place if column is not None else self._of_port(port, major)

    def _of_port(self, port: PortName, major: int | None) -> Place | None:
        product = self.products.get(str(port.of_product))
        if isinstance(product, Unread):
            return _outlined(product, outline(product), port.port, major)
        found = self._port(port, major)
        if found is not None:
            return found.place
        given = product.input(port.port) if product is not None else None
        if given is not None:
            return given.place
        return product.place if product is not None else None


def _outlined(product: Product, seen: Outline, port: str, major: int | None) -> Place | None:
    """Where a port of a product is declared that need not be read for it."""
    offered = [(of, place) for name, of, place in seen.ports if name == port and major in (None, of)]
    if offered:
        return max(offered, key=lambda found: found[0])[1]
    return next((place for name, place in seen.inputs if name == port), product.place)
