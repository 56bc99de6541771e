"""`classify`: which classes of data hold where and why, and proposals for columns that nobody classified."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import EnvOption, JsonOption, MeshOption, SelectorArgument
from hansa.cli.output import counted, say, table, write, write_json
from hansa.cli.products import tell_left_out
from hansa.trouble import TroubleError

if TYPE_CHECKING:
    import pyarrow as pa

    from hansa.governance.detectors import Look, Proposal, Values
    from hansa.model import ColumnClass, InputPort, Lattice, Mesh, OutputPort, Product
    from hansa.wiring import Workplace

LARGEST = 512_000_000
"""Bytes: a source beyond this is not read just to propose something."""


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(classify)


def classify(
    selector: SelectorArgument = None,
    sample: Annotated[int, typer.Option("--sample", metavar="N", min=1, max=100_000, help="Values to look at.")] = 1_000,
    data: Annotated[bool, typer.Option("--data/--no-data", help="Look at values, or only at names and types.")] = True,
    env: EnvOption = "prod",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Show the class of every column and propose some.

    Says where classes come from. For columns that nobody classified it looks at names, and at a sample of published rows and
    local files, and proposes classes with what speaks for them. Values are never shown, and nothing is written.

    Example: hansa classify customer --no-data
    """
    from hansa.governance.detectors import survey
    from hansa.model import Lattice
    from hansa.plan import select
    from hansa.wiring import Workplace

    with Workplace.open(mesh) as workplace:
        whole = workplace.compiled.mesh
        chosen = select(whole, selector or [])
        products = [p for p in whole.in_order() if p.address in chosen]
        lattice = Lattice.of(whole.governance.classes)
        proposals = survey(whole, chosen, _looking(workplace, env, sample) if data else _blind)
    tell_left_out(chosen & whole.broken)
    columns = [each for product in products for each in _columns(product, lattice)]
    if json:
        write_json({"columns": [_column_json(*each) for each in columns], "proposals": [_proposal_json(p) for p in proposals]})
    else:
        _write(whole, columns, proposals)


def _columns(product: "Product", lattice: "Lattice") -> "Iterator[tuple[str, ColumnClass]]":
    """The columns that have a class: of sources, as their contracts say, and of ports, as it flows."""
    from hansa.model import ColumnClass, SourceOrigin, source_name

    for given in product.inputs:
        if isinstance(given.origin, SourceOrigin):
            for column in given.table.columns:
                if said := lattice.said(column.classification, column.tags):
                    yield f"{source_name(given)}#{column.name}", ColumnClass(column.name, ", ".join(said), said)
    for port in product.outputs:
        for found in port.classes:
            yield f"{port.pinned}#{found.column}", found


def _blind(product: "Product", port: "InputPort | OutputPort", columns: tuple[str, ...]) -> "Values":
    return {}


def _looking(workplace: "Workplace", environment: str, sample: int) -> "Look":
    """Looks at published rows of output ports, and at sources that are local files of bearable size."""
    from hansa.engines import EngineFailed, QueryRefused
    from hansa.model import quoted

    def look(product: "Product", port: "InputPort | OutputPort", columns: tuple[str, ...]) -> "Values":
        def query(table: str) -> str:
            return f"SELECT {', '.join(map(quoted, columns))} FROM {table} USING SAMPLE {sample} ROWS"

        try:
            reader = _rows(workplace, environment, product, port, query)
            batches = list(reader) if reader is not None else []
        except (TroubleError, QueryRefused, EngineFailed) as failed:
            say(f"{product.address}: `{port.table.name}` could not be looked at: {str(failed).splitlines()[0]}")
            return {}
        return {
            name: tuple(str(v) for batch in batches for v in batch.column(i).to_pylist() if v is not None)
            for i, name in enumerate(columns)
        }

    return look


def _rows(
    workplace: "Workplace", environment: str, product: "Product", port: "InputPort | OutputPort", query: "Callable[[str], str]"
) -> "pa.RecordBatchReader | None":
    """The answer to a query, once it knows its table; None where there is nothing to ask, or asking would cost too much."""
    from hansa.gateway import Query
    from hansa.model import OutputPort, SourceOrigin, table_written
    from hansa.publish import all_visible
    from hansa.serving import Serving

    if isinstance(port, OutputPort):
        published = all_visible(workplace.ledger, environment).get(product.address)
        if published is None or port.pinned not in {p.port for p in published.ports}:
            return None
        text = query(table_written(port.pinned))
        with Serving(workplace) as serving:
            asked = Query(text, serving.reader(), environment=environment)
            return serving.operators().ask(asked).reader.read_all().to_reader()
    if not isinstance(port.origin, SourceOrigin) or port.origin.server.type != "local":
        return None
    source = workplace.open_source(port)
    if (source.size() or 0) > LARGEST:
        return None
    return workplace.embedded().stream(query("given"), {"given": source.relation(workplace.state / "landing" / "classify")})


def _column_json(address: str, found: "ColumnClass") -> dict[str, object]:
    return {
        "name": address,
        "declared": found.declared,
        "effective": list(found.effective),
        "because": list(found.because),
        "lowered": list(found.lowered),
    }


def _proposal_json(proposal: "Proposal") -> dict[str, object]:
    evidence, place = proposal.finding.evidence, proposal.place
    return {
        "column": proposal.column,
        "class": proposal.name,
        "detector": proposal.finding.detector,
        "evidence": {"kind": str(evidence.kind), "share": evidence.share, "values": evidence.values},
        "place": {"file": place.file, "line": place.line, "column": place.column} if place is not None else None,
    }


def _why(found: "ColumnClass") -> str:
    more = f" and {len(found.because) - 2} more" if len(found.because) > 2 else ""
    return "; ".join(filter(None, (", ".join(found.because[:2]) + more, *found.lowered)))


def _write(mesh: "Mesh", columns: "list[tuple[str, ColumnClass]]", proposals: "tuple[Proposal, ...]") -> None:
    if columns:
        rows = [(a, c.declared, ", ".join(c.effective), _why(c)) for a, c in columns]
        write(table(("column", "contract says", "class", "from"), rows))
        write("")
    if not mesh.governance.classes:
        say("No classes are declared: governance/classifications.yaml says which there are, and which is stricter than which.")
    for proposal in proposals:
        write(f"{proposal.column} looks like {proposal.finding.detector}: {proposal.finding.evidence}")
        write(f"  add `classification: {proposal.name}` at {proposal.place or 'its contract'}")
    if proposals:
        write("")
    write(f"{counted(len(columns), 'column')} with a class, {counted(len(proposals), 'proposal')}")
