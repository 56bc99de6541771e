"""Classes of data: the order that people declare, how classes flow along lineage, and what may lower them."""

import datetime as dt
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import pytest

from hansa.compile import Compiled
from hansa.compile.classes import classified
from hansa.compile.findings import Findings
from hansa.model import (
    EVERY,
    Column,
    ColumnClass,
    ColumnLineage,
    ColumnRead,
    Contract,
    ContractColumn,
    DataClass,
    Declassification,
    Domain,
    Governance,
    InputPort,
    Learnt,
    Lineage,
    Mesh,
    MeshOrigin,
    OutputPort,
    Platform,
    Product,
    Schema,
    Server,
    SourceOrigin,
    Subtype,
    Table,
    fingerprint,
)
from hansa.model.types import String
from hansa.names import DomainName, PortName, ProductName, Version
from hansa.trouble import Place, Severity

CompiledOf = Callable[..., Compiled]

CLASSES = (
    DataClass("public"),
    DataClass("internal", above=("public",)),
    DataClass("confidential", above=("internal",)),
    DataClass("personal", above=("internal",), also=("PII",)),
    DataClass("tracked", above=("public",), indirect=True),
    DataClass("restricted", above=("confidential", "personal")),
)
GOVERNED = Governance(classes=CLASSES)
TODAY = dt.date(2026, 6, 1)

# ------------------------------------------------------------------------------------------------------------- by hand


def read(table: str, column: str, subtype: Subtype = Subtype.IDENTITY, learnt: Learnt = Learnt.PARSED) -> ColumnRead:
    return ColumnRead(table, column, subtype, learnt)


def columns(said: dict[str, str], file: str = "") -> tuple[ContractColumn, ...]:
    """Contract columns by name with what is said of each; words after a comma are tags."""
    found = []
    for line, (name, words) in enumerate(said.items(), 1):
        word, *tags = (w.strip() for w in words.split(","))
        found.append(ContractColumn(name, String(), classification=word, tags=tuple(tags), place=Place(file, line, 1)))
    return tuple(found)


def promised(id: str, said: dict[str, str]) -> tuple[Contract, Table, Schema]:  # noqa: A002
    table = Table(id, columns(said, f"{id}.yaml"))
    return Contract(id, Version(1), (table,)), table, Schema(tuple(Column(c, String()) for c in said))


def source(name: str, said: dict[str, str]) -> InputPort:
    contract, table, schema = promised(name, said)
    return InputPort(name, contract, table, schema, SourceOrigin(Server("files", "local")))


def from_port(name: str, port: OutputPort) -> InputPort:
    return InputPort(name, port.contract, port.table, port.schema, MeshOrigin(port.address, port.major))


def output(
    address: str, said: dict[str, str], lineage: dict[str, Sequence[ColumnRead]], rows: Iterable[ColumnRead] = ()
) -> OutputPort:
    contract, table, schema = promised(address, said)
    found = Lineage(tuple(ColumnLineage(name, tuple(reads)) for name, reads in lineage.items()), tuple(rows))
    return OutputPort(PortName(*address.split(".")), contract, table, schema, "model", lineage=found)


def product(inputs: Sequence[InputPort], *outputs: OutputPort, manifest: str = "") -> Product:
    address = outputs[0].address.of_product
    here = Platform("here", "duckdb")
    return Product(address, str(address), "1.0.0", here, tuple(inputs), outputs, (), manifest=manifest)


def mesh(*products: Product) -> Mesh:
    names = sorted({p.address.domain for p in products})
    return Mesh("test", tuple(Domain(DomainName(n), tuple(p for p in products if p.address.domain == n)) for n in names), ())


def judged(given: Mesh, governance: Governance = GOVERNED, today: dt.date | None = TODAY) -> tuple[Mesh, Findings]:
    findings = Findings()
    return classified(given, governance, findings, today).mesh, findings


def classes(found: Mesh, address: str) -> dict[str, ColumnClass]:
    return {c.column: c for p in found.products for o in p.outputs if str(o.address) == address for c in o.classes}


def effective(found: Mesh, address: str) -> dict[str, tuple[str, ...]]:
    return {name: c.effective for name, c in classes(found, address).items()}


CRM = source("crm", {"email": "personal", "city": "internal", "shoe": ""})


