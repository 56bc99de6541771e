"""Finds the governance files of a mesh: those of the governance folder, and those that domains and products keep themselves."""

import os
from collections.abc import Iterator
from pathlib import Path

from hansa.declare.declarations import DomainDeclaration
from hansa.declare.document import Document
from hansa.declare.files import Folder, entries, is_folder
from hansa.declare.governance.access import AccessFile, read_access, tell_of_access_in_products
from hansa.declare.product import PRODUCT_FILE
from hansa.frozen import dataclass
from hansa.trouble import Place, Trouble

ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file and its holder: the domain or product in whose folder it lies, by address; empty for the governance folder."""

    holder: str
    document: Document


@dataclass(frozen=True, slots=True)
class GovernanceFiles:
    """The files that could be read, as documents; None for one that is not there. `folder` is where those of the mesh lie."""

    classifications: Document | None = None
    declassifications: Document | None = None
    glossary: Document | None = None
    waivers: Document | None = None
    policies: tuple[LocalFile, ...] = ()
    acknowledgements: tuple[LocalFile, ...] = ()
    consumers: tuple[LocalFile, ...] = ()
    agreements: tuple[LocalFile, ...] = ()
    access: tuple[AccessFile, ...] = ()
    folder: str = "governance"


def read_governance(
    folder: Folder, governance: str, domains: tuple[DomainDeclaration, ...], troubles: list[Trouble]
) -> GovernanceFiles:
    """Read them all; `governance` is the folder's path below the mesh."""
    root = folder.root / governance.replace("\0", "")
    if governance != "governance" and not os.path.isdir(root):  # noqa: PTH112 - answers no where `Path` would raise
        name, mend = folder.name(root), "mend `governance` in hansa.yaml, or make the folder"
        troubles.append(Trouble("H101", f"the governance folder {name} is not there", (Place(name),), mend))
    policies = [*_files(folder, root / "policies", "", troubles)]
    consumers = [*_files(folder, root / "consumers", "", troubles)]
    acknowledgements: list[LocalFile] = []
    agreements: list[LocalFile] = []
    access = [*read_access(folder, root, "", troubles)]
    for holder, path in _holders(folder, domains):
        policies += _files(folder, path / "policies", holder, troubles)
        acknowledgements += _file(folder, path / "acknowledgements.yaml", holder, troubles)
        if "." in holder:
            agreements += _file(folder, path / "agreements.yaml", holder, troubles)
            tell_of_access_in_products(folder, path, troubles)
        else:
            consumers += _files(folder, path / "consumers", holder, troubles)
            access += read_access(folder, path, holder, troubles)
    return GovernanceFiles(
        classifications=_document(folder, root / "classifications.yaml", troubles),
        declassifications=_document(folder, root / "declassifications.yaml", troubles),
        glossary=_document(folder, root / "glossary.yaml", troubles),
        waivers=_document(folder, root / "waivers.yaml", troubles),
        policies=tuple(policies),
        acknowledgements=tuple(acknowledgements),
        consumers=tuple(consumers),
        agreements=tuple(agreements),
        access=tuple(access),
        folder=folder.name(root),
    )


def _holders(folder: Folder, domains: tuple[DomainDeclaration, ...]) -> Iterator[tuple[str, Path]]:
    for domain in domains:
        yield domain.name, folder.root / domain.folder
        for product in domain.products:
            yield str(product.address), folder.root / product.folder


def _file(folder: Folder, path: Path, holder: str, troubles: list[Trouble]) -> Iterator[LocalFile]:
    document = _document(folder, path, troubles)
    if document is not None:
        yield LocalFile(holder, document)


def _files(folder: Folder, path: Path, holder: str, troubles: list[Trouble]) -> Iterator[LocalFile]:
    """The files of a folder of ours. A product that bears its name is none of them."""
    if not os.path.lexists(path) or os.path.lexists(path / PRODUCT_FILE):
        return
    try:
        found = entries(path)
    except OSError as error:
        name = folder.name(path)
        summary = f"{name} cannot be listed: {error.strerror or type(error).__name__}"
        troubles.append(Trouble("H101", summary, (Place(name),), "make it readable for you, or delete it"))
        return
    for entry in found:
        if entry.name.lower().endswith(ENDINGS):
            yield from _file(folder, path / entry.name, holder, troubles)
        elif is_folder(entry, broken=True):
            # A rule that somebody believes to hold must not lie where nobody looks.
            name = folder.name(path / entry.name)
            summary = f"{name} is a folder, and {path.name} are read of files only"
            troubles.append(Trouble("H101", summary, (Place(name),), f"move its files into {folder.name(path)}"))


def _document(folder: Folder, path: Path, troubles: list[Trouble]) -> Document | None:
    if not os.path.lexists(path):
        return None
    document, unreadable = folder.document(path)
    troubles += unreadable
    return document
