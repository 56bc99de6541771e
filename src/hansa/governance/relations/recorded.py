"""What is recorded: runs, publications, verdicts of audits; and who may read and did."""

import datetime as dt
from collections.abc import Iterator
from functools import partial

from hansa.governance.asking import Row
from hansa.governance.facts import AccessRecord
from hansa.governance.relations.schema import (
    DOMAIN,
    PRODUCT,
    Material,
    MeshRelation,
    RelationSchema,
    amount,
    flag,
    moment,
    number,
    said,
    text,
    texts,
)
from hansa.model import Agreement, Run


def _moment(at: dt.datetime | None) -> str | None:
    """A moment as text without zone, in UTC."""
    return at.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ") if at is not None else None


def _runs(material: Material) -> Iterator[Row]:
    runs = {r.id: r for r in material.facts.runs}
    for p in material.facts.product_runs:
        run = runs.get(p.run)
        times = (_moment(run.started), _moment(run.ended), str(run.status), said(run.actor)) if run else (None,) * 4
        yield p.run, str(p.product), p.product.domain, str(p.status), said(p.reason), p.seconds, p.publication, *times
    told = {p.run for p in material.facts.product_runs}
    yield from (_bare(r) for r in material.facts.runs if r.id not in told)


def _bare(run: Run) -> Row:
    """A run of which no product is recorded: it found nothing to do, or died before."""
    times = (_moment(run.started), _moment(run.ended), str(run.status), said(run.actor))
    return run.id, None, None, None, None, None, None, *times


def _publications(material: Material) -> Iterator[Row]:
    facts = material.facts
    shown = {p.id for p in facts.visible.values()}
    kept = {p.id: p for p in (*facts.visible.values(), *facts.publications)}
    for p in sorted(kept.values(), key=lambda p: (p.product, -p.version, p.id)):
        yield (p.id, str(p.product), p.product.domain, p.environment, p.version, p.run, _moment(p.created), p.id in shown,
               sum(o.rows for o in p.ports), sum(o.bytes for o in p.ports), len(p.ports))  # fmt: skip


def _published_ports(material: Material) -> Iterator[Row]:
    facts = material.facts
    shown = {p.id for p in facts.visible.values()}
    kept = {p.id: p for p in (*facts.visible.values(), *facts.publications)}
    for p in sorted(kept.values(), key=lambda p: (p.product, -p.version, p.id)):
        for o in p.ports:
            versions = (o.contract_id, str(o.contract_version), str(o.snapshot))
            yield p.id, str(p.product), str(o.port), p.version, p.id in shown, *versions, o.rows, o.bytes, said(o.watermark)


def _audits(material: Material) -> Iterator[Row]:
    for (run, product), results in material.facts.checks.items():
        for r in results:
            measured = None if r.measured is None else str(r.measured)
            yield (str(product), run, r.subject, said(r.column), r.check, r.kind, str(r.status), said(r.severity),
                   said(r.dimension), measured, said(r.threshold), str(r.how), said(r.message), r.failing_rows)  # fmt: skip


def _grants(material: Material) -> Iterator[Row]:
    told = {a.id for a in material.facts.access}
    agreed = (a for a in map(partial(_agreement, material), material.mesh.governance.agreements) if a.id not in told)
    for a in (*material.facts.access, *agreed):
        yield (a.id, a.consumer, said(a.purpose), str(a.port.name.of_product), str(a.port), a.terms.columns,
               a.terms.unmasked, said(a.terms.row_filter), a.status, ", ".join(a.approvers) or None, _moment(a.granted),
               _moment(a.terms.expires))  # fmt: skip


def _agreement(material: Material, agreement: Agreement) -> AccessRecord:
    """An agreement where nothing recorded is looked at, as it stands on the day."""
    place, day = agreement.place, material.today
    begins = agreement.granted is None or agreement.granted <= day
    over = agreement.terms.expires is not None and agreement.terms.expires.date() <= day
    return AccessRecord(
        id=f"agreement:{place.file}:{place.line}" if place is not None else f"agreement:{agreement.port}",
        consumer=agreement.consumer,
        purpose=agreement.purpose,
        port=agreement.port,
        status="expired" if over else "granted" if begins else "agreed",
        terms=agreement.terms,
        approvers=(agreement.approver,),
    )


def _feedback(material: Material) -> Iterator[Row]:
    for f in material.facts.feedback:
        port = str(f.port) if f.port is not None else None
        yield (f.id, str(f.product), f.product.domain, f.major, port, said(f.column), f.kind, f.status, f.stars or None, f.counts,
               f.unsettled, f.author, f.has_read, _moment(f.given), _moment(f.since), _moment(f.answered), _moment(f.resolved)
               )  # fmt: skip


def _queries(material: Material) -> Iterator[Row]:
    for r in material.facts.reads:
        for p in r.ports:
            yield (r.query, _moment(r.at), r.principal, said(r.consumer), said(r.purpose), str(p.port.name.of_product),
                   str(p.port), p.columns, p.masked, said(p.grant), str(r.outcome), r.rows, r.bytes, r.seconds)  # fmt: skip