def chain(spoken: str = "") -> Mesh:
    """Three domains, each reading the one before: `email` becomes `mail`, then part of `greeting`."""
    profiles = output("a.profiles.profiles", {"mail": "personal"}, {"mail": [read("crm", "email")]})
    orders = output("b.orders.orders", {"buyer": "personal"}, {"buyer": [read("profiles", "MAIL", Subtype.TRANSFORMATION)]})
    report = output("c.report.report", {"greeting": spoken}, {"greeting": [read("orders", "buyer", Subtype.TRANSFORMATION)]})
    return mesh(
        product([CRM], profiles),
        product([from_port("profiles", profiles)], orders),
        product([from_port("orders", orders)], report),
    )


def test_a_class_reaches_two_domains_downstream_and_names_the_column_where_it_began() -> None:
    found, findings = judged(chain())
    greeting = classes(found, "c.report.report")["greeting"]
    assert greeting == ColumnClass("greeting", "", ("personal",), ("source:crm#email",))
    assert classes(found, "a.profiles.profiles")["mail"] == ColumnClass("mail", "personal", ("personal",))
    (warning,) = findings.troubles
    assert (warning.code, warning.severity, warning.product) == ("H279", Severity.WARNING, "c.report")
    assert [p.file for p in warning.places] == ["c.report.report.yaml", "crm.yaml"]
    assert "classification: personal" in warning.mend


def test_classes_are_no_part_of_what_a_product_is() -> None:
    given = chain()
    assert fingerprint(*judged(given)[0].products) == fingerprint(*given.products)


@pytest.mark.parametrize(
    ("said", "left"), [("personal", ()), ("PII", ()), ("restricted", ()), ("internal, pii", ()), ("confidential", ("personal",))]
)
def test_a_contract_that_says_as_much_by_word_or_tag_is_left_in_peace(said: str, left: tuple[str, ...]) -> None:
    found, findings = judged(chain(said))
    assert [t.code for t in findings.troubles] == ["H279"] * bool(left)
    assert "personal" in classes(found, "c.report.report")["greeting"].effective or said == "restricted"
    if left:
        assert "tags: [personal]" in findings.troubles[0].mend


def one(
    said: dict[str, str], lineage: dict[str, Sequence[ColumnRead]], rows: Iterable[ColumnRead] = (), *inputs: InputPort
) -> Mesh:
    return mesh(product(inputs or [CRM], output("a.p.p", said, lineage, rows)))


def test_classes_that_stand_apart_hold_together() -> None:
    given = source("given", {"a": "personal", "b": "confidential"})
    both = one({"x": ""}, {"x": [read("given", "a"), read("given", "b")]}, (), given)
    assert effective(judged(both)[0], "a.p.p") == {"x": ("confidential", "personal")}


def test_what_is_counted_is_as_sensitive_as_what_is_counted() -> None:
    found, _ = judged(one({"n": ""}, {"n": [read("crm", "email", Subtype.AGGREGATION)]}))
    assert effective(found, "a.p.p") == {"n": ("personal",)}


def test_a_class_follows_joins_and_filters_only_when_it_is_declared_to() -> None:
    given = source("given", {"who": "personal", "cookie": "tracked"})
    rows = [read("given", "who", Subtype.JOIN), read("given", "cookie", Subtype.FILTER)]
    found, _ = judged(one({"x": "internal", "y": ""}, {"x": [read("given", "who", Subtype.CONDITIONAL)], "y": []}, rows, given))
    assert effective(found, "a.p.p") == {"x": ("internal", "tracked"), "y": ("tracked",)}


@pytest.mark.parametrize(
    "reads",
    [
        [read("crm", "email", Subtype.FILTER, Learnt.ASSUMED)],
        [read("crm", EVERY)],
        [read("crm", "unheard_of")],
        [read("unheard_of", "x")],
        None,
    ],
)
def test_what_cannot_be_followed_inherits_everything(reads: list[ColumnRead] | None) -> None:
    found, _ = judged(one({"x": ""}, {} if reads is None else {"x": reads}))
    assert effective(found, "a.p.p") == {"x": ("personal",)}


