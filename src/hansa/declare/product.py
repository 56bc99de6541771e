"""Reads one product folder: `product.odps.yaml`, `contracts/*.odcs.yaml`, `models/*.sql|*.py`, `README.md`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hansa.declare import odcs, odps
from hansa.declare.declarations import ContractDeclaration, ModelDeclaration, ProductDeclaration
from hansa.declare.document import Document
from hansa.declare.files import MOST_MODEL_BYTES, Folder, entries
from hansa.declare.odcs.read import read as read_contract
from hansa.declare.odps.read import read as read_product
from hansa.model import Language
from hansa.names import ProductName, is_word, word_like
from hansa.trouble import Place, Severity, Trouble

PRODUCT_FILE = "product.odps.yaml"
_CONTRACT = ".odcs.yaml"
_LANGUAGES = {".sql": Language.SQL, ".py": Language.PYTHON}


@dataclass(slots=True)
class ProductFolder:
    """One product folder while it is read; gathers its troubles."""

    mesh: Folder
    path: Path
    environ: Mapping[str, str]
    troubles: list[Trouble] = field(default_factory=list)

    def declaration(self, domain: str) -> ProductDeclaration | None:
        """The product; None when its own file cannot be read or gives it no name."""
        document, troubles = self.mesh.document(self.path / PRODUCT_FILE)
        self.troubles += troubles
        product = self._product(document) if document is not None else None
        address = self._address(domain, document, product)
        if document is None or product is None or address is None:
            self.troubles = [trouble.about(f"{domain}.{word_like(self.path.name)}") for trouble in self.troubles]
            return None
        self._check_ports(document, product)
        declaration = ProductDeclaration(
            address=address,
            folder=self.mesh.name(self.path),
            document=document,
            odps=product,
            contracts=tuple(self._contracts()),
            models=tuple(self._models()),
            readme=self._readme(),
        )
        self.troubles = [trouble.about(str(address)) for trouble in self.troubles]
        return declaration

    def _product(self, document: Document) -> odps.DataProduct | None:
        product, troubles = read_product(document, self.environ)
        self.troubles += troubles
        return product

    def _address(self, domain: str, document: Document | None, product: odps.DataProduct | None) -> ProductName | None:
        if product is not None and is_word(product.name):
            return ProductName(domain, product.name)
        if is_word(self.path.name):
            return ProductName(domain, self.path.name)
        if document is not None and product is not None:
            hint = word_like(product.name or self.path.name)
            mend = f"write `name: {hint}`" if hint else "give it a `name:` of lower-case letters, digits and underscores"
            place = document.place(("name",) if product.name else ())
            summary = f"neither `name` nor the folder {self.mesh.name(self.path)} can name a product"
            self.troubles.append(Trouble("H154", summary, (place,), mend))
        return None

    def _check_ports(self, document: Document, product: odps.DataProduct) -> None:
        ports: list[odps.InputPort | odps.OutputPort] = [*product.input_ports, *product.output_ports]
        for port in ports:
            if port.name and not is_word(port.name):
                self._not_a_word(document.written((*port.at, "name")) or "", "port", document.place((*port.at, "name")))

    def _not_a_word(self, name: str, what: str, place: Place) -> None:
        hint = word_like(name)
        mend = f"call it `{hint}`" if hint else "start with a lower-case letter"
        summary = f"`{name[:80]}` cannot name a {what}: lower-case letters, digits and underscores, a letter first"
        self.troubles.append(Trouble("H154", summary, (place,), mend))

    def _contracts(self) -> list[ContractDeclaration]:
        found = []
        for path in self._files("contracts"):
            if not path.name.endswith(_CONTRACT):
                self._passed_over(path, f"a contract's file ends with `{_CONTRACT}`")
                continue
            document, troubles = self.mesh.document(path)
            self.troubles += troubles
            contract: odcs.DataContract | None = None
            if document is not None:
                contract, wrong = read_contract(document, self.environ)
                self.troubles += wrong
            if document is not None and contract is not None:
                found.append(ContractDeclaration(document, contract))
        return found

    def _models(self) -> list[ModelDeclaration]:
        found: dict[str, ModelDeclaration] = {}
        for path in self._files("models"):
            language = _LANGUAGES.get(path.suffix)
            file = self.mesh.name(path)
            if path.name == "__init__.py" or language is None:
                if language is None:
                    self._passed_over(path, "a model's file ends with `.sql` or `.py`")
                continue
            if not is_word(path.stem):
                self._not_a_word(path.stem, "model", Place(file))
                continue
            text, troubles = self.mesh.text(path, MOST_MODEL_BYTES)
            self.troubles += troubles
            if path.stem in found:
                places = (Place(found[path.stem].file, 0, 0, "the first"), Place(file, 0, 0, "and this one"))
                self.troubles.append(Trouble("H159", f"two models are called `{path.stem}`", places, "rename or delete one"))
            elif text is not None:
                found[path.stem] = ModelDeclaration(path.stem, language, text, file, path)
        return list(found.values())

    def _readme(self) -> str:
        path = self.path / "README.md"
        if not os.path.lexists(path):
            return ""
        text, troubles = self.mesh.text(path, MOST_MODEL_BYTES, Severity.WARNING)
        self.troubles += troubles
        return text or ""

    def _files(self, folder: str) -> list[Path]:
        """The files of a folder of ours, by name; a folder that is not there has none."""
        path = self.path / folder
        try:
            return [
                path / entry.name for entry in entries(path) if not entry.name.startswith("__pycache__") and not entry.is_dir()
            ]
        except FileNotFoundError:
            return []
        except OSError as error:
            name = self.mesh.name(path)
            summary = f"{name} cannot be listed: {error.strerror or type(error).__name__}"
            self.troubles.append(Trouble("H101", summary, (Place(name),), "make it a readable folder, or delete it"))
            return []

    def _passed_over(self, path: Path, why: str) -> None:
        file = self.mesh.name(path)
        summary = f"{file} is not read: {why}"
        self.troubles.append(Trouble("H163", summary, (Place(file),), "rename it, or keep it elsewhere", Severity.WARNING))
