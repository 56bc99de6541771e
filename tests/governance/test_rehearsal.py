"""A rehearsal says who would fail now and before, and which columns of consumers would stand still."""

import datetime as dt
from dataclasses import replace
from functools import partial

from hansa.engines.duckdb.relations import open_database
from hansa.governance import NO_FACTS
from hansa.governance.judging import judged
from hansa.governance.rehearsal import Moment, deprived, rehearse
from hansa.model import NO_LINEAGE, Domain, Governance, Mesh, Policy, Product, Schema, Waiver
from hansa.names import DomainName
from hansa.trouble import Severity

TODAY = dt.date(2026, 3, 1)
OWNED = Policy(
    "owned", "Every product has an owner", "SELECT product AS subject, 'no owner' AS message FROM products WHERE owner IS NULL"
)
JUDGE = partial(judged, open_database=open_database)


def changed(mesh: Mesh, name: str, **changes: object) -> Mesh:
    """The mesh with one product changed."""

    def of(product: Product) -> Product:
        return replace(product, **changes) if str(product.address) == name else product  # type: ignore[arg-type]

    return replace(mesh, domains=tuple(replace(d, products=tuple(map(of, d.products))) for d in mesh.domains))


def test_it_names_who_would_fail_and_nobody_when_all_comply(chain: Mesh) -> None:
    found = rehearse(OWNED, chain, NO_FACTS, (), JUDGE, TODAY)
    assert (found.clean, found.failing) == (False, ("finance.report",))
    assert [v.message for v in found.violations] == ["no owner"]
    owned = changed(chain, "finance.report", owner="bob")
    assert rehearse(OWNED, owned, NO_FACTS, (), JUDGE, TODAY).clean


def test_a_waived_violation_is_told_and_fails_nobody(chain: Mesh) -> None:
    waiver = Waiver("owned", "finance.report", "until the move", "cy", dt.date(2026, 3, 31))
    waived = replace(chain, governance=Governance(waivers=(waiver,)))
    found = rehearse(OWNED, waived, NO_FACTS, (), JUDGE, TODAY)
    assert (found.clean, len(found.violations), found.consumers) == (True, 1, ())
    later = rehearse(OWNED, waived, NO_FACTS, (), JUDGE, dt.date(2026, 4, 1))
    assert not later.clean


def test_columns_that_come_from_a_refused_product_stand_still_however_far(chain: Mesh) -> None:
    found = {str(d.product): d for d in deprived(chain, ["shop.raw"])}
    assert found["shop.clean"].columns == ("shop.clean.clean#id", "shop.clean.clean#name")
    assert found["finance.report"].columns == ("finance.report.report#who",)
    assert found["finance.report"].because == ("shop.raw",)


def test_a_consumer_of_no_column_that_stands_still_loses_nothing(chain: Mesh) -> None:
    (port,) = chain.products[0].outputs
    lineage, schema = replace(port.lineage, columns=port.lineage.columns[:1]), Schema(port.schema.columns[:1])
    only_total = changed(chain, "finance.report", outputs=(replace(port, lineage=lineage, schema=schema),))
    assert [str(d.product) for d in deprived(only_total, ["shop.raw"])] == ["shop.clean"]


def test_a_consumer_of_unknown_lineage_is_taken_to_lose_every_column(chain: Mesh) -> None:
    report = chain.products[0]
    unknown = changed(chain, "finance.report", outputs=(replace(report.outputs[0], lineage=NO_LINEAGE),))
    found = {str(d.product): d.columns for d in deprived(unknown, ["shop.clean"])}
    assert found == {"finance.report": ("finance.report.report#total", "finance.report.report#who")}


def test_a_product_that_fails_itself_is_no_consumer_and_hides_what_lies_behind_it(chain: Mesh) -> None:
    found = deprived(chain, ["shop.raw", "shop.clean"])
    assert [(str(d.product), d.because) for d in found] == [("finance.report", ("shop.clean",))]


def test_only_an_error_takes_anything_from_readers(chain: Mesh) -> None:
    nobody = changed(changed(chain, "finance.report", owner="bob"), "shop.raw", owner="")
    found = rehearse(OWNED, nobody, NO_FACTS, (), JUDGE, TODAY)
    assert [str(d.product) for d in found.consumers] == ["finance.report", "shop.clean"]
    warned = rehearse(replace(OWNED, severity=Severity.WARNING), nobody, NO_FACTS, (), JUDGE, TODAY)
    assert (warned.clean, warned.consumers) == (False, ())


def test_earlier_moments_are_judged_as_of_their_day(chain: Mesh) -> None:
    at = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
    then = replace(chain, domains=tuple(d for d in chain.domains if str(d.name) == "shop"))
    dated = Policy(
        "dated",
        "No product before February",
        "SELECT p.product AS subject, 'early' AS message FROM products AS p, mesh WHERE today < '2026-02-01'",
    )
    found = rehearse(dated, chain, NO_FACTS, [Moment(at, then, NO_FACTS, ("finance.report",))], JUDGE, TODAY)
    assert found.clean
    (earlier,) = found.history
    assert (earlier.at, earlier.judged, earlier.products, earlier.untold) == (
        at,
        2,
        ("shop.clean", "shop.raw"),
        ("finance.report",),
    )


def test_a_policy_that_cannot_be_judged_is_told_with_its_trouble(chain: Mesh) -> None:
    found = rehearse(replace(OWNED, sql="SELECT nothing AS subject FROM products"), chain, NO_FACTS, (), JUDGE, TODAY)
    assert found.trouble is not None
    assert found.trouble.code == "H313"
    assert found.violations == ()


def test_an_empty_mesh_breaks_nothing() -> None:
    empty = Mesh("empty", (), ())
    assert rehearse(OWNED, empty, NO_FACTS, (), JUDGE, TODAY).clean
    assert deprived(replace(empty, domains=(Domain(DomainName("shop")),)), ["shop.raw"]) == ()
