"""`access explain`: which rules decide for a person, a consumer and a port, without reading anything."""

from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import JsonOption, MeshOption
from hansa.cli.output import table, write, write_json
from hansa.trouble import Trouble, TroubleError, did_you_mean, one_of

if TYPE_CHECKING:
    from hansa.model import ColumnDecision, DecidingRule, Decision, OutputPort, Reader


def add_to(access: typer.Typer) -> None:
    access.command()(explain)


def explain(
    port: Annotated[
        str, typer.Argument(metavar="PORT", help="What would be read: domain.product, or domain.product.port[@major].")
    ],
    user: Annotated[str, typer.Option("--as", metavar="USER", help="Who would read. By default you, as operator.")] = "",
    consumer: Annotated[str, typer.Option("--for", metavar="CONSUMER", help="For whom: a use case or a product.")] = "",
    purpose: Annotated[str, typer.Option("--purpose", metavar="P", help="What for.")] = "",
    column: Annotated[str, typer.Option("--column", metavar="C", help="Only this column.")] = "",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Say what somebody may see of a port, and which rules decide it.

    It asks the same as a query would, of the port as it is declared, so that nothing has to be published yet. Ends with 1 when
    nothing may be seen.

    Example: hansa access explain customer.profiles --as a.lindqvist --for churn_campaign --purpose retention
    """
    from hansa.access.naming import meant_port
    from hansa.serving import Serving
    from hansa.wiring import Workplace

    with Workplace.open(mesh) as workplace, Serving(workplace) as serving:
        reader, now = serving.reader(user, consumer, purpose), serving.clock()
        offered = meant_port(port, reader, serving.mesh(), serving.decider, now)
        _refuse_unknown(column, offered)
        decision = serving.decider.decide(reader, offered.pinned, offered.schema, now, "cli")
    columns = [c for c in decision.columns if not column or c.column.lower() == column.lower()]
    if json:
        write_json(_document(decision, columns))
    else:
        _show(reader, decision, columns)
    if not decision.allowed:
        raise typer.Exit(1)


def _refuse_unknown(column: str, offered: "OutputPort") -> None:
    if column and offered.schema.find(column) is None:
        names = offered.schema.names
        mend = did_you_mean(column, names) or f"columns: {one_of(names)}"
        raise TroubleError(Trouble("H947", f"{offered.pinned} has no column `{column[:80]}`", mend=mend))


def _document(decision: "Decision", columns: "list[ColumnDecision]") -> dict[str, object]:
    return {
        "port": str(decision.port),
        "decision": _word(decision),
        "columns": [
            {"name": c.column, "effect": str(c.effect), "mask": c.mask, "rules": [_rule(r) for r in c.rules]} for c in columns
        ],
        "rowFilter": decision.row_filter,
        "rules": [_rule(r) for r in decision.rules],
        "reasons": list(decision.reasons),
        "mend": decision.mend,
        "grant": decision.grant,
        "notices": list(decision.notices),
        "version": decision.version,
        "until": decision.until.isoformat() if decision.until is not None else "",
    }


def _rule(rule: "DecidingRule") -> dict[str, object]:
    place = rule.place
    return {
        "id": rule.id,
        "effect": rule.effect,
        "summary": rule.summary,
        "file": place.file if place is not None else "",
        "line": place.line if place is not None else 0,
    }


def _show(reader: "Reader", decision: "Decision", columns: "list[ColumnDecision]") -> None:
    acting = f" for {reader.consumer}" + (f", purpose {reader.purpose}" if reader.purpose else "") if reader.consumer else ""
    write(f"{_word(decision)}: {reader.principal.name} ({reader.principal.kind}){acting} reads {decision.port}")
    for line in (*decision.reasons, *(f"mend: {m}" for m in (decision.mend,) if m)):
        write(f"  {line}")
    if columns:
        rows = [(c.column, " by ".join(filter(None, (str(c.effect), c.mask))), ", ".join(map(str, c.rules))) for c in columns]
        write("\n" + table(("column", "seen", "rules"), rows))
    if decision.row_filter:
        write(f"\nrows: {decision.row_filter}")
    if decision.rules:
        write("\n" + "\n".join(_line(rule) for rule in decision.rules))
    for notice in decision.notices:
        write(f"note: {notice}")


def _line(rule: "DecidingRule") -> str:
    return f"{rule.effect} {rule}" + (f": {rule.summary}" if rule.summary else "")


def _word(decision: "Decision") -> str:
    return "allow" if decision.allowed else "deny"
