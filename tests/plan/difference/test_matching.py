"""What is the same thing in two versions: found by id, stored name, name or content, wherever it stands."""

import copy
import random
from typing import Any

import pytest

from hansa.plan.difference import difference

Contract = dict[str, Any]


def shuffled(value: Any, chance: random.Random) -> Any:
    """The same document with every mapping's keys and every list of records or texts in another order."""
    match value:
        case dict():
            names = list(value)
            chance.shuffle(names)
            return {n: shuffled(value[n], chance) for n in names}
        case list() if all(isinstance(v, dict) for v in value):
            entries = [shuffled(v, chance) for v in value]
            chance.shuffle(entries)
            return entries
        case _:
            return value


@pytest.mark.parametrize("seed", range(20))
def test_order_is_no_change(contract: Contract, seed: int) -> None:
    assert difference(contract, shuffled(contract, random.Random(seed))).changes == ()


def test_defaults_written_out_are_no_change(contract: Contract) -> None:
    after = copy.deepcopy(contract)
    for table in after["schema"]:
        table.update(logicalType="object", deprecated=False, tags=[], customProperties=[])
        for column in table["properties"]:
            for key in ("required", "unique", "primaryKey", "partitioned", "criticalDataElement", "deprecated"):
                column.setdefault(key, False)
            column.setdefault("primaryKeyPosition", -1)
            column.setdefault("physicalName", column["name"])
            column.setdefault("description", "")
        table["quality"][0]["type"] = "library"
        table["relationships"] = [{"from": ["orders.customer"], "to": ["customers.id"], "type": "foreignKey"}]
    after["description"]["purpose"] += "\n"
    assert difference(contract, after).changes == ()


def test_a_logical_type_that_the_physical_type_implies_is_no_change(contract: Contract) -> None:
    after = copy.deepcopy(contract)
    del after["schema"][0]["properties"][0]["logicalType"]
    assert difference(contract, after).changes == ()
    assert difference(after, contract).changes == ()


def test_older_words_of_the_standard_are_no_change(contract: Contract) -> None:
    older = copy.deepcopy(contract)
    older["team"] = contract["team"]["members"]
    contract["team"] = {"members": contract["team"]["members"]}
    amount = older["schema"][0]["properties"][2]
    amount["logicalTypeOptions"].update(maximum=1000, exclusiveMaximum=True)
    amount["quality"][0]["rule"] = "nullCheck"
    del amount["quality"][0]["metric"]
    older["slaProperties"][0]["property"] = "ly"
    older["slaDefaultElement"] = "orders.placed"
    del older["slaProperties"][0]["element"]
    contract["slaProperties"][1]["element"] = "orders.placed"
    older["context"] = "Ask sales."
    contract["context"] = {"instructions": "Ask sales."}
    assert difference(older, contract).changes == ()
    older["apiVersion"] = "v3.0.2"
    (change,) = difference(older, contract).changes
    assert (change.path, str(change.impact), change.breaking) == ("apiVersion", "patch", False)


def test_a_table_is_found_by_its_id_though_everything_else_changed(contract: Contract) -> None:
    after = copy.deepcopy(contract)
    contract["schema"][0]["id"] = after["schema"][0]["id"] = "t1"
    after["schema"][0].update(name="sales", physicalName="SALES")
    assert {c.rule for c in difference(contract, after).changes} == {"table-renamed", "physical-name-changed"}


def test_what_changes_inside_a_renamed_column_knows_both_names(contract: Contract) -> None:
    after = copy.deepcopy(contract)
    after["schema"][0]["properties"][0].update(name="id", physicalType="VARCHAR")
    renamed, retyped = difference(contract, after).changes
    assert renamed.summary == "`orders.order_id` is renamed to `id`: readers know the column by its old name"
    assert (renamed.before, renamed.after) == ("order_id", "id")
    for change in (renamed, retyped):
        assert (change.table, change.column, change.renamed_from) == ("orders", "id", "order_id")
        assert change.path.startswith("schema.orders.properties.order_id.")


def test_columns_of_a_renamed_table_are_not_renamed(contract: Contract) -> None:
    after = copy.deepcopy(contract)
    after["schema"][0]["name"] = "sales"
    after["schema"][0]["properties"][1]["required"] = False
    renamed, nullable = difference(contract, after).changes
    assert (renamed.table, renamed.column, renamed.renamed_from) == ("sales", "", "orders")
    assert (nullable.table, nullable.column, nullable.renamed_from) == ("sales", "customer", "")


def test_without_id_a_likely_rename_stays_two_changes_that_say_so(contract: Contract) -> None:
    after = copy.deepcopy(contract)
    after["schema"][0]["properties"][1]["name"] = "customer_id"
    removed, added = difference(contract, after).changes
    assert (removed.rule, added.rule) == ("column-removed", "column-added")
    assert "maybe renamed to `customer_id`" in removed.summary
    assert "maybe renamed from `customer`" in added.summary
    after["schema"][0]["properties"][1].update(name="customer_id", logicalType="string")
    assert not any("maybe" in c.summary for c in difference(contract, after).changes)


def test_a_part_of_a_column_belongs_to_the_column_that_readers_name(contract: Contract) -> None:
    after = copy.deepcopy(contract)
    after["schema"][0]["properties"][5]["properties"][1]["required"] = False
    (change,) = difference(contract, after).changes
    assert (change.column, change.breaking) == ("address", True)
    assert change.summary.startswith("`orders.address.city` required true → false")


def test_a_change_knows_where_it_stands_in_both_documents(contract: Contract) -> None:
    after = copy.deepcopy(contract)
    after["schema"][0]["properties"].reverse()
    after["schema"][0]["properties"][-2]["required"] = False
    (change,) = difference(contract, after).changes
    assert change.at_before == ("schema", 0, "properties", 1, "required")
    assert change.at_after == ("schema", 0, "properties", 6, "required")


def test_true_is_not_one_and_a_text_is_no_number(contract: Contract) -> None:
    def accepting(value: object) -> Contract:
        made = copy.deepcopy(contract)
        made["schema"][0]["properties"][1]["enum"] = [{"value": value}]
        return made

    assert difference(accepting(1), accepting(1.0)).changes == ()
    for one, other in ((1, True), (0, False), (1, "1"), (None, "null")):
        assert {c.rule for c in difference(accepting(one), accepting(other)).changes} == {"enum-extended", "enum-shortened"}


@pytest.mark.parametrize("key", ["schema", "servers", "team", "tags", "description", "slaProperties", "roles", "price"])
@pytest.mark.parametrize("value", ["text", 7, True, ["text", 7], {"a": 1}, [{"a": 1}, "b"]])
def test_what_is_no_contract_is_compared_as_it_stands(contract: Contract, key: str, value: object) -> None:
    odd = {**contract, key: value}
    assert difference(odd, copy.deepcopy(odd)).changes == ()
    assert difference(contract, odd).changes
    assert difference(odd, contract).changes


def test_a_column_that_is_renamed_and_stays_stored_under_its_name_is_one_change(contract: Contract) -> None:
    after = copy.deepcopy(contract)
    after["schema"][0]["properties"][1].update(name="buyer", physicalName="customer")
    (change,) = difference(contract, after).changes
    assert (change.rule, change.renamed_from) == ("column-renamed", "customer")