def test_a_column_of_nothing_sensitive_stays_without_a_class() -> None:
    given = one({"x": ""}, {"x": [read("crm", "shoe")]})
    found, findings = judged(given)
    assert classes(found, "a.p.p") == {}
    assert found.products[0] is given.products[0]
    assert findings.troubles == []


def test_the_default_holds_where_nobody_says_anything_and_is_no_reproach() -> None:
    governance = replace(GOVERNED, default_class="internal")
    given = one(
        {"x": "", "y": "public", "z": "", "e": ""},
        {"x": [read("crm", "shoe")], "y": [read("crm", "shoe")], "z": [], "e": [read("crm", "email")]},
    )
    found, findings = judged(given, governance)
    assert effective(found, "a.p.p") == {"x": ("internal",), "y": ("internal",), "z": ("internal",), "e": ("personal",)}
    (warning,) = findings.troubles
    assert "`y`, `e` are internal and personal" in warning.summary


def test_many_columns_of_a_port_are_one_warning_and_origins_are_few() -> None:
    wide = source("wide", {f"c{i:03}": "personal" for i in range(300)})
    given = one(
        {f"x{i}": "" for i in range(1000)},
        {f"x{i}": [read("wide", f"c{j:03}") for j in range(300)] for i in range(1000)},
        (),
        wide,
    )
    found, findings = judged(given)
    (warning,) = findings.troubles
    assert "(1000 in all)" in warning.summary
    assert len(warning.places) == 6
    held = classes(found, "a.p.p")
    assert held["x7"].because == tuple(f"source:wide#c{i:03}" for i in range(8))
    assert held["x7"].effective is held["x8"].effective


def test_majors_of_a_port_keep_their_own_classes() -> None:
    first = output("a.p.p", {"x": "personal"}, {"x": []})
    contract = replace(first.contract, version=Version(2))
    second = replace(output("a.p.p", {"x": ""}, {"x": []}), contract=contract)
    maker = product([], first, second)
    reader = product(
        [from_port("one", first), from_port("two", second)],
        output("b.q.q", {"old": "", "new": ""}, {"old": [read("one", "x")], "new": [read("two", "x")]}),
    )
    assert effective(judged(mesh(maker, reader))[0], "b.q.q") == {"old": ("personal",)}


def test_another_repository_brings_its_classes_and_unknown_ones_stand_apart() -> None:
    elsewhere = output("x.far.far", {"a": "", "b": ""}, {})
    elsewhere = replace(
        elsewhere, classes=(ColumnClass("a", "", ("PII",), ("x.far.raw#mail",)), ColumnClass("b", "", ("top-secret",)))
    )
    reader = product(
        [from_port("far", elsewhere)],
        output("b.q.q", {"x": "", "y": "restricted"}, {"x": [read("far", "a")], "y": [read("far", "b")]}),
    )
    found, findings = judged(mesh(product([], elsewhere, manifest="x.json"), reader))
    held = classes(found, "b.q.q")
    assert held["x"] == ColumnClass("x", "", ("personal",), ("x.far.raw#mail",))
    assert held["y"].effective == ("restricted", "top-secret")
    assert found.product(ProductName("x", "far")).outputs[0].classes == elsewhere.classes  # type: ignore[union-attr]
    assert [(t.code, t.severity) for t in findings.troubles] == [("H276", Severity.WARNING), ("H279", Severity.WARNING)]


def test_without_declared_classes_words_are_taken_as_they_are() -> None:
    given = one({"x": "", "y": "Internal"}, {"x": [read("crm", "email"), read("crm", "city")], "y": [read("crm", "email")]})
    found, findings = judged(given, Governance())
    assert effective(found, "a.p.p") == {"x": ("internal", "personal"), "y": ("internal", "personal")}
    (warning,) = findings.troubles
    assert "`x` is internal and personal" in warning.summary, "where no word is above another, only silence is less"


# ----------------------------------------------------------------------------------------------------------- decisions


def decision(column: str, lowers: str = "personal", to: str = "internal", expires: dt.date | None = None) -> Declassification:
    return Declassification(
        column, (lowers,), to, "A count.", "Maria Silva", "Reports", expires=expires, place=Place("d.yaml", 3, 5)
    )


