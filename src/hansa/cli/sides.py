"""The two sides of `contract diff`: a contract from a file, from a commit, from a port of the mesh, or as it was published."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from hansa.declare import Document
from hansa.declare.files import Folder, parse
from hansa.declare.odcs.read import read
from hansa.declare.yaml import MOST_BYTES
from hansa.frozen import dataclass
from hansa.model import DEFAULT_ENVIRONMENT
from hansa.names import PortMajor, PortName, Version, parse_port
from hansa.trouble import Place, Trouble, TroubleError, did_you_mean, one_of

if TYPE_CHECKING:
    from hansa.declare import ContractDeclaration, ProductDeclaration
    from hansa.wiring import Workplace

_UNSET = "H110"
"""A variable without a value: a contract is compared as it is written, so that nothing depends on who compares."""


@dataclass(frozen=True, slots=True)
class Side:
    """A contract to compare, and what is wrong with it as ODCS. Its data is as written, variables not resolved.

    The document's file is relative to `root`.
    """

    name: str
    document: Document
    troubles: tuple[Trouble, ...]
    root: Path


def side(name: str, mesh: Path | None) -> Side:
    """What a name stands for: a file that is there, else a port's address, else `GITREF:path`. Raises TroubleError."""
    if Path(name).is_file():
        return _contract(name, *Folder(Path.cwd()).document(Path(name)), Path.cwd())
    port = _as_port(name)
    if port is not None:
        return _declared(name, port, mesh)
    ref, colon, path = name.partition(":")
    if colon and ref and path:
        return _contract(name, *parse(path, _from_git(name, ref, path)), Path.cwd())
    mend = "name a file, `GITREF:path` for a file of a commit, or a port of the mesh: domain.product.port"
    raise TroubleError(Trouble("H347", f"there is no contract {name}", (Place(name),), mend))


def published(name: str, mesh: Path | None) -> Side:
    """The contract of a port as its product's published version has it. Raises TroubleError."""
    from hansa.plan.declaration import recorded_product
    from hansa.wiring import Workplace

    port = _as_port(name)
    if port is None:
        raise _no_port(name, "only a port of the mesh has a published contract")
    with Workplace.open(mesh) as workplace:
        publication = workplace.ledger.current(_unpinned(port).of_product, DEFAULT_ENVIRONMENT)
        product = recorded_product(publication.declaration) if publication is not None else None
        outputs = product.outputs if product is not None else ()
        found = [o for o in outputs if port in (o.pinned, o.pinned.name) and o.contract.document]
        if not found:
            _contract_of(port, _product_of(port, workplace))  # of what is not even declared, that is to be said
    if not found:
        mend = "publish it with `hansa run`, or compare with a commit: `hansa contract diff main:FILE FILE`"
        raise TroubleError(Trouble("H347", f"no contract of {name} is on record", mend=mend))
    contract = max(found, key=lambda o: o.contract.version).contract
    return Side(f"{name}, published", Document(f"{name}, published", json.loads(contract.document)), (), Path.cwd())


def _contract(name: str, document: Document | None, troubles: tuple[Trouble, ...], root: Path) -> Side:
    """A document as a contract that can be compared. Raises TroubleError for anything else."""
    if document is None:
        raise TroubleError(*troubles)
    if document.data.get("kind") != "DataContract":
        place = document.place(("kind",))
        raise TroubleError(Trouble("H347", f"{name} is no data contract", (place,), "a contract says `kind: DataContract`"))
    contract, wrong = read(document, os.environ)
    if contract is None:
        raise TroubleError(*wrong)
    try:
        Version.parse(str(document.data.get("version", "")))
    except ValueError as error:
        place = document.place(("version",))
        raise TroubleError(
            Trouble("H348", f"{name} cannot be compared: {error}", (place,), "write a version such as 1.0.0")
        ) from None
    return Side(name, document, tuple(t for t in (*troubles, *wrong) if t.code != _UNSET), root)


def _as_port(name: str) -> PortName | PortMajor | None:
    try:
        return parse_port(name)
    except ValueError:
        return None


def _unpinned(port: PortName | PortMajor) -> PortName:
    return port.name if isinstance(port, PortMajor) else port


def _declared(name: str, port: PortName | PortMajor, mesh: Path | None) -> Side:
    from hansa.wiring import Workplace

    with Workplace.open(mesh) as workplace:
        found = _contract_of(port, _product_of(port, workplace))
        return _contract(name, found.document, (), workplace.root)


def _product_of(port: PortName | PortMajor, workplace: "Workplace") -> "ProductDeclaration":
    wanted = _unpinned(port).of_product
    products = {str(p.address): p for p in workplace.declarations.products}
    if str(wanted) not in products:
        raise _no_port(str(port), did_you_mean(str(wanted), products) or f"products: {one_of(products)}")
    return products[str(wanted)]


def _contract_of(port: PortName | PortMajor, product: "ProductDeclaration") -> "ContractDeclaration":
    """The contract that a port follows; of several majors the one that is asked for, else the newest."""
    name = _unpinned(port).port
    ids = {p.contract_id for p in product.odps.output_ports if p.name == name}
    contracts = [(version, c) for c in product.contracts if c.odcs.id in ids and (version := _version(c)) is not None]
    if isinstance(port, PortMajor):
        contracts = [(version, c) for version, c in contracts if version.major == port.major]
    if not contracts:
        ports = [str(product.address.port(p.name)) for p in product.odps.output_ports if p.contract_id]
        raise _no_port(str(port), did_you_mean(str(port), ports) or f"ports of {product.address}: {one_of(ports)}")
    return max(contracts, key=lambda pair: pair[0])[1]


def _version(contract: "ContractDeclaration") -> Version | None:
    try:
        return Version.parse(contract.odcs.version)
    except ValueError:
        return None


def _no_port(name: str, mend: str) -> TroubleError:
    return TroubleError(Trouble("H347", f"there is no port {name} with a contract", mend=mend))


def _from_git(name: str, ref: str, path: str) -> str:
    """The text of a file at a commit: from the root of the repository, as git has it, or from here with `./`."""
    if shutil.which("git") is None:
        raise TroubleError(Trouble("H347", f"{name} cannot be read: git is not installed, or not on the PATH"))
    # A blob as it is stored: no filters of the repository run, and nothing of the name can be taken for an option.
    command = ["git", "cat-file", "blob", f"{ref}:{path}"]
    if ref.startswith("-") or re.search(r"[\s\x00]", ref):
        raise _not_in_git(name, f"`{ref}` is no ref")
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"})
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ").splitlines()
        raise _not_in_git(name, said[0] if said else f"git ended with {done.returncode}")
    if len(done.stdout) > MOST_BYTES:
        raise _not_in_git(name, f"it is larger than {MOST_BYTES / 1_000_000:g} MB")
    try:
        return done.stdout.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _not_in_git(name, "it is not UTF-8") from None


def _not_in_git(name: str, reason: str) -> TroubleError:
    mend = "write `GITREF:path` with the path from the root of the repository, or `GITREF:./path` from here"
    return TroubleError(Trouble("H347", f"{name} cannot be read: {reason}", (Place(name),), mend))
