"""The tables of a ledger, as SQLAlchemy Core metadata; migrations create them, a test compares the two.

Times are whole microseconds since 1970 in UTC, which every database keeps exactly. Names are texts in their one form, and what
the ledger itself never asks about is JSON as text. Constraints have names, so that later migrations can alter them anywhere.
"""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the type is exactly INTEGER, which holds 64 bits there.
_SERIAL = BigInteger().with_variant(Integer(), "sqlite")


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _micros(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


runs = Table(
    "runs",
    metadata,
    Column("serial", _SERIAL, primary_key=True),
    _text("id"),
    _text("environment"),
    _micros("started"),
    _text("mesh"),
    _text("actor"),
    _text("status"),
    Column("ended", BigInteger),
    _text("products"),
    UniqueConstraint("id"),
    Index(None, "status"),
    sqlite_autoincrement=True,
)

product_runs = Table(
    "product_runs",
    metadata,
    Column("serial", _SERIAL, primary_key=True),
    Column("run", Text, ForeignKey("runs.id"), nullable=False),
    _text("product"),
    _text("status"),
    _text("reason"),
    Column("seconds", Float(53), nullable=False),
    # No foreign key: that it was published stays true when the publication is forgotten.
    Column("publication", BigInteger),
    UniqueConstraint("run", "product"),
    Index(None, "product"),
    sqlite_autoincrement=True,
)

checks = Table(
    "checks",
    metadata,
    Column("run", Text, ForeignKey("runs.id"), primary_key=True),
    Column("product", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    _text("name"),
    _text("subject"),
    _text("column_name"),
    _text("kind"),
    _text("status"),
    _text("severity"),
    _text("dimension"),
    _text("measured_json"),
    _text("threshold"),
    _text("how"),
    _text("message"),
    Column("failing_rows", BigInteger),
)

# One row for each policy of a run, and one for each of its violations; what passed is no row of its own.
policy_decisions = Table(
    "policy_decisions",
    metadata,
    Column("serial", _SERIAL, primary_key=True),
    Column("run", Text, ForeignKey("runs.id"), nullable=False),
    _text("policy"),
    _text("level"),
    _text("holder"),
    _text("mode"),
    _text("outcome"),
    _text("policy_print"),
    _text("about_json"),
    Column("violations", Integer, nullable=False),
    _text("product"),
    _text("subject"),
    _text("message"),
    _text("waiver"),
    Column("decides", Integer, nullable=False),
    Index(None, "run"),
    sqlite_autoincrement=True,
)

publications = Table(
    "publications",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    _text("product"),
    _text("environment"),
    Column("version", Integer, nullable=False),
    Column("run", Text, ForeignKey("runs.id"), nullable=False),
    _micros("created"),
    _text("code"),
    _text("checks"),
    _text("inputs"),
    _text("declaration_json"),
    _text("input_versions_json"),
    UniqueConstraint("product", "environment", "version"),
    # An id once given must stay what it named, even when its publication is forgotten.
    sqlite_autoincrement=True,
)

publication_ports = Table(
    "publication_ports",
    metadata,
    Column("publication", BigInteger, ForeignKey("publications.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    _text("port"),
    _text("contract_id"),
    _text("contract_version"),
    _text("lake_table"),
    Column("snapshot", BigInteger, nullable=False),
    Column("row_count", BigInteger, nullable=False),
    Column("byte_count", BigInteger, nullable=False),
    _text("schema_json"),
    _text("watermark"),
)

# The last version given, kept apart so that forgetting publications never gives a version twice.
versions = Table(
    "versions",
    metadata,
    Column("product", Text, primary_key=True),
    Column("environment", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)

pointers = Table(
    "pointers",
    metadata,
    Column("product", Text, primary_key=True),
    Column("environment", Text, primary_key=True),
    Column("publication", BigInteger, ForeignKey("publications.id"), nullable=False),
    Index(None, "publication"),
)

moves = Table(
    "moves",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    _text("product"),
    _text("environment"),
    _micros("at"),
    Column("before", BigInteger),
    Column("after", BigInteger),
    _text("reason"),
    _text("actor"),
    Index(None, "product", "environment"),
    sqlite_autoincrement=True,
)

leases = Table(
    "leases",
    metadata,
    Column("key", Text, primary_key=True),
    _text("holder"),
    Column("fence", BigInteger, nullable=False),
    _micros("expires"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    _micros("at"),
    _text("kind"),
    _text("subject"),
    _text("body_json"),
    # With the id, so that what is told of one run is read in its order without a sort.
    Index(None, "subject", "id"),
    sqlite_autoincrement=True,
)

# The embedded directory. Names are those of the whole mesh, people and services alike.
users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    _text("kind"),
    _text("title"),
    _text("teams_json"),
    _text("attributes_json"),
    Column("administrator", Integer, nullable=False),
    Column("disabled", Integer, nullable=False),
    Column("changed", BigInteger),
)

# No foreign key to users: a token may belong to somebody whom only the files or another directory know.
tokens = Table(
    "tokens",
    metadata,
    Column("serial", _SERIAL, primary_key=True),
    _text("id"),
    _text("user"),
    _text("hash"),
    _micros("created"),
    Column("expires", BigInteger),
    _text("scopes_json"),
    _text("label"),
    Column("revoked", BigInteger),
    UniqueConstraint("id"),
    Index(None, "user"),
    sqlite_autoincrement=True,
)

# Only ever added to. What holds now is folded from the steps and kept nowhere.
access_steps = Table(
    "access_steps",
    metadata,
    Column("serial", _SERIAL, primary_key=True),
    _text("request"),
    _text("kind"),
    _text("consumer"),
    _text("purpose"),
    _text("port"),
    _micros("at"),
    _text("actor"),
    _text("reason"),
    _text("columns_json"),
    _text("unmasked_json"),
    _text("row_filter"),
    Column("expires", BigInteger),
    _text("accepted"),
    _text("rules_json"),
    Index(None, "request"),
    Index(None, "consumer"),
    sqlite_autoincrement=True,
)

# Only ever added to, as the steps of requests are. `major` is the product's; an empty port is the product as a whole.
feedback_steps = Table(
    "feedback_steps",
    metadata,
    Column("serial", _SERIAL, primary_key=True),
    _text("feedback"),
    _text("kind"),
    _text("about"),
    _text("product"),
    Column("major", Integer, nullable=False),
    _text("port"),
    _text("column_name"),
    _micros("at"),
    _text("actor"),
    _text("text"),
    Column("stars", Integer, nullable=False),
    _text("ground"),
    _text("run"),
    Column("version", BigInteger, nullable=False),
    Index(None, "feedback"),
    Index(None, "product"),
    Index(None, "actor"),
    sqlite_autoincrement=True,
)

# Every version of the manifests that were uploaded; only ever added to. Lists leave `document` out, which is large.
manifests = Table(
    "manifests",
    metadata,
    Column("serial", _SERIAL, primary_key=True),
    _text("domain"),
    Column("version", Integer, nullable=False),
    _text("digest"),
    _text("mesh"),
    Column("products", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    _micros("at"),
    _text("actor"),
    _text("document"),
    UniqueConstraint("domain", "version"),
    sqlite_autoincrement=True,
)

# Only ever added to. `record` is the text that the hash is over (see `chain`); `at` repeats its time, to find entries by it.
audit_log = Table(
    "audit_log",
    metadata,
    Column("serial", _SERIAL, primary_key=True, autoincrement=False),
    _micros("at"),
    _text("previous"),
    _text("record"),
    _text("hash"),
    Index(None, "at"),
)

# One row: the newest entry. The next one continues from here, so that a log whose end was cut off shows a gap for ever.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("serial", BigInteger, nullable=False),
    _text("hash"),
)

# Who is signed in to the pages. A session rests on a token, or on the word of an issuer; of its secret the hash is kept.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    _text("hash"),
    _text("user"),
    _micros("opened"),
    _micros("ends"),
    _micros("used"),
    _text("token"),
    Column("own", Integer, nullable=False),
    _text("issuer"),
    _text("groups_json"),
    Column("service", Integer, nullable=False),
    Column("known", Integer, nullable=False),
    _text("browser"),
    Index(None, "user"),
    Index(None, "used"),
)

# One-time links that were not used yet, by the hash of their secret.
invitations = Table(
    "invitations",
    metadata,
    Column("hash", Text, primary_key=True),
    _text("user"),
    _micros("until"),
)

# When a token was used last, apart from the tokens, which never change but for their end.
token_uses = Table(
    "token_uses",
    metadata,
    Column("token", Text, primary_key=True),
    _micros("used"),
)