def lowered(*decisions: Declassification, said: str = "internal", today: dt.date | None = TODAY) -> tuple[ColumnClass, list[str]]:
    found, findings = judged(chain(said), replace(GOVERNED, declassifications=decisions), today)
    return classes(found, "c.report.report")["greeting"], [t.code for t in findings.troubles]


def test_a_decision_lowers_what_flows_in_and_is_on_record() -> None:
    held, codes = lowered(decision("c.report.report#greeting"))
    assert held == ColumnClass("greeting", "internal", ("internal",), (), ("personal to internal, approved by Maria Silva",))
    assert codes == []
    assert lowered(decision("c.report.report@1#GREETING"))[0].effective == ("internal",)


def test_a_decision_lowers_for_all_that_read_the_column() -> None:
    found, findings = judged(chain("internal"), replace(GOVERNED, declassifications=(decision("a.profiles.profiles#mail"),)))
    # The contracts between say personal themselves, and that begins there.
    assert classes(found, "c.report.report")["greeting"].because == ("a.profiles.profiles@1#mail",)
    assert {t.code for t in findings.troubles} == {"H278", "H279"}


@pytest.mark.parametrize(("today", "holds"), [(TODAY, True), (TODAY + dt.timedelta(days=1), False), (None, False)])
def test_a_decision_holds_through_its_last_day_and_never_without_a_clock(today: dt.date | None, holds: bool) -> None:
    held, codes = lowered(decision("c.report.report#greeting", expires=TODAY), today=today)
    assert held.effective == (("internal",) if holds else ("personal",))
    assert bool(held.lowered) is holds
    assert codes == ([] if holds else ["H278", "H279"] if today else ["H279"])


def test_a_decision_lowers_its_class_and_no_other() -> None:
    given = source("given", {"a": "restricted", "b": "personal"})
    both = one({"x": "personal"}, {"x": [read("given", "a"), read("given", "b")]}, (), given)
    found, findings = judged(both, replace(GOVERNED, declassifications=(decision("a.p.p#x", "restricted"),)))
    assert effective(found, "a.p.p") == {"x": ("personal",)}, "personal data below the restricted is still there"
    assert findings.troubles == []


def test_decisions_do_not_build_on_each_other_and_the_stricter_of_two_wins() -> None:
    given = one({"x": "confidential, personal"}, {"x": [read("given", "a")]}, (), source("given", {"a": "restricted"}))
    steps = (decision("a.p.p#x", "restricted", "personal"), decision("a.p.p#x", "personal", "internal"))
    assert "personal" in effective(judged(given, replace(GOVERNED, declassifications=steps))[0], "a.p.p")["x"]
    held, _ = lowered(decision("c.report.report#greeting", to="public"), decision("c.report.report#greeting"), said="internal")
    assert held.effective == ("internal",)
    assert len(held.lowered) == 2


@pytest.mark.parametrize(
    ("column", "lowers", "code", "words"),
    [
        ("c.report.report#greetin", "personal", "H277", "did you mean `greeting`?"),
        ("c.report.reports#greeting", "personal", "H277", "did you mean `c.report.report@1`?"),
        ("c.report.report@2#greeting", "personal", "H277", "c.report.report@1"),
        ("c.reports.report#greeting", "personal", "H277", "did you mean `c.report`?"),
        ("c.report.report#greeting", "restricted", "H278", "nothing to lower"),
        ("b.orders.orders#buyer", "personal", "H278", "its own contract says so"),
    ],
)
def test_a_decision_about_nothing_is_told(column: str, lowers: str, code: str, words: str) -> None:
    _, findings = judged(chain("personal"), replace(GOVERNED, declassifications=(decision(column, lowers),)))
    (trouble,) = findings.troubles
    assert (trouble.code, trouble.is_error) == (code, False), "a column that goes must not stop the mesh"
    assert words in str(trouble)
    assert trouble.places[0].file == "d.yaml"


def test_a_column_of_another_repository_is_not_lowered_here() -> None:
    port = output("x.far.far", {"a": "personal"}, {})
    found, findings = judged(
        mesh(product([], port, manifest="x.json")), replace(GOVERNED, declassifications=(decision("x.far.far#a"),))
    )
    assert not findings.troubles
    assert [c.lowered for p in found.products for o in p.outputs for c in o.classes] in ([], [()])


