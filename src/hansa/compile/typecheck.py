"""Fifth pass: the engine describes every model over what it reads, and the result is compared with what the contract promises."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import field, replace
from functools import partial

from hansa.compile.descent import lineages
from hansa.compile.findings import Findings
from hansa.compile.models import ModelDraft, ModelGraph
from hansa.compile.nullability import infer
from hansa.compile.nullness import NEVER, UNKNOWN, Relation, maybe
from hansa.compile.ports import InputDraft, OutputDraft, said
from hansa.compile.promises import Production, compare, stored_schema
from hansa.compile.statement import Statement
from hansa.engines import EngineFailed, QueryRefused
from hansa.frozen import dataclass
from hansa.model import Language, Lineage, MeshOrigin, Platform, Schema
from hansa.names import PortMajor, ProductName
from hansa.trouble import Place

Describe = Callable[[Platform, str, Mapping[str, Schema]], Schema]


@dataclass(frozen=True, slots=True)
class Checked:
    """The schemas of the ports, as far as they could be found: what is stored, and what models see of their inputs.

    `lineages` are those of each product's models, by name, over the inputs and sibling models that each reads.
    """

    outputs: dict[PortMajor, Schema] = field(default_factory=dict)
    inputs: dict[tuple[ProductName, str], Schema] = field(default_factory=dict)
    lineages: dict[ProductName, dict[str, Lineage]] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)  # platforms whose engine does not answer, with the reason


def check_product(
    product: ProductName,
    platform: Platform | None,
    ports: tuple[tuple[InputDraft, ...], tuple[OutputDraft, ...]],
    graph: ModelGraph,
    describe: Describe,
    checked: Checked,
    findings: Findings,
) -> None:
    """Check one product; those that it reads were checked before. What cannot be described is not told twice."""
    inputs, outputs = ports
    known: dict[str, Production] = {}
    for port in inputs:
        schema = _input_schema(product, port, checked, findings)
        if schema is not None:
            checked.inputs[product, port.name] = schema
            known[port.name] = Production(schema, partial(_promised_nulls, port, schema))
    feeding = {name: port for port in outputs for name in [graph.feeds.get(str(port.pinned))] if name is not None}
    for draft in graph.models:
        try:
            produced = _produced(product, platform, draft, feeding, known, describe, checked, findings)
        except EngineFailed as failed:
            # An engine that is gone is asked once; products on other platforms are checked all the same.
            reason = checked.unreachable.setdefault(platform.name if platform else "", failed.reason)
            _tell_unreachable(product, platform, reason, findings)
            break
        if produced is not None:
            known[draft.model.name] = produced
    columns = {name: production.schema.names for name, production in known.items()}
    checked.lineages[product] = lineages(product, graph, columns, findings)
    drafts = {d.model.name: d for d in graph.models}
    for output in outputs:
        name = graph.feeds.get(str(output.pinned), "")
        schema = _output_schema(output, drafts.get(name), known.get(name), findings)
        if schema is not None:
            checked.outputs[output.pinned] = schema


def _input_schema(product: ProductName, port: InputDraft, checked: Checked, findings: Findings) -> Schema | None:
    """What models see of an input. A producer with troubles is taken by its contract, so that its readers are checked too."""
    if isinstance(port.origin, MeshOrigin):
        found = checked.outputs.get(port.origin.pinned)
        if found is not None:
            return found
        return None if any(c.type is None for c in port.table.columns) else port.table.schema()
    untyped = [c for c in port.table.columns if c.type is None]
    for column in untyped:
        findings.add(
            "H241",
            f"{product} reads `{column.name}` from a source, and contract `{port.contract.id}` does not say its type",
            [column.place, port.place.noted("read here")],
            "add `logicalType` or `physicalType` to the property",
            products=[product],
        )
    return None if untyped else port.table.schema()


def _promised_nulls(port: InputDraft, schema: Schema, _: Collection[str]) -> Relation:
    """What an input's contract promises of its nulls and of its values; its audit sees to it that both hold."""
    columns = []
    for column in schema:
        promised = port.table.find(column.name)
        nulls = NEVER if column.required else maybe(f"`{column.name}` of `{port.name}` is optional")
        if promised is not None and promised.accepted:
            nulls = replace(nulls, accepted=frozenset(str(a) for a in promised.accepted))
        columns.append((column.name, nulls))
    return Relation(tuple(columns))


