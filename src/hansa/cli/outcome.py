"""The result of a run, in its two views: the public JSON document and the text for people."""

from typing import TYPE_CHECKING

from hansa.cli.output import counted, size, table, write
from hansa.trouble import render

if TYPE_CHECKING:
    from hansa.model import CheckResult
    from hansa.run import AuditCounts, PortOutcome, ProductOutcome, RunOutcome


def outcome_json(outcome: "RunOutcome") -> dict[str, object]:
    """The public document of a run."""
    return {
        "run": outcome.run,
        "status": str(outcome.status),
        "environment": outcome.environment,
        "seconds": round(outcome.seconds, 3),
        "products": [_product_json(p) for p in outcome.products],
        "troubles": [t.to_json() for t in outcome.troubles],
    }


def _product_json(product: "ProductOutcome") -> dict[str, object]:
    return {
        "name": str(product.name),
        "status": str(product.status),
        "reason": product.reason,
        "seconds": round(product.seconds, 3),
        "version": product.version,
        "ports": [_port_json(p) for p in product.ports],
        "inputs": [{"name": i.name, "audit": _audit_json(i.audit), "quarantine": i.quarantine} for i in product.inputs],
        "failures": [failure_json(f) for f in product.failures],
        "troubles": [t.to_json() for t in product.troubles],
    }


def _port_json(port: "PortOutcome") -> dict[str, object]:
    return {
        "name": port.name,
        "version": port.version,
        "snapshot": port.snapshot,
        "rows": port.rows,
        "bytes": port.bytes,
        "audit": _audit_json(port.audit),
        "quarantine": port.quarantine,
    }


def _audit_json(counts: "AuditCounts") -> dict[str, int]:
    return {
        "passed": counts.passed,
        "failed": counts.failed,
        "warned": counts.warned,
        "errors": counts.errors,
        "skipped": counts.skipped,
        "quarantined": counts.quarantined,
    }


def failure_json(failure: "CheckResult") -> dict[str, object]:
    """The public document of a check that failed."""
    return {
        "subject": failure.subject,
        "check": failure.check,
        "column": failure.column,
        "status": str(failure.status),
        "measured": failure.measured,
        "threshold": failure.threshold,
        "message": failure.message,
        "failingRows": failure.failing_rows,
    }


def write_outcome(outcome: "RunOutcome") -> None:
    """The result of a run for people: a table, then why what failed failed, then what to do."""
    rows = [row for product in outcome.products for row in _rows(product)]
    write(table(("product", "status", "time", "rows", "size", "why"), rows, right=(2, 3, 4)))
    for product in outcome.products:
        _write_failures(product)
    for trouble in outcome.troubles:
        write(f"\n{render(trouble)}")
    write(f"\nRun {outcome.run} {outcome.status} in {outcome.seconds:.1f} s")
    if any(p.status == "blocked" and not p.troubles for p in outcome.products) and outcome.status != "cancelled":
        write("`hansa check` says what is in trouble.")
    if not outcome.good:
        write("Consumers see what they saw before of every product that is not published.")
        write(f"Continue with: hansa run --resume {outcome.run}")


def _rows(product: "ProductOutcome") -> list[tuple[object, ...]]:
    why = f"{product.troubles[0].code}, see below" if product.troubles else product.reason
    rows: list[tuple[object, ...]] = [
        (product.name, product.status, f"{product.seconds:.1f} s" if product.seconds else "", "", "", why)
    ]
    for port in product.ports:
        counts = port.audit
        checks = counts.passed + counts.failed + counts.warned + counts.errors
        audited = f"{counts.passed}/{checks} checks" if checks else ""
        if port.name != f"{product.name}.{product.name.product}" or audited:
            rows.append((f"  {port.name}", "", "", port.rows, size(port.bytes), audited))
    return rows


def _write_failures(product: "ProductOutcome") -> None:
    for trouble in product.troubles:
        write(f"\n{product.name}: {render(trouble)}")
    for failure in product.failures:
        rows = f", {counted(failure.failing_rows, 'row')}" if failure.failing_rows else ""
        write(
            f"\n{failure.status}: {failure.subject} {failure.check} (wanted {failure.threshold}, found {failure.measured}{rows})"
        )
        if failure.message:
            write(f"  {failure.message}")
    for port in product.ports:
        if port.quarantine:
            write(f"\nThe refused batch of {port.name} and its failing rows ({port.audit.quarantined:,}): {port.quarantine}")
    for given in product.inputs:
        if given.quarantine:
            write(f"\nFailing rows of the source {given.name} ({given.audit.quarantined:,}): {given.quarantine}")
