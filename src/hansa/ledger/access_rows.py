"""Records of identity, access and reads as rows and back."""

import datetime as dt
import json

from sqlalchemy import RowMapping

from hansa.ledger import gone
from hansa.ledger.chain import record_of
from hansa.ledger.rows import Values
from hansa.ledger.times import micros, moment
from hansa.model import AccessStep, AuditEntry, PrincipalKind, StepKind, Terms, TokenRecord, UserRecord
from hansa.names import PortMajor, parse_port


def user_values(user: UserRecord) -> Values:
    return {
        "name": user.name,
        "kind": str(user.kind),
        "title": user.title,
        "teams_json": json.dumps(user.teams),
        "attributes_json": json.dumps(user.attributes),
        "administrator": int(user.administrator),
        "disabled": int(user.disabled),
        "changed": _micros(user.changed),
    }


def user_of(row: RowMapping) -> UserRecord:
    return UserRecord(
        name=row["name"],
        kind=PrincipalKind(row["kind"]),
        title=row["title"],
        teams=tuple(json.loads(row["teams_json"])),
        attributes=tuple((name, value) for name, value in json.loads(row["attributes_json"])),
        administrator=bool(row["administrator"]),
        disabled=bool(row["disabled"]),
        changed=_moment(row["changed"]),
    )


def token_values(token: TokenRecord) -> Values:
    return {
        "id": token.id,
        "user": token.user,
        "hash": token.hash,
        "created": micros(token.created),
        "expires": _micros(token.expires),
        "scopes_json": json.dumps(token.scopes),
        "label": token.label,
        "revoked": _micros(token.revoked),
    }


def token_of(row: RowMapping) -> TokenRecord:
    return TokenRecord(
        id=row["id"],
        user=row["user"],
        hash=row["hash"],
        created=moment(row["created"]),
        expires=_moment(row["expires"]),
        scopes=tuple(json.loads(row["scopes_json"])),
        label=row["label"],
        revoked=_moment(row["revoked"]),
    )


def step_values(step: AccessStep) -> Values:
    """Without the serial, which the database gives."""
    return {
        "request": step.request,
        "kind": str(step.kind),
        "consumer": step.consumer,
        "purpose": step.purpose,
        "port": str(step.port),
        "at": micros(step.at),
        "actor": step.actor,
        "reason": step.reason,
        "columns_json": json.dumps(step.terms.columns),
        "unmasked_json": json.dumps(step.terms.unmasked),
        "row_filter": step.terms.row_filter,
        "expires": _micros(step.terms.expires),
        "accepted": step.accepted,
        "rules_json": json.dumps(step.rules),
    }


def step_of(row: RowMapping) -> AccessStep:
    port = parse_port(row["port"])
    if not isinstance(port, PortMajor):
        raise ValueError(f"the ledger names a port without its major: {port}")
    return AccessStep(
        request=row["request"],
        kind=StepKind(row["kind"]),
        consumer=row["consumer"],
        purpose=row["purpose"],
        port=port,
        at=moment(row["at"]),
        actor=row["actor"],
        reason=row["reason"],
        terms=Terms(
            columns=tuple(json.loads(row["columns_json"])),
            unmasked=tuple(json.loads(row["unmasked_json"])),
            row_filter=row["row_filter"],
            expires=_moment(row["expires"]),
        ),
        accepted=row["accepted"],
        rules=tuple(json.loads(row["rules_json"])),
        serial=row["serial"],
    )


def entry_of(row: RowMapping) -> AuditEntry:
    """Raises `LedgerGone` for an entry that Hansa cannot have written."""
    try:
        return AuditEntry(row["serial"], row["previous"], row["hash"], record_of(row["record"]))
    except ValueError as error:
        raise gone.tampered(row["serial"]) from error


def _micros(at: dt.datetime | None) -> int | None:
    return None if at is None else micros(at)


def _moment(number: int | None) -> dt.datetime | None:
    return None if number is None else moment(number)
