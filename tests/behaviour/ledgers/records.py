"""Records that the tests of ledgers write, and all that can be read of them."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hansa.ledger import (
    Ledger,
    Published,
)
from hansa.ledger.opening import open_ledger
from hansa.model import (
    AccessStep,
    CheckResult,
    CheckStatus,
    Evidence,
    FeedbackGround,
    FeedbackKind,
    FeedbackStep,
    FeedbackStepKind,
    Fingerprint,
    Outcome,
    PolicyDecision,
    PolicyLevel,
    PolicyMode,
    PortRead,
    Publication,
    PublicationId,
    PublishedPort,
    ReadOutcome,
    ReadRecord,
    Run,
    RunId,
    StepKind,
    Terms,
    TokenRecord,
)
from hansa.names import ProductName, Version

OPENERS: dict[str, Callable[[Path], Ledger]] = {
    "memory": lambda root: open_ledger("memory://", root),
    "sqlite": lambda root: open_ledger("sqlite:///.hansa/ledger.db", root),
}
SHARED = {"sqlite": "sqlite:///.hansa/ledger.db"}

NOW = dt.datetime(2026, 3, 1, 12, 0, 0, 123457, tzinfo=dt.UTC)
PROFILES = ProductName("customer", "profiles")
HISTORY = ProductName("orders", "history")
RUN = RunId("r1")


def later(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def a_run(id_: str = "r1", environment: str = "prod") -> Run:
    return Run(RunId(id_), environment, NOW, Fingerprint("mesh"), actor="ada")


def a_publication(product: ProductName = PROFILES, environment: str = "prod", run: str = "r1", ports: int = 2) -> Publication:
    return Publication(
        product=product,
        environment=environment,
        run=RunId(run),
        created=NOW,
        code=Fingerprint("c0de"),
        checks=Fingerprint("c4ec"),
        inputs=Fingerprint("da7a"),
        ports=tuple(
            PublishedPort(
                port=product.port(f"port{number}").at(number),
                contract_id="urn:contract",
                contract_version=Version(1, number, 0, "rc.1"),
                table=f"lake.{product.product}_{number}",
                snapshot=2**63 - 1 - number,
                rows=20_940_529,
                bytes=2**40,
                schema='{"fields": ["ä"]}',
                watermark="2026-02-28",
            )
            for number in range(ports)
        ),
        declaration='{"product": "ß"}',
        input_versions=(("orders.history.lines", "7"), ("file", "sha:'1'")),
    )


def publish(ledger: Ledger, product: ProductName = PROFILES, environment: str = "prod") -> Publication:
    (recorded,) = ledger.apply([Published(a_publication(product, environment))])
    return recorded


def check(name: str, measured: float | int | str | None = None) -> CheckResult:
    return CheckResult(
        check=name,
        subject="customer.profiles.port1@1",
        column="émail",
        kind="nullValues",
        status=CheckStatus.WARN,
        severity="warning",
        dimension="completeness",
        measured=measured,
        threshold="< 5",
        how=Evidence.STATISTICS,
        message="3 rows\nof 7",
        failing_rows=3,
    )


def decision(policy: str = "owner", product: ProductName | None = None, about: tuple[str, ...] = ("*",)) -> PolicyDecision:
    """A policy's verdict as a whole, or with a product a violation of it."""
    return PolicyDecision(
        policy=policy,
        level=PolicyLevel.DOMAIN,
        mode=PolicyMode.ENFORCE,
        outcome=Outcome.PASS if product is None else Outcome.VIOLATED,
        policy_print=Fingerprint("p0"),
        holder="customer",
        about=about,
        violations=0 if product is None else 1,
        product="" if product is None else str(product),
        subject="" if product is None else f"{product}.port#émail",
        message="has no\nowner",
        waiver="2026-12-31",
        decides=product is not None,
    )