def test_a_hundred_thousand_columns_take_about_a_second() -> None:
    before = output("a.p0.p", {f"c{i}": "personal" if i < 10 else "" for i in range(100)}, {f"c{i}": [] for i in range(100)})
    made = [product([], before)]
    for n in range(1, 1000):
        port = output(
            f"a.p{n}.p",
            {f"c{i}": "personal" if i < 10 else "" for i in range(100)},
            {f"c{i}": [read("x", f"c{i}")] for i in range(100)},
        )
        made.append(product([from_port("x", before)], port))
        before = port
    given = mesh(*made)
    started = time.process_time()
    found, findings = judged(given)
    assert time.process_time() - started < 4
    assert effective(found, "a.p999.p") == {f"c{i}": ("personal",) for i in range(10)}
    assert findings.troubles == []


# --------------------------------------------------------------------------------------------------------- from files

CLASSES_FILE = """\
apiVersion: hansa/v1
kind: Classifications
classes:
  - {name: public}
  - {name: internal, above: [public]}
  - {name: personal, above: [internal], also: [PII]}
"""


def decisions_file(**said: str) -> str:
    entry = {
        "column": "shop.history.history#grown",
        "lowers": "[personal]",
        "to": "internal",
        "reason": "One bit.",
        "approver": "Maria Silva",
        "scope": "Reports",
        **said,
    }
    lines = "".join(f"    {key}: {value}\n" for key, value in entry.items())
    return "apiVersion: hansa/v1\nkind: Declassifications\ndeclassifications:\n  -" + lines[3:]


def test_a_mesh_of_files_has_its_classes(compiled: CompiledOf, people: str) -> None:
    said = {
        "governance/classifications.yaml": CLASSES_FILE.replace("classes:", "default: Internal\nclasses:"),
        "P:contracts/people.odcs.yaml": people.replace("{name: age,", "{name: age, tags: [pii],"),
    }
    found = compiled(said)
    assert [c.name for c in found.mesh.governance.classes] == ["public", "internal", "personal"]
    assert found.mesh.governance.default_class == "internal"
    assert {t.code for t in found.troubles} == {"H279"}
    assert effective(found.mesh, "shop.profiles.profiles")["age"] == ("personal",)
    assert effective(found.mesh, "shop.history.history")["grown"] == ("personal",)


@pytest.mark.parametrize(
    ("classes", "code", "words"),
    [
        ("- {name: a, above: [b]}\n  - {name: b, above: [c]}\n  - {name: c, above: [a]}", "H275", "a above b above c above a"),
        ("- {name: a, above: [a]}", "H275", "a above a"),
        ("- {name: a}\n  - {name: b, also: [A]}", "H275", "claim the word `A`"),
        ("- {name: a, also: [x]}\n  - {name: b, also: [X]}", "H275", "claim the word `X`"),
        ("- {name: a}\n  - {name: A}", "H275", "claim the word `A`"),
        ("- {name: personal}\n  - {name: b, above: [personnal]}", "H276", "did you mean `personal`?"),
        ("- {name: a}\ndefault: b", "H276", "no class is called `b`"),
        ("- {name: a, mask: blur}", "H124", "mask"),
    ],
)
def test_classes_that_do_not_hold_together_are_told(classes: str, code: str, words: str, compiled: CompiledOf) -> None:
    text = f"apiVersion: hansa/v1\nkind: Classifications\nclasses:\n  {classes}\n"
    found = compiled({"governance/classifications.yaml": text})
    (trouble,) = found.troubles
    assert (trouble.code, trouble.is_error, trouble.places[0].file) == (code, True, "governance/classifications.yaml")
    assert words in str(trouble)