def _produced(
    product: ProductName,
    platform: Platform | None,
    draft: ModelDraft,
    feeding: Mapping[str, OutputDraft],
    known: Mapping[str, Production],
    describe: Describe,
    checked: Checked,
    findings: Findings,
) -> Production | None:
    """What a model produces; None when that cannot be known, or its trouble has been told."""
    model = draft.model
    if model.language is Language.PYTHON or draft.statement is None:
        port = feeding.get(model.name)
        schema = stored_schema(port) if port is not None else None
        return None if schema is None else Production(schema, _unknown_nulls)
    if platform is None or any(name not in known for name in model.reads):
        return None
    if platform.name in checked.unreachable:
        raise EngineFailed(checked.unreachable[platform.name], "connection")
    try:
        schema = describe(platform, model.text, {name: known[name].schema for name in model.reads})
    except QueryRefused as refused:
        _tell_refused(product, platform, draft, refused, findings)
        return None
    read = {name.lower(): known[name] for name in model.reads}
    return Production(schema, partial(_inferred_nulls, draft.statement, read))


def _inferred_nulls(statement: Statement, read: Mapping[str, Production], names: Collection[str]) -> Relation:
    inferred = infer(statement.tree_with(names), {name: production.nulls for name, production in read.items()})
    return Relation(tuple((name, inferred.find(name) or UNKNOWN) for name in names))


def _unknown_nulls(names: Collection[str]) -> Relation:
    return Relation(tuple((name, UNKNOWN) for name in names))


def _tell_unreachable(product: ProductName, platform: Platform | None, reason: str, findings: Findings) -> None:
    name = platform.name if platform is not None else ""
    findings.add(
        "H212",
        f"the models of {product} could not be checked: {reason}",
        [platform.place if platform is not None else None],
        f"start the engine of platform `{name}`, or correct where hansa.yaml says it is; then check again",
        products=[product],
    )


def _tell_refused(product: ProductName, platform: Platform, draft: ModelDraft, refused: QueryRefused, findings: Findings) -> None:
    line, column = (refused.line, refused.column) if refused.line > 0 else (draft.place.line, draft.place.column)
    if refused.candidates:
        mend = "did you mean " + " or ".join(f"`{c}`" for c in refused.candidates[:3]) + "?"
    elif platform.engine != "duckdb":
        mend = f"models are DuckDB's SQL, translated for {platform.engine}: write it with functions that both know"
    else:
        mend = ""
    summary = f"model `{draft.model.name}` of {product}: {refused.reason}"
    findings.add("H210", summary, [Place(draft.file, line, column)], mend, products=[product])


def _output_schema(port: OutputDraft, draft: ModelDraft | None, produced: Production | None, findings: Findings) -> Schema | None:
    if draft is None:
        return stored_schema(port)
    if produced is not None and draft.model.language is Language.SQL:
        return compare(port, draft, produced, findings)
    untyped = [c for c in port.table.columns if c.type is None]
    if untyped and (draft.model.language is Language.PYTHON or not findings.broken & {port.address.of_product}):
        _tell_untyped(port, draft, tuple(c.name for c in untyped), findings)
    return None if untyped else stored_schema(port)


def _tell_untyped(port: OutputDraft, draft: ModelDraft, columns: tuple[str, ...], findings: Findings) -> None:
    """What Python returns is known only when it runs, so the contract must say every type."""
    places = [column.place for name in columns if (column := port.table.find(name)) is not None]
    findings.add(
        "H218",
        f"output port {said(port.address)} comes from Python, and its contract leaves a type open: {', '.join(columns)}",
        [*places, draft.place.noted("computed here")],
        "add `logicalType` or `physicalType` to each of them",
        products=[port.address.of_product],
    )
