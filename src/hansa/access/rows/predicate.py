"""Row filters written in SQL."""

from hansa.model import Consumer, Principal, Schema
from hansa.trouble import Trouble


def row_predicate(text: str, schema: Schema, principal: Principal, consumer: Consumer | None) -> str:
    """The DuckDB predicate of a row filter for one reader."""
    raise NotImplementedError


def checked_predicate(text: str, schema: Schema) -> tuple[Trouble, ...]:
    """What is wrong with a row filter, whoever reads."""
    raise NotImplementedError