def test_a_word_that_no_class_has_keeps_its_product_out(compiled: CompiledOf, people: str) -> None:
    strange = people.replace("{name: name,", "{name: name, classification: Personel,").replace(
        "{name: age,", "{name: age, classification: Personel,"
    )
    found = compiled({"governance/classifications.yaml": CLASSES_FILE, "P:contracts/people.odcs.yaml": strange})
    trouble = found.troubles[0]
    assert (trouble.code, trouble.is_error, trouble.product) == ("H276", True, "shop.profiles")
    assert "did you mean `personal`?" in trouble.mend
    assert [p.note for p in trouble.places] == ["name", "age"]
    assert found.mesh.product(ProductName("shop", "profiles")) is None
    assert compiled({"P:contracts/people.odcs.yaml": strange}, folder="ungoverned").valid, "without classes any word will do"
    known = CLASSES_FILE.replace("[PII]", "[PII, PERSONEL]")
    taken = compiled({"governance/classifications.yaml": known, "P:contracts/people.odcs.yaml": strange}, folder="known")
    assert taken.valid


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ({"reason": '""'}, "H277", "nobody says the reason"),
        ({"approver": '" "'}, "H277", "nobody says the approver"),
        ({"scope": '""'}, "H277", "nobody says the scope"),
        ({"to": "personal", "lowers": "[internal]"}, "H277", "personal is not below"),
        ({"to": "personal"}, "H277", "personal is not below"),
        ({"to": "intern"}, "H276", "did you mean `internal`?"),
        ({"lowers": "[persnal]"}, "H276", "did you mean `personal`"),
        ({"column": "shop.history"}, "H277", "names no column"),
        ({"column": "'#grown'"}, "H277", "not an address"),
        ({"column": "shop.history.history#grownup"}, "H277", "did you mean `grown`?"),
        ({"expires": "soon"}, "H277", "`soon` is no day"),
        ({"expires": "2026-02-30"}, "H277", "`2026-02-30` is no day"),
        ({"to": "public", "expires": "2020-01-01"}, "H278", "ended on 2020-01-01"),
        ({"to": "public", "decided": "2999-01-01"}, "H278", "lowers nothing before"),
        ({"lowers": "[]"}, "H126", "at least one entry"),
    ],
)
def test_a_decision_that_cannot_be_taken_is_told_and_lowers_nothing(
    said: dict[str, str], code: str, words: str, compiled: CompiledOf, people: str
) -> None:
    files = {
        "governance/classifications.yaml": CLASSES_FILE,
        "governance/declassifications.yaml": decisions_file(**said),
        "P:contracts/people.odcs.yaml": people.replace("{name: age,", "{name: age, classification: personal,"),
    }
    found = compiled(files)
    told = [t for t in found.troubles if t.code != "H279"]
    if code == "H278":
        assert told == [], "compiled without a day: it does not hold, and nobody can say why"
        _, findings = judged(found.mesh, found.mesh.governance)
        told = [t for t in findings.troubles if t.code != "H279"]
    assert [t.code for t in told] == [code]
    assert words in str(told[0])
    assert told[0].places[0].file == "governance/declassifications.yaml"
    assert effective(found.mesh, "shop.history.history")["grown"] == ("personal",)
    assert found.mesh.products, "a bad decision keeps no product from anybody"


def test_decisions_that_lead_in_a_circle_are_refused_even_without_an_order(compiled: CompiledOf) -> None:
    entries = [decisions_file(lowers=f"[{a}]", to=b) for a, b in (("a", "b"), ("b", "c"), ("c", "a"))]
    text = entries[0] + "".join(e.partition("declassifications:\n")[2] for e in entries[1:])
    found = compiled({"governance/declassifications.yaml": text})
    (trouble,) = found.troubles
    assert (trouble.code, len(trouble.places)) == ("H277", 3)
    assert "circle" in trouble.summary
    assert found.mesh.governance.declassifications == ()


@pytest.mark.parametrize(
    "text",
    [
        CLASSES_FILE.replace("{name: public}", "{name: public, above: [internal]}"),
        CLASSES_FILE + "  - [",
        CLASSES_FILE + "what: 1\n",
    ],
)
def test_while_the_order_is_in_trouble_no_decision_lowers_anything(text: str, compiled: CompiledOf, people: str) -> None:
    files = {
        "governance/classifications.yaml": text,
        "governance/declassifications.yaml": decisions_file(),
        "P:contracts/people.odcs.yaml": people.replace("{name: age,", "{name: age, classification: personal,"),
    }
    found = compiled(files)
    assert not found.valid
    assert len(found.mesh.products) == 2
    assert effective(found.mesh, "shop.history.history")["grown"] == ("personal",)
    healthy = compiled({**files, "governance/classifications.yaml": CLASSES_FILE}, folder="healthy")
    assert effective(healthy.mesh, "shop.history.history")["grown"] == ("internal",)
