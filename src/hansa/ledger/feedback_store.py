"""Feedback in the SQL ledger, each function inside the caller's transaction."""

from sqlalchemy import Connection, RowMapping, func, insert, select

from hansa.ledger import tables
from hansa.ledger.rows import Values
from hansa.ledger.times import micros, moment
from hansa.model import FeedbackGround, FeedbackKind, FeedbackStep, FeedbackStepKind
from hansa.names import PortMajor, ProductName, parse_port, parse_product

_steps = tables.feedback_steps


def feedback_steps(
    connection: Connection, feedback: str, product: ProductName | None, actor: str, after: int
) -> tuple[FeedbackStep, ...]:
    query = select(_steps).where(_steps.c.serial > after).order_by(_steps.c.serial)
    if feedback:
        query = query.where(_steps.c.feedback == feedback)
    if product is not None:
        query = query.where(_steps.c.product == str(product))
    if actor:
        query = query.where(_steps.c.actor == actor)
    return tuple(_step_of(row) for row in connection.execute(query).mappings())


def last_feedback_step(connection: Connection, feedback: str = "") -> int | None:
    query = select(func.max(_steps.c.serial))
    if feedback:
        query = query.where(_steps.c.feedback == feedback)
    return connection.execute(query).scalar()


def add(connection: Connection, step: FeedbackStep) -> None:
    connection.execute(insert(_steps), _values(step))


def _values(step: FeedbackStep) -> Values:
    """Without the serial, which the database gives."""
    return {
        "feedback": step.feedback,
        "kind": str(step.kind),
        "about": str(step.about),
        "product": str(step.product),
        "major": step.major,
        "port": str(step.port) if step.port is not None else "",
        "column_name": step.column,
        "at": micros(step.at),
        "actor": step.actor,
        "text": step.text,
        "stars": step.stars,
        "ground": str(step.ground),
        "run": step.run,
        "version": step.version,
    }


def _step_of(row: RowMapping) -> FeedbackStep:
    port = parse_port(row["port"]) if row["port"] else None
    if port is not None and not isinstance(port, PortMajor):
        raise ValueError(f"the ledger names a port without its major: {port}")
    return FeedbackStep(
        feedback=row["feedback"],
        kind=FeedbackStepKind(row["kind"]),
        about=FeedbackKind(row["about"]),
        product=parse_product(row["product"]),
        major=row["major"],
        at=moment(row["at"]),
        actor=row["actor"],
        text=row["text"],
        stars=row["stars"],
        port=port,
        column=row["column_name"],
        ground=FeedbackGround(row["ground"]),
        run=row["run"],
        version=row["version"],
        serial=row["serial"],
    )
