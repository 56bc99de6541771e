"""Manifests: the public surface of domains as one document, for meshes that live in several repositories.

It holds what others build on: contracts, ports, their lineage and classes, who owns them; and which changes of others those
owners have accepted. It does not hold how products are made: no text of a model, no address, path or user of a source, no setting
of an engine. The document says its format and its content's digest, so that a changed one is told from an old one, and an edited
one from one that was exported.
"""

import hashlib
import json
from dataclasses import replace
from typing import Any

from hansa.frozen import dataclass
from hansa.model.document import Unreadable, from_data, to_data
from hansa.model.fingerprint import fingerprint
from hansa.model.governance import Acknowledgement
from hansa.model.mesh import Domain, InputPort, Mesh, Model, OutputPort, Platform, Product, SourceOrigin
from hansa.names import Version

FORMAT = 1
KIND = "Manifest"
API_VERSION = "hansa/v1"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The domains of another repository, as they were exported from the mesh of that name, and what their owners accepted."""

    mesh: str
    domains: tuple[Domain, ...]
    acknowledgements: tuple[Acknowledgement, ...] = ()


def manifest_of(mesh: Mesh, domains: tuple[Domain, ...]) -> Manifest:
    """The public surface of some domains of a mesh."""
    names = {d.name for d in domains}
    accepted = tuple(replace(a, place=None) for a in mesh.governance.acknowledgements if a.consumer.in_domain in names)
    return Manifest(mesh.name, tuple(replace(d, products=tuple(map(_public, d.products))) for d in domains), accepted)


def to_text(manifest: Manifest) -> str:
    """The document: JSON with a stable order of keys, so that two exports of one state are the same text."""
    surface = {"mesh": manifest.mesh, "domains": to_data(manifest.domains)}
    if manifest.acknowledgements:
        surface["acknowledgements"] = to_data(manifest.acknowledgements)
    head = {"apiVersion": API_VERSION, "kind": KIND, "format": FORMAT, "digest": _digest(surface)}
    return json.dumps({**head, **surface}, indent=1, ensure_ascii=False) + "\n"


def from_text(text: str, source: str) -> Manifest:
    """Read a manifest; `source` is where it comes from. Raises `Unreadable` with the reason, also when it is not what it says."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"it is no JSON: {error}") from None
    if not isinstance(data, dict) or data.get("kind") != KIND:
        raise Unreadable("it is no manifest: `kind: Manifest` is missing")
    if data.get("format") != FORMAT:
        raise Unreadable(f"it has format {data.get('format')!r}, and this Hansa reads format {FORMAT}")
    surface = {"mesh": data.get("mesh"), "domains": data.get("domains")}
    surface |= {key: data[key] for key in ("acknowledgements",) if key in data}
    if data.get("digest") != _digest(surface):
        raise Unreadable("its content is not what its digest says: it was edited or cut after it was exported")
    domains = from_data(tuple[Domain, ...], surface["domains"]) if isinstance(surface["domains"], list) else ()
    if not domains:
        raise Unreadable("it holds no domain")
    read = tuple(_marked(domain, source) for domain in domains)
    for domain in read:
        _refuse_lies(domain)
    accepted = from_data(tuple[Acknowledgement, ...], surface.get("acknowledgements", []))
    for each in accepted:
        if each.consumer.in_domain not in {d.name for d in read}:
            raise Unreadable(f"it accepts a change for {each.consumer}, which is of no domain in it")
    return Manifest(str(surface["mesh"] or ""), read, accepted)


def _digest(surface: dict[str, Any]) -> str:
    canonical = json.dumps(surface, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return "blake2b:" + hashlib.blake2b(canonical.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _public(product: Product) -> Product:
    return replace(
        product,
        platform=Platform(product.platform.name, product.platform.engine),
        inputs=tuple(map(_public_input, product.inputs)),
        models=tuple(map(_public_model, product.models)),
        manifest="",
    )


def _public_input(given: InputPort) -> InputPort:
    """An input from another product stays as it is; of a source only its contract's promise and its kind are told."""
    if not isinstance(given.origin, SourceOrigin):
        return given
    server = replace(given.origin.server, options=())
    return replace(given, contract=replace(given.contract, servers=(), document=""), origin=SourceOrigin(server))


def _public_model(model: Model) -> Model:
    """A model without its text: readers see that it changed, not how it is written."""
    return replace(model, text="", canonical=str(fingerprint(model.canonical)), path="")


def _marked(domain: Domain, source: str) -> Domain:
    products = tuple(replace(p, manifest=source) for p in domain.products)
    return replace(domain, products=products, manifest=source)


def _refuse_lies(domain: Domain) -> None:
    """What a manifest says twice must be the same both times: addresses, and the versions of contracts."""
    for product in domain.products:
        if product.address.in_domain != domain.name:
            raise Unreadable(f"{product.address} stands in domain {domain.name}")
        for port in product.outputs:
            if port.address.of_product != product.address:
                raise Unreadable(f"port {port.address} stands in product {product.address}")
            _refuse_other_version(port)


def _refuse_other_version(port: OutputPort) -> None:
    if not port.contract.document:
        return
    try:
        said = json.loads(port.contract.document)
        written = Version.parse(str(said["version"]))
        named = str(said["id"])
    except (ValueError, KeyError, TypeError):
        raise Unreadable(f"the contract of {port.address} is no ODCS document") from None
    if written != port.contract.version or named != port.contract.id:
        raise Unreadable(
            f"{port.pinned} is said to follow {port.contract.id} {port.contract.version}, and its contract is {named} {written}"
        )
