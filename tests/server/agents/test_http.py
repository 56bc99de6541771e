"""Agents over HTTP, through the client of the SDK: what they find, read and are refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

NAMES = {"search", "describe", "lineage", "my_access", "request_access", "query", "sample"}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_tools_have_schemas_and_say_whether_they_write(listening: Any, carried_out: Callable[[Any], None], mode: str) -> None:
    async def test() -> None:
        async with listening.client("mia", mode) as client:
            tools = {t.name: t for t in (await client.list_tools()).tools}
        assert set(tools) == NAMES
        for tool in tools.values():
            assert tool.description
            assert tool.input_schema["additionalProperties"] is False
            assert tool.output_schema is not None
            assert tool.output_schema["type"] == "object"
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint is (tool.name != "request_access")
            assert tool.annotations.destructive_hint is False

    carried_out(test())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_rows_are_masked_and_the_read_is_on_record_as_one_of_an_agent(
    listening: Any, carried_out: Callable[[Any], None], mode: str
) -> None:
    async def test() -> None:
        async with listening.client("mia", mode) as client:
            asked = {
                "sql": "SELECT id, name FROM customer.profiles ORDER BY id",
                "consumer": "campaign",
                "purpose": "letters",
                "limit": 3,
            }
            answer = await client.call_tool("query", asked)
        assert not answer.is_error, answer.content
        rows = answer.structured_content
        assert [c["name"] for c in rows["columns"]] == ["id", "name"]
        assert len(rows["rows"]) == 3
        assert rows["rows"][0][1].startswith("Zoë ")
        assert "Ångström" not in json.dumps(rows, ensure_ascii=False)
        assert rows["complete"] is False
        assert json.loads(answer.content[0].text) == rows
        record = next(e.record for e in listening.serving.workplace.ledger.audit_log() if e.record.query == rows["query"])
        assert (record.way, record.principal, record.consumer) == ("mcp", "mia", "campaign")

    carried_out(test())


def test_an_example_is_a_query_on_a_page_without_columns_too(listening: Any, carried_out: Callable[[Any], None]) -> None:
    async def test() -> None:
        who = {"consumer": "campaign", "purpose": "letters"}
        async with listening.client("mia") as client:
            for first in (0, 999):
                told = await client.call_tool("describe", {"name": "customer.profiles", "first_column": first, **who})
                (port,) = told.structured_content["ports"]
                assert bool(port["columns"]) is (first == 0)
                answer = await client.call_tool("query", {"sql": port["example"], **who})
                assert not answer.is_error, (port["example"], answer.content)

    carried_out(test())
