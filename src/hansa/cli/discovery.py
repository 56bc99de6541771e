"""`status`, `describe` and `search`: what is published, how fresh and how good it is, what one product is, and where to look."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import EnvOption, JsonOption, MeshOption
from hansa.cli.outcome import failure_json
from hansa.cli.output import size, table, write, write_json
from hansa.cli.searching import search

if TYPE_CHECKING:
    from hansa.catalog import ProductPage, ProductState


def add_to(app: typer.Typer) -> None:
    app.command()(status)
    app.command()(describe)
    app.command()(search)


def status(env: EnvOption = "prod", mesh: MeshOption = None, json: JsonOption = False) -> None:
    """Show how every product stands.

    Published version, age of its data, rows, and how its last audit went.

    Example: hansa status --mesh retail
    """
    from hansa.catalog import states
    from hansa.wiring import Workplace, now

    with Workplace.open(mesh) as workplace:
        found = states(workplace.compiled.mesh, workplace.ledger, env, now())
    if json:
        write_json({"environment": env, "products": [_state_json(s) for s in found]})
        return
    rows = [
        (s.name, s.state, s.version, _age(s.age), s.rows, size(s.bytes) if s.version else "", s.quality, s.note) for s in found
    ]
    write(table(("product", "state", "version", "age", "rows", "size", "checks", ""), rows, right=(2, 3, 4, 5)))


def describe(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A product, such as customer.profiles.")],
    env: EnvOption = "prod",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Show a product's page.

    What it is, who answers for it, its ports and columns, inputs, readers, quality and history.

    Example: hansa describe customer.profiles
    """
    from hansa.catalog import page
    from hansa.cli.products import product_named
    from hansa.wiring import Workplace, now

    with Workplace.open(mesh) as workplace:
        compiled = workplace.compiled.mesh
        shown = page(product_named(name, compiled), compiled, workplace.ledger, env, now())
    write_json(_page_json(shown)) if json else _write_page(shown)


def _state_json(s: "ProductState") -> dict[str, object]:
    return {
        "name": s.name,
        "state": s.state,
        "version": s.version,
        "published": s.published.isoformat() if s.published else None,
        "ageSeconds": round(s.age.total_seconds()) if s.age is not None else None,
        "freshness": s.freshness,
        "rows": s.rows,
        "bytes": s.bytes,
        "checks": s.checks,
        "lastRun": s.last_run,
        "note": s.note,
        "owner": s.owner,
        "ports": [{"name": n, "version": v, "snapshot": i, "rows": r} for n, v, i, r in s.ports],
        "failures": [failure_json(f) for f in s.failures],
    }


def _age(age: dt.timedelta | None) -> str:
    if age is None:
        return ""
    seconds = int(age.total_seconds())
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{max(seconds, 0)} s"


def _page_json(p: "ProductPage") -> dict[str, object]:
    return {
        **_state_json(p.state),
        "title": p.title,
        "type": p.type,
        "status": p.status,
        "purpose": p.purpose,
        "platform": p.platform,
        "tags": list(p.tags),
        "inputs": [{"name": n, "contract": c, "from": f} for n, c, f in p.inputs],
        "readers": list(p.readers),
        "outputs": [
            {
                "name": o.name,
                "major": o.major,
                "contract": o.contract,
                "version": o.version,
                "description": o.description,
                "refresh": o.refresh,
                "columns": [
                    {
                        "name": c.name,
                        "type": c.type,
                        "required": c.required,
                        "key": c.key,
                        "classification": c.classification,
                        "description": c.description,
                    }
                    for c in o.columns
                ],
                "serviceLevels": [{"property": n, "value": v} for n, v in o.service_levels],
            }
            for o in p.outputs
        ],
        "checksLast": [
            {
                "subject": r.subject,
                "check": r.check,
                "status": str(r.status),
                "measured": r.measured,
                "threshold": r.threshold,
                "how": str(r.how),
            }
            for r in p.checks
        ],
        "history": [
            {"version": h.version, "published": h.published.isoformat(), "run": h.run, "changes": list(h.changes)}
            for h in p.history
        ],
        "readme": p.readme,
    }


def _write_page(p: "ProductPage") -> None:
    from hansa.model import table_written
    from hansa.names import parse_product

    write(f"{p.title or p.state.name}  ({p.state.name}, {p.type or 'data product'}, {p.status or 'no status'})")
    if p.purpose:
        write(p.purpose)
    write("")
    published = f"version {p.state.version}, {_age(p.state.age)} old" if p.state.version else "not published yet"
    facts = [
        ("owner", p.state.owner or "nobody"),
        ("platform", p.platform),
        ("published", published),
        ("checks", p.state.quality or "none yet"),
    ]
    facts += [("tags", ", ".join(p.tags))] if p.tags else []
    facts += [("reads", ", ".join(f"{n} ({f})" for n, _, f in p.inputs) or "nothing")]
    facts += [("read by", ", ".join(p.readers) or "nobody yet")]
    write("\n".join(f"{label.ljust(10)} {value}" for label, value in facts))
    for output in p.outputs:
        write(f"\nport {output.name} @{output.major}, contract {output.contract} {output.version}, {output.refresh}")
        if output.description:
            write(f"  {output.description}")
        levels = ", ".join(f"{n} {v}" for n, v in output.service_levels)
        if levels:
            write(f"  service levels: {levels}")
        rows = [
            (
                f"  {c.name}",
                c.type,
                " ".join(filter(None, ("key" if c.key else "", "required" if c.required else ""))),
                c.classification,
                c.description,
            )
            for c in output.columns
        ]
        write(table(("  column", "type", "", "class", "description"), rows))
    for check in p.checks:
        if check.status not in ("pass", "skip"):
            write(f"\n{check.status}: {check.subject} {check.check}, wanted {check.threshold}, found {check.measured}")
    if p.state.failures:
        write(f"\nThe last run, {p.state.last_run}, refused newer data:")
    for failure in p.state.failures:
        write(f"  {failure.status}: {failure.subject} {failure.check}, wanted {failure.threshold}, found {failure.measured}")
    if p.history:
        write("\nhistory")
        for entry in p.history[:10]:
            write(f"  version {entry.version}  {entry.published:%Y-%m-%d %H:%M}  {'; '.join(entry.changes[:4]) or 'new data'}")
    if p.state.version:
        write(f"\nread it: hansa query 'SELECT * FROM {table_written(parse_product(p.state.name))} LIMIT 10'")
