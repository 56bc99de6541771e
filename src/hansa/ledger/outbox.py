"""What the outbox says of each change: the public form of events, the same from every ledger."""

import datetime as dt
import json
from collections.abc import Mapping

from hansa.frozen import dataclass
from hansa.ledger.protocol import EventKind, PointerMove
from hansa.model import AccessStep, FeedbackStep, Publication, PublicationId, Run, RunId, RunStep, VerdictChange
from hansa.model.uploaded import UploadedManifest


@dataclass(frozen=True, slots=True)
class Message:
    """An event before the ledger gives it an id."""

    at: dt.datetime
    kind: EventKind
    subject: str
    body: str


def published(publication: Publication, before: PublicationId | None) -> Message:
    """Told of a publication that has its id; `before` is what the pointer named until then."""
    body = {
        "product": str(publication.product),
        "environment": publication.environment,
        "publication": publication.id,
        "version": publication.version,
        "run": publication.run,
        "before": before,
        "ports": [
            {
                "port": str(port.port),
                "contract": port.contract_id,
                "contract_version": str(port.contract_version),
                "snapshot": port.snapshot,
                "rows": port.rows,
                "bytes": port.bytes,
            }
            for port in publication.ports
        ],
    }
    return Message(publication.created, EventKind.PUBLISHED, str(publication.product), _json(body))


def pointer_moved(move: PointerMove) -> Message:
    body = {
        "product": str(move.product),
        "environment": move.environment,
        "before": move.before,
        "after": move.after,
        "reason": move.reason,
        "actor": move.actor,
    }
    return Message(move.at, EventKind.POINTER_MOVED, str(move.product), _json(body))


def run_began(run: Run) -> Message:
    body = {"run": run.id, "environment": run.environment, "actor": run.actor, "products": len(run.products)}
    return Message(run.started, EventKind.RUN_BEGAN, run.id, _json(body))


def run_stepped(run: RunId, step: RunStep) -> Message:
    """Told of what a run does to a product, some at a time and so a little later than it happened."""
    body = {
        "run": run,
        "product": str(step.product),
        "step": step.step,
        "state": step.state,
        "detail": step.detail,
        "seconds": round(step.seconds, 6),
        "rows": step.rows,
        "note": step.note,
    }
    return Message(step.at, EventKind.RUN_STEPPED, run, _json(body))


def verdict_changed(run: Run, change: VerdictChange, at: dt.datetime) -> Message:
    body = {
        "policy": change.policy,
        "product": change.product,
        "environment": run.environment,
        "run": run.id,
        "before": str(change.before),
        "after": str(change.after),
    }
    return Message(at, EventKind.VERDICT_CHANGED, change.policy, _json(body))


def run_ended(run: Run, at: dt.datetime) -> Message:
    """Told of a run with the status that it ended with."""
    body = {"run": run.id, "environment": run.environment, "status": str(run.status), "actor": run.actor}
    return Message(at, EventKind.RUN_ENDED, run.id, _json(body))


def access_stepped(step: AccessStep) -> Message:
    """Told of a transition of a request, so that owners and consumers can be told in turn."""
    body = {
        "request": step.request,
        "step": str(step.kind),
        "consumer": step.consumer,
        "purpose": step.purpose,
        "port": str(step.port),
        "actor": step.actor,
        "reason": step.reason,
        "expires": step.terms.expires.isoformat() if step.terms.expires is not None else None,
    }
    return Message(step.at, EventKind.ACCESS_STEPPED, step.request, _json(body))


def feedback_stepped(step: FeedbackStep) -> Message:
    """Told of what was said to an owner, or by one. The words themselves are not told: they are read where they are."""
    body = {
        "feedback": step.feedback,
        "step": str(step.kind),
        "kind": str(step.about),
        "product": str(step.product),
        "port": str(step.port) if step.port is not None else None,
        "column": step.column or None,
        "stars": step.stars or None,
        "actor": step.actor,
    }
    return Message(step.at, EventKind.FEEDBACK_STEPPED, step.feedback, _json(body))


def manifest_uploaded(manifest: UploadedManifest) -> Message:
    """Told of a domain of another repository. The document itself is read where it is."""
    body = {
        "domain": str(manifest.domain),
        "version": manifest.version,
        "digest": manifest.digest,
        "mesh": manifest.mesh,
        "actor": manifest.actor,
    }
    return Message(manifest.at, EventKind.MANIFEST_UPLOADED, str(manifest.domain), _json(body))


def _json(body: Mapping[str, object]) -> str:
    return json.dumps(body, separators=(",", ":"))
