"""Reads one domain folder: `domain.yaml` and the product folders below it."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hansa.declare.declarations import DomainDeclaration, ProductDeclaration
from hansa.declare.document import Document
from hansa.declare.files import Folder, entries, is_folder
from hansa.declare.kinds import DomainFile, read
from hansa.declare.product import PRODUCT_FILE, ProductFolder
from hansa.names import ProductName, is_word, word_like
from hansa.trouble import Place, Severity, Trouble

DOMAIN_FILE = "domain.yaml"
MOST_DEEP = 8
_OURS = frozenset({"__pycache__", "contracts", "models", "policies"})
_LOOKS_LIKE_A_PRODUCT = ("product.yaml", "product.yml", "product.odps.yml", "contracts", "models")


Along = Callable[[ProductDeclaration], ProductDeclaration]


def as_it_is(product: ProductDeclaration) -> ProductDeclaration:
    return product


@dataclass(slots=True)
class DomainFolder:
    """One domain folder while it is read; gathers its troubles. `platform` is the mesh's word, empty when it says none.

    With `only`, just these of its product folders are read. `along` is what becomes of each product as soon as it is read.
    """

    mesh: Folder
    path: Path
    environ: Mapping[str, str]
    platform: str = ""
    only: tuple[Path, ...] | None = None
    along: Along = as_it_is
    troubles: list[Trouble] = field(default_factory=list)

    def declaration(self) -> DomainDeclaration | None:
        """The domain; None when nothing can name it."""
        said, document = self._file()
        name = self._name(said, document)
        if name is None:
            return None
        return DomainDeclaration(
            document=document,
            folder=self.mesh.name(self.path),
            name=name,
            title=said.title,
            description=said.description,
            owner=said.owner,
            capability=said.capability,
            platform=self.platform or said.platform,
            tags=said.tags,
            products=tuple(self._products(name)),
        )

    def _file(self) -> tuple[DomainFile, Document]:
        path = self.path / DOMAIN_FILE
        empty = Document(self.mesh.name(path), {})
        if not os.path.lexists(path):
            name = self.mesh.name(self.path)
            mend = f"add {name}/{DOMAIN_FILE} with `apiVersion: hansa/v1`, `kind: Domain` and an owner"
            self.troubles.append(Trouble("H161", f"the domain folder {name} has no {DOMAIN_FILE}", (Place(name),), mend))
            return DomainFile(), empty
        document, troubles = self.mesh.document(path)
        self.troubles += troubles
        if document is None:
            return DomainFile(), empty
        said, reader = read(DomainFile, document, self.environ)
        self.troubles += reader.troubles
        return said, document

    def _name(self, said: DomainFile, document: Document) -> str | None:
        name = said.name or Path(self.mesh.name(self.path)).name
        if is_word(name):
            return name
        hint = word_like(name)
        mend = f"write `name: {hint}` in {document.file}" if hint else f"write a `name:` in {document.file}"
        summary = f"`{name[:80]}` cannot name a domain: lower-case letters, digits and underscores, a letter first"
        place = document.place(("name",)) if said.name else Place(document.file)
        self.troubles.append(Trouble("H154", summary, (place,), mend))
        return None

    def _products(self, domain: str) -> list[ProductDeclaration]:
        found: dict[ProductName, ProductDeclaration] = {}
        for path in self._product_folders(self.path, ()) if self.only is None else self.only:
            folder = ProductFolder(self.mesh, path, self.environ)
            product = folder.declaration(domain)
            self.troubles += folder.troubles
            if product is None:
                continue
            if product.address in found:
                self._twice(found[product.address], product)
            else:
                found[product.address] = self.along(product)
        return [found[address] for address in sorted(found)]

    def _twice(self, first: ProductDeclaration, second: ProductDeclaration) -> None:
        places = (first.document.place(("name",), "the first"), second.document.place(("name",), "and this one"))
        mend = "give one another `name:`, or move it to another domain"
        trouble = Trouble("H153", f"two products are called {first.address}", places, mend)
        self.troubles.append(trouble.about(str(first.address)))

    def _product_folders(self, folder: Path, above: tuple[tuple[int, int], ...]) -> Iterator[Path]:
        """Folders with a product's file, by name. Links are followed, but never into a folder that we are in."""
        name = self.mesh.name(folder)
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in above:
                mend = "delete the link"
                self.troubles.append(Trouble("H158", f"{name} links to a folder that it lies in", (Place(name),), mend))
                return
            inside = entries(folder)
            folders = [folder / entry.name for entry in inside if entry.name not in _OURS and is_folder(entry, broken=True)]
        except OSError as error:
            summary = f"{name} cannot be listed: {error.strerror or type(error).__name__}"
            self.troubles.append(Trouble("H101", summary, (Place(name),), "make it readable for you, or delete it"))
            return
        names = {entry.name for entry in inside}
        if above and PRODUCT_FILE in names:
            yield folder
            return
        if above:
            self._nearly(folder, names)
        if len(above) < MOST_DEEP:
            for each in folders:
                yield from self._product_folders(each, (*above, (status.st_dev, status.st_ino)))

    def _nearly(self, folder: Path, names: set[str]) -> None:
        like = next((each for each in _LOOKS_LIKE_A_PRODUCT if each in names), None)
        if like is not None:
            name = self.mesh.name(folder)
            summary = f"{name} has `{like}` but no {PRODUCT_FILE}, so it is no product"
            place = Place(name)
            self.troubles.append(Trouble("H162", summary, (place,), f"add {PRODUCT_FILE}, or move it away", Severity.WARNING))
