"""Who asks, as a row filter can name it: `principal.x` and `consumer.x`."""

import datetime as dt
import decimal
import uuid
from collections.abc import Mapping

from hansa.access.rows import literals
from hansa.frozen import dataclass
from hansa.model import Consumer, Principal
from hansa.model.types import Boolean, DataType, Date, Decimal, Float, Integer, String, Timestamp, Uuid, sql

STANDING_IN = ("principal", "consumer")
"""The names before a dot that stand for who asks, and never for a column."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """The attributes of who asks, by `principal.x` in lower case: texts, and lists of texts."""

    known: Mapping[str, str | tuple[str, ...]]

    def find(self, holder: str, name: str) -> str | tuple[str, ...] | None:
        return self.known.get(f"{holder}.{name}".lower())


def attributes_of(principal: Principal, consumer: Consumer | None) -> Attributes:
    """What is established of somebody comes before what was written about them, so that nobody is called by another's name."""
    known: dict[str, str | tuple[str, ...]] = {f"principal.{name}".lower(): value for name, value in principal.attributes}
    known |= {"principal.name": principal.name, "principal.kind": str(principal.kind), "principal.teams": principal.teams}
    if consumer is not None:
        known |= {f"consumer.{name}".lower(): value for name, value in consumer.attributes}
        known |= {"consumer.name": consumer.name, "consumer.kind": str(consumer.kind), "consumer.owner": consumer.owner}
        known["consumer.purposes"] = consumer.purposes
    return Attributes(known)


def typed(text: str, type_: DataType | None) -> str | None:
    """A text as a constant of a type, or plain where there is none; None when it is no value of the type."""
    value = text.strip()
    try:
        match type_:
            case None | String():
                return literals.text(text)
            case Integer(bits):
                number = int(value)
                return f"CAST({number} AS {sql(type_)})" if -(2 ** (bits - 1)) <= number < 2 ** (bits - 1) else None
            case Decimal() | Float():
                exact = decimal.Decimal(value)
                return literals.text(f"{exact:f}") if exact.is_finite() and abs(exact.adjusted()) < 100 else None
            case Boolean():
                return {"true": "TRUE", "false": "FALSE"}.get(value.lower())
            case Date():
                return f"CAST('{dt.date.fromisoformat(value).isoformat()}' AS DATE)"
            case Timestamp(zoned):
                return _moment(dt.datetime.fromisoformat(value), zoned)
            case Uuid():
                return f"CAST('{uuid.UUID(value)}' AS UUID)"
            case _:
                return None
    except (ValueError, ArithmeticError):
        return None


def _moment(moment: dt.datetime, zoned: bool) -> str | None:
    if zoned:
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)
        return f"CAST('{aware.astimezone(dt.UTC).isoformat(sep=' ')}' AS TIMESTAMP WITH TIME ZONE)"
    return f"CAST('{moment.isoformat(sep=' ')}' AS TIMESTAMP)" if moment.tzinfo is None else None
