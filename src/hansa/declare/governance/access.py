"""Files of Cedar policies, which say who may do what. They are only read here; what they mean is for Cedar to say."""

import os
from collections.abc import Iterator
from pathlib import Path

from hansa.declare.files import Folder, entries, is_folder
from hansa.declare.product import PRODUCT_FILE
from hansa.frozen import dataclass
from hansa.trouble import Place, Trouble

ACCESS = "access"
ENDING = ".cedar"
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class AccessFile:
    """A file and its holder: a domain by name, or empty for the governance folder. `text` is None when it could not be read."""

    holder: str
    file: str
    text: str | None


def read_access(folder: Folder, above: Path, holder: str, troubles: list[Trouble]) -> Iterator[AccessFile]:
    """The files in the `access` folder of the mesh's governance or of a domain. A product that bears its name is none."""
    path = above / ACCESS
    if not os.path.lexists(path) or os.path.lexists(path / PRODUCT_FILE):
        return
    try:
        found = entries(path)
    except OSError as error:
        name, why = folder.name(path), error.strerror or type(error).__name__
        troubles.append(Trouble("H101", f"{name} cannot be listed: {why}", (Place(name),), "make it readable for you"))
        # Nobody knows what it forbids.
        yield AccessFile(holder, name, None)
        return
    for entry in found:
        if entry.name.lower().endswith(ENDING):
            text, unreadable = folder.text(path / entry.name, _MOST_BYTES)
            troubles += unreadable
            yield AccessFile(holder, folder.name(path / entry.name), text)
        elif is_folder(entry, broken=True):
            # A rule that somebody believes to hold must not lie where nobody looks.
            name = folder.name(path / entry.name)
            summary = f"{name} is a folder, and access policies are read of files only"
            troubles.append(Trouble("H101", summary, (Place(name),), f"move its files into {folder.name(path)}"))


def tell_of_access_in_products(folder: Folder, product: Path, troubles: list[Trouble]) -> None:
    """Access policies in a product's own folder are read by nobody."""
    path = product / ACCESS
    if not os.path.isdir(path):  # noqa: PTH112 - asked of every product
        return
    for entry in entries(path):
        if entry.name.lower().endswith(ENDING):
            name = folder.name(path / entry.name)
            mend = 'move it into the `access` folder of its domain, and name the product: `resource in Product::"…"`'
            troubles.append(Trouble("H196", f"{name} lies where no access policies are read", (Place(name),), mend))
