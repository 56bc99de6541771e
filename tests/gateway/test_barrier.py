"""A statement that may raise an error on a hidden row runs behind the row filter, and one that cannot runs beside it."""

import pytest

from hansa.gateway.asking import Parameters
from hansa.gateway.barrier import can_raise
from hansa.gateway.checking import check
from hansa.gateway.tree import Parser
from hansa.model import Column, Schema, types

PATIENTS = Schema(
    (
        Column("id", types.Integer()),
        Column("visits", types.Integer()),
        Column("code", types.String()),
        Column("born", types.Date()),
        Column("address", types.Struct((types.Field("city", types.String()), types.Field("visits", types.String())))),
    )
)


def raises(statement: str, parameters: Parameters = ()) -> bool:
    parser = Parser()
    return can_raise(check(parser.parse(statement), statement), [PATIENTS], parameters)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM p WHERE id = 5",
        "SELECT id, max(visits) FROM p WHERE visits BETWEEN 1 AND 5 AND code IN ('a', 'b') GROUP BY id ORDER BY id LIMIT 5",
        "SELECT a.id FROM p a JOIN p b USING (id) WHERE a.born = '2026-01-01' OR b.code IS NULL",
        "SELECT id AS n FROM p WHERE visits > 3",
        "SELECT id FROM p WHERE address.city = 'x' AND id = NULL",
    ],
)
def test_conditions_of_like_things_need_no_barrier(statement: str) -> None:
    assert raises(statement) is ("address" in statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM p WHERE code = 5",
        "SELECT * FROM p WHERE code::INTEGER = 5",
        "SELECT * FROM (SELECT code AS visits FROM p) WHERE visits = 5",
        "WITH c(visits) AS (SELECT code FROM p) SELECT * FROM c WHERE visits = 5",
        "SELECT * FROM p AS q(a, b, visits) WHERE visits = 5",
        "SELECT * FROM (SELECT * RENAME (code AS visits) FROM (SELECT code FROM p)) WHERE visits = 5",
        "SELECT * FROM p WHERE address.visits = 5",
        "SELECT * FROM (SELECT id AS k FROM p) JOIN (SELECT code AS k FROM p) USING (k)",
        "SELECT * FROM (SELECT id FROM p) NATURAL JOIN (SELECT code FROM p)",
        "SELECT * FROM p WHERE visits IN (SELECT code FROM p)",
        "SELECT * FROM p JOIN (VALUES ('x')) AS v(id) ON p.id = v.id",
    ],
)
def test_a_cast_that_a_name_hides_needs_a_barrier(statement: str) -> None:
    assert raises(statement)


def test_it_hangs_on_the_kind_of_a_parameter() -> None:
    assert not raises("SELECT * FROM p WHERE id = $1", (5,))
    assert raises("SELECT * FROM p WHERE id = $1", (5.5,))
    assert raises("SELECT * FROM p WHERE code = $x", {"x": 5})
