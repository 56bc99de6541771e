"""A column that is handed on from one other holds what that one holds, found by the short way as by the long one."""

import random

import pytest

from hansa.compile.inflow import InputClasses, PortReads
from hansa.model import ColumnLineage, ColumnRead, Contract, Learnt, Lineage, OutputPort, Schema, Subtype, Table
from hansa.model.compiled import Held
from hansa.names import PortName, Version

PERSONAL: Held = (("personal", ("source:crm#email",)),)
TABLES = {
    "crm": InputClasses(frozenset({"email", "city", "shoe"}), {"email": PERSONAL, "city": (("internal", ("source:crm#city",)),)}),
    "orders": InputClasses(frozenset({"buyer", "at"}), {"buyer": PERSONAL}),
    "plain": InputClasses(frozenset({"a"}), {}),
}
READS = tuple(
    ColumnRead(table, column, subtype, learnt)
    for table in ("crm", "Orders", "plain", "gone")
    for column in ("email", "CITY", "shoe", "buyer", "a", "unknown")
    for subtype in (Subtype.IDENTITY, Subtype.TRANSFORMATION, Subtype.FILTER)
    for learnt in (Learnt.PARSED, Learnt.ASSUMED)
)


@pytest.mark.parametrize("seed", range(60))
def test_the_short_way_finds_what_the_long_one_does(seed: int) -> None:
    chance = random.Random(seed)
    columns = tuple(ColumnLineage(f"c{n}", tuple(chance.sample(READS, chance.choice([0, 1, 1, 1, 2, 3])))) for n in range(20))
    rows = tuple(chance.sample(READS, chance.choice([0, 0, 1, 2])))
    table = Table("t", ())
    contract = Contract("c", Version(1), (table,))
    port = OutputPort(PortName("a", "b", "c"), contract, table, Schema(()), "c", lineage=Lineage(columns, rows))
    indirect = frozenset(chance.choice([[], ["personal"]]))
    short, long = PortReads(port, TABLES, indirect), PortReads(port, TABLES, indirect)
    found = {c.column: short.alone(c.column) for c in columns}
    for name, held in found.items():
        assert held is None or (frozenset({held}) if held else frozenset()) == long.of(name)


def test_what_is_handed_on_is_found_the_short_way() -> None:
    lineage = Lineage((ColumnLineage("mail", (ColumnRead("crm", "Email", Subtype.IDENTITY),)),))
    port = OutputPort(PortName("a", "b", "c"), Contract("c", Version(1), ()), Table("t", ()), Schema(()), "c", lineage=lineage)
    assert PortReads(port, TABLES, frozenset()).alone("mail") is PERSONAL
