"""What each household prefers, from what it spends: favourites, loyalty to private brands, breadth of choice.

The breadth is the effective number of categories: one divided by the sum of squared shares (the inverse of the
Herfindahl index). A household that spends everything on one category has a breadth of 1.
"""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hansa.python import lineage

FLOAT = pa.float64()


@lineage(
    household_id="spend.household_id",
    favourite_department=["spend.department", "spend.spend"],
    favourite_category=["spend.category", "spend.spend"],
    favourite_category_share=["spend.category", "spend.spend"],
    private_brand_share=["spend.brand", "spend.spend"],
    category_breadth=["spend.category", "spend.spend"],
    spend="spend.spend",
    rows="spend.household_id",
)
def model(inputs: Any) -> pa.Table:
    spend = inputs.spend.arrow()
    totals = _total(spend, ["household_id"], "total")
    department = _favourite(spend, "department").select(["household_id", "favourite_department"])
    category = _favourite(spend, "category")
    private = _total(spend.filter(pc.equal(spend["brand"], "Private")), ["household_id"], "private")
    joined = (
        totals.join(department, "household_id")
        .join(category, "household_id")
        .join(_breadth(spend, totals), "household_id")
        .join(private, "household_id", join_type="left outer")
        .sort_by("household_id")
    )
    total = joined["total"].cast(FLOAT)
    return pa.table(
        {
            "household_id": joined["household_id"],
            "favourite_department": joined["favourite_department"],
            "favourite_category": joined["favourite_category"],
            "favourite_category_share": pc.divide(joined["spend_on_category"], total),
            "private_brand_share": pc.divide(pc.fill_null(joined["private"].cast(FLOAT), 0.0), total),
            "category_breadth": joined["breadth"],
            "spend": joined["total"].cast(pa.decimal128(18, 2)),
        }
    )


def _total(spend: pa.Table, by: list[str], name: str) -> pa.Table:
    """Spend summed by some columns, exactly: decimals add up the same in any order."""
    return spend.group_by(by).aggregate([("spend", "sum")]).rename_columns([*by, name])


def _favourite(spend: pa.Table, what: str) -> pa.Table:
    """Where each household spends most; between equals the first by name."""
    by_name = _total(spend, ["household_id", what], "spend").sort_by(
        [("household_id", "ascending"), ("spend", "descending"), (what, "ascending")]
    )
    # The rows are in order, which only one thread keeps; exact amounts decided it, so floats are good enough from here.
    by_name = by_name.set_column(2, "spend", by_name["spend"].cast(FLOAT))
    first = by_name.group_by("household_id", use_threads=False).aggregate([(what, "first"), ("spend", "first")])
    return first.rename_columns(["household_id", f"favourite_{what}", f"spend_on_{what}"])


def _breadth(spend: pa.Table, totals: pa.Table) -> pa.Table:
    """The effective number of categories of each household."""
    by_category = _total(spend, ["household_id", "category"], "spend").join(totals, "household_id")
    # Floats add up differently in another order, so the rows are put in one order and summed by one thread.
    by_category = by_category.sort_by([("household_id", "ascending"), ("category", "ascending")])
    share = pc.divide(by_category["spend"].cast(FLOAT), by_category["total"].cast(FLOAT))
    squares = pa.table({"household_id": by_category["household_id"], "square": pc.multiply(share, share)})
    summed = squares.group_by("household_id", use_threads=False).aggregate([("square", "sum")])
    return pa.table({"household_id": summed["household_id"], "breadth": pc.divide(1.0, summed["square_sum"])})
