"""What a publication remembers of its product, so that a later plan can say what changed and who reads it.

The text is JSON with a format number. Format 2 holds the whole compiled product as far as others can see it: contracts with
their documents, ports, classes, lineage, and models by their fingerprints. What format 1 held is read by `hansa.plan.former`.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hansa.frozen import dataclass
from hansa.model import (
    NO_LINEAGE,
    InputPort,
    Lineage,
    Model,
    OutputPort,
    Platform,
    Product,
    Schema,
    SourceOrigin,
    Table,
    Team,
    Unreadable,
    fingerprint,
    from_data,
    to_data,
)
from hansa.names import Version
from hansa.plan import former
from hansa.plan.former import FormerDeclaration

FORMAT = 2


@dataclass(frozen=True, slots=True)
class Declaration:
    """A product as it was published, in the form that `recordable` gives it, and what changed with that publication."""

    product: Product
    changes: tuple[str, ...] = ()

    @property
    def main(self) -> str:
        return self.product.main_port


def recordable(product: Product) -> Product:
    """A product without what a record must not or need not hold.

    Settings of engines and sources may hold secrets. Texts of models and the README are the repository's. Of its inputs only
    what it is bound to counts: a supplier's next minor version is no change of this product.
    """
    return replace(
        product,
        platform=Platform(product.platform.name, product.platform.engine),
        inputs=tuple(map(_input, product.inputs)),
        outputs=tuple(replace(o, contract=replace(o.contract, servers=(), tables=(o.table,))) for o in product.outputs),
        models=tuple(map(_model, product.models)),
        team=Team(product.team.name) if product.team is not None else None,
        readme="",
        manifest="",
    )


def declaration_of(product: Product, changes: tuple[str, ...] = ()) -> Declaration:
    """The declaration that a publication of this product records."""
    return Declaration(recordable(product), changes)


def to_text(declaration: Declaration) -> str:
    product = declaration.product
    data = {**_promise(product), "lineage": _lineage(product), "changes": list(declaration.changes)}
    return _json(data)


def from_text(text: str) -> Declaration | FormerDeclaration | None:
    """Read a recorded declaration; None for an empty text, a damaged one, or a format from the future."""
    try:
        data = json.loads(text) if text else {}
        match data.get("format"):
            case former.FORMAT:
                return former.read(data)
            case 2:
                return Declaration(_product(data), tuple(data["changes"]))
            case _:
                return None
    except (Unreadable, ValueError, KeyError, TypeError, AttributeError):
        return None


def changes_in(text: str) -> tuple[str, ...]:
    """What changed with a publication, by its record, of which nothing else is read back; nothing for one that cannot be read."""
    try:
        data = json.loads(text) if text else None
    except ValueError:
        return ()
    if not isinstance(data, dict) or data.get("format") not in (former.FORMAT, FORMAT):
        return ()
    said = data.get("changes")
    return tuple(said) if isinstance(said, list) and all(isinstance(each, str) for each in said) else ()


def recorded_product(text: str) -> Product | None:
    """The product that a record holds; None for one of format 1, which did not hold enough of it."""
    declared = from_text(text)
    return declared.product if isinstance(declared, Declaration) else None


def same_promise(text: str, product: Product) -> bool:
    """Whether a record promises what the product does now. Lineage does not count: it follows from the models.

    Compares plain data, so that an unchanged mesh of many products is planned without reading back each of them. A record of
    an older format differs, once: what is recorded anew has the present format.
    """
    try:
        data = json.loads(text) if text else {}
    except ValueError:
        return False
    now = _promise(recordable(product))
    return isinstance(data, dict) and {key: data.get(key) for key in now} == now


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _input(given: InputPort) -> InputPort:
    origin = given.origin
    if isinstance(origin, SourceOrigin):
        origin = SourceOrigin(replace(origin.server, options=()))
    contract = replace(
        given.contract,
        version=Version(given.contract.version.major),
        tables=(),
        servers=(),
        status="",
        title="",
        description="",
        service_levels=(),
        tags=(),
        document="",
    )
    return replace(given, contract=contract, table=Table(given.table.name, ()), schema=Schema(()), origin=origin)


def _model(model: Model) -> Model:
    return replace(model, text="", canonical=str(fingerprint(model.canonical)), path="")


def _promise(product: Product) -> dict[str, Any]:
    """The part of the record that is compared. A contract's document stands once, however many ports follow it."""
    models = tuple(replace(m, lineage=NO_LINEAGE) for m in product.models)
    outputs = tuple(replace(o, contract=replace(o.contract, document="", tables=()), lineage=NO_LINEAGE) for o in product.outputs)
    documents = {str(o.contract): json.loads(o.contract.document) for o in product.outputs if o.contract.document}
    return {"format": FORMAT, "product": to_data(replace(product, models=models, outputs=outputs)), "documents": documents}


def _lineage(product: Product) -> dict[str, Any]:
    """That of models, and that of ports where it is another than that of the model that feeds them."""
    models = {m.name: m.lineage for m in product.models}
    ports = {str(o.pinned): to_data(o.lineage) for o in product.outputs if o.lineage != models.get(o.model, NO_LINEAGE)}
    return {"models": {name: to_data(known) for name, known in models.items() if known != NO_LINEAGE}, "ports": ports}


def _product(data: Mapping[str, Any]) -> Product:
    product = from_data(Product, data["product"])
    documents, lineage = data["documents"], data["lineage"]
    models = tuple(replace(m, lineage=_read_lineage(lineage["models"].get(m.name))) for m in product.models)
    of_models = {m.name: m.lineage for m in models}
    ports = {name: _read_lineage(each) for name, each in lineage["ports"].items()}
    outputs = tuple(
        _output(o, documents.get(str(o.contract)), ports.get(str(o.pinned), of_models.get(o.model, NO_LINEAGE)))
        for o in product.outputs
    )
    return replace(product, models=models, outputs=outputs)


def _output(output: OutputPort, document: object, lineage: Lineage) -> OutputPort:
    written = "" if document is None else _json(document)
    contract = replace(output.contract, document=written, tables=(output.table,))
    return replace(output, contract=contract, lineage=lineage)


def _read_lineage(data: object) -> Lineage:
    return NO_LINEAGE if data is None else from_data(Lineage, data)
