"""A small mesh written as text, compiled by the real engine, and planned against recorded facts made by hand."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hansa.compile import compile as compile_mesh
from hansa.declare import load
from hansa.engines.duckdb import DuckDbEngine
from hansa.model import Fingerprint, Mesh, Product, Publication, PublicationId, PublishedPort, RunId
from hansa.plan import checks_print, code_print, declaration_of, to_text

Meshed = Callable[..., Mesh]

ORDERS_CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: shop.orders.orders
version: {version}
status: active
schema:
  - name: orders
    properties:
      - {{name: id, logicalType: integer, physicalType: BIGINT, required: true, primaryKey: true}}
      - {{name: total, logicalType: number, physicalType: "{total}"}}
{more}"""

ORDERS_PRODUCT = """\
apiVersion: v1.1.0
kind: DataProduct
id: shop.orders
name: orders
version: 1.0.0
status: active
description: {{purpose: "{purpose}"}}
outputPorts:
  - {{name: orders, version: {version}, contractId: shop.orders.orders}}
team: {{name: shop-team, members: [{{username: ada, role: owner}}]}}
"""

SPEND_PRODUCT = """\
apiVersion: v1.1.0
kind: DataProduct
id: finance.spend
name: spend
version: 1.0.0
status: active
inputPorts:
  - {name: orders, version: 1.0.0, contractId: shop.orders.orders}
outputPorts:
  - {name: spend, version: 1.0.0, contractId: finance.spend.spend}
team: {name: finance-team, members: [{username: bob, role: owner}]}
"""

SPEND_CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: finance.spend.spend
version: 1.0.0
status: active
schema:
  - name: spend
    properties:
      - {name: orders, logicalType: integer, physicalType: BIGINT}
"""


@pytest.fixture
def meshed(tmp_path: Path) -> Iterator[Meshed]:
    """Builds the mesh `shop.orders` → `finance.spend` with parts changed."""
    engine = DuckDbEngine()
    number = iter(range(1000))

    def build(
        *,
        sql: str = "SELECT CAST(1 AS BIGINT) AS id, CAST(2 AS DECIMAL(10,2)) AS total",
        total: str = "DECIMAL(10,2)",
        more: str = "",
        purpose: str = "orders of the shop",
        version: str = "1.0.0",
        spend: bool = True,
        spend_sql: str = "SELECT count(*) AS orders FROM orders",
        spend_python: str = "",
    ) -> Mesh:
        root = tmp_path / str(next(number))
        orders, finance = root / "domains/shop/orders", root / "domains/finance/spend"
        files = {
            root / "hansa.yaml": "apiVersion: hansa/v1\nkind: Mesh\nname: small\n",
            root / "domains/shop/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\nname: shop\nowner: shop-team\n",
            orders / "product.odps.yaml": ORDERS_PRODUCT.format(purpose=purpose, version=version),
            orders / "contracts/orders.odcs.yaml": ORDERS_CONTRACT.format(version=version, total=total, more=more),
            orders / "models/orders.sql": sql,
        }
        if spend:
            files |= {
                root / "domains/finance/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\nname: finance\nowner: finance-team\n",
                finance / "product.odps.yaml": SPEND_PRODUCT,
                finance / "contracts/spend.odcs.yaml": SPEND_CONTRACT,
                finance / ("models/spend.py" if spend_python else "models/spend.sql"): spend_python or spend_sql,
            }
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        compiled = compile_mesh(load(root, {}), lambda platform, query, tables: engine.describe(query, tables))
        assert compiled.valid, "\n".join(map(str, compiled.troubles))
        return compiled.mesh

    yield build
    engine.close()


@pytest.fixture
def publication() -> Callable[..., Publication]:
    """A publication of a product as it is declared now."""

    def make(product: Product, *, id: int = 1, inputs: tuple[tuple[str, str], ...] = ()) -> Publication:  # noqa: A002
        ports = tuple(PublishedPort(o.pinned, o.contract.id, o.contract.version, "t", 100 + id, 1, 10) for o in product.outputs)
        return Publication(
            product=product.address,
            environment="prod",
            run=RunId("r"),
            created=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            code=code_print(product),
            checks=checks_print(product),
            inputs=Fingerprint(""),
            ports=ports,
            declaration=to_text(declaration_of(product)),
            input_versions=inputs,
            version=id,
            id=PublicationId(id),
        )

    return make
