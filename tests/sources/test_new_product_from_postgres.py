"""`hansa new product … --from postgresql://…`: a table of a real server becomes a product; its password stays outside."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def test_a_table_becomes_a_product(
    postgres: Any, hansa: Callable[..., Any], in_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.execute(
        'DROP TABLE IF EXISTS "Sold"; CREATE TABLE "Sold" (id int8, "Sold On" date, price numeric(9,2), note text); '
        "INSERT INTO \"Sold\" VALUES (1, '2024-01-31', 1.50, NULL), (2, '2024-02-29', 2, 'x')"
    )
    monkeypatch.setenv("PGUSER", "owner")
    monkeypatch.setenv("PGPASSWORD", postgres.password)
    hansa("init", ".")
    hansa("new", "domain", "sales")
    hansa("new", "product", "sales/sold", "--from", f"postgresql://127.0.0.1:{postgres.port}/shop#public.Sold")
    assert hansa("check", "--json").json["troubles"] == []
    hansa("run", "-q")
    rows = hansa("query", "SELECT * FROM sales.sold ORDER BY id", "--json").json
    assert rows[0] == {"id": 1, "sold_on": "2024-01-31", "price": "1.50", "note": None}
    written = "".join(p.read_text() for p in (in_folder / "domains").rglob("*") if p.is_file())
    assert postgres.password not in written
