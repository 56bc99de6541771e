"""What a product does with a column that it reads: which of its columns depend on it, and where they end up."""

from dataclasses import replace

from hansa.model import (
    ColumnLineage,
    ColumnRead,
    ColumnUse,
    Contract,
    InputPort,
    Language,
    Learnt,
    Lineage,
    MeshOrigin,
    Model,
    OutputPort,
    Platform,
    Product,
    Schema,
    Subtype,
    Table,
    readers_of,
)
from hansa.names import PortName, ProductName, Version

PROFILES = PortName("customer", "profiles", "profiles").at(1)
TABLE = Table("any", ())
CONTRACT = Contract("any", Version(1, 0, 0), (TABLE,))
DIRECT, JOIN = Subtype.IDENTITY, Subtype.JOIN


def lineage(rows: tuple[ColumnRead, ...] = (), **columns: tuple[ColumnRead, ...]) -> Lineage:
    return Lineage(tuple(ColumnLineage(name, reads) for name, reads in columns.items()), rows)


def model(name: str, found: Lineage, *reads: str) -> Model:
    return Model(name, Language.SQL, "", reads=reads, lineage=found)


def output(name: str, fed_by: str, found: Lineage = Lineage(())) -> OutputPort:  # noqa: B008 (a value)
    return OutputPort(PortName("orders", "history", name), CONTRACT, TABLE, Schema(()), fed_by, lineage=found)


def product(models: tuple[Model, ...], *outputs: OutputPort) -> Product:
    given = InputPort("people", CONTRACT, TABLE, Schema(()), MeshOrigin(PROFILES.name, PROFILES.major))
    return Product(ProductName("orders", "history"), "id", "1.0.0", Platform("here", "duckdb"), (given,), outputs, models)


STEP = model("step", lineage(who=(ColumnRead("people", "Email", DIRECT),), n=()), "people")
END = model("history", lineage((ColumnRead("step", "n", JOIN),), who=(ColumnRead("step", "who", DIRECT),)), "step")


def test_a_column_of_an_inner_model_says_which_port_it_reaches() -> None:
    assert readers_of(product((STEP, END), output("history", "history")), PROFILES, "email") == (
        ColumnUse("step", "who", DIRECT, Learnt.PARSED, "orders.history.history@1"),
    )


def test_a_column_that_nothing_takes_further_reaches_no_port() -> None:
    end = replace(END, lineage=lineage(total=(ColumnRead("step", "n", DIRECT),)))
    (use,) = readers_of(product((STEP, end), output("history", "history")), PROFILES, "email")
    assert use.port == ""


def test_a_join_takes_part_in_every_column() -> None:
    step = replace(STEP, lineage=lineage((ColumnRead("people", "email", JOIN),), who=()))
    assert readers_of(product((step, END), output("history", "history")), PROFILES, "email") == (
        ColumnUse("step", "*", JOIN, Learnt.PARSED, "orders.history.history@1"),
    )


def test_other_columns_other_majors_and_other_ports_are_not_read() -> None:
    reader = product((STEP, END), output("history", "history"))
    assert readers_of(reader, PROFILES, "name") == ()
    assert readers_of(reader, PROFILES.name.at(2), "email") == ()


def test_a_model_without_lineage_is_taken_to_read_everything() -> None:
    unknown = model("history", Lineage(()), "people")
    assert readers_of(product((unknown,), output("history", "history")), PROFILES, "whatever") == (
        ColumnUse("history", "*", Subtype.TRANSFORMATION, Learnt.ASSUMED, "orders.history.history@1"),
    )


def test_of_another_repository_only_the_ports_are_known() -> None:
    port = output("history", "", lineage(who=(ColumnRead("people", "email", DIRECT),)))
    assert readers_of(product((), port), PROFILES, "EMAIL") == (
        ColumnUse("", "who", DIRECT, Learnt.PARSED, "orders.history.history@1"),
    )
    assert readers_of(product((), output("history", "")), PROFILES, "email")[0].learnt is Learnt.ASSUMED