def a_step(kind: StepKind = StepKind.REQUESTED, request: str = "q1", consumer: str = "churn") -> AccessStep:
    return AccessStep(
        request=request,
        kind=kind,
        consumer=consumer,
        purpose="fraud",
        port=PROFILES.port("profiles").at(1),
        at=NOW,
        actor="ada",
        reason="wörth it",
        terms=Terms(("id", "émail"), ("id",), "region = principal.region", later(99)),
        accepted="terms@1",
        rules=("two-people",),
    )


def a_token(id_: str = "t1", user: str = "ada") -> TokenRecord:
    return TokenRecord(id_, user, "0" * 64, NOW, later(60), ("read", "write"), "my laptop")


def a_read(query: str = "q1", outcome: ReadOutcome = ReadOutcome.BEGUN, **other: Any) -> ReadRecord:
    ports = (PortRead(PROFILES.port("profiles").at(1), 2**63 - 1, ("id", "émail"), ("émail",), "g1"),)
    return ReadRecord(query, NOW, outcome, "ada", "churn", "fraud", "http", "prod", "f" * 64, "SELECT ?", ports, **other)


def said(
    kind: FeedbackStepKind = FeedbackStepKind.GIVEN, feedback: str = "f1", actor: str = "mia", product: ProductName = PROFILES
) -> FeedbackStep:
    """A step of feedback with something in every field that may have something."""
    answered = kind is FeedbackStepKind.ANSWERED
    return FeedbackStep(
        feedback=feedback,
        kind=kind,
        about=FeedbackKind.PROBLEM,
        product=product,
        major=2,
        at=NOW,
        actor=actor,
        text="Größe is empty\nsince 'Monday'",
        stars=3,
        port=product.port("port1").at(1),
        column="größe",
        ground=FeedbackGround.READ,
        run="r1" if answered else "",
        version=2**40 if answered else 0,
    )


def everything(ledger: Ledger) -> dict[str, object]:
    """All that can be read of the few names that these tests use."""
    products, environments = (PROFILES, HISTORY), ("prod", "pr-17")
    runs = tuple(RunId(f"r{number}") for number in range(4))
    return {
        "runs": (ledger.runs(), ledger.unfinished_runs(), ledger.runs(environment="prod", limit=2)),
        "products": [ledger.product_runs(run) for run in runs],
        "last": [ledger.last_product_run(p, e) for p in products for e in environments],
        "lasts": [sorted(ledger.last_product_runs(e).items()) for e in environments],
        "checks": [ledger.checks(run, p) for run in runs for p in products],
        "counts": [sorted((p, sorted(n.items())) for p, n in ledger.check_counts(run).items()) for run in runs],
        "decisions": [ledger.decisions(), ledger.decisions(limit=1), *(ledger.decisions(product=p) for p in products)],
        "current": [ledger.current(p, e) for p in products for e in environments],
        "currents": [ledger.currents(e) for e in environments],
        "history": [ledger.history(p, e) for p in products for e in (*environments, None)],
        "moves": [ledger.moves(p, e) for p in products for e in environments],
        "publications": [ledger.publication(PublicationId(number)) for number in range(12)],
        "environments": ledger.environments(),
        "published": ledger.published_products(),
        "pointed": ledger.pointed(),
        "events": ledger.events(),
        "steps": (ledger.access_steps(), ledger.access_steps(request="q1"), ledger.access_steps(consumer="churn", after=1)),
        "last step": ledger.last_step(),
        "feedback": (ledger.feedback_steps(), ledger.feedback_steps(product=PROFILES, actor="mia", after=1)),
        "last feedback": ledger.last_feedback_step(),
        "directory": (ledger.users(), ledger.tokens(), ledger.tokens(user="ada"), ledger.token("t1")),
        "reads": (ledger.audit_log(), ledger.audit_log(limit=2, newest=True), ledger.audit_log(since=NOW, until=later(20))),
        "written": (ledger.audit_head(), ledger.written_entries(after=1)),
        "signed in": (ledger.sessions(), ledger.sessions(user="ada"), ledger.session("s1")),
        "links": [ledger.invitation(hash_) for hash_ in "hi"],
        "uses": [ledger.token_used(id_) for id_ in ("t0", "t1")],
        "holders": [ledger.holder(key, now=later(20)) for key in "kl"],
    }