RECORDED = (
    MeshRelation(
        RelationSchema(
            "runs",
            "What runs did with products in the environment, newest runs first; a run that touched no product is one row.",
            (
                text("run", "the run's id"),
                PRODUCT,
                DOMAIN,
                text("status", "what became of the product: published, unchanged, held, failed, blocked"),
                text("reason", "why, in one line"),
                amount("seconds", "how long the product took"),
                number("publication", "the publication that it made"),
                moment("started", "when the run began"),
                moment("ended", "when the run ended"),
                text("run_status", "how the run as a whole stands: running, succeeded, failed, cancelled, interrupted"),
                text("actor", "who ran it"),
            ),
        ),
        _runs,
    ),
    MeshRelation(
        RelationSchema(
            "publications",
            "The published versions that are kept.",
            (
                number("publication", "its id"),
                PRODUCT,
                DOMAIN,
                text("environment", "where it was published"),
                number("version", "its number among the product's publications there"),
                text("run", "the run that made it"),
                moment("published", "when"),
                flag("visible", "whether readers see it now"),
                number("rows_in_all", "the rows of all its ports"),
                number("bytes_in_all", "the bytes of all its ports"),
                number("ports", "how many ports it has"),
            ),
        ),
        _publications,
    ),
    MeshRelation(
        RelationSchema(
            "published_ports",
            "The ports of the publications that are kept.",
            (
                number("publication", "the publication's id"),
                PRODUCT,
                text("port", "the port at its major, `domain.product.port@1`"),
                number("version", "the publication's number"),
                flag("visible", "whether readers see it now"),
                text("contract", "the id of the contract that it was published under"),
                text("contract_version", "the version of that contract"),
                text("snapshot", "the Iceberg snapshot"),
                number("row_count", "its rows"),
                number("byte_count", "its bytes"),
                text("watermark", "the highest watermark that was taken in"),
            ),
        ),
        _published_ports,
    ),
    MeshRelation(
        RelationSchema(
            "audits",
            "The verdicts on what readers see now: of the runs that made the visible publications.",
            (
                PRODUCT,
                text("run", "the run that audited"),
                text("subject", "the port or source that was audited"),
                text("column_name", "the column; null for the whole table"),
                text("check_name", "the check's id"),
                text("kind", "what it asks: required, unique, range, library metrics, sql, …"),
                text("status", "pass, fail, warn, error, skip"),
                text("severity", "how bad a failure is"),
                text("dimension", "the dimension of quality"),
                text("measured", "what was found"),
                text("threshold", "what was wanted"),
                text("how", "how the verdict was reached: proof, statistics, histogram, scan, none"),
                text("message", "what to know of it"),
                number("failing_rows", "how many rows fail"),
            ),
        ),
        _audits,
    ),
    MeshRelation(
        RelationSchema(
            "grants",
            "Who may read what and for which purpose, by requests and by agreements; and what was asked for and is not granted.",
            (
                text("grant_id", "the request's id, or `agreement:` and where it is declared"),
                text("consumer", "the use case or product that may read"),
                text("purpose", "what for"),
                PRODUCT,
                text("port", "the port at its major"),
                texts("columns", "the columns that may be read; empty for all"),
                texts("unmasked", "the columns that may be read unmasked though their class masks them"),
                text("row_filter", "the rows that may be read, as SQL; null for all"),
                text("status", "requested, granted, denied, withdrawn, revoked, expired; agreed when it begins later"),
                text("approver", "who approved it"),
                moment("granted", "when"),
                moment("expires", "until when"),
            ),
        ),
        _grants,
    ),
    MeshRelation(
        RelationSchema(
            "queries",
            "What was asked through the gateway: the newest 10,000 queries of 90 days, one row for each port of a query.",
            (
                text("query_id", "its id"),
                moment("asked", "when"),
                text("person", "who asked"),
                text("consumer", "for which consumer"),
                text("purpose", "what for"),
                PRODUCT,
                text("port", "the port at its major"),
                texts("columns", "the columns that the query could look at"),
                texts("masked", "those of them that were masked"),
                text("grant_id", "the grant by which they were read; null for the owner's own and the like"),
                text("outcome", "begun, done, refused, failed, cancelled"),
                number("row_count", "how many rows the answer had"),
                number("byte_count", "how many bytes the answer had"),
                amount("seconds", "how long it took"),
            ),
        ),
        _queries,
    ),
    MeshRelation(
        RelationSchema(
            "feedback",
            "What people say to the owners of products: ratings, praise, questions and problems. The words are not here.",
            (
                text("feedback_id", "its id"),
                PRODUCT,
                DOMAIN,
                number("major", "the major version of the product that it is about"),
                text("port", "the port at its major, `domain.product.port@1`; null for the product as a whole"),
                text("column_name", "the column of that port"),
                text("kind", "rating, praise, question, problem"),
                text("status", "given (ratings and praise), open, answered, resolved, withdrawn"),
                number("stars", "1 to 5 of a rating"),
                flag("counts", "whether it is a rating that counts: the newest of its author for the major"),
                flag("unsettled", "whether it is a question without an answer, or a problem that is not resolved"),
                text("author", "who said it"),
                flag("has_read", "whether its author was known to have read the product when they said it"),
                moment("given", "when it was first said"),
                moment("since", "when it was last said as it is now"),
                moment("answered", "when it was first answered"),
                moment("resolved", "when it was resolved"),
            ),
        ),
        _feedback,
    ),
)
