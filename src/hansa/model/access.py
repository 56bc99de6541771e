"""Who reads, for whom and why: identities, consumers, requests and grants, decisions, and the record of every read.

Nothing here decides. Times are aware datetimes in UTC; names of people and use cases are texts in their one spelling.
"""

import datetime as dt
import enum
from dataclasses import field

from hansa.frozen import dataclass
from hansa.model.facts import DEFAULT_ENVIRONMENT
from hansa.names import PortMajor
from hansa.trouble import Place


class PrincipalKind(enum.StrEnum):
    """A person, a machine's account, or whoever works on the mesh's own machine and could read its files anyway."""

    USER = "user"
    SERVICE = "service"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody whose identity was established. `teams` are those of the mesh, sorted.

    `scopes` are what the credential is good for; empty for everything that its owner may do. `way` says how the identity was
    established: `token:ID`, `oidc:ISSUER` or `local`.
    """

    name: str
    kind: PrincipalKind = PrincipalKind.USER
    teams: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    scopes: tuple[str, ...] = ()
    administrator: bool = False
    way: str = "local"

    @property
    def is_operator(self) -> bool:
        return self.kind is PrincipalKind.OPERATOR


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A person or service account of the embedded directory. Teams join those that `teams.yaml` gives."""

    name: str
    kind: PrincipalKind = PrincipalKind.USER
    title: str = ""
    teams: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    administrator: bool = False
    disabled: bool = False
    changed: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A credential as it is kept: never itself, only its hash. `id` is public and part of the token's text."""

    id: str
    user: str
    hash: str = field(repr=False)
    created: dt.datetime
    expires: dt.datetime | None = None
    scopes: tuple[str, ...] = ()
    label: str = ""
    revoked: dt.datetime | None = None


class ConsumerKind(enum.StrEnum):
    """What access is granted to: a data product, by its input ports, or a use case."""

    PRODUCT = "product"
    USE_CASE = "use-case"


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who reads, in the sense of access: never a person. People act for the consumers of their teams.

    `name` is a word for a use case and the address for a product. Empty `purposes` leave none; the purpose of a product is
    `product`, besides what it says itself. It ends with the day `ends`.
    """

    name: str
    kind: ConsumerKind = ConsumerKind.USE_CASE
    owner: str = ""
    purposes: tuple[str, ...] = ()
    title: str = ""
    description: str = ""
    legal_basis: str = ""
    ends: dt.date | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    place: Place | None = field(default=None, compare=False)


PRODUCT_PURPOSE = "product"
"""The purpose for which a product reads what its models compute with."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked for, or granted. Empty `columns` are all; `unmasked` are columns to be seen clear though a class masks them.

    `row_filter` is an SQL predicate over the port's columns, in which `principal.x` and `consumer.x` stand for attributes.
    """

    columns: tuple[str, ...] = ()
    unmasked: tuple[str, ...] = ()
    row_filter: str = ""
    expires: dt.datetime | None = None


class StepKind(enum.StrEnum):
    """The transitions of a request. `approved` is one approval of several; with `granted` access begins."""

    REQUESTED = "requested"
    APPROVED = "approved"
    GRANTED = "granted"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    RENEWED = "renewed"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class AccessStep:
    """One transition of a request: never changed, never deleted. `serial` is given by the ledger.

    The request's consumer, purpose and port stand in every step, so that each can be read alone. `accepted` is the fingerprint of
    the terms of use that the requester accepted.
    """

    request: str
    kind: StepKind
    consumer: str
    purpose: str
    port: PortMajor
    at: dt.datetime
    actor: str
    reason: str = ""
    terms: Terms = Terms()
    accepted: str = ""
    rules: tuple[str, ...] = ()
    serial: int = 0


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave for a consumer to read a port for a purpose, at its major and all later ones.

    `id` is the request's, or `agreement:` and the place of an agreement in code. It holds from `begins` to before `expires`.
    """

    id: str
    consumer: str
    purpose: str
    port: PortMajor
    begins: dt.datetime
    terms: Terms = Terms()
    approvers: tuple[str, ...] = ()
    revoked: dt.datetime | None = None
    place: Place | None = field(default=None, compare=False)

    def holds(self, now: dt.datetime) -> bool:
        ended = self.terms.expires is not None and now >= self.terms.expires
        return self.begins <= now and not ended and (self.revoked is None or now < self.revoked)

    def covers(self, port: PortMajor) -> bool:
        """Whether it is about a port: the granted major, or one that came after it."""
        return port.name == self.port.name and port.major >= self.port.major


@dataclass(frozen=True, slots=True)
class Agreement:
    """A grant that a producer keeps as code in its own folder: who may read which port, why, and who approved it."""

    consumer: str
    purpose: str
    port: PortMajor
    approver: str
    reason: str = ""
    terms: Terms = Terms()
    granted: dt.date | None = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """A text of Cedar policies as it stands in a file. `holder` is the domain whose it is; empty for the mesh's own."""

    path: str
    text: str
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """On whose behalf a query is asked: a principal, the consumer that it acts for, and the purpose."""

    principal: Principal
    consumer: str = ""
    purpose: str = ""


class ColumnEffect(enum.StrEnum):
    CLEAR = "clear"
    MASKED = "masked"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class DecidingRule:
    """What decided: a Cedar policy, a grant, a class of data. `id` is stable, `summary` one line for people."""

    id: str
    effect: str
    summary: str = ""
    place: Place | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.id} ({self.place.file}:{self.place.line})" if self.place is not None else self.id


@dataclass(frozen=True, slots=True)
class ColumnDecision:
    """What a reader sees of one column. `mask` is the action's name when it is masked."""

    column: str
    effect: ColumnEffect
    mask: str = ""
    rules: tuple[DecidingRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reader may see of a port, and why. Fail closed: whatever could not be decided is not allowed.

    `row_filter` is a DuckDB predicate over the port's columns whose rows are seen only where it is true; empty for all rows.
    `version` is the fingerprint of the policies and grants that it was made under; `until` is when it has to be made anew.
    """

    port: PortMajor
    allowed: bool
    columns: tuple[ColumnDecision, ...] = ()
    row_filter: str = ""
    rules: tuple[DecidingRule, ...] = ()
    reasons: tuple[str, ...] = ()
    mend: str = ""
    version: str = ""
    grant: str = ""
    notices: tuple[str, ...] = ()
    until: dt.datetime | None = None


class ReadOutcome(enum.StrEnum):
    """What became of a query. `begun` is recorded before the first row leaves, the rest when it ended."""

    BEGUN = "begun"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PortRead:
    """One port in a query: the snapshot, the columns that the statement can look at, and those of them that were masked."""

    port: PortMajor
    snapshot: int
    columns: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    grant: str = ""


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """What is recorded of a query: no values, no literal of its text. `fingerprint` is of the statement without its literals.

    `query` joins the entry at the beginning with the one at the end. `way` is cli, http, flight, postgres, python, pages or mcp.
    """

    query: str
    at: dt.datetime
    outcome: ReadOutcome
    principal: str
    consumer: str = ""
    purpose: str = ""
    way: str = ""
    environment: str = DEFAULT_ENVIRONMENT
    fingerprint: str = ""
    statement: str = ""
    ports: tuple[PortRead, ...] = ()
    rules: tuple[str, ...] = ()
    policy_version: str = ""
    reason: str = ""
    rows: int = 0
    bytes: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An entry of the audit log. `hash` is over `previous` and the record's canonical text; the first has 64 zeros before it."""

    serial: int
    previous: str
    hash: str
    record: ReadRecord
