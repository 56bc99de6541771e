"""Computing a product's models in order: outputs become staged Parquet, intermediates views or scratch files."""

from collections.abc import Mapping
from pathlib import Path

from hansa.engines import Cancellation, Engine, Materialisation, PythonQuery, QueryRefused, SqlQuery
from hansa.frozen import dataclass
from hansa.lake import Append, Lake, Replace, Rewrite
from hansa.model import (
    DataFile,
    Language,
    Model,
    OutputPort,
    ParquetFiles,
    Product,
    PublishedPort,
    Relation,
    RunId,
    Schema,
    View,
)
from hansa.run.refresh import Prior, refresh

Change = Append | Replace | Rewrite


@dataclass(frozen=True, slots=True)
class Computed:
    """A port's new state. `written` are the new files and `change` says how they join the published ones (None: nothing new).

    `whole` is the state that consumers would see; `watermark` the highest value of the watermark column in it.
    """

    output: OutputPort
    written: tuple[DataFile, ...]
    change: Change | None
    whole: ParquetFiles
    watermark: str
    base: PublishedPort | None


@dataclass(frozen=True, slots=True)
class Workbench:
    """Where one product is computed: its engine, the lake that gives staging folders, a scratch folder of its own."""

    engine: Engine
    lake: Lake
    run: RunId
    scratch: Path
    cancellation: Cancellation


def tables_for(model: Model, known: Mapping[str, Relation], product: Product) -> dict[str, Relation]:
    """What a model reads, directly or through views, in an order in which views can be created."""
    wanted: set[str] = set()
    waiting = list(model.reads)
    while waiting:
        name = waiting.pop()
        if name in wanted:
            continue
        wanted.add(name)
        sibling = product.model(name)
        if isinstance(known[name], View) and sibling is not None:
            waiting.extend(sibling.reads)
    return {name: relation for name, relation in known.items() if name in wanted}


def compute_intermediate(model: Model, known: Mapping[str, Relation], product: Product, bench: Workbench) -> Relation:
    """An intermediate model: a view when one model reads it, files when several do, so that nothing is computed twice."""
    readers = sum(model.name in other.reads for other in product.models)
    if readers <= 1:
        return View(model.text)
    tables = tables_for(model, known, product)
    schema = bench.engine.describe(model.text, _flat_schemas(bench.engine, tables))
    work = Materialisation(SqlQuery(model.text), tables, schema, bench.scratch / model.name)
    files = bench.engine.materialise(work, bench.cancellation)
    return ParquetFiles(tuple(f.path for f in files), schema)


def compute_output(
    output: OutputPort,
    known: Mapping[str, Relation],
    product: Product,
    published: PublishedPort | None,
    bench: Workbench,
) -> Computed:
    """Compute one output port under its refresh mode; `published` is what it continues from (None: from nothing)."""
    model = product.model(output.model)
    if model is None:
        raise QueryRefused(f"the model {output.model} of {output.address} is gone")
    tables = tables_for(model, known, product)
    target = bench.lake.staging(output.pinned, bench.run)
    if published is None or output.refresh.mode == "full":
        return _full(output, model, tables, target, published, bench)
    if model.language is Language.PYTHON:
        tables = {"hansa_model": _python_result(model, tables, output.schema, bench)}
    else:
        tables["hansa_model"] = View(model.text)
    prior = Prior(published, bench.lake.files(output.pinned, published.snapshot), output)
    result = refresh(prior, tables, target, bench.engine, bench.scratch, bench.cancellation)
    return _computed(output, result.files, result.change, prior.files, published, bench)


def _full(
    output: OutputPort,
    model: Model,
    tables: Mapping[str, Relation],
    target: Path,
    published: PublishedPort | None,
    bench: Workbench,
) -> Computed:
    query = SqlQuery(model.text) if model.language is Language.SQL else PythonQuery(model.path, model.reads)
    work = Materialisation(query, tables, output.schema, target, output.sort_by, output.partition_by)
    files = bench.engine.materialise(work, bench.cancellation)
    return _computed(output, files, Replace(), (), published, bench)


def _computed(
    output: OutputPort,
    files: tuple[DataFile, ...],
    change: Change | None,
    before: tuple[DataFile, ...],
    published: PublishedPort | None,
    bench: Workbench,
) -> Computed:
    removed = set(change.removed) if isinstance(change, Rewrite) else set()
    kept = () if isinstance(change, Replace) else tuple(f for f in before if f.path not in removed)
    whole = ParquetFiles(tuple(f.path for f in (*kept, *files)), output.schema)
    mark = published.watermark if published else ""
    if output.refresh.watermark and files:
        mark = _watermark(output, whole, bench) or mark
    return Computed(output, files, change, whole, mark, published)


def _watermark(output: OutputPort, whole: ParquetFiles, bench: Workbench) -> str:
    """The highest watermark, as text that the engine reads back; empty for no rows."""
    query = f'SELECT CAST(max("{output.refresh.watermark}") AS VARCHAR) FROM whole'
    (rows,) = bench.engine.measure([query], {"whole": whole}, bench.cancellation)
    if isinstance(rows, Exception):
        raise rows
    return rows[0][0] or ""


def _python_result(model: Model, tables: Mapping[str, Relation], schema: Schema, bench: Workbench) -> ParquetFiles:
    work = Materialisation(PythonQuery(model.path, model.reads), tables, schema, bench.scratch / f"{model.name}_result")
    files = bench.engine.materialise(work, bench.cancellation)
    return ParquetFiles(tuple(f.path for f in files), schema)


def _flat_schemas(engine: Engine, tables: Mapping[str, Relation]) -> dict[str, Schema]:
    """The schema of every table, views described over those before them."""
    schemas: dict[str, Schema] = {}
    for name, relation in tables.items():
        if isinstance(relation, View):
            schemas[name] = relation.schema or engine.describe(relation.sql, schemas)
        else:
            schemas[name] = relation.schema
    return schemas
